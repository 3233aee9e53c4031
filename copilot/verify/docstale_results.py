"""Contradictions about what comes out: exceptions added and removed, results that are none, results that are yielded."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from typing import Final

from copilot.syntax.outline import outline
from copilot.types import Edit, Span
from copilot.verify import doctext, doctypes
from copilot.verify.contract import Value
from copilot.verify.docsections import Section
from copilot.verify.docsubject import Stale, Subject

_UNTOLD: Final = frozenset({
    "NotImplementedError", "StopIteration", "StopAsyncIteration", "AssertionError", "SystemExit", "KeyboardInterrupt",
    "GeneratorExit", "Exception", "BaseException", "AttributeError", "ImportError", "Throwable", "Error",
    "UnsupportedOperationException", "NullPointerException", "RuntimeException",
})  # fmt: skip
"""Exceptions that documentation may well pass over."""

_BUILTIN: Final = {n: c for n, c in vars(builtins).items() if isinstance(c, type) and issubclass(c, BaseException)}
_JAVA: Final = {
    "NumberFormatException": "IllegalArgumentException", "IllegalArgumentException": "RuntimeException",
    "IllegalStateException": "RuntimeException", "NullPointerException": "RuntimeException",
    "IndexOutOfBoundsException": "RuntimeException", "ArrayIndexOutOfBoundsException": "IndexOutOfBoundsException",
    "StringIndexOutOfBoundsException": "IndexOutOfBoundsException", "ArithmeticException": "RuntimeException",
    "ClassCastException": "RuntimeException", "UncheckedIOException": "RuntimeException", "RuntimeException": "Exception",
    "FileNotFoundException": "IOException", "EOFException": "IOException", "IOException": "Exception",
    "SQLException": "Exception", "TimeoutException": "Exception", "InterruptedException": "Exception",
    "ExecutionException": "Exception", "Exception": "Throwable",
}  # fmt: skip
_NOTHING: Final = re.compile(r"(?i)\b(?:none|nothing|void|no value|null|empty|never)\b|无|空|没有")
_STREAM: Final = re.compile(r"(?i)iter|generat|stream|yield|lazy|lazily|sequence|coroutine|awaitable|context|迭代|生成")
_LATER: Final = re.compile(r"(?i)future|promise|awaitable|coroutine|deferred|task")
_CALLED: Final = re.compile(r"([\w.]+)\s*\(")
_STEPS: Final = re.compile(r"\bawait\b|\bwith\b|\basync\b|\byield\b|\bimport\b")
_PLAIN_VALUES: Final = frozenset({"list", "dict", "set", "tuple", "str", "bool"})


def contradictions(subject: Subject) -> Iterator[Stale]:
    """What the documentation says of exceptions and results, and the body does not bear out."""
    if not subject.contract.callable or subject.symbol is not subject.contract.symbol:
        return
    yield from _raised(subject)
    if subject.contract.flags & {"stub", "abstract", "overload", "contextmanager"}:
        return
    yield from _returned(subject)
    yield from _yielded(subject)


def _raised(subject: Subject) -> Iterator[Stale]:
    sections = [one for one in subject.found.of("raises") if one.entries]
    told = {entry.name.rpartition(".")[2] for section in sections for entry in section.entries}
    if not told or not all(name.isidentifier() for name in told):
        return
    span = _heading(subject, sections[0])
    for one in subject.contract.raised:
        name = one.type.rpartition(".")[2]
        if name in told or name in _UNTOLD or name.startswith("_") or subject.says(name):
            continue
        above = _above(subject, name)
        if not one.declared and (above is None or above & told or not _is_thrown(subject, one.type)):
            continue
        if above is not None and above & told:
            continue
        yield Stale("doc:raises-missing", subject.symbol, span, one.type)
    for section in sections:
        for entry in section.entries:
            name = entry.name.rpartition(".")[2]
            if _no_longer(subject, name):
                place = doctext.head(subject.found, entry, entry.name) or span
                edits = doctext.without_entry(subject.document, subject.found, section, {entry.name})
                yield Stale("doc:raises-removed", subject.symbol, place, entry.name, edits=edits, asks=True)


def _is_thrown(subject: Subject, kind: str) -> bool:
    """Whether the body names the type where it raises, and does not only hand on what it caught."""
    return re.search(rf"\b(?:raise|throw\s+new)\s+{re.escape(kind)}\b", subject.source) is not None


def _above(subject: Subject, name: str) -> set[str] | None:
    """The classes above an exception; None where they are not known."""
    if subject.document.language == "java":
        found: set[str] = set()
        own = {s.name: s.bases for s in outline(subject.document).symbols if s.kind == "class"}
        while name in _JAVA or name in own:
            name = _JAVA[name] if name in _JAVA else (own[name][0] if own[name] else "Object").rpartition(".")[2]
            if name in found:
                break
            found.add(name)
        return found or None
    if name in _BUILTIN:
        return {one.__name__ for one in _BUILTIN[name].__mro__[1:]}
    classes = {s.name: s.bases for s in outline(subject.document).symbols if s.kind == "class"}
    if name not in classes:
        return None
    found, pending = set(), [name]
    while pending:
        for base in classes[pending.pop()]:
            last = base.partition("[")[0].rpartition(".")[2]
            if last in found:
                continue
            if last in _BUILTIN:
                found |= {one.__name__ for one in _BUILTIN[last].__mro__}
            elif last in classes:
                found.add(last)
                pending.append(last)
            else:
                return None
    return found


def _no_longer(subject: Subject, name: str) -> bool:
    """True when the last commit raised `name` here itself, nothing of the file names it now, and no new call could."""
    was = subject.before
    if was is None or name not in {one.type.rpartition(".")[2] for one in was.raised}:
        return False
    if name in {one.type.rpartition(".")[2] for one in subject.contract.raised} or name in _UNTOLD:
        return False
    if re.search(rf"\b{re.escape(name)}\b", subject.source):
        return False
    calls, before = set(_CALLED.findall(subject.source)), set(_CALLED.findall(subject.source_before))
    return calls <= before and set(_STEPS.findall(subject.source)) <= set(_STEPS.findall(subject.source_before))


def _returned(subject: Subject) -> Iterator[Stale]:
    """A result that is documented though nothing is returned, or though values are yielded; another type."""
    contract, found = subject.contract, subject.found
    for section in found.of("returns"):
        text = "\n".join(line.text for line in found.lines[section.first : section.last + 1])
        if _is_void(subject):
            if _NOTHING.search(text) or section.body > section.last or _LATER.search(text):
                continue
            edits = doctext.without(subject.document, found, section.first, section.last)
            yield Stale("doc:returns", subject.symbol, _heading(subject, section), "", edits=edits, asks=True)
        elif subject.document.language == "python" and (told := doctypes.of_result(found, section)) is not None:
            kinds = doctypes.plain(told[0])
            if "generator" in contract.flags and kinds and not found.of("yields") and not _STREAM.search(text):
                yield Stale("doc:yields", subject.symbol, _heading(subject, section), "", edits=_swap(subject, section))
            elif (
                contract.result is not None
                and "generator" not in contract.flags
                and subject.exact
                and doctypes.contradict(told[0], contract.result)
            ):
                edits = (Edit(subject.document.path, told[1], contract.result),)
                yield Stale("doc:type", subject.symbol, told[1], "", contract.result, edits)


def _is_void(subject: Subject) -> bool:
    """Whether it is sure that callers get nothing."""
    contract = subject.contract
    if subject.document.language == "java":
        return contract.result is None
    if not subject.exact or contract.flags & {"generator", "property", "setter"} or contract.name == "__init__":
        return False
    if contract.result is not None or (contract.symbol is not None and contract.symbol.returns not in {None, "None"}):
        return False
    if any(value.code != "None" for value in contract.returned) or any(one.always for one in contract.raised):
        return False
    # Where every way out raises or loops, and where the body only asks to be overridden, a result is promised to others.
    if re.search(r"\bNotImplemented(?:Error)?\b|\bwhile (?:True|1)\b", subject.source):
        return False
    statements = [line for line in subject.source.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    # `return None`, and a raise at the end, tell others what to do in their own version.
    return len(statements) > 1 and "return None" not in subject.source and not _ends_raising(statements)


def _ends_raising(statements: list[str]) -> bool:
    return statements[-1].lstrip().startswith("raise")


def _yielded(subject: Subject) -> Iterator[Stale]:
    """A documented yield of a function that returns plain values, or nothing."""
    contract = subject.contract
    if "generator" in contract.flags or subject.document.language != "python" or not subject.exact:
        return
    if contract.result is not None and (_STREAM.search(contract.result) or not doctypes.plain(contract.result)):
        return
    values = [value for value in contract.returned if value.code != "None"]
    if not values or not all(map(_is_plain, values)) or subject.found.of("returns"):
        return
    for section in subject.found.of("yields"):
        yield Stale("doc:yields", subject.symbol, _heading(subject, section), "", edits=_swap(subject, section))


def _is_plain(value: Value) -> bool:
    return value.kind in _PLAIN_VALUES or (value.kind == "code" and value.code[:1] in "[{(\"'0123456789")


def _swap(subject: Subject, section: Section) -> tuple[Edit, ...]:
    """`Returns` as `Yields` or the other way round, heading and underline; every sentence stays."""
    found, edits = subject.found, list[Edit]()
    to_yields = section.part == "returns"
    declared = subject.contract.element if to_yields else subject.contract.result
    told = doctypes.of_result(found, section)
    if told is not None and declared is not None and doctypes.contradict(told[0], declared):
        edits.append(Edit(subject.document.path, told[1], declared))
    if found.style == "rest":
        names = {"return": "yield", "returns": "yields", "rtype": "ytype"}
        swapped = names if to_yields else {new: old for old, new in names.items()}
        for at in range(section.first, section.last + 1):
            match = re.match(r"\s*:(\w+)", found.lines[at].text)
            if match is not None and match[1] in swapped:
                span = doctext.place(found, at, match.start(1), match.end(1))
                edits.append(Edit(subject.document.path, span, swapped[match[1]]))
        return tuple(edits)
    heading = found.lines[section.first].text
    match = re.match(r"\s*(\w+)", heading)
    if match is None or not match[1].isascii():
        return ()
    new = "Yields" if to_yields else "Returns"
    edits.append(Edit(subject.document.path, doctext.place(found, section.first, match.start(1), match.end(1)), new))
    if found.style == "numpy" and len(match[1]) != len(new):
        under = found.lines[section.first + 1].text
        start = len(under) - len(under.lstrip())
        span = doctext.place(found, section.first + 1, start, len(under.rstrip()))
        edits.append(Edit(subject.document.path, span, under.strip()[0] * len(new)))
    return tuple(edits)


def _heading(subject: Subject, section: Section) -> Span:
    text = subject.found.lines[section.first].text
    return doctext.place(subject.found, section.first, len(text) - len(text.lstrip()), len(text.rstrip()))
