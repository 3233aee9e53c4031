"""Fill in the middle: each model family's markers (`fim.toml`), rendering, neutralising, clipping.

Used by the gateway, and by whoever trains or imitates a model. Token counts are estimates from bytes: nothing here
tokenises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One row of `fim.toml`. `order` is psm (prefix, suffix, middle) or spm; `control` are all control words of the
    family's tokenizer that user text may not contain; `stop` ends an infill; `file` introduces a snippet with its path
    (`{path}`), empty when the family has no such marker and snippets go in as comments. `chat` marks the fallback for
    models without markers: the hole is asked for in a chat turn.
    """

    name: str
    models: tuple[str, ...]
    order: str
    prefix: str
    suffix: str
    middle: str
    file: str
    control: tuple[str, ...]
    stop: tuple[str, ...]
    chat: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A snippet for the prompt: nearest first."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The prompt and how it came about: snippets kept, whether the text round the cursor was cut."""

    prompt: str
    stop: tuple[str, ...]
    kept: int
    cut: bool


def family(model: str) -> Family:
    """The family of a model name (glob patterns of `fim.toml`, first match), else the chat fallback."""
    raise NotImplementedError(model)


def named(name: str) -> Family:
    """The family of that name. Raises KeyError."""
    raise NotImplementedError(name)


def neutral(text: str, control: Sequence[str]) -> str:
    """`text` in which no control word of any family can be read by a tokenizer; `original` undoes it."""
    raise NotImplementedError(text, control)


def original(text: str) -> str:
    """An answer in which neutralised control words are written as they were."""
    raise NotImplementedError(text)


def render(
    markers: Family, before: str, after: str, pieces: Sequence[Piece], *, language: str, path: str, budget_bytes: int
) -> Rendered:
    """The prompt of a hole within a budget. What does not fit goes in this order: the farthest snippet (whole), the end
    of `after` and the start of `before` (whole lines); never a marker, never the cursor's line unless it alone is too
    long. User text is neutralised before it is measured.
    """
    raise NotImplementedError(markers, before, after, pieces, language, path, budget_bytes)
