"""What a claim of another tool (or of the compiler) comes to: the edits that answer it, likeliest first.

Each language has its module of kinds (`claimed_python`, `claimed_java`); this one holds what they share. Proposed is
what the tree, the index and the platform's own archives show; what the claim is about and cannot be told from them has no
answer here, and a model is asked. Absent on purpose: reading messages (`verify/claims`), and proof (`tasks/fix_proof`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from copilot.context import modules
from copilot.context import place as places
from copilot.context.index import Index
from copilot.context.listing import relative
from copilot.context.receivers import Meanings
from copilot.engines.embedded.names import likeness
from copilot.messages import say
from copilot.syntax import tree as trees
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.tree import Node
from copilot.types import Document, Edit, Span
from copilot.verify.claims import Claim

LIKELY: Final = 0.2
"""Choices less probable than this are not proposed."""

_DOUBT: Final = 1.0
_TOLD: Final = 4.0
_SWAPPED: Final = 1.5
"""The weight of "none of these", and how much more a name counts that the tool proposes, or that has the same letters."""


@dataclass(frozen=True, slots=True)
class Mend:
    """An answer: its edits, what it does in one phrase, how probable it is that this was meant."""

    edits: tuple[Edit, ...]
    title: str
    chance: float


def ranked(weights: Mapping[str, float], doubt: float = _DOUBT) -> list[tuple[str, float]]:
    """Alternatives with their probabilities, likeliest first, those worth proposing."""
    total = sum(weights.values()) + doubt
    rows = sorted(weights.items(), key=lambda row: (-row[1], row[0]))
    return [(name, weight / total) for name, weight in rows if weight / total >= LIKELY]


def alike(claim: Claim, there: Iterable[str]) -> dict[str, float]:
    """Weights of the names that may have been meant by the claim's: those that are there, and those the tool proposes (where
    we see no names ourselves, they alone).
    """
    known = set(there)
    weights = {name: closeness(claim.name, name) for name in known if not name.startswith("__")}
    for rank, hint in enumerate(claim.hints):
        if hint in known or not known:
            weights[hint] = _TOLD * max(closeness(claim.name, hint), 1.0 if hint in known else 0.5) / (1 + rank)
    return {name: weight for name, weight in weights.items() if weight > 0}


def closeness(word: str, other: str) -> float:
    """As `names.likeness`; the same letters in another order are rather a slip than a letter more or less is."""
    return likeness(word, other) * (_SWAPPED if sorted(word) == sorted(other) else 1.0)


def renamings(document: Document, span: Span, weights: Mapping[str, float]) -> list[Mend]:
    """The word at `span` as each of the alternatives."""
    return [
        Mend((Edit(document.path, span, name),), say("Change to '{name}'", name=name), chance)
        for name, chance in ranked(weights)
    ]


def words(document: Document, span: Span, name: str, *kinds: str) -> list[Node]:
    """The nodes of these types that read `name`, on the lines of `span`; those inside the span alone if there are some."""
    tree = trees.of(document)
    if tree is None or not name:
        return []
    wide = Span(line_start(document.text, span.start), line_end(document.text, span.end))
    wanted = name.encode()
    found = [n for n in trees.touching(tree.root_node, [wide]) if n.type in kinds and n.text == wanted]
    found = [n for n in found if wide.contains(extent(n))]
    return [n for n in found if span.start <= n.start_byte <= span.end] or found


def extent(node: Node) -> Span:
    """Where a node stands."""
    return Span(node.start_byte, node.end_byte)


def text_of(node: Node | None) -> str:
    """The text of a node; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def without_statement(document: Document, node: Node) -> Edit:
    """The edit that takes a statement away: its whole lines where it stands alone on them."""
    text = document.text
    start, end = line_start(text, node.start_byte), line_end(text, node.end_byte)
    if text[start : node.start_byte].strip() or text[node.end_byte : end].strip():
        return Edit(document.path, extent(node), "")
    if text[end : end + 2] == b"\r\n":
        end += 2
    elif end < len(text):
        end += 1
    return Edit(document.path, Span(start, end), "")


def meanings(document: Document, at: int, index: Index) -> Meanings | None:
    """What names mean at a place, None where the index does not know the file's place."""
    root = getattr(index, "root", None)
    path = relative(root, document.path) if root is not None else None
    if root is None or path is None:
        return None
    here = places.place(document, path, document.text[:at].decode("utf-8", "replace"), "", at)
    own = modules.python(root, path) if document.language == "python" else ""
    return Meanings(here, index, own)
