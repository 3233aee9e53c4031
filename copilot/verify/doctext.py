"""Small changes to documentation that is there: a name, a type or a heading replaced, lines taken out.

Each is an edit of the documentation's own bytes. Absent on purpose: whether it should be done (`docstale*.py`).
"""

from __future__ import annotations

import re

from copilot.types import Document, Edit, Span
from copilot.verify.docsections import Documentation, Entry, Section


def place(found: Documentation, line: int, first: int, last: int) -> Span:
    """The bytes of characters `[first, last)` of a line's text."""
    one = found.lines[line]
    start = one.end - len(one.text.encode())
    return Span(start + len(one.text[:first].encode()), start + len(one.text[:last].encode()))


def head(found: Documentation, entry: Entry, name: str) -> Span | None:
    """Where the entry of `name` names it: the first time on its first line."""
    match = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", found.lines[entry.first].text)
    return place(found, entry.first, match.start(), match.end()) if match is not None else None


def mentions(found: Documentation, name: str) -> list[Span]:
    """Where the text quotes exactly `name` as code: between backticks, in `{@code …}`, after `@link #`."""
    pattern = re.compile(rf"(?:(?<=`)|(?<=\{{@code ))(?<!\w){re.escape(name)}(?=`|\}})")
    return [
        place(found, at, match.start(), match.end())
        for at, line in enumerate(found.lines)
        for match in pattern.finditer(line.text)
    ]


def replaced(document: Document, spans: list[Span], new: str) -> tuple[Edit, ...]:
    """The same new text at each place."""
    return tuple(Edit(document.path, span, new) for span in sorted(set(spans)))


def without(document: Document, found: Documentation, first: int, last: int) -> tuple[Edit, ...]:
    """Lines `first` to `last` taken out, and a blank line that would stand double; nothing where the first line is one."""
    if first == 0:
        return ()
    end = len(found.lines) - 1
    while first > 1 and found.lines[first - 1].blank and (last == end or found.lines[last + 1].blank):
        first -= 1
    start = found.lines[first - 1].end
    new = ""
    if last == end:
        own = document.text[found.lines[last].start : found.lines[last].end]
        if found.style == "javadoc":
            indent = own[: len(own) - len(own.lstrip(b" \t*"))].decode().partition("*")[0]
            new = f"\n{indent}"
        elif len(found.lines) > 1 and first > 1:
            line = found.lines[last]
            new = f"\n{line.indent}" if line.blank else ""
    return (Edit(document.path, Span(start, found.lines[last].end), new),)


def without_entry(document: Document, found: Documentation, section: Section, names: set[str]) -> tuple[Edit, ...]:
    """The entries of these names taken out, with the heading where no other entry stays; nothing for one of several
    names on a line.
    """
    gone = [entry for entry in section.entries if entry.name in names]
    kept = [entry for entry in section.entries if entry.name not in names]
    if not gone or {entry.first for entry in gone} & {entry.first for entry in kept}:
        return ()
    if not kept:
        return without(document, found, section.first, section.last)
    edits: list[Edit] = []
    for entry in gone:
        last = entry.last
        while last < section.last and found.lines[last + 1].blank:
            last += 1
        edits += without(document, found, entry.first, entry.last if last == section.last else last)
    return tuple(dict.fromkeys(edits))
