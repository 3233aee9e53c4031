"""Failures of payments that end without a handler: in a future, a stream, a fallback, a gathering, a context manager."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.routines import Routine
from copilot.rules.swallowing import Swallowing
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants

_READS: Final = re.compile(r"(?:get|find|load|fetch|query|list|lookup|search|read|count|quote)(?:[A-Z_]\w*)?")
_NOTES: Final = re.compile(r"(?i)mail|sms|notif|cache|metric|webhook|push|audit|close|shutdown|telemetry")
_FALLBACK: Final = re.compile(r"(?i)fall_?back|recover")
_FAILURE: Final = re.compile(r"\b(?:Throwable|\w*Exception|\w*Error)\b")


class Dropping:
    """What becomes of failures outside of handlers, in one document."""

    def __init__(self, swallowing: Swallowing) -> None:
        self.swallowing = swallowing
        self.routines, self.flow = swallowing.routines, swallowing.flow

    def is_dropped(self, name: Node) -> bool:
        """`….exceptionally(t -> null)`, `….onErrorReturn(Refund.DONE)`: `name` is the name of such a call."""
        call = name.parent
        routine = self.routines.of(name)
        receiver = self.flow.receiver(call) if call is not None else None
        if call is None or routine is None or receiver is None or self.routines.is_test:
            return False
        given = self.flow.arguments(call)
        called = self.flow.read(name)
        if called in {"getOrElse", "getOrElseGet", "recover"} and "Try." not in self.flow.read(receiver):
            return False
        if called == "subscribe":
            if len(given) < 2 or given[1].type != "lambda_expression":
                return False
            given = given[1:2]
        if given and not self._is_hush(given[-1]):
            return False
        return self.swallowing.is_money(routine, receiver) and not self._is_aside(receiver)

    def _is_hush(self, given: Node) -> bool:
        """Whether what answers a failure leaves no trace of it."""
        if given.type == "method_reference":
            return False
        if given.type != "lambda_expression":
            return self.swallowing.is_nothing(given)
        body = given.child_by_field_name("body")
        if body is None:
            return False
        if body.type == "block":
            return all(self.swallowing.is_hush(each) for each in body.named_children)
        if self.swallowing.is_nothing(body):
            return True
        return body.type == "method_invocation" and self.swallowing.is_hush(body)

    def _is_aside(self, receiver: Node) -> bool:
        """Whether what may fail only reads, or is beside the payment: a message, a cache."""
        calls = [receiver, *descendants(receiver, "method_invocation")]
        inner = [each for each in calls if each.type == "method_invocation"]
        texts = [self.flow.read(each).partition("(")[0] for each in inner]
        names = [self.flow.called(each) for each in inner]
        doing = [name for name in names if name not in _WIRING]
        return any(_NOTES.search(text) for text in texts) or (
            bool(doing) and all(_READS.fullmatch(name) for name in doing)
        )

    def is_gathered(self, call: Node) -> bool:
        """`await asyncio.gather(…, return_exceptions=True)` whose answer nobody looks at."""
        routine = self.routines.of(call)
        if (
            routine is None
            or self.routines.is_test
            or re.search(r"(?i)notif|publish|broadcast|send", self.flow.read(call))
        ):
            return False
        return self.swallowing.is_money(routine, call)

    def is_fallback(self, routine: Routine) -> bool:
        """Whether a routine that answers in place of a failed payment says nothing of the failure."""
        given = routine.node.child_by_field_name("parameters")
        if routine.body is None or given is None or self.routines.is_test:
            return False
        marked = "@Recover" in routine.marks
        if not (marked or _FALLBACK.match(routine.name)) or not _FAILURE.search(self.flow.read(given)):
            return False
        held = [each for each in routine.body.named_children if not each.type.endswith("comment")]
        return all(self.swallowing.is_hush(each) for each in held) and self.swallowing.is_money(routine, given)

    def is_left(self, routine: Routine) -> bool:
        """Whether `__exit__` of a context of payments answers that every failure is dealt with."""
        if routine.name not in {"__exit__", "__aexit__"} or routine.body is None or self.routines.is_test:
            return False
        held = [each for each in routine.body.named_children if not each.type.endswith("comment")]
        last = self.flow.read(held[-1]) if held else ""
        return (
            last == "return True"
            and all(self.swallowing.is_hush(each) for each in held)
            and self.swallowing.is_money(routine, routine.body)
        )


_WIRING: Final = frozenset({
    "supplyAsync", "runAsync", "thenApply", "thenCompose", "thenAccept", "whenComplete", "handle", "orTimeout", "map", "flatMap",
    "doOnError", "doOnSuccess", "doOnNext", "timeout", "of", "run", "subscribeOn", "publishOn", "retry", "retryWhen",
})  # fmt: skip
"""Calls that only say what follows on what."""
