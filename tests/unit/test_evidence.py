"""Evidence in words: no face shows a check's raw name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from copilot.messages import set_locale
from copilot.types import Check, Declined
from copilot.verify import evidence

ROOT = Path(__file__).parents[2]


def names() -> Iterator[str]:
    """The names of all checks: first argument of `Check(…)`, directly or by a local `name = …`."""
    for area in ("tasks", "verify"):
        for path in (ROOT / "copilot" / area).glob("*.py"):
            for function in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                local = {}
                for node in ast.walk(function):
                    if isinstance(node, ast.Assign):
                        target, value = node.targets[0], node.value
                        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                            target, value = target.elts[0], value.elts[0]
                        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                            local[target.id] = value.value
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
                        first = node.args[0]
                        yield (
                            first.value if isinstance(first, ast.Constant) else local.get(getattr(first, "id", ""), "")
                        )


def test_every_check_has_a_claim() -> None:
    found = {name for name in names() if name}
    assert {"applies", "syntax", "code unchanged", "outside unchanged", "stable"} <= found
    assert [name for name in sorted(found) if evidence.claim(name) == name] == []


def test_proof_is_what_the_checks_say_or_claim() -> None:
    checks = (Check("applies", passed=True, detail="edits: 1"), Check("syntax", passed=True))
    assert evidence.proof(checks) == "edits: 1; no new syntax fault"


def test_a_refusal_says_what_was_not_proven_and_where() -> None:
    refused = evidence.refused(Check("syntax", passed=False, detail="line 3"))
    assert evidence.why(refused) == "not proven: no new syntax fault: line 3"
    assert evidence.why(Declined("nothing to offer")) == "nothing to offer"


def test_doubt_is_said_as_doubt() -> None:
    assert evidence.why(evidence.refused(Check("confidence", passed=False))) == "the engine is not sure enough here"


def test_reason_and_detail_stand_in_the_persons_punctuation() -> None:
    set_locale("zh")
    try:
        assert evidence.why(Declined("no", "why")) == "no：why"
    finally:
        set_locale("en")
