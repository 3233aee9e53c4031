"""What a text says of names, read by pieces that are remembered: which stand where, what follows their dots, their types.

A piece is what `pieces.cuts` says, joined to the next one where an expression, an import or a comment may reach over its
end; so the answer is that of the whole text. Absent on purpose: resolving names (`receivers`), and the caret (`place`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from copilot.context.pieces import cuts
from copilot.context.remembered import Remembered

_WORD: Final = re.compile(r"[^\W\d]\w*")
_PAIR: Final = re.compile(r"([^\W\d]\w*)\s*\.\s*(?=([^\W\d]\w*))")
_IMPORTS: Final = re.compile(
    r"^[ \t]*(?:(?:from[ \t]+\S+[ \t]+)?import[ \t]*\([^)]*\)|(?:import|from|package)\b[^\n]*)", re.MULTILINE
)
_STRINGS: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_COMMENT: Final = {
    "python": re.compile(r"#[^\n]*"),
    "java": re.compile(r"//[^\n]*|/\*.*?\*/|^\s*\*[^\n]*", re.DOTALL | re.MULTILINE),
}
_PYTHON_TYPED: Final = re.compile(
    r"\b([^\W\d]\w*)\s*:\s*([\w.]+(?:\[[^\n=]*?\])?(?:\s*\|\s*[\w.]+)*)\s*(?==|,|\)|$)", re.MULTILINE
)
_PYTHON_MADE: Final = re.compile(
    r"\b((?:self\.)?[^\W\d]\w*)\s*=\s*(?:await\s+)?([^\W\d][\w.]*(?:\(\))?[\w.]*)(\(|\n|$)"
)
_PYTHON_WITH: Final = re.compile(r"\b([^\W\d][\w.]*)\([^\n]*\)\s+as\s+([^\W\d]\w*)")
_PYTHON_EXCEPT: Final = re.compile(r"\bexcept\s+\(?([\w.]+)[^\n:]*?\s+as\s+([^\W\d]\w*)")
_JAVA_TYPED: Final = re.compile(r"\b([A-Z][\w.]*)(?:<[^;=(){}\n]*>)?(?:\[\])?(?:\.\.\.)?\s+([a-z_$]\w*)\s*(?=[=;,):])")
_JAVA_VAR: Final = re.compile(r"\bvar\s+([a-z_$]\w*)\s*=\s*(?:new\s+)?([^\W\d][\w.]*)\s*[(<]")

_KEPT: Final = 800_000
"""Characters of text whose pieces are kept."""

_EDGE: Final = 400
"""Characters at the ends of a piece that are looked at; where they are blank it is joined to the next one."""

_LEADS: Final = 8

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Uses:
    """`text`: the text without strings, comments and imports; `words`: identifiers in it with how often, `last` where
    each stood last (in words from the end, 0 nearest); `behind_dots`: what follows `word.` how often; `variables`: name
    and type text, or `=f` for what f returns (`@a.b` for a member), later ones win.
    """

    text: str
    words: Counter[str]
    last: dict[str, int]
    behind_dots: dict[str, Counter[str]]
    variables: Pairs


def uses(text: str, language: str) -> Uses:
    """What a text says of names."""
    parts = list(_parts(text, language))
    words: Counter[str] = Counter()
    behind_dots: dict[str, Counter[str]] = {}
    for part in parts:
        for word, count in part.words.items():
            words[word] = words.get(word, 0) + count
        for word, names in part.behind_dots.items():
            known = behind_dots.get(word)
            behind_dots[word] = names if known is None else known + names
    last: dict[str, int] = {}
    ahead = 0
    for part in reversed(parts):
        for word, distance in part.last.items():
            last.setdefault(word, ahead + distance)
        ahead += part.size
    kinds = zip(*(part.variables for part in parts), strict=True)
    return Uses(
        "".join(part.bare for part in parts),
        words,
        last,
        behind_dots,
        [row for kind in kinds for rows in kind for row in rows],
    )


class _Part:
    """A piece of text by itself."""

    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text, language
        told = _without_remarks(text, language)
        self.open = _OPEN_IMPORT.search(told) is not None or (language == "java" and "/*" in told)
        self.bare = _IMPORTS.sub("", told)
        ends = self.bare[-_EDGE:].rstrip()
        begins = self.bare[:_EDGE].lstrip()
        self.ends, self.begins = ends[-_LEADS:], begins[:_LEADS]

    def is_apart(self, behind: _Part) -> bool:
        """Whether nothing that is looked for can reach over the end of this piece into the next one."""
        if self.open or not self.ends or not behind.begins:
            return False
        last, first = self.ends[-1], behind.begins[0]
        if self.language == "java":  # nothing but a comment reaches over one of these
            return last in ";{}" and not behind.text[:_EDGE].lstrip().startswith("*")
        if self.language != "python":
            return "." not in (last, first)
        if last in ".:=|" or first in ".:=|,)":
            return False
        return not _LEADING.search(self.ends) and not _FOLLOWING.match(behind.begins)

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands there, in the order in which they come."""
        return Counter(_WORD.findall(self.bare))

    @cached_property
    def size(self) -> int:
        """The number of words."""
        return self.words.total()

    @cached_property
    def last(self) -> dict[str, int]:
        """Where each word stands last, in words from the end, the last word first."""
        found: dict[str, int] = {}
        for distance, word in enumerate(reversed(_WORD.findall(self.bare))):
            found.setdefault(word, distance)
        return found

    @cached_property
    def behind_dots(self) -> dict[str, Counter[str]]:
        """What follows each word and a dot."""
        found: dict[str, Counter[str]] = {}
        for match in _PAIR.finditer(self.bare):
            found.setdefault(match[1], Counter())[match[2]] += 1
        return found

    @cached_property
    def variables(self) -> tuple[Pairs, ...]:
        """Names with what is said of their types, by the way in which it is said."""
        text = self.bare
        if self.language == "java":
            return [(m[2], m[1]) for m in _JAVA_TYPED.finditer(text)], [
                (m[1], f"={m[2]}") for m in _JAVA_VAR.finditer(text)
            ]
        if self.language != "python":
            return ()
        made = [
            (m[1], f"={m[2]}" if m[3] == "(" else f"@{m[2]}")
            for m in _PYTHON_MADE.finditer(text)
            if m[3] == "(" or "." in m[2]
        ]
        return (
            [(m[1], m[2]) for m in _PYTHON_TYPED.finditer(text)],
            made,
            [(m[2], f"={m[1]}") for m in _PYTHON_WITH.finditer(text)],
            [(m[2], m[1]) for m in _PYTHON_EXCEPT.finditer(text)],
        )


_OPEN_IMPORT: Final = re.compile(r"^[ \t]*(?:from[ \t]+\S+[ \t]+)?import[ \t]*\([^)]*\Z", re.MULTILINE)
_LEADING: Final = re.compile(r"(?:await|as|except)\Z")
_FOLLOWING: Final = re.compile(r"as\b")

_kept: Final = Remembered(_Part, _KEPT)


def _parts(text: str, language: str) -> Iterator[_Part]:
    """The pieces of a text, each apart from the next one."""
    ends = [*dict.fromkeys(cuts(text)), len(text)]
    begin, part = 0, None
    for stop in ends:
        behind = _kept.of(text[begin:stop], language)
        if part is not None and part.is_apart(behind):
            yield part
            part = behind
        else:
            part = _kept.of(part.text + behind.text, language) if part is not None and part.text else behind
        begin = stop
    if part is not None:
        yield part


def _without_remarks(text: str, language: str) -> str:
    text = _STRINGS.sub('""', text)
    comment = _COMMENT.get(language)
    return comment.sub("", text) if comment is not None else text


def bare(text: str, language: str) -> str:
    """Text without strings, comments and imports (a string over several lines keeps its middle: harmless here)."""
    return _IMPORTS.sub("", _without_remarks(text, language))
