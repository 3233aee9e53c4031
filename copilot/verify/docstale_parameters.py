"""Contradictions about parameters: renamed, removed, added, another default, another type."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from typing import Final

from copilot.syntax.outline import outline
from copilot.types import Edit, Span
from copilot.verify import doctext, doctypes
from copilot.verify.contract import Parameter
from copilot.verify.docsections import Entry, Section
from copilot.verify.docsubject import Stale, Subject, code

_ALIKE: Final = 0.6
_RECEIVERS: Final = frozenset({"self", "cls", "mcs", "mcls", "this"})
_NO_NAMES: Final = frozenset({
    "note", "notes", "warning", "warnings", "none", "nothing", "default", "defaults", "example", "examples", "see", "todo",
    "optional", "required", "returns", "return", "raises", "yields", "where", "or", "and", "keyword", "kwargs", "args",
    "arguments", "parameters", "options", "other", "usage", "type",
})  # fmt: skip
"""Words that stand where an entry's name would, and name nothing."""

_FILLED: Final = re.compile(r"%\(\w+\)s|\$\{?\w+|\{\w+\}")
"""A place that is filled in when the code runs: who knows with what."""

_VALUE: Final = r"""``(?P<code2>[^`]+)``|`(?P<code1>[^`]+)`|(?P<bare>'[^'\\]*'|"[^"\\]*"|-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|True|False|None)"""
_DEFAULT: Final = re.compile(
    rf"(?P<lead>^|[.;,(:\[]\s*|\b(?:optional|it|which|and|value)\s+)"
    rf"(?i:defaults?)(?:\s+value)?(?:\s+is|\s+to|\s*[:=])?\s*(?:{_VALUE})(?=\s*(?:[.,;)\]](?:\s|$)|[)\]]|$))"
)


def contradictions(subject: Subject) -> Iterator[Stale]:
    """What the documentation says of parameters and the signature does not bear out."""
    sections = [one for one in subject.found.of("parameters") if one.entries and _is_plain(subject, one)]
    contract = subject.contract
    if not sections or not (contract.callable or subject.document.language == "java") or not _lists(subject):
        return
    known = {p.name.lstrip("*"): p for p in contract.parameters}
    known |= {f"<{t.name}>": Parameter(f"<{t.name}>") for t in contract.type_parameters}
    told = list(dict.fromkeys(entry.name for section in sections for entry in section.entries))
    everywhere = set(subject.found.named("parameters"))
    entries = [entry for section in sections for entry in section.entries]
    own = {one.name for one in subject.contract.symbol.parameters} if subject.contract.symbol is not None else set()
    strays = [
        e.name
        for e in entries
        if e.name not in own | known.keys() and _is_name(subject, e.name) and _is_entry(subject, e)
    ]
    strays = list(dict.fromkeys(strays))
    missing = [name for name in known if name not in everywhere]
    pairs = _renamed(subject, told, strays, missing, list(known)) if _is_closed(subject) else {}
    renamed = set(pairs.values())
    for section in sections:
        for entry in section.entries:
            if entry.name in pairs:
                if (one := _rename(subject, entry, pairs.pop(entry.name))) is not None:
                    yield one
                strays.remove(entry.name)
            elif entry.name in strays and _is_closed(subject):
                yield _removed(subject, section, entry)
                strays.remove(entry.name)
            elif entry.name in known:
                yield from _differing(subject, entry, known[entry.name])
    yield from _added(subject, sections, told, known, missing, renamed)


def _lists(subject: Subject) -> bool:
    """Whether the definition has parameters that its documentation could be about: functions, and Java's types."""
    if subject.document.language == "java" and not subject.contract.callable:
        return subject.symbol.kind in {"record", "class", "interface"}
    return True


def _is_plain(subject: Subject, section: Section) -> bool:
    """False for a section of keyword arguments, which are not in the signature."""
    heading = subject.found.lines[section.first].text.strip().lower()
    return not heading.startswith(("keyword", "other"))


def _is_closed(subject: Subject) -> bool:
    """Whether the signature is all that can be passed."""
    return subject.exact and not any(p.name.startswith("*") for p in subject.contract.parameters)


