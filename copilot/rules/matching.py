r"""Matches of a query with predicates of ours.

py-tree-sitter (0.25 and 0.26) would call a function of ours for each of them, but never lets go of the captures that it made
for the call, and with them of the whole tree: some 15 times the text, at each look. So the query runs with the predicates that
tree-sitter knows, and the others are read from its text here and asked of what is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.types import Span

Captures = dict[str, list[Node]]
Arguments = Sequence[tuple[str, str]]
Answer = Callable[[str, Arguments, int, Captures], bool]

_PREDICATE: Final = re.compile(r"""\(#([\w-]+\?)((?:\s+(?:@[\w.-]+|"(?:[^"\\]|\\.)*"|[\w.-]+))*)\s*\)""")
_ARGUMENT: Final = re.compile(r"""@([\w.-]+)|"((?:[^"\\]|\\.)*)"|([\w.-]+)""")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_KNOWN: Final = re.compile(r"(?:any-)?(?:not-)?(?:eq|match)\?|(?:not-)?any-of\?|is(?:-not)?\?|set!")


def matches(
    language: str, text: str, root: Node, answer: Answer, *within: Span | None
) -> Iterator[tuple[int, Captures]]:
    """`(pattern, captures)` of the query `text` for which `answer` says yes to every predicate that tree-sitter lacks, each once.

    `within`: only what touches one of these ranges (None, or none at all: the whole tree).
    """
    cursor = QueryCursor(compiled(language, text))
    asked = _asked(language, text)
    seen: set[tuple[int, frozenset[int]]] = set()
    for span in within or (None,):
        if span is not None:
            cursor.set_byte_range(span.start, span.end)
        for pattern, captures in cursor.matches(root):
            if len(within) > 1:  # what is large touches several
                key = pattern, frozenset(node.id for nodes in captures.values() for node in nodes)
                if key in seen:
                    continue
                seen.add(key)
            if all(answer(name, given, pattern, captures) for name, given in asked[pattern]):
                yield pattern, captures


def predicates(language: str, text: str) -> frozenset[str]:
    """The names of the predicates of a query that tree-sitter lacks. Raises as `parsing.compiled`."""
    return frozenset(name for pattern in _asked(language, text) for name, _ in pattern)


@cache
def _asked(language: str, text: str) -> tuple[tuple[tuple[str, Arguments], ...], ...]:
    query = compiled(language, text)
    source = text.encode()
    return tuple(
        tuple(_predicates(source[query.start_byte_for_pattern(n) : query.end_byte_for_pattern(n)].decode()))
        for n in range(query.pattern_count)
    )


def _predicates(pattern: str) -> Iterator[tuple[str, Arguments]]:
    for found in _PREDICATE.finditer(pattern):
        if not _KNOWN.fullmatch(found[1]):
            yield found[1], tuple(map(_argument, _ARGUMENT.finditer(found[2])))


def _argument(found: re.Match[str]) -> tuple[str, str]:
    if found[1] is not None:
        return found[1], "capture"
    if found[3] is not None:
        return found[3], "string"
    return _ESCAPE.sub(lambda each: _ESCAPED.get(each[1], each[1]), found[2]), "string"
