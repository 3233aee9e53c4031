"""What the recorder's search is made of: strings from patterns, answers to comparisons, identifiers, planted faults."""

from __future__ import annotations

import ast
import importlib.util
import random
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from copilot.verify.recording import identifiers
from copilot.verify.recording.fault import Planted
from copilot.verify.recording.feedback import Log, Seen, derived, instrumented, listening
from copilot.verify.recording.mutants import living, plant
from copilot.verify.recording.regexes import samples
from copilot.verify.recording.seeds import _substituted
from copilot.verify.recording.variation import changed


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{2}\d{2}(-[a-z]+)?$",
        r"(?P<y>\d{4})W(?P<w>\d\d)",
        r"0|[1-9]\d*",
        r"(ab|cd)+x?",
        r"[^\d]+\.(\w+)",
        r"(a)\1\1",
    ],
)
def test_samples_match_their_pattern_and_differ(pattern: str) -> None:
    found = samples(re.compile(pattern))
    assert found
    assert len(set(found)) == len(found)
    assert all(re.search(pattern, text) for text in found)


def test_a_pattern_that_no_text_of_its_own_matches_gives_none() -> None:
    assert samples(re.compile(r"a(?=b)$")) == []


def test_an_operand_that_stands_in_the_input_is_replaced_by_the_other() -> None:
    assert "check('12347')" in list(derived("check('12345')", [Seen("NotEq", "7", "5")]))
    assert {"due(30)", "due(31)", "due(29)"} <= set(derived("due(12)", [Seen("Gt", 12, 30)]))
    assert "parse('1234512')" in list(derived("parse('12345')", [Seen("Eq", 5, 7)]))
    assert list(derived("f(1)", [Seen("Eq", float("inf"), 1)])) == ["f(1e309)"]
    assert list(derived("f('a')", [Seen("Eq", "b", "c")])) == []


def test_published_examples_agree_with_the_check_digits() -> None:
    assert identifiers.iban("GB", "WEST12345698765432") == "GB82WEST12345698765432"
    assert identifiers.iban("DE", "370400440532013000") == "DE89370400440532013000"
    assert identifiers.luhn("411111111111111") == "4111111111111111"
    assert identifiers.isin("US037833100") == "US0378331005"
    assert identifiers.resident("11010519491231002") == "11010519491231002X"


def test_one_digit_off_is_wrong() -> None:
    for _, texts in identifiers.BY_NAME[:2]:
        assert texts[-1] != texts[0]
        assert len(texts[-1]) == len(texts[0])


CODE = """LIMIT = 10


def fits(number, low=1):
    if low <= number < LIMIT:
        return number > 5
    raise ValueError("out of range")
"""


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    path = tmp_path / "planted_here.py"
    path.write_text(CODE)
    spec = importlib.util.spec_from_file_location("planted_here", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["planted_here"] = made
    spec.loader.exec_module(made)
    yield made
    del sys.modules["planted_here"]


def test_comparisons_are_seen_and_mean_the_same(module: ModuleType) -> None:
    log = Log()
    with listening(instrumented(ast.parse(CODE), module.__file__, living(module.__file__)), log):
        assert module.fits(7) is True
        assert Seen("Lt", 7, 10) in log.seen
        assert Seen("Gt", 7, 5) in log.seen
        with pytest.raises(ValueError, match="out of range"):
            module.fits(0)
    log.clear()
    assert module.fits(7) is True
    assert log.seen == []


def test_faults_reach_code_tables_defaults_and_answers_and_are_taken_back(module: ModuleType) -> None:
    def answers() -> list[object]:
        found: list[object] = []
        for number in (0, 1, 5, 6, 9, 10):
            try:
                found.append(module.fits(number))
            except ValueError:
                found.append("error")
        return found

    right = answers()
    mutants = plant(ast.parse(CODE), module.__file__, [(4, 7)], module)
    exposed = set()
    for mutant in mutants:
        with Planted(mutant):
            if answers() != right:
                exposed.add(mutant.change)
        assert answers() == right
    assert {
        ("10", "11"),
        ("default 1", "default 2"),
        ("number > 5", "number >= 5"),
        ("return number > 5", "return True"),
    } <= exposed
    assert len(exposed) >= len(mutants) - 4


@pytest.mark.parametrize(
    "text", ["fee('每月é', [1, -2, 'x'], rate=3.5)", "Card('a').pay(Decimal('1.50'), lambda x: x + 1)"]
)
def test_a_near_miss_differs_in_one_place_and_is_written_as_python_would(text: str) -> None:
    def parts(code: str) -> Counter[str]:
        return Counter(ast.dump(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))

    chance = random.Random(3)
    found = {changed(text, chance) for _ in range(200)}
    assert len(found) > 20
    for one in found:
        assert one is not None
        assert ast.unparse(ast.parse(one)) == one
        assert (parts(text) - parts(one)).total() <= 1
    assert changed("f(f'{x} 1')", chance) is None
    assert changed("not python(", chance) is None


def test_known_names_are_replaced_and_the_tree_that_had_them_stays() -> None:
    node = ast.parse("total([rate, other], *more, key=rate)", mode="eval").body
    known = {"rate": ast.parse("Decimal('0.1')", mode="eval").body, "more": ast.parse("(1, 2)", mode="eval").body}
    assert ast.unparse(_substituted(node, known)) == "total([Decimal('0.1'), other], *(1, 2), key=Decimal('0.1'))"
    assert ast.unparse(node) == "total([rate, other], *more, key=rate)"
    assert _substituted(node, {"nobody": node}) is node
