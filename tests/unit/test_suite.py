"""Recorded behaviour as text: the same records in pytest's style and in `unittest`'s, and both mean the same."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from copilot.engines.embedded import reaching, records, suite
from copilot.engines.embedded.records import Record
from copilot.testfacts import TestStyle
from copilot.verify import python_tests

UNITTEST = TestStyle("unittest", "{}Test")


def record(target: str, call: str, expected: str = "None", **more: Any) -> Record:
    """A recorded call of `target` in the module `m`; `more` are fields of the recorder's JSON."""
    shown = [["call", expected, []]] if more.get("kind", "value") == "value" else []
    shown += [[left, right, []] for left, right in more.pop("state", [])]
    row = {
        "target": target, "setup": [], "call": call, "wrap": "%s", "imports": [("m", target.split(".", maxsplit=1)[0])], "args": [],
        "kind": "value", "shown": shown, "error": ["", "", ""], **more,
    }  # fmt: skip
    return records.read(row)


def raising(target: str, call: str, name: str, message: str, **more: Any) -> Record:
    return record(target, call, kind="raises", error=["builtins", name, message], **more)


def written(style: TestStyle, *found: Record, kinds: dict[str, str] | None = None) -> str:
    kept, _ = suite.usable(found, style)
    tests = suite.tests(kept, style, "m", kinds or {})
    text = suite.file("m", tests, style)
    ast.parse(text)
    return text.split('"""\n\n', 1)[1]


def test_a_value_an_exception_and_a_number_that_is_nearly_right() -> None:
    text = written(
        UNITTEST,
        record("f", "f(1)", "2"),
        record("f", "f(2)", "True"),
        record("h", "h(3)", "None"),
        record("g", "g(3)", "0.33333333333"),
        record("g", "g(4)", "0.00033333333333"),
        raising("f", "f(0)", "ValueError", "no (zero)"),
    )
    assert "class FTest(unittest.TestCase):" in text
    assert "class GTest(unittest.TestCase):" in text
    assert "self.assertEqual(f(1), 2)" in text
    assert "self.assertIs(f(2), True)" in text
    assert "self.assertIsNone(h(3))" in text
    assert "self.assertAlmostEqual(g(3), 0.33333333333)" in text
    assert "self.assertAlmostEqual(g(4), 0.00033333333333, delta=3.33e-10)" in text
    assert 'with self.assertRaisesRegex(ValueError, r"no \\(zero\\)"):\n            f(0)' in text
    assert "pytest" not in text


def test_what_surrounds_a_call_is_patched_in_the_order_of_its_lines() -> None:
    world = (
        "monkeypatch.setenv(\"MODE\", 'live')",
        'monkeypatch.delenv("OTHER", raising=False)',
        'get = Mock(**{"return_value.status_code": 200})',
        'monkeypatch.setattr("requests.get", get)',
        'monkeypatch.setattr(FixedDate, "fixed", date(2023, 12, 31))',
    )
    text = written(UNITTEST, record("f", "f()", "1", world=world))
    assert text.index("get = Mock(") < text.index("with patch.dict(")
    assert (
        'with patch.dict("os.environ", {"MODE": \'live\'}), patch.dict("os.environ"), patch("requests.get", get), '
        'patch.object(FixedDate, "fixed", date(2023, 12, 31)):'
    ) in text
    assert 'os.environ.pop("OTHER", None)\n            self.assertEqual(f(), 1)' in text
    assert "from unittest.mock import patch" in text
    assert "import os\n" in text


