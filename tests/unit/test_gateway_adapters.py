"""Keeping adapters in engines while the engine or the store is away: nothing raises, nothing is closed for it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from serving import adapters
from serving.config import checked
from serving.engine_client import NoAnswer
from serving.store import AdapterRow, StoreError

TABLE = {
    "upstreams": {"one": {"url": "http://127.0.0.1:1"}},
    "models": {"coder": {"upstream": "one", "served": "coder"}},
}
ROW = AdapterRow("lora", "coder", "0" * 64, "lora", ("payments",), True)


class Store:
    def __init__(self, rows=(), error=None):
        self.rows, self.error, self.set = rows, error, []

    def adapters(self):
        if self.error is not None:
            raise self.error
        return self.rows

    def set_loaded(self, name, loaded):
        self.set.append((name, loaded))


def state(tmp_path, store):
    config = checked(TABLE, tmp_path / "gateway.toml")
    return SimpleNamespace(config=config, store=store, faults={}, directory=SimpleNamespace(refresh_now=lambda: None))


async def test_a_store_that_is_away_is_a_fault_and_no_end(tmp_path):
    made = state(tmp_path, Store(error=StoreError("The database cannot be read.")))
    await adapters.reconcile(made)
    assert made.faults == {"store": "The database cannot be read."}


@pytest.mark.parametrize("gone_at", ["/v1/models", "/v1/load_lora_adapter"])
async def test_an_engine_that_goes_away_meanwhile_closes_no_adapter(tmp_path, monkeypatch, gone_at):
    async def ask(_upstream, _method, path, _body=None, **_):
        if path == gone_at:
            raise NoAnswer("away")
        return 200, b'{"data": []}'

    store = Store((ROW,))
    made = state(tmp_path, store)
    monkeypatch.setattr(adapters, "ask", ask)
    monkeypatch.setattr(adapters, "verified", lambda *_: tmp_path)
    await adapters.reconcile(made)
    assert store.set == []
    assert made.faults == {}


async def test_an_adapter_that_the_engine_refuses_is_closed_and_said(tmp_path, monkeypatch):
    async def ask(_upstream, method, _path, _body=None, **_):
        return (200, b'{"data": []}') if method == "GET" else (400, b"")

    store = Store((ROW,))
    made = state(tmp_path, store)
    monkeypatch.setattr(adapters, "ask", ask)
    monkeypatch.setattr(adapters, "verified", lambda *_: tmp_path)
    await adapters.reconcile(made)
    assert store.set == [("lora", False)]
    assert "refused the adapter (400)" in made.faults["adapter lora"]
