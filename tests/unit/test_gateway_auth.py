"""The directory of keys and models: who is let in, where a name leads, and what is counted."""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading

import pytest

from serving import auth
from serving.auth import Directory
from serving.callers import Quota
from serving.config import checked
from serving.errors import Refused
from serving.store import AdapterRow, Store, StoreError, TeamRow

TABLE = {
    "limits": {"key_requests_per_minute": 60, "key_concurrent": 0, "team_tokens_per_minute": 1000},
    "prompts": {"pins": {"payments": ["generate@2", "generate@3", "fix@1"]}},
    "upstreams": {"one": {"url": "http://127.0.0.1:1"}, "two": {"url": "http://127.0.0.1:2"}},
    "models": {
        "small": {"upstream": "one", "served": "qwen2.5-coder-1.5b", "tasks": ["complete"], "context_tokens": 4096},
        "large": {"upstream": "two", "served": "Qwen2.5-Coder-32B", "tasks": ["complete", "generate"]},
        "odd": {"upstream": "two", "served": "x", "family": "starcoder2"},
    },
}


@pytest.fixture
def store(tmp_path):
    opened = Store(f"sqlite:///{tmp_path}/g.db")
    opened.add_team(TeamRow("payments"))
    opened.add_team(TeamRow("cards", models=("large", "odd"), tokens_per_minute=0, concurrent=4))
    opened.add_team(TeamRow("none", models=()))
    yield opened
    opened.close()


@pytest.fixture
def config(tmp_path):
    return checked(TABLE, tmp_path / "gateway.toml")


def bearer(key):
    return f"Bearer {key}".encode()


def caller(store, config, team, **more):
    key, _ = auth.issue(store, team, "ann", "developer", 30, **more)
    directory = Directory(config, store)
    return directory, directory.authenticate(bearer(key))


def test_a_key_has_256_bits_and_a_prefix_that_may_be_shown():
    key, prefix, digest = auth.new_key()
    assert re.fullmatch(r"bck_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", key)
    assert key.startswith(prefix + "_")
    assert digest == hashlib.sha256(key.encode()).hexdigest()
    assert len({auth.new_key()[0] for _ in range(500)}) == 500


