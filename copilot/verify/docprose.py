"""Gates for the sentences of new documentation: each says more than a name, promises nothing, and repeats no secret.

Each returns a `Check` with a stable name. Absent on purpose: whether the sentences are true (`docclaims.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard.detect import detect
from copilot.guard.kinds import BY_NAME
from copilot.messages import say
from copilot.types import Check, Document
from copilot.verify import docsections
from copilot.verify.contract import Contract
from copilot.verify.docsections import HEADS, Documentation, Entry
from copilot.verify.restating import says_nothing

_PROMISE: Final = re.compile(
    r"\b(?:TODO|FIXME|XXX|HACK|TBD)\b|\b(?:to be (?:done|written|filled in|completed|documented)|not yet (?:implemented|documented)"
    r"|will be (?:added|implemented|documented) (?:later|soon))\b|待办|待补充|待完善|待实现|以后再|稍后补充|后续补充",
    re.IGNORECASE,
)


def telling(before: Document, after: Document, old: Contract, new: Contract) -> Check:
    """Each new description says more than the name and the type of what it describes."""
    for name, kinds, text in _new(before, after, old, new):
        if says_nothing(text, [name, *kinds]):
            return Check(
                "telling", passed=False, detail=say("the text for {name} says no more than its name", name=name)
            )
    return Check("telling", passed=True)


def clean(before: Document, after: Document, old: Contract, new: Contract) -> Check:
    """No new line promises work to come, and none repeats a key or password, also one that the code holds."""
    lines = [line for _, line in docsections.added(before, old.doc, after, new.doc)]
    if promise := next((match for line in lines if (match := _PROMISE.search(line))), None):
        return Check("clean", passed=False, detail=say("it promises work to come ({text})", text=promise[0]))
    for line in lines:
        if any(BY_NAME[found.kind].family == "secret" for found in detect(line)):
            return Check("clean", passed=False, detail=say("it repeats a key or a password"))
    return Check("clean", passed=True)


def _new(before: Document, after: Document, old: Contract, new: Contract) -> Iterator[tuple[str, list[str], str]]:
    """`(name, types, text)` of each description that the old documentation does not have."""
    text = docsections.read(after, new.doc) if new.doc is not None else None
    previous = docsections.read(before, old.doc) if old.doc is not None else None
    if text is None:
        return
    if previous is None:
        end = min((section.first for section in text.sections), default=len(text.lines))
        owner = new.owner.name if new.owner is not None and new.symbol is not None else ""
        kinds = [new.result or "", owner if new.symbol is not None and new.symbol.kind == "constructor" else ""]
        yield new.name, kinds, " ".join(line.text for line in text.lines[:end])
    types = {one.name.lstrip("*"): one.annotation or "" for one in new.parameters}
    for section in text.sections:
        human = previous.named(section.part) if previous is not None else []
        had = previous is not None and bool(previous.of(section.part))
        if section.part in {"returns", "yields"}:
            if not had:
                kind = (new.result if section.part == "returns" else new.element) or ""
                yield new.name, [kind], _value(text, section, kind)
        elif section.part in {"parameters", "raises", "fields"}:
            for entry in section.entries:
                if entry.name not in human and not _is_type(text, entry):
                    yield entry.name, [types.get(entry.name, "")], _described(text, entry)


def _is_type(text: Documentation, entry: Entry) -> bool:
    return re.match(r"\s*:(?:type|vartype)\b", text.lines[entry.first].text) is not None


def _described(text: Documentation, entry: Entry) -> str:
    lines = [line.text for line in text.lines[entry.first : entry.last + 1]]
    if text.style == "numpy":
        return " ".join(lines[1:])
    head = HEADS.get(text.style, HEADS["google"])
    return " ".join([head.sub(" ", lines[0], count=1), *(one for one in lines[1:] if not re.match(r"\s*:type:", one))])


def _value(text: Documentation, section: docsections.Section, kind: str) -> str:
    lines = [line.text for line in text.lines[section.body : section.last + 1]]
    if not lines:
        return ""
    if text.style == "numpy" and docsections.has_type_line(text, section):
        return " ".join(lines[1:])
    if text.style == "google":
        return " ".join(lines).strip().removeprefix(f"{kind}:") if kind else " ".join(lines)
    if text.style == "numpy":
        return " ".join(lines)
    lines = [one for one in lines if not re.match(r"\s*:[ry]type\b", one)]
    return " ".join([HEADS.get(text.style, HEADS["google"]).sub(" ", lines[0], count=1), *lines[1:]]) if lines else ""