def _is_name(subject: Subject, name: str) -> bool:
    """Whether an entry's name can only be meant as a parameter's."""
    if subject.document.language == "java":
        return name.startswith("<") or (
            name.isidentifier() and (name[:1].islower() or name[:1] == "_" or _was(subject, name))
        )
    if not name.isidentifier() or name.lower() in _NO_NAMES or name in _RECEIVERS:
        return False
    if subject.symbol.kind == "class" and (_is_attribute(subject, name) or _is_called_with(subject, name)):
        return False  # attributes, and what its objects are called with, are often told among the parameters of a class
    return name[:1].islower() or name[:1] == "_" or _was(subject, name)


def _is_entry(subject: Subject, entry: Entry) -> bool:
    """False for a line of NumPy's section that is one word of a sentence: no type, and nothing indented below."""
    if subject.found.style != "numpy" or ":" in subject.found.lines[entry.first].text:
        return True
    below = subject.found.lines[entry.first + 1] if entry.first < entry.last else None
    return below is not None and len(below.indent) > len(subject.found.lines[entry.first].indent)


def _is_attribute(subject: Subject, name: str) -> bool:
    """Whether the class assigns an attribute of this name; its documentation's own `name:` is none."""
    text = code(subject.document, subject.symbol)
    return re.search(rf"(?m)(?:self\.|^[ \t]*){re.escape(name)}\b[ \t]*(?::[^=\n]+)?=", text) is not None


def _is_called_with(subject: Subject, name: str) -> bool:
    methods = outline(subject.document).children(subject.symbol)
    return any(p.name == name for one in methods if one.name == "__call__" for p in one.parameters)


def _was(subject: Subject, name: str) -> bool:
    """Whether the last commit had a parameter of this name."""
    return subject.before is not None and any(p.name.lstrip("*") == name for p in subject.before.parameters)


def _renamed(
    subject: Subject, told: list[str], strays: list[str], missing: list[str], order: list[str]
) -> dict[str, str]:
    """Documented name to the name that it has now: by its place between the others, the last commit, or its spelling."""
    found: dict[str, str] = {}
    left = [name for name in missing if not subject.says(name)] or missing
    for name in strays:
        near, run = _between(name, told, missing, order), _run(name, told, strays)
        choice = near[run.index(name)] if len(near) == len(run) else ""
        if not choice and subject.before is not None:
            listed = [p.name.lstrip("*") for p in subject.before.parameters]
            at = listed.index(name) if name in listed else len(order)
            if len(listed) == len(order) and at < len(order) and order[at] in missing:
                choice = order[at]
        if not choice:
            alike = [other for other in left if _alike(name, other)]
            choice = alike[0] if len(alike) == 1 else ""
        at = told.index(name)
        aligned = all(one == other for i, (one, other) in enumerate(zip(told, order, strict=False)) if i != at)
        if not choice and aligned and len(told) > 1 and at < len(order) and order[at] in left:
            choice = order[at]
        if choice and choice not in found.values() and _fits(subject, name, choice):
            found[name] = choice
    return found


def _run(name: str, told: list[str], strays: list[str]) -> list[str]:
    """The neighbouring documented names around `name` that are strays too."""
    at = told.index(name)
    first = at
    while first > 0 and told[first - 1] in strays:
        first -= 1
    last = at
    while last + 1 < len(told) and told[last + 1] in strays:
        last += 1
    return told[first : last + 1]


def _between(name: str, told: list[str], missing: list[str], order: list[str]) -> list[str]:
    """The undocumented parameters between the documented neighbours of `name`."""
    at = told.index(name)
    before = next((one for one in reversed(told[:at]) if one in order), None)
    after = next((one for one in told[at + 1 :] if one in order), None)
    low = order.index(before) + 1 if before is not None else 0
    high = order.index(after) if after is not None else len(order)
    return [one for one in order[low:high] if one in missing]


def _fits(subject: Subject, old: str, new: str) -> bool:
    """False where the documented type of the old name contradicts the new one's annotation."""
    entry = next(e for s in subject.found.of("parameters") for e in s.entries if e.name == old)
    annotation = next((p.annotation for p in subject.contract.parameters if p.name == new), None)
    told = doctypes.of_entry(subject.found, entry)
    return told is None or annotation is None or not doctypes.contradict(told[0], annotation)


def _rename(subject: Subject, entry: Entry, new: str) -> Stale | None:
    same = [e for s in subject.found.of("parameters") for e in s.entries if e.name == entry.name]
    spans = [span for one in same if (span := doctext.head(subject.found, one, entry.name)) is not None]
    if not spans:
        return None
    spans += doctext.mentions(subject.found, entry.name)
    edits = doctext.replaced(subject.document, spans, new)
    sure = _was(subject, entry.name) or _alike(entry.name, new)
    return Stale("doc:parameter-renamed", subject.symbol, spans[0], entry.name, new, edits, asks=not sure)


