"""Whether a finished line can stand where it would: its brackets, how it ends, and the step to the next line.

A quick look at words, no grammar: it sees what a search over word statistics gets wrong, and a parser needs the whole file
for. Absent on purpose: weights (`rank`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from copilot.context.tokens import is_structure

PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
CLOSERS: Final = frozenset(PAIRS.values())
LOOK: Final = 400
_HEADS: Final = {
    "python": frozenset({"if", "elif", "else", "for", "while", "with", "def", "class", "try", "except", "finally", "async",
                         "match", "case"}),
}  # fmt: skip
_STARTS: Final = frozenset({"def", "class", "return", "raise", "import", "try", "while", "with", "assert", "elif", "except",
                            "finally", "pass", "public", "private", "protected", "@", "throw"})  # fmt: skip
LEAVING: Final = frozenset({"return", "raise", "throw", "break", "continue"})


def open_brackets(words: Sequence[str], language: str | None) -> tuple[str, ...]:
    """The round and square brackets (in Python curly ones, too) that are open behind these words, outermost first."""
    stack: list[str] = []
    curly = language == "python"
    for ahead, word in zip(["", *words[-LOOK:]], words[-LOOK:], strict=False):
        if word in PAIRS and (curly or word != "{"):
            stack.append(word)
        elif word in CLOSERS:
            if stack and PAIRS[stack[-1]] == word:
                stack.pop()
        elif is_structure(ahead) and (word in ("def", "class", "@") if curly else word in (";", "public", "private")):
            stack.clear()  # a bracket that was left open long ago: the search begins anew
    return tuple(stack)


def behind(stack: Sequence[str], words: Sequence[str], language: str | None) -> tuple[tuple[str, ...], bool]:
    """`(brackets open behind the words, whether one was closed by the wrong kind or was never open)`."""
    left = list(stack)
    curly = language == "python"
    wrong = False
    for word in words:
        if word in PAIRS and (curly or word != "{"):
            left.append(word)
        elif word in CLOSERS and (curly or word != "}") and (not left or PAIRS[left.pop()] != word):
            wrong = True
    return tuple(left), wrong


def well_ended(line: Sequence[str], left: Sequence[str], inside: bool, language: str | None) -> int:  # noqa: FBT001
    """1 where a line ends as its first word asks, -1 where it does not, 0 where nothing can be said.

    `left`: the brackets open behind it; `inside`: whether one was open before it.
    """
    first, last = line[0], line[-1]
    if language == "python":
        if left or inside:
            return -1 if last == ":" and not inside and left and left[-1] != "{" else 0
        if first in _HEADS["python"]:
            return 1 if last == ":" or (first in ("match", "case") and "=" in line) else -1
        return -1 if last in (":", "(", "[", "{", ".", "=") or last == "," else 1
    if language == "java":
        if left or inside:
            return -1 if last in (";", "{") and "->" not in line and "for" not in line else 0
        return 1 if last in (";", "{", "}", ":") or first == "@" else 0
    return 0


def agrees(line: Sequence[str], left: Sequence[str], step: int | None, following: Sequence[str]) -> int:
    """Whether a line leads over to the next ones: 1, -1 where it does not, 0 where nobody knows.

    `step`: how many levels deeper the next line is; `following`: its words; `left`: brackets open behind the line.
    """
    if step is None or not following:
        return 0
    first, last = following[0], line[-1]
    if line[0] == "@" and not left:
        return -1 if step < 0 or first in CLOSERS else 0
    if left:
        if first in _STARTS:
            return -1
        if first in CLOSERS:
            return 1 if first == PAIRS[left[-1]] else -1
        if last in PAIRS:
            return 1 if step > 0 else -1
        return 0
    if first in (")", "]"):
        return -1
    deeper = last in (":", "{")
    if deeper or line[0] in LEAVING:
        return 1 if deeper == (step > 0) and (deeper or step < 0) else -1
    return 1 if step <= 0 else -1
