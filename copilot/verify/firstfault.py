"""The first place where a Java text stops making sense, when the parser can only say "somewhere in this class".

tree-sitter often wraps a whole class in one ERROR. Prefixes of the text are parsed instead, each cut where a statement
or block ends and closed with the braces it leaves open; between the longest that parses and the next lies the fault.
Absent on purpose: languages whose blocks need more than braces to close.
"""

from __future__ import annotations

from copilot.syntax import tree as trees
from copilot.syntax.lexemes import Lexeme, lexemes
from copilot.types import Span

_CLOSERS = {"{": "}", "(": ")", "[": "]"}


def first_fault(text: bytes) -> Span | None:
    """From the end of the last sound statement to the end of the first unsound one; None when no cut is unsound."""
    tokens = lexemes(text, "java")
    cuts = _cuts(tokens)
    low, high = -1, len(cuts)
    while high - low > 1:
        middle = (low + high) // 2
        end, stack = cuts[middle]
        if _sound(text[:end] + b"}" * len(stack)):
            low = middle
        else:
            high = middle
    if high == len(cuts):
        return None
    start = cuts[low][0] if low >= 0 else 0
    end = cuts[high][0]
    blank = len(text[start:end]) - len(text[start:end].lstrip())
    return Span(start + blank, end)


def next_cut(text: bytes, offset: int) -> int | None:
    """The end of the first statement or block that ends its line at or after `offset`."""
    return next((cut for cut, _ in _cuts(lexemes(text, "java")) if cut >= offset), None)


def braces_closing(text: bytes) -> bytes:
    """The braces that a text leaves open, closed on a line of their own."""
    cuts = _cuts(lexemes(text, "java"))
    return b"\n" + b"}" * len(cuts[-1][1]) if cuts else b""


def _cuts(tokens: list[Lexeme]) -> list[tuple[int, tuple[str, ...]]]:
    """Ends of statements and blocks outside parentheses that end their line, with the braces then open."""
    found: list[tuple[int, tuple[str, ...]]] = []
    stack: list[str] = []
    following: list[Lexeme | None] = [*tokens[1:], None]
    for token, after in zip(tokens, following, strict=False):
        if token.text in _CLOSERS:
            stack.append(token.text)
        elif token.text in _CLOSERS.values():
            while stack and _CLOSERS[stack[-1]] != token.text and token.text == "}":
                stack.pop()  # a parenthesis that was never closed ends with its block
            if stack and _CLOSERS[stack[-1]] == token.text:
                stack.pop()
        last = after is None or after.kind == "newline"
        if last and token.text in {";", "{", "}"}:
            found.append((token.end, tuple(each for each in stack if each == "{")))
    return found


def _sound(text: bytes) -> bool:
    tree = trees.parse(text, "java")
    return tree is not None and not tree.root_node.has_error