@pytest.mark.parametrize(
    "header",
    [
        None, b"", b"Bearer", b"Bearer ", b"Bearer x", b"Basic Ym9iOng=", b"bck_00000000_" + b"A" * 43, b"Bearer bck_",
        b"Bearer bck_00000000_" + b"A" * 43, b"Bearer bck_" + b"\xff" * 52, b"Bearer bck_" + b"A" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_key_of_ours_is_refused_without_repeating_it(store, config, header):
    with pytest.raises(Refused) as caught:
        Directory(config, store).authenticate(header)
    assert (caught.value.status, caught.value.code) == (401, "invalid_key")
    assert "AAAA" not in caught.value.message


@pytest.mark.parametrize("header", [None, b"Basic Ym9iOng=", b"bck_00000000_" + b"A" * 43])
def test_a_key_in_another_form_is_told_the_form(store, config, header):
    with pytest.raises(Refused, match=r"Authorization: Bearer bck_"):
        Directory(config, store).authenticate(header)


def test_almost_the_right_key_is_refused(store, config):
    key, _ = auth.issue(store, "payments", "ann", "developer", 30)
    directory = Directory(config, store)
    assert directory.authenticate(bearer(key)).user == "ann"
    assert directory.authenticate(b"bearer " + key.encode()).user == "ann"
    for wrong in (key[:-1], key + "A", key[:-1] + ("A" if key[-1] != "A" else "B"), key.upper(), f" {key}", f"{key} "):
        with pytest.raises(Refused):
            directory.authenticate(bearer(wrong))


def test_a_key_ends_on_its_day_to_the_second(store, config):
    key, row = auth.issue(store, "payments", "ann", "developer", 30)
    directory = Directory(config, store)
    directory._now = lambda: row.expires - 0.01
    assert directory.authenticate(bearer(key)).key == row.prefix
    directory._now = lambda: float(row.expires)
    with pytest.raises(Refused, match=f"{row.prefix} expired on "):
        directory.authenticate(bearer(key))


def test_quotas_are_the_rows_own_then_the_configured_ones_and_zero_is_none(store, config):
    _, plain = caller(store, config, "payments")
    assert plain.quota == Quota(60, 400_000, None)
    assert plain.team_quota == Quota(6000, 1000, None)
    _, special = caller(store, config, "cards", quota=Quota(0, 5, 2))
    assert special.quota == Quota(None, 5, 2)
    assert special.team_quota == Quota(6000, None, 4)


def test_a_change_in_the_store_holds_after_the_next_look_and_not_before(store, config):
    key, row = auth.issue(store, "payments", "ann", "developer", 30)
    directory = Directory(config, store)
    store.revoke_key(row.prefix)
    assert directory.authenticate(bearer(key))
    directory.refresh_now(changed_only=True)
    with pytest.raises(Refused, match="revoked"):
        directory.authenticate(bearer(key))


def test_a_store_that_is_away_leaves_the_last_state_in_force(store, config, monkeypatch):
    key, _ = auth.issue(store, "payments", "ann", "developer", 30)
    directory = Directory(config, store)

    def away():
        raise StoreError("away")

    monkeypatch.setattr(store, "revision", away)
    with pytest.raises(StoreError):
        directory.refresh_now(changed_only=True)
    assert directory.authenticate(bearer(key)).team == "payments"


def test_a_rotated_key_and_its_successor_are_both_valid_until_the_grace_ends(store, config):
    key, row = auth.issue(store, "payments", "ann", "admin", 30, Quota(7, None, None))
    fresh, new, old = auth.rotate(store, row.prefix, 2)
    directory = Directory(config, store)
    assert directory.authenticate(bearer(key)).user == directory.authenticate(bearer(fresh)).user == "ann"
    assert directory.authenticate(bearer(fresh)).role == "admin"
    assert directory.authenticate(bearer(fresh)).quota.requests_per_minute == 7
    assert old.replaced_by == new.prefix
    assert old.expires - old.created <= 2 * auth.DAY + 2
    assert abs((new.expires - new.created) - 30 * auth.DAY) <= 1


def test_a_grace_period_never_makes_a_key_live_longer(store):
    _, row = auth.issue(store, "payments", "ann", "developer", 1)
    _, _, old = auth.rotate(store, row.prefix, 90)
    assert old.expires == row.expires


@pytest.mark.parametrize("ended", ["revoked", "expired", "unknown"])
def test_a_key_that_ended_is_not_rotated_to_life(store, ended):
    _, row = auth.issue(store, "payments", "ann", "developer", 1)
    if ended == "revoked":
        store.revoke_key(row.prefix)
    if ended == "expired":
        auth.rotate(store, row.prefix, 0)
    with pytest.raises(Refused) as caught:
        auth.rotate(store, "bck_ffffffff" if ended == "unknown" else row.prefix, 7)
    assert caught.value.status == 404


def test_a_key_for_no_team_is_not_made(store):
    with pytest.raises(Refused, match="create it first"):
        auth.issue(store, "nobody", "ann", "developer", 1)
    assert store.issued() == ()


def test_a_name_leads_to_its_model_and_no_name_to_the_tasks_default(store, config):
    directory, ann = caller(store, config, "payments")
    route = directory.route(ann, "large", "complete")
    assert (route.model, route.served, route.upstream, route.family) == (
        "large",
        "Qwen2.5-Coder-32B",
        "two",
        "qwen2.5-coder",
    )
    for nothing in ("", "auto"):
        assert directory.route(ann, nothing, "complete").model == "small"
        assert directory.route(ann, nothing, "generate").model == "large"
        assert directory.route(ann, nothing, "never heard of").model == "small"
    assert directory.route(ann, "odd", "").family == "starcoder2"
    assert directory.route(ann, "small", "").context_tokens == 4096


def test_a_team_is_led_only_to_what_it_may_use(store, config):
    directory, bob = caller(store, config, "cards")
    assert directory.route(bob, "", "complete").model == "large"
    with pytest.raises(Refused) as forbidden:
        directory.route(bob, "small", "complete")
    with pytest.raises(Refused) as absent:
        directory.route(bob, "no-such", "complete")
    assert forbidden.value.openai() == absent.value.openai()
    assert forbidden.value.status == 404
    assert [route.model for route in directory.routes(bob)] == ["large", "odd"]
    directory, eve = caller(store, config, "none")
    assert directory.routes(eve) == ()
    for name in ("", "auto", "large", "task:complete", "task:"):
        with pytest.raises(Refused):
            directory.route(eve, name, "complete")


def test_a_task_cannot_be_asked_for_as_a_model(store, config):
    directory, ann = caller(store, config, "payments")
    for name in ("task:", "task:complete"):
        with pytest.raises(Refused):
            directory.route(ann, name, "complete")


def test_an_adapter_is_its_teams_alone_and_only_while_it_is_loaded(store, config):
    store.put_adapter(AdapterRow("pay-lora", "large", "d", "p", ("payments",), loaded=True))
    store.put_adapter(AdapterRow("cold", "large", "d", "p", ("payments",)))
    store.put_adapter(AdapterRow("orphan", "gone", "d", "p", ("payments",), loaded=True))
    store.put_adapter(AdapterRow("small", "large", "d", "p", ("payments",), loaded=True))
    directory, ann = caller(store, config, "payments")
    route = directory.route(ann, "pay-lora", "generate")
    assert (route.served, route.adapter, route.upstream, route.family) == (
        "pay-lora",
        "pay-lora",
        "two",
        "qwen2.5-coder",
    )
    assert directory.parent("pay-lora") == "large"
    assert directory.route(ann, "small", "").adapter == ""
    for name in ("cold", "orphan"):
        with pytest.raises(Refused):
            directory.route(ann, name, "generate")
    directory, bob = caller(store, config, "cards")
    with pytest.raises(Refused):
        directory.route(bob, "pay-lora", "generate")


def test_salts_differ_by_team_and_classification_and_last(store, config):
    directory, ann = caller(store, config, "payments")
    _, bob = caller(store, config, "cards")
    salts = {directory.salt(who, name) for who in (ann, bob) for name in ("", "c2", "c3")}
    assert len(salts) == 6
    assert all(re.fullmatch(r"t:[0-9a-f]{64}", salt) for salt in salts)
    assert Directory(config, store).salt(ann, "c2") == directory.salt(ann, "c2")
    for at in range(5000):
        directory.salt(ann, str(at))
    assert len(directory._salts) <= 4097


def test_a_pinned_team_uses_its_versions(store, config):
    directory, ann = caller(store, config, "payments")
    _, bob = caller(store, config, "cards")
    assert directory.permits_template(ann, "generate@2#0123456789ab")
    assert directory.permits_template(ann, "generate@3")
    assert not directory.permits_template(ann, "generate@1#0123456789ab")
    assert not directory.permits_template(ann, "generate@22")
    assert not directory.permits_template(ann, "generate")
    assert directory.permits_template(ann, "comment@9")
    assert directory.permits_template(ann, "")
    assert directory.permits_template(bob, "generate@1")


async def test_usage_is_written_in_one_batch_and_kept_when_the_store_is_away(store, config, monkeypatch):
    directory, ann = caller(store, config, "payments")
    route = directory.route(ann, "large", "")
    directory._now = lambda: 1_793_000_000.0  # 2026-10-26
    written = []
    add = store.add_usage
    monkeypatch.setattr(store, "add_usage", lambda _rows: (_ for _ in ()).throw(StoreError("away")))
    for _ in range(100):
        directory.used(ann, route, 10, 2)
    with pytest.raises(StoreError):
        await directory.flush()
    directory.used(ann, route, 1, 1)
    monkeypatch.setattr(store, "add_usage", lambda rows: (written.append(len(rows)), add(rows)))
    await directory.flush()
    await directory.flush()
    assert written == [1]
    (row,) = store.usage("2026-10-26", "2026-10-26")
    assert (row.requests, row.tokens_in, row.tokens_out, row.team, row.model) == (101, 1001, 201, "payments", "large")


async def test_no_usage_is_lost_between_counting_and_writing(store, config):
    directory, ann = caller(store, config, "payments")
    route = directory.route(ann, "large", "")

    async def count():
        for _ in range(200):
            directory.used(ann, route, 1, 1)
            await asyncio.sleep(0)

    async def write():
        for _ in range(20):
            await directory.flush()
            await asyncio.sleep(0)

    await asyncio.gather(count(), count(), write(), write())
    await directory.flush()
    assert sum(row.requests for row in store.usage("2000-01-01", "2999-12-31")) == 400


def test_of_two_readings_at_once_the_newer_state_stays_in_force(store, config, monkeypatch):
    directory = Directory(config, store)
    read, go_on, plain = threading.Event(), threading.Event(), store.teams

    def slow():
        rows = plain()
        if not read.is_set():
            read.set()
            assert go_on.wait(10)
        return rows

    monkeypatch.setattr(store, "teams", slow)
    older = threading.Thread(target=directory.refresh_now)
    older.start()
    assert read.wait(10)  # it has the teams of now
    store.add_team(TeamRow("new"))
    newer = threading.Thread(target=directory.refresh_now)
    newer.start()
    newer.join(0.2)
    go_on.set()
    older.join(10)
    newer.join(10)
    assert directory.counts()[1] == 4