def _alike(old: str, new: str) -> bool:
    """Whether two names are spelled alike or share a word."""
    words = [
        {word.lower() for word in re.split(r"_|(?<=[a-z0-9])(?=[A-Z])", name) if len(word) > 1} for name in (old, new)
    ]
    return bool(words[0] & words[1]) or difflib.SequenceMatcher(None, old, new).ratio() >= _ALIKE


def _removed(subject: Subject, section: Section, entry: Entry) -> Stale:
    span = doctext.head(subject.found, entry, entry.name) or doctext.place(subject.found, entry.first, 0, 1)
    edits = doctext.without_entry(subject.document, subject.found, section, {entry.name})
    return Stale("doc:parameter-removed", subject.symbol, span, entry.name, edits=edits, asks=True)


def _added(
    subject: Subject,
    sections: list[Section],
    told: list[str],
    known: dict[str, Parameter],
    missing: list[str],
    renamed: set[str],
) -> Iterator[Stale]:
    """Parameters without an entry, where most have one: a list of a chosen few is not stale."""
    own = [name for name in told if name in known]
    if (
        not own
        or not subject.exact
        or _FILLED.search(subject.found.text)
        or 2 * len(own) < len([p for p in known.values() if not p.name.startswith("*")])
    ):
        return
    first = sections[0].entries[0]
    span = doctext.head(subject.found, first, first.name) or doctext.place(subject.found, sections[0].first, 0, 1)
    heading = subject.found.lines[sections[0].first].text
    if sections[0].body > sections[0].first:
        start = len(heading) - len(heading.lstrip())
        span = doctext.place(subject.found, sections[0].first, start, len(heading.rstrip()))
    for name in missing:
        starred = known[name].name.startswith("*")
        if name in renamed or starred or name in _RECEIVERS or name.startswith(("<", "_")) or subject.says(name):
            continue
        yield Stale("doc:parameter-missing", subject.symbol, span, name)


def _differing(subject: Subject, entry: Entry, parameter: Parameter) -> Iterator[Stale]:
    """Another default or another type than the signature's; an entry of several names is not looked at."""
    if sum(e.first == entry.first for s in subject.found.of("parameters") for e in s.entries) > 1:
        return
    if parameter.default:
        yield from _default(subject, entry, parameter.default)
    told = doctypes.of_entry(subject.found, entry)
    if told is not None and parameter.annotation is not None and doctypes.contradict(told[0], parameter.annotation):
        edits = (Edit(subject.document.path, told[1], parameter.annotation),)
        yield Stale("doc:type", subject.symbol, told[1], entry.name, parameter.annotation, edits)


def _default(subject: Subject, entry: Entry, default: str) -> Iterator[Stale]:
    """A literal default that is told as another literal. `None` in the signature often stands for what is told."""
    value = _literal(default)
    if value is None:
        return
    found: list[tuple[Span, str]] = []
    for at in range(entry.first, entry.last + 1):
        text = subject.found.lines[at].text
        start = len(text) - len(text.lstrip())
        for match in _DEFAULT.finditer(text):
            if match.start() <= start and at > entry.first:
                continue  # goes on from the line before
            if re.search(r"(?i)\b(?:if|when|unless|otherwise|for)\b", text[: match.start()].rpartition(".")[2]):
                continue
            group = next(name for name in ("code2", "code1", "bare") if match[name] is not None)
            found.append((doctext.place(subject.found, at, *match.span(group)), match[group]))
    if len(found) != 1:
        return
    span, told = found[0]
    said = _literal(told)
    if said is None and told != "None":
        return
    if said == value or str(said) == str(value):
        return
    if isinstance(value, str) and _abbreviates(value, told.strip("'\"")):
        return
    if isinstance(value, str) != isinstance(said, str) and said is not None:
        return  # `1` for an option that is the text "1"
    new = default
    yield Stale("doc:default", subject.symbol, span, entry.name, default, (Edit(subject.document.path, span, new),))


def _abbreviates(one: str, other: str) -> bool:
    """Whether one text is part of the other: `low` is how some write `lowpass`."""
    return bool(one and other) and (one.lower() in other.lower() or other.lower() in one.lower())


def _literal(code: str) -> str | float | bool | None:
    """The value of a plain literal, None for anything else."""
    try:
        value = ast.literal_eval(code.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str | int | float) else None