def test_output_files_and_the_end_of_a_program() -> None:
    stopped = raising(
        "main",
        "main()",
        "SystemExit",
        "",
        setup=["tool = Tool()"],
        state=[("stopped.value.code", "2"), ("capsys.readouterr().out", "'usage\\n'")],
    )
    text = written(UNITTEST, stopped)
    assert "with redirect_stdout(StringIO()) as printed:\n            tool = Tool()\n" in text
    assert "            with self.assertRaises(SystemExit) as stopped:\n                main()\n" in text
    assert "        self.assertEqual(stopped.exception.code, 2)\n" in text
    assert "        self.assertEqual(printed.getvalue(), 'usage\\n')" in text
    lines = "\\n".join(["a line that is long enough"] * 3)
    text = written(UNITTEST, record("show", "show()", state=[("capsys.readouterr().out", f"'{lines}'")]))
    assert "self.assertEqual(printed.getvalue(), ('a line that is long enough\\n'\n" in text
    path = record("save", 'save(tmp_path / "a.txt")', "1", state=[("(tmp_path / 'a.txt').read_text()", "'x'")])
    text = written(UNITTEST, path)
    assert "tmp_path = Path(folder.name)\n        result = save(" in text
    assert "self.addCleanup(folder.cleanup)" in text


def test_rows_are_subtests_each_in_a_world_of_its_own() -> None:
    world = ("monkeypatch.setenv(\"MODE\", 'live')",)
    rows = [record("f", f"f({n})", str(2 * n), world=world, args=[["count", str(n)]]) for n in (1, 2, 3)]
    text = written(UNITTEST, *rows)
    assert "for count, expected in [\n            (1, 2),\n" in text
    assert "with self.subTest(count=count):\n                with patch.dict(" in text
    assert python_tests.assertion_count(text) == 3
    plain = written(suite.PLAIN, *rows)
    assert python_tests.assertion_count(plain) == 3
    assert "def test_f_with_mode_live(count, expected, monkeypatch):" in plain


def test_what_is_awaited_is_awaited_by_the_test() -> None:
    many = record("g", "g(1)", "[1]", wrap="list(asyncio.run(collected(%s)))")
    text = written(UNITTEST, record("f", "f(1)", "2", wrap="asyncio.run(%s)"), record("h", "h()", "1"), many)
    assert "class FTest(unittest.IsolatedAsyncioTestCase):\n    async def test_f(self):" in text
    assert "self.assertEqual(await f(1), 2)" in text
    assert "self.assertEqual(list(await collected(g(1))), [1])" in text
    assert "class HTest(unittest.TestCase):\n    def test_h(self):" in text
    assert "import asyncio" not in text
    own_loop = record("f", "f(1)", "2", wrap="asyncio.run(%s)", setup=["made = asyncio.run(start())"])
    assert "    def test_returns_2(self):\n        made = asyncio.run(" in written(UNITTEST, own_loop)


def test_what_has_no_faithful_form_is_counted() -> None:
    record_ = record("f", "f()", "1", world=('monkeypatch.syspath_prepend("x")',))
    assert suite.usable([record_], UNITTEST) == ([], {"cannot be written with unittest": 1})
    assert suite.usable([record_], suite.PLAIN)[0] == [record_]
    patch = record("patch", "patch(1)", "1")
    patched = record("f", "f()", "1", world=('monkeypatch.setenv("A", "b")',))
    assert suite.usable([patch, patched], UNITTEST)[1] == {"needs one name for two things": 1}
    assert not suite.usable([patch, patched], suite.PLAIN)[1]


def test_methods_of_a_class_share_one_and_say_its_name_once() -> None:
    style = TestStyle(classes="Test{}")
    text = written(
        style,
        record("Till", "Till(1).count()", "1", kind="value"),
        record("Till.pay", "till.pay(1)", "2", setup=["till = Till(1)"], state=[("till.cents", "2")]),
        raising("Till.pay", "Till(1).pay(0)", "ValueError", "nothing to pay"),
        record("fee", "fee(1)", "2"),
        raising("fee", "fee(0)", "ValueError", "nothing to pay"),
        kinds={"Till": "class", "fee": "function"},
    )
    assert python_tests.names(text) == [
        "TestTill::test_till",
        "TestTill::test_pay_changes_cents",
        "TestTill::test_pay_rejects_nothing_to_pay",
        "TestFee::test_fee",
        "TestFee::test_rejects_nothing_to_pay",
    ]
    one = TestStyle(classes="{}Tests", single=True, camel=True)
    text = written(one, record("Till.pay", "Till(1).pay(1)", "2"), record("fee", "fee(1)", "2"))
    assert python_tests.names(text) == ["MTests::testTillPay", "MTests::testFee"]


