"""Where a parse had to guess, and which of those places an edit has made.

The question is never "are there errors" (SQL dialects and half-typed code always have some) but "are there new ones".
Absent on purpose: repairing them (`copilot/engines`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from copilot.edits import with_newline
from copilot.syntax.parsing import Node, Tree, of
from copilot.types import Document, Edit, Span


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the parser had to guess.

    kind `error`: `span` holds text it could not place (`text`); kind `missing`: a token of type `expected` should
    stand at the empty `span`.
    """

    kind: Literal["error", "missing"]
    span: Span
    expected: str
    text: str


def faults(tree: Tree) -> tuple[Fault, ...]:
    """All ERROR and MISSING nodes, nested ones included, in document order."""
    found: list[Fault] = []
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.is_missing:
            found.append(Fault("missing", Span(*node.byte_range), node.type, ""))
            continue
        if not node.has_error:
            continue
        if node.is_error:
            text = (node.text or b"").decode("utf-8", "replace")
            found.append(Fault("error", Span(*node.byte_range), "", text))
        stack.extend(reversed(node.children))
    return tuple(found)


def new_faults(before: Document, after: Document, edits: Iterable[Edit]) -> tuple[Fault, ...]:
    """The faults of `after` that `edits` made; `after` is `before` with those of the edits that name its path.

    Empty when a document has no tree (no grammar, or the parse took too long): the caller who needs proof asks `of`.

    The rule. Spans of `before` are mapped through the edits, with text inserted at a fault's edge counted to it (white
    space beside the fault is its edge too, for an error only on its own line).
    1. A fault of the same kind and text at the mapped place is the old one and drops out on both sides.
    2. What is left falls into regions: faults whose spans touch, white space between them not counted. In a region
       without an old fault every fault is new.
    3. In a region that was broken before, an error that lies wholly in inserted text is new. Otherwise there may be no
       more faults than before, and no more old text in errors than before: half-written code may stay half-written,
       longer by what was typed, but may not swallow its neighbours.
    4. There may be no more opening and no more closing brackets without a partner than before: error recovery hides them in errors that exist.
    """
    new_tree = of(after)
    old_tree = of(before)
    if new_tree is None or old_tree is None or not new_tree.root_node.has_error:
        return ()
    hunks = _hunks(before, edits)
    old = [(fault, _mapped(_with_edges(fault, before.text), hunks)) for fault in faults(old_tree)]
    new = list(faults(new_tree))
    old, new = _unequal(old, new)
    found: list[Fault] = []
    for old_here, new_here in _regions(old, new, after.text):
        if not old_here:
            found += new_here
        else:
            found += _worse(old_here, new_here, hunks)
    if not found:
        found = _unpaired(old_tree, new_tree, hunks)
    return tuple(sorted(found, key=lambda fault: (fault.span, fault.kind)))


@dataclass(frozen=True, slots=True)
class _Hunk:
    """`old` of the text before became `new` of the text after."""

    old: Span
    new: Span


_Mapped = tuple[Fault, Span]


def _hunks(before: Document, edits: Iterable[Edit]) -> list[_Hunk]:
    """The edits without what their old and new text share at both ends, in document order."""
    own = sorted((edit for edit in edits if edit.path == before.path), key=lambda edit: edit.span)
    text, shift = before.text, 0
    hunks = []
    for edit in own:
        new, old = with_newline(edit.new, before.newline).encode(), text[edit.span.start : edit.span.end]
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        start, end = edit.span.start + head, edit.span.end - tail
        grown = len(new) - len(old)
        hunks.append(_Hunk(Span(start, end), Span(start + shift, end + shift + grown)))
        shift += grown
    return hunks


def _common(one: bytes, other: bytes) -> int:
    """Length of the common prefix."""
    limit = min(len(one), len(other))
    if one[:limit] == other[:limit]:
        return limit
    return next(at for at in range(limit) if one[at] != other[at])


def _with_edges(fault: Fault, text: bytes) -> Span:
    """The fault's span with the white space beside it, in which its place is the parser's whim."""
    space = b" \t\r\n\f\v" if fault.kind == "missing" else b" \t"
    start, end = fault.span.start, fault.span.end
    while start > 0 and text[start - 1] in space:
        start -= 1
    while end < len(text) and text[end] in space:
        end += 1
    return Span(start, end)


def _mapped(span: Span, hunks: Sequence[_Hunk]) -> Span:
    """Where `span` lies after the edits; an edit that it touches belongs to it as a whole."""
    start, end = span.start, span.end
    start_shift = end_shift = 0
    for hunk in hunks:
        if hunk.old.end < span.start:
            start_shift = end_shift = hunk.new.end - hunk.old.end
        elif hunk.old.start <= span.end:
            if hunk.old.start <= span.start:
                start, start_shift = min(start, hunk.old.start), hunk.new.start - hunk.old.start
            end, end_shift = max(end, hunk.old.end), hunk.new.end - hunk.old.end
    return Span(start + start_shift, end + end_shift)


