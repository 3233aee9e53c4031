"""Requests as the data of an action: what comes back is only taken as far as the server could have sent it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from copilot.errors import UsageError
from copilot.types import Offer, Span, Task, TestsOptions, document
from lsp import questions
from lsp.main import create

DOC = document(Path("/repo/a.py"), "python", "def f(x):\n    return x\n")
TYPED = create("replay").protocol.typed
TOLD = questions.data(Offer(Task.TESTS, "t", Span(0, 9), TestsOptions()), "file:///repo/a.py", DOC)


def test_an_offer_comes_back_as_its_request() -> None:
    asked = questions.request(TOLD, DOC, TYPED)
    assert (asked.task, asked.span, asked.options) == (Task.TESTS, Span(0, 9), TestsOptions())


@pytest.mark.parametrize("out", ["/etc/cron.d", "../../etc", "a\0b", 5, ["x"]])
def test_an_action_cannot_say_where_tests_are_written(out: object) -> None:
    with pytest.raises((UsageError, JsonRpcException)):
        questions.request({**TOLD, "options": {"out": out, "budget_s": 3}}, DOC, TYPED)


@pytest.mark.parametrize("told", [None, 5, [], {}, {"task": "tests"}, {**TOLD, "end": 10**9}, {**TOLD, "version": 7}])
def test_anything_else_is_refused_by_name(told: object) -> None:
    with pytest.raises((UsageError, JsonRpcException)):
        questions.request(told, DOC, TYPED)
