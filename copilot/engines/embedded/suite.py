"""A whole test file: which tests there are, in which classes, under which imports; written in the project's style."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from copilot.engines.embedded import pytest_text, reaching, unittest_text
from copilot.engines.embedded.grouping import groups
from copilot.engines.embedded.phrases import imports_text
from copilot.engines.embedded.pytest_names import camel, capitals, subject, unique
from copilot.engines.embedded.records import Imports, Record
from copilot.testfacts import TestStyle

PLAIN: Final = TestStyle()
_HEAD: Final = re.compile(r"^((?:async )?def \w+\([^\n]*\)):$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Test:
    """One test. `name` is unique in its class (`owner`, empty: none) or file; `text` goes from the decorators to the last line."""

    __test__ = False  # pytest would collect the name

    name: str
    owner: str
    text: str
    imports: Imports
    records: tuple[Record, ...] = field(compare=False)


def usable(records: Sequence[Record], style: TestStyle) -> tuple[list[Record], Counter[str]]:
    """The records that can stand in one file of this style, and why the others cannot: reasons with counts."""
    owner: dict[str, str] = {}
    kept: list[Record] = []
    left_out: Counter[str] = Counter()
    for record in records:
        try:
            imports = _written("test", [record], style)[1]
        except unittest_text.Unwritable:
            left_out["cannot be written with unittest"] += 1
            continue
        needed = [(n or m.split(".")[0], m if n else "") for m, n in imports]
        if any(owner.get(name, module_) != module_ for name, module_ in needed):
            left_out["needs one name for two things"] += 1
            continue
        owner.update(needed)
        kept.append(record)
    return kept, left_out


def tests(records: Sequence[Record], style: TestStyle, module: str, kinds: Mapping[str, str]) -> list[Test]:
    """The tests of records, in the order in which their targets occur.

    `module` is the last name of the module, for the class of a file that has one class; `kinds` tells of the module's
    names whether they are a `class` (its tests share a class) or something else.
    """
    taken: dict[str, set[str]] = {}
    found: list[Test] = []
    imported = {name for record in records for _, name in record.imports}
    for target in dict.fromkeys(record.target for record in records):
        own = [record for record in records if record.target == target]
        owner, base, whole = _place(target, style, module, kinds)
        while owner and owner in imported:
            owner += "_"
        used = taken.setdefault(owner, set())
        for name, group in groups(own, base):
            wanted = whole if name == "test" else name
            free = unique(camel(wanted) if style.camel else wanted, used)
            used.add(free)
            text, imports = _written(free, group, style)
            found.append(Test(free, owner, text, imports, tuple(group)))
    return found


def alone(name: str, record: Record) -> Test:
    """A record as a plain test of its own, to try it."""
    text, imports = _written(name, [record], PLAIN)
    return Test(name, "", text, imports, (record,))


def _place(target: str, style: TestStyle, module: str, kinds: Mapping[str, str]) -> tuple[str, str, str]:
    """The test class of a target, how names of its tests begin there, and the name of a test with nothing special."""
    whole = "test_" + subject(target)
    if not style.classes:
        return "", whole, whole
    top, _, inner = target.partition(".")
    if style.single:
        return style.classes.format(capitals(module)), whole, whole
    rest = subject(inner) if kinds.get(top) == "class" else ""
    return style.classes.format(capitals(top)), f"test_{rest}" if rest else "test", f"test_{rest}" if rest else whole


def _written(name: str, records: Sequence[Record], style: TestStyle) -> tuple[str, Imports]:
    if style.framework == "unittest":
        text, imports = unittest_text.written(name, records)
    else:
        text, imports = pytest_text.written(name, records, method=bool(style.classes))
    if style.annotated:
        text = _HEAD.sub(r"\1 -> None:", text, count=1)
    return text, imports


def file(module: str, tests_: Sequence[Test], style: TestStyle) -> str:
    """The text of the whole file, for the formatter to lay out."""
    blocks, imports = _blocks(tests_, style)
    head = (
        f'"""Characterisation tests of {module}.\n\nThey record what the code does today, not what it should do.\n"""'
    )
    helpers = dict.fromkeys(helper for test in tests_ for record in test.records for helper in record.helpers)
    text = "\n\n".join([head, imports_text(imports), "", "\n\n\n".join([*helpers, *blocks])]) + "\n"
    return reaching.rewritten(text, module, style.imports)


def _blocks(tests_: Sequence[Test], style: TestStyle) -> tuple[list[str], Imports]:
    """Functions as they are, methods below the head of their class; and all imports."""
    blocks: list[str] = []
    imports = frozenset(pair for test in tests_ for pair in test.imports)
    for owner in dict.fromkeys(test.owner for test in tests_):
        texts = [test.text for test in tests_ if test.owner == owner]
        if not owner:
            blocks += texts
            continue
        bases = ""
        if style.framework == "unittest":
            base, needed = unittest_text.base(style, awaits=any(text.startswith("async ") for text in texts))
            bases, imports = f"({base})", imports | needed
        body = "\n\n".join(textwrap.indent(text, "    ") for text in texts)
        blocks.append(f"class {owner}{bases}:\n{body}")
    return blocks, imports
