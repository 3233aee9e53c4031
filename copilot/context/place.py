"""What stands around the caret: the words in use, what is imported, which variables have which type, what is asked for.

Read from the text and the document's outline; the index is not asked. The rest of the caret's line is never looked at:
it is what somebody is about to write. Absent on purpose: resolving names (`receivers`, `candidates`).
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from threading import Lock
from typing import Final

from copilot.context import lexemes
from copilot.context.uses import bare, uses
from copilot.syntax import tree
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.outline import Import, Outline, Symbol, near
from copilot.syntax.window import window
from copilot.types import Document, Span

NEAR: Final = 20
"""Lines above the caret that say what it is about."""

_READ: Final = 60_000
"""Characters before the caret in which uses of a name are counted."""

_AFTER: Final = 40
_WORD: Final = re.compile(r"[^\W\d]\w*")
_DOTTED: Final = re.compile(r"([^\W\d]\w*)\s*\.")
_TAIL: Final = re.compile(r"((?:[^\W\d]\w*(?:\([^()\n]*\)|\[[^\[\]\n]*\])?\s*\.\s*)*)([^\W\d]\w*)?$")
_BOUND: Final = {
    "python": re.compile(
        r"^[ \t]*([^\W\d]\w*)(?:[ \t]*,[ \t]*([^\W\d]\w*))?[ \t]*(?::[^=\n]+)?=(?!=)[^\n]*"
        r"|\bfor[ \t]+([^\W\d]\w*)(?:[ \t]*,[ \t]*([^\W\d]\w*))?[ \t]+in\b[^\n]*|\bas[ \t]+([^\W\d]\w*)[ \t]*:",
        re.MULTILINE,
    ),
    "java": re.compile(r"\b(?:var|[A-Z][\w.]*(?:<[^;=(){}\n]*>)?(?:\[\])*)[ \t]+([a-z_$]\w*)[ \t]*(?:=(?!=)|:)[^\n]*"),
}
_WAITING_LINES: Final = 25
_REMARKS: Final = re.compile(
    r"\"\"\".*?(?:\"\"\"|\Z)|#[^\n]*|//[^\n]*|^[ \t]*/?\*[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'",
    re.DOTALL | re.MULTILINE,
)
_REMARK_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class Place:
    """The caret. `path` is relative to the root. `above` is the last line before the caret's that is not blank. `words`: identifiers before it with how often, `last` where each stood
    last (in words from the caret, 0 nearest), `near` those of the last `NEAR` lines. `later`: those of the lines behind.
    `before_dots`: those of `near` that a dot follows, nearest first; `behind_dots`: what follows `word.` how often.

    `receiver` is the text before the dot at the caret (`a.b()`), empty without; `typed` the letters of the name begun.
    `waiting`: what was bound just above, or as a parameter of the function, and not used since, nearest first.
    `remarks`: the comments and strings of the last lines above. `opening` is the word before those (`new`, `raise`, `->`). `variables`: name to type text, or `=f` for what f returns.
    """

    path: str
    language: str
    document: Document
    outline: Outline
    line: str
    above: str
    words: Counter[str]
    last: dict[str, int]
    near: tuple[str, ...]
    nearest: tuple[str, ...]
    later: Counter[str]
    before_dots: tuple[str, ...]
    behind_dots: dict[str, Counter[str]]
    receiver: str
    typed: str
    opening: str
    variables: dict[str, str]
    imports: tuple[Import, ...]
    around: tuple[Symbol, ...]
    waiting: tuple[str, ...] = ()
    remarks: str = ""
    position: dict[str, int] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder of the file, relative to the root."""
        parent = PurePosixPath(self.path).parent.as_posix()
        return "" if parent == "." else parent


def place(document: Document, path: str, before: str, after: str, caret: int, *, whole_line: bool = True) -> Place:
    """The place of a caret at byte `caret`; `whole_line` False: as if its line were empty (it is being typed)."""
    language = document.language or ""
    line = before[before.rfind("\n") + 1 :]
    above = before[: len(before) - len(line)]
    margin = line[: len(line) - len(line.lstrip())]
    line = line if whole_line else ""
    used = uses((above + line)[-_READ:], language)
    text = used.text
    rows = text.rsplit("\n", NEAR + 1)
    near = _WORD.findall("\n".join(rows[-NEAR - 1 :]))
    nearest = _WORD.findall("\n".join(rows[-4:]))
    behind = after[after.find("\n") + 1 :] if "\n" in after else ""
    later = Counter(_WORD.findall(bare("\n".join(behind.split("\n", _AFTER)[:_AFTER]), language)))
    tail = _TAIL.search(line)
    receiver = tail[1].rstrip().removesuffix(".").rstrip() if tail else ""
    typed = (tail[2] or "") if tail else ""
    opening = _opening(line[: tail.start()] if tail else line)
    shape, at = _shape(document, caret)
    around = _around(shape, at, above + margin)
    return Place(
        path,
        language,
        document,
        shape,
        line,
        next((row for row in reversed(above[-2_000:].split("\n")) if row.strip()), ""),
        used.words,
        used.last,
        tuple(dict.fromkeys(reversed(near))),
        tuple(dict.fromkeys(reversed(nearest))),
        later,
        tuple(dict.fromkeys(reversed(_DOTTED.findall("\n".join(rows[-NEAR - 1 :]))))),
        used.behind_dots,
        receiver,
        typed,
        opening,
        dict((*_variables(language, around, shape), *used.variables)),
        tuple(row for row in shape.imports if row.span.start < at or language == "java"),
        around,
        tuple(_waiting(text, language, around)),
        _remarks(above, language),
    )


