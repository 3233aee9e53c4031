"""A more legible tree of half-typed code, for reading what the file defines.

One bracket or quote left open can swallow every definition below it. Indentation says where the author meant it to
end: the text is parsed once more with closers written over bytes that can be spared, so that every byte keeps its
place and the spans of the second tree hold for the real text.

Absent on purpose: offering repairs to a person; this text is never shown (`copilot/engines` repairs).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from copilot.syntax import languages
from copilot.syntax.parsing import Tree, parse

_Opened = tuple[bytes, int, int]
"""A bracket, its offset, the indentation of its line."""

_BRACKET: Final = re.compile(rb"[()\[\]{}]")
_CLOSERS: Final = {b"(": b")", b"[": b"]", b"{": b"}"}


def mended(text: bytes, language: str, tree: Tree, *, deadline_s: float | None = None) -> Tree:
    """`tree`, or the tree of the mended text when less of that is in errors. Spans of both are spans of `text`."""
    if not tree.root_node.has_error or languages.get(language).line_comment is None:
        return tree
    closed = close_by_indentation(text, language)
    if closed == text:
        return tree
    other = parse(closed, language, deadline_s=deadline_s)
    return other if other is not None and _damage(other) < _damage(tree) else tree


def close_by_indentation(text: bytes, language: str) -> bytes:
    """`text`, byte for byte as long, with brackets closed where a line is not indented deeper than their own line.

    The closers take white space that can be spared, else the last characters before that line. A quote left open at
    the end of a line is closed before the punctuation there.
    """
    out = bytearray(text)
    opened: list[_Opened] = []
    code_end = 0  # after the last byte seen that is not in a comment
    indent, line, last = 0, -1, 0
    for token in _tokens(language).finditer(text):
        start, end = token.span()
        if token.lastgroup == "comment":
            continue
        begins = text.rfind(b"\n", last, start) + 1 or max(line, 0)
        last = start
        if begins != line:
            if start - begins > indent:
                opened = _without_header(opened, line, text[code_end - 1 : code_end])
            line, indent = begins, start - begins
            left = len(opened)
            while left and indent <= opened[left - 1][2] and text[start : start + 1] != _CLOSERS[opened[left - 1][0]]:
                left -= 1
            _close(out, opened[left:], code_end, start)
            del opened[left:]
        if token.lastgroup == "code":
            for found in _BRACKET.finditer(text, start, end):
                mark = found.group()
                if mark in _CLOSERS:
                    opened.append((mark, found.start(), indent))
                elif opened and _CLOSERS[opened[-1][0]] == mark:
                    opened.pop()
        elif token.lastgroup == "open_string":
            _put(out, end - 1, text[start : start + 1] if end - start > 1 else b" ")
        code_end = start + len(token.group().rstrip())
    _close(out, opened, code_end, len(text))
    return bytes(out)


def _without_header(opened: list[_Opened], line: int, last: bytes) -> list[_Opened]:
    """A block's header that ends in `:` or `{` cannot be closed after it: the parser itself recovers there."""
    if last not in {b":", b"{"}:
        return opened
    return [bracket for bracket in opened if bracket[1] < line or bracket[0] == b"{" == last]


def _close(out: bytearray, opened: list[_Opened], code_end: int, until: int) -> None:
    """Close the brackets, innermost last in the list, between `code_end` and `until` or on the code before it."""
    if not opened:
        return
    gap = bytes(out[code_end:until])
    room = len(gap) - len(gap.lstrip())
    if room == len(gap):
        room = max(gap.rfind(b"\n"), 0)  # one line end stays
    closers = b"".join(_CLOSERS[bracket[0]] for bracket in reversed(opened))
    if len(closers) <= room:
        _put(out, code_end, closers)
        return
    innermost = len(opened)
    while innermost and code_end - innermost <= opened[innermost - 1][1]:
        innermost -= 1  # no room after this bracket: it goes itself
        at = opened[innermost][1]
        _put(out, at, b" ")
    if not innermost:
        return
    closers = closers[len(opened) - innermost :]
    at = code_end - len(closers)
    quote = bytes(out[code_end - 1 : code_end])
    _put(out, at, closers)
    if quote in {b'"', b"'", b"`"} and at > 1:
        _put(out, at - 1, quote)


def _put(out: bytearray, at: int, new: bytes) -> None:
    """Overwrite bytes; of a character that this cuts, white space is left."""
    start, end = at, at + len(new)
    while out[start] & 0xC0 == 0x80:
        start -= 1
    out[start:end] = b" " * (at - start) + new
    while end < len(out) and out[end] & 0xC0 == 0x80:
        out[end : end + 1] = b" "
        end += 1


@cache
def _tokens(language: str) -> re.Pattern[bytes]:
    """Comments, strings and runs of code that hold no quote, comment or line end.

    Regular expressions suffice: what they get wrong costs a worse second tree, which is then not taken.
    """
    row = languages.get(language)
    comments = [re.escape((row.line_comment or "").encode()) + rb"[^\r\n]*"]
    if row.block_comment is not None:
        comments.insert(0, rb"/\*.*?(?:\*/|\Z)")
    comment = rb"|".join(comments)
    lead = re.escape((row.line_comment or "").encode()[:1])
    return re.compile(
        rb"(?P<comment>" + comment + rb")"
        rb'|(?P<string>""".*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:\\.|[^"\\\r\n])*"|\'(?:\\.|[^\'\\\r\n])*\'|`[^`]*`)'
        rb'|(?P<open_string>["\'][^"\'\r\n]*?(?=[)\]};,:\s]*(?:[\r\n]|\Z)))'
        rb"|(?P<code>[^\s" + lead + rb"\"'`][^\r\n" + lead + rb"\"'`]*|" + lead + rb")",
        re.DOTALL,
    )


def _damage(tree: Tree) -> tuple[int, int]:
    """Bytes in errors, and the number of missing tokens."""
    covered = missing = 0
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.is_error:
            covered += node.end_byte - node.start_byte
        elif node.is_missing:
            missing += 1
        elif node.has_error:
            stack.extend(node.children)
    return covered, missing