def _unequal(old: list[_Mapped], new: list[Fault]) -> tuple[list[_Mapped], list[Fault]]:
    """Both sides without the pairs of equal faults at one place."""
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, (fault, _) in enumerate(old):
        alike[fault.kind, fault.expected, fault.text].append(index)
    paired: set[int] = set()
    rest = []
    for fault in new:
        candidates = alike[fault.kind, fault.expected, fault.text]
        twin = next((at for at, index in enumerate(candidates) if old[index][1].touches(fault.span)), None)
        if twin is None:
            rest.append(fault)
        else:
            paired.add(candidates.pop(twin))
    return [pair for index, pair in enumerate(old) if index not in paired], rest


def _regions(old: list[_Mapped], new: list[Fault], text: bytes) -> list[tuple[list[_Mapped], list[Fault]]]:
    """Faults grouped where their spans touch or have only white space between them."""
    regions: list[tuple[list[_Mapped], list[Fault]]] = []
    reach = -1
    marks: list[tuple[Span, _Mapped | None, Fault | None]] = [(pair[1], pair, None) for pair in old]
    marks += [(fault.span, None, fault) for fault in new]
    for span, was, fault in sorted(marks, key=lambda mark: mark[0]):
        if reach < 0 or (span.start > reach and text[reach : span.start].strip()):
            regions.append(([], []))
        if was is not None:
            regions[-1][0].append(was)
        if fault is not None:
            regions[-1][1].append(fault)
        reach = max(reach, span.end)
    return regions


def _worse(old: list[_Mapped], new: list[Fault], hunks: Sequence[_Hunk]) -> list[Fault]:
    """The new faults of a region that was broken before, by rule 3."""
    inserted = [fault for fault in new if fault.kind == "error" and any(h.new.contains(fault.span) for h in hunks)]
    if inserted:
        return inserted
    errors = [fault for fault in new if fault.kind == "error"]
    swallowed = _covered([fault.span for fault in errors], [hunk.new for hunk in hunks])
    if len(new) <= len(old) and swallowed <= _covered([pair[0].span for pair in old], ()):
        return []
    rest = list(old)
    unmatched = []
    for fault in new:
        twin = next((p for p in rest if p[0].kind == fault.kind and p[0].expected == fault.expected), None)
        if twin is None:
            unmatched.append(fault)
        else:
            rest.remove(twin)
    return unmatched or errors


def _covered(spans: Iterable[Span], but: Iterable[Span]) -> int:
    """Bytes under `spans` that are not under `but`."""
    marks = sorted([(s.start, 1, 0) for s in spans] + [(s.end, -1, 0) for s in spans])
    cuts = [(s.start, 0, 1) for s in but] + [(s.end, 0, -1) for s in but]
    total = depth = cut = at = 0
    for place, deeper, cutting in sorted(marks + cuts):
        if depth > 0 and cut == 0:
            total += place - at
        at, depth, cut = place, depth + deeper, cut + cutting
    return total


_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


def _unpaired(old: Tree, new: Tree, hunks: Sequence[_Hunk]) -> list[Fault]:
    """The brackets that break rule 4: those in new text, or all when the edit left an older one alone."""
    was, alone = _lonely_brackets(old), _lonely_brackets(new)
    for closing in (True, False):
        count = sum(1 for fault in was if (fault.text in _PAIRS) is closing)
        if sum(1 for fault in alone if (fault.text in _PAIRS) is closing) > count:
            break
    else:
        return []
    typed = [fault for fault in alone if any(hunk.new.contains(fault.span) for hunk in hunks)]
    return typed or alone


def _lonely_brackets(tree: Tree) -> list[Fault]:
    """Brackets without a partner. Only nodes with faults inside are entered: the others are balanced."""
    opened: list[Node] = []
    open_now = Counter[str]()
    alone: list[Node] = []
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.has_error and not node.is_missing:
            stack.extend(reversed(node.children))
        elif node.is_missing or node.is_named:
            continue
        elif node.type in _PAIRS.values():
            opened.append(node)
            open_now[node.type] += 1
        elif node.type in _PAIRS:
            partner = _PAIRS[node.type]
            if not open_now[partner]:
                alone.append(node)
                continue
            while (bracket := opened.pop()).type != partner:
                open_now[bracket.type] -= 1
                alone.append(bracket)
            open_now[partner] -= 1
    return [Fault("error", Span(*node.byte_range), "", node.type) for node in alone + opened]