_NEUTRAL: Final = {"python": b"_", "java": b";"}
_shapes: Final[OrderedDict[tuple[str | None, bytes, int], Outline]] = OrderedDict()
_shapes_lock = Lock()
_SHAPES: Final = 8


def _shape(document: Document, caret: int) -> tuple[Outline, int]:
    """The outline around a caret and where the caret is in it. While a line is typed it is the same: a neutral statement
    stands for the line, and of a large file only a part is read.
    """
    here = window(document, caret)
    at = caret - here.shift
    text = here.document.text
    neutral = _NEUTRAL.get(document.language or "")
    gone = Span(at, at)
    if neutral is not None:
        begin, end = line_start(text, at), line_end(text, at)
        row = text[begin:end]
        margin = len(row) - len(row.lstrip(b" \t"))
        at = min(at, begin + margin)
        gone = Span(begin + margin, end)
        text = text[: gone.start] + neutral + text[end:]
    key = (document.language, text, at)
    with _shapes_lock:
        known = _shapes.get(key)
        if known is not None:
            _shapes.move_to_end(key)
            return known, at
    # The checks want the tree of a window, too; what history the tree of a document has is not known.
    whole = tree.of(here.document) if here.document is not document else None
    old = tree.edit_tree(whole, here.document.text, gone, neutral or b"") if whole is not None else None
    shape = near(replace(here.document, parts=(text,)), at, tree.parse(text, document.language or "", old=old))
    with _shapes_lock:
        _shapes[key] = shape
        while len(_shapes) > _SHAPES:
            _shapes.popitem(last=False)
    return shape, at


_TYPES: Final = ("class", "interface", "enum", "record")
_CODE: Final = ("function", "method", "constructor")


def _around(shape: Outline, caret: int, before: str) -> tuple[Symbol, ...]:
    """The definitions around the caret, innermost first. Of a text that ends inside one, whose tree may not tell (an
    empty line behind the last statement lies in no function), the margins do.
    """
    found = sorted((s for s in shape.symbols if s.span.contains(Span(caret, caret))), key=lambda s: len(s.span))
    if found and found[0].kind in _CODE:
        return tuple(found)
    line = before[before.rfind("\n") + 1 :]
    margin = len(line) - len(line.lstrip())
    text = before.encode()
    low = caret - len(text)
    if low < 0:
        return tuple(found)  # of a window, whose heads are in its tree
    least = found[0].span.start if found else -1
    inner: list[Symbol] = []
    for symbol in reversed(shape.symbols):
        at = symbol.span.start - low
        if symbol.span.start <= least or at < 0:
            break
        own = at - (text.rfind(b"\n", 0, at) + 1)
        if at < len(text) and own < margin and symbol.kind in (*_TYPES, *_CODE):
            inner.append(symbol)
            margin = own
    return (*inner, *found)


def _remarks(above: str, language: str) -> str:
    """Comments and strings of the last lines, a documentation comment above all."""
    low = len(above)
    for _ in range(_REMARK_LINES + 1):
        low = max(above.rfind("\n", 0, low), 0)
    found = _REMARKS.findall(above, low)
    if language == "python" and above.count('"""', 0, low) % 2:
        found.insert(0, above[low:].partition('"""')[0])
    return " ".join(found)


def _waiting(text: str, language: str, around: tuple[Symbol, ...]) -> Iterator[str]:
    """Names bound in the last lines, then parameters of the function around, that no later line uses."""
    pattern = _BOUND.get(language)
    if pattern is None:
        return
    low = len(text)
    for _ in range(_WAITING_LINES):
        low = max(text.rfind("\n", 0, low), 0)
    for match in reversed(list(pattern.finditer(text, low))):
        rest = set(_WORD.findall(text, match.end()))
        yield from (name for name in match.groups() if name and name not in rest)
    function = next((s for s in around if s.kind in _CODE), None)
    at = text.rfind(f"{function.name}(") if function is not None else -1
    if function is not None and at >= 0:
        counts = Counter(_WORD.findall(text, at))
        yield from (p.name for p in function.parameters if counts[p.name] == 1 and p.name not in ("self", "cls"))


def kept(language: str) -> frozenset[str]:
    """Words of a language that name nothing."""
    return lexemes.kept_words(language)


def _opening(text: str) -> str:
    """The last word or sign before the name at the caret."""
    found = re.search(r"([^\W\d]\w*|[^\w\s]+)\s*$", text)
    return found[1][-2:] if found and not found[1][0].isalnum() else (found[1] if found else "")


def _variables(language: str, around: tuple[Symbol, ...], shape: Outline) -> Iterator[tuple[str, str]]:
    """Fields of the class, then parameters: later ones win."""
    for symbol in around:
        if symbol.kind in ("class", "interface", "enum", "record"):
            for child in shape.children(symbol):
                if child.kind in ("field", "constant") and child.returns:
                    yield f"self.{child.name}", child.returns
                    if language == "java":
                        yield child.name, child.returns
    for symbol in reversed(around):
        for parameter in symbol.parameters:
            if parameter.annotation:
                yield parameter.name, parameter.annotation
