"""The poster ends at each of its requests, before and after the forge took it: everything stands once in the end, on every forge."""

from __future__ import annotations

import shutil
from collections import Counter
from copy import deepcopy

import forge_simulator
import pytest
from board_simulator import Board
from bot_case import INLINE, SAFE, SECRETS, UNSAFE, Case, send
from test_bot_board import published

from serving.bots import worker
from serving.bots.calls import Sender
from serving.bots.forge import Answer, Call
from serving.bots.jobs import Queue


class Killed(BaseException):
    """As if the process ended."""


@pytest.mark.parametrize("kind", [*INLINE, "reviewboard"])
@pytest.mark.parametrize("late", [False, True])
async def test_a_poster_that_ends_at_any_request_posts_everything_once(tmp_path, monkeypatch, kind, late):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "repository").mkdir()
    forge = (
        Board(tmp_path / "repository")
        if kind == "reviewboard"
        else forge_simulator.Forge(kind, tmp_path / "repository")
    )
    forge.push({"README.md": "x\n"}, "main")
    case = Case(tmp_path, forge)
    store = case.config.store.folder
    real = Sender.__call__
    left = [10**6]

    def sent(self: Sender, call: Call) -> Answer:
        left[0] -= 1
        if left[0] == 0 and not late:
            raise Killed
        answer = real(self, call)
        if left[0] == 0:
            raise Killed
        return answer

    async def hooked(head: str) -> None:
        if kind == "reviewboard":
            assert (await send(case.config, kind, published(head)))[0] == 202
        else:
            assert (await case.hook(head))[0] == 202

    def post() -> None:
        queue = Queue(store / "outbox.db")
        worker.post(case.config, lambda: not queue.counts()["waiting"] and not queue.counts()["out"])
        queue.close()

    await hooked(forge.push({"A.java": UNSAFE, "B.java": UNSAFE.replace("Fee", "B")}))
    case.work()
    await hooked(forge.push({"A.java": SAFE, "C.java": UNSAFE.replace("Fee", "C")}))
    queue = Queue(store / "queue.db")
    worker.read(case.config, lambda: not queue.counts()["waiting"])
    queue.close()
    monkeypatch.setattr(Sender, "__call__", sent)
    shutil.copytree(store, tmp_path / "kept", ignore=shutil.ignore_patterns("clones"))
    names = [name for name in vars(forge) if name in {"threads", "notes", "reviews", "status_update", "next_id"}]
    kept = {name: deepcopy(getattr(forge, name)) for name in names}
    ended = 0
    while True:
        for name in names:
            setattr(forge, name, deepcopy(kept[name]))
        for file in store.glob("*.db*"):  # connections of one that ended may be open
            file.unlink()
        for file in (tmp_path / "kept").iterdir():
            shutil.copy(file, store / file.name)
        ended += 1
        left[0] = ended
        try:
            post()
        except Killed:
            left[0] = 10**6
            post()
        else:
            break
        place = [
            str(one.place.get("path") or one.place.get("new_path") or one.place.get("filediff_id"))
            for one in forge.threads
        ]
        assert set(Counter(place).values()) == {1}, (ended, place)
        assert len(forge.threads) == 3 and len(forge.notes) == (kind != "reviewboard"), ended
        first = next(one for one in forge.threads if "A" in str(one.place) or "500" in str(one.place))
        assert first.closed or "**Fixed in" in first.body or first.place.get("status") == "resolved", ended
    assert ended > 5
    forge.close()