def test_tests_say_what_they_return_where_the_project_does() -> None:
    rows = [record("f", f"f({n})", str(2 * n), args=[["count", str(n)]]) for n in (1, 2, 3)]
    assert "def test_f(count, expected) -> None:\n" in written(TestStyle(annotated=True), *rows)
    text = written(TestStyle("unittest", "{}Test", annotated=True), record("f", "f(1)", "2", wrap="asyncio.run(%s)"))
    assert "async def test_f(self) -> None:\n" in text


def test_a_test_class_never_hides_what_it_tests() -> None:
    text = written(TestStyle(classes="{}Test"), record("Fee", "Fee(1)", "2", imports=[("m", "Fee"), ("m", "FeeTest")]))
    assert "class FeeTest_:" in text


def test_a_fixture_takes_the_place_of_the_object_that_the_test_would_make() -> None:
    made = record(
        "Till.pay", "till.pay('till', 1)", "2", setup=["till = Till(1)", "till.open()"], state=[("till.cents", "2")]
    )
    found = records.furnished(made, {"Till": "giro"})
    text = written(suite.PLAIN, found)
    assert "def test_till_pay_changes_cents(giro):\n    giro.open()\n    result = giro.pay('till', 1)\n" in text
    assert "assert giro.cents == 2" in text
    assert records.furnished(made, {"Other": "giro"}) is made
    clash = record("Till.pay", "till.pay(giro)", "2", setup=["till = Till(1)", "giro = 3"])
    assert records.furnished(clash, {"Till": "giro"}) is clash
    assert records.furnished(record("f", "f(1)", "2"), {"Till": "giro"}).fixtures == ()


def test_calls_on_a_fixture_share_no_test_unless_each_gets_its_own() -> None:
    two = [record("Till.show", f"till.show({n})", str(n), setup=["till = Till(1)"]) for n in (1, 2)]
    furnished = [records.furnished(each, {"Till": "till"}) for each in two]
    text = written(suite.PLAIN, *furnished)
    assert python_tests.names(text) == ["test_till_show", "test_till_show_2"]
    three = [
        *furnished,
        records.furnished(record("Till.show", "till.show(3)", "3", setup=["till = Till(1)"]), {"Till": "till"}),
    ]
    text = written(suite.PLAIN, *three)
    assert python_tests.names(text) == ["test_till_show"]
    assert "def test_till_show(argument_1, expected, till):" in text


@pytest.mark.parametrize(
    ("imports", "line", "call"),
    [
        ("names", "from m.n import f, g", "assert f(g) == {'f': f}"),
        ("module", "from m import n", "assert n.f(n.g) == {'f': n.f}"),
        ("dotted", "import m.n", "assert m.n.f(m.n.g) == {'f': m.n.f}"),
        ("as x", "import m.n as x", "assert x.f(x.g) == {'f': x.f}"),
    ],
)
def test_the_module_is_reached_as_the_project_does(imports: str, line: str, call: str) -> None:
    text = "from m.n import f, g\n\n\ndef test_f():\n    assert f(g) == {'f': f}\n"
    assert reaching.rewritten(text, "m.n", imports) == f"{line}\n\n\ndef test_f():\n    {call}\n"


def test_a_name_that_means_something_else_too_stays_as_it_is() -> None:
    for body in ("f = 1\n    assert f == 1", "n = 1\n    assert f(n) == 1"):
        text = f"from m.n import f\n\n\ndef test_f():\n    {body}\n"
        assert reaching.rewritten(text, "m.n", "module") == text
