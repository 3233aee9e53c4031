"""How lines of the repository went on that began like the text before the caret: cheap drafts for the retrieval.

The longest match of the words before the caret wins (Ziv, Lempel 1977, as a predictor). Needs numpy. Absent on
purpose: judging whether to show one (`engines/embedded`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from copilot.context import tokens

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus

_READ: Final = 4_000
_HITS: Final = 60
_LINE: Final = 40


def continued(corpus: Corpus, before: str, language: str, own: str | None, *, most: int = 8) -> list[str]:
    """Rests of line, blanks between their words, those behind the longest match first."""
    import numpy as np

    from copilot.context import corpus as arrays

    text = before[-_READ:]
    text = text[text.find("\n") + 1 :] if len(before) > _READ else text
    line = text[text.rfind("\n") + 1 :]
    words = tokens.lex(text, language, resumed=False).words
    typed = ""
    if line and (line[-1].isalnum() or line[-1] == "_") and words[-1:] and line.endswith(words[-1]):
        typed = words.pop()
    context = np.array([corpus.ids.get(word, -2) for word in words[-arrays.DEPTH :]], np.int32)
    hidden = {version for version, path in corpus.live.items() if path == own}
    scored: dict[str, tuple[int, int]] = {}
    newline = corpus.ids.get(tokens.NEWLINE, -1)
    told: dict[tuple[int, ...], str] = {}
    for part in corpus.segments:
        for hits in arrays.find(part, context):
            order = np.argsort(-hits.lengths, kind="stable")[:_HITS]
            for at, length in zip(hits.at[order].tolist(), hits.lengths[order].tolist(), strict=True):
                owner = int(part.owner[at])
                if owner in hidden or owner not in corpus.live:
                    continue
                ids = part.words[at : at + _LINE].tolist()
                row = tuple(ids[: ids.index(newline, 1) + 1] if newline in ids[1:] else ids)
                key = told.get(row)
                if key is None:
                    key = told[row] = _rest([corpus.words[n] for n in row if n >= 0], typed)
                if key:
                    known = scored.get(key, (0, 0))
                    scored[key] = (max(known[0], length), known[1] + 1)
    return sorted(scored, key=lambda k: (-scored[k][0], -scored[k][1], k))[:most]


def _rest(row: list[str], typed: str) -> str:
    """What a row of words says of the line that goes on there; empty where it says nothing."""
    while row and tokens.is_structure(row[0]) and row[0] != tokens.NEWLINE:
        row = row[1:]
    rest = row[: row.index(tokens.NEWLINE)] if tokens.NEWLINE in row else row
    return " ".join(rest) if rest and rest[0].startswith(typed) else ""
