"""Names of generated tests: what is called and what is expected of it."""

from __future__ import annotations

import re
from typing import Final

from copilot.engines.embedded.records import Record

PRINTED: Final = "capsys."
WRITTEN: Final = "(tmp_path / "
"""How the expressions begin that stand for what a call printed and for what it wrote."""


def subject(target: str) -> str:
    """The words of a target, as the start of a name."""
    words = [_snake(part.strip("_")) for part in target.split(".")]
    return "_".join(word for word in words if word)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def capitals(name: str) -> str:
    """A name as part of a class's: `tiered_rate` becomes `TieredRate`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"_+", name) if word)


def camel(name: str) -> str:
    """`test_rejects_zero` as `testRejectsZero`."""
    head, *words = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in words)


def predicate(records: list[Record]) -> bool:
    """True when every value of a target is true or false."""
    values = {record.expected for record in records if record.kind == "value"}
    return bool(values) and values <= {"True", "False"}


_PLAIN_ERRORS: Final = frozenset(
    {"ValueError", "TypeError", "KeyError", "RuntimeError", "IndexError", "ArithmeticError", "Exception"}
)


_DANGLING: Final = frozenset(
    {"a", "an", "and", "at", "be", "by", "for", "in", "is", "must", "not", "of", "or", "than", "the", "to", "with"}
)


def reason(record: Record) -> str:
    """What is wrong with the input: the exception's own name if it says it, else the words of its message."""
    assert record.raised is not None
    _, name, message = record.raised
    short = name.rsplit(".", 1)[-1]
    if short not in _PLAIN_ERRORS:
        return _snake(re.sub(r"(Error|Exception)$", "", short)) or "input"
    words = re.findall(r"[a-z]+", re.sub(r"'[^']*'|\"[^\"]*\"|\S*\d\S*", " ", message.lower()))
    words = words[:6]
    while words and words[-1] in _DANGLING:
        words.pop()
    slug = "_".join(words)
    return slug if 3 <= len(slug) <= 50 else _snake(short.removesuffix("Error")) + "_error"


def effect(record: Record) -> str:
    """What is expected of a call on a prepared object."""
    printed = next((each.right for each in record.state if each.left.startswith(PRINTED)), "")
    if record.state:
        names = list(
            dict.fromkeys(
                each.left.split(".")[-1]
                for each in record.state
                if not each.left.startswith(("result", "len(", PRINTED, WRITTEN))
            )
        )
        names = [name for name in names if name.isidentifier()]
        if names == ["call_args"]:
            return "calls_" + next(e.left.split(".")[-2] for e in record.state if e.left.endswith(".call_args"))
        if names:
            return "changes_" + "_and_".join(names[:2])
    written = next((each.left for each in record.state if each.left.startswith(WRITTEN)), "")
    if written:
        return "writes_" + _words(written.removeprefix(WRITTEN).split(")", 1)[0])
    if printed:
        return f"prints_{_words(printed)}".rstrip("_")
    expected = record.expected or ""
    if expected in ("True", "False", "None"):
        return {"None": "passes"}.get(expected, f"is_{expected.lower()}")
    if re.fullmatch(r"\d+|[\"'][a-zA-Z_]{1,20}[\"']", expected):
        return "returns_" + _snake(expected.strip("\"'"))
    found = re.match(r"(?:\w+\.)?(\w+)", expected)
    return f"returns_{_snake(found[1])}" if found and found[1][0].isalpha() else "returns_value"


def _words(text: str) -> str:
    """The first words of a text, as part of a name."""
    found = re.findall(r"[a-z0-9]+", re.sub(r"\\[a-z]", " ", text.lower()))[:4]
    return "_".join(found)[:40]


def exits(record: Record) -> str:
    """How a program ends that ends itself: with which status or message."""
    code = next((each.right for each in record.state if each.left.endswith(".code")), "None")
    return "exits" if code in ("None", "0") else f"exits_with_{_words(code)}".rstrip("_")


def around(record: Record) -> str:
    """What is special about the world of a call, as the end of a name: its environment, its command line."""
    for line in record.world:
        if found := re.search(r"(set|del)env\(['\"](\w+)['\"](?:, ['\"](.*)['\"])?", line):
            head = "_with_" if found[1] == "set" else "_without_"
            return (head + f"{found[2].lower()}_{_words(found[3] or '')}").rstrip("_")
        if found := re.search(r"\"sys.argv\", \['prog',?(.*)\]\)", line):
            return f"_with_{_words(found[1])}" if found[1].strip() else "_without_arguments"
    return ""


def unique(name: str, used: set[str]) -> str:
    """The name, with a number when another test has it."""
    name = name[:80].rstrip("_")
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
