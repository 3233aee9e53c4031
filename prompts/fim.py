"""Fill in the middle: each model family's markers (`fim.toml`), and prompts of a hole that fit a budget.

Used by the gateway, and by whoever trains or imitates a model. Token counts are estimates from bytes: nothing here
tokenises. A prompt is laid out for the engine's prefix cache: what typing does not change stands first (other files,
far text above), and cut points move in steps, so that a keystroke changes the prompt only where it happens and behind.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from prompts.control import JOINER, held, neutral, original
from prompts.templates import Library, fenced

__all__ = [
    "Family",
    "Piece",
    "Rendered",
    "chat_turns",
    "families",
    "family",
    "held",
    "named",
    "neutral",
    "original",
    "render",
    "unframed",
]

STEPS: Final = 8
"""Cut points move by this part of the budget: a keystroke moves none, 800 bytes typed at a budget of 6,400 one."""

LEAST_AFTER: Final = 10
"""The text behind the caret keeps at least this part of the room (where it has so much)."""

_JOINER: Final = JOINER.encode()
_WORD: Final = re.compile(r"<[^<>\s]+>|\[[^\[\]\s]+\]")
_MARK: Final = re.compile(r"<<HOLE(?: [0-9]{1,9})?>>")
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Family:
    """One row of `fim.toml`. `order` is psm (prefix, suffix, middle) or spm; `control` are all control words of the
    family's tokenizer that user text may not contain; `stop` ends an infill; `file` introduces a snippet with its path
    (`{path}`), empty when the family has no such marker and snippets go in as comments. `chat` marks the fallback for
    models without markers: the hole is asked for in a chat turn.

    `head` opens every prompt, `repo` the snippets; `own` introduces the file with the hole before the first marker and
    `inside` behind the prefix marker, when there are snippets (`named`: always). `within`: snippets stand inside the
    prefix; `tight`: no line end is added to them.
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
    head: str = ""
    repo: str = ""
    own: str = ""
    inside: str = ""
    named: bool = False
    within: bool = False
    tight: bool = False


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


@functools.cache
def families() -> tuple[Family, ...]:
    """All rows in order, the chat fallback last."""
    rows = tuple(_row(row) for row in _table()["family"])
    bars = dict.fromkeys(w for row in rows for w in row.control if w.startswith(("<|", "<｜")))
    return tuple(replace(r, control=tuple(dict.fromkeys((*r.control, *bars)))) if r.chat else r for r in rows)


@functools.lru_cache(maxsize=256)
def family(model: str) -> Family:
    """The family of a model name (glob patterns of `fim.toml`, first match), else the chat fallback."""
    name = model.lower()
    return next(row for row in families() if any(fnmatchcase(name, pattern) for pattern in row.models))


def named(name: str) -> Family:
    """The family of that name. Raises KeyError."""
    return {row.name: row for row in families()}[name]


def render(
    markers: Family, before: str, after: str, pieces: Sequence[Piece], *, language: str, path: str, budget_bytes: int
) -> Rendered:
    """The prompt of a hole within a budget. What does not fit goes in this order: the farthest snippet (whole), the end
    of `after` down to a tenth of the room, the start of `before` (whole lines); never a marker, never the cursor's line
    unless it alone is too long. User text is neutralised before it is measured. Only a budget smaller than the markers
    is overdrawn.

    Raises ValueError for a family without markers: `chat_turns` is for those.
    """
    if markers.chat:
        raise ValueError(f"{markers.name} has no markers; ask in a chat turn")
    words = markers.control
    step = max(budget_bytes // STEPS, 1)
    where, tongue = _label(path, words), _titled(_label(language, words))
    own, inside = (_bytes(text.format(path=where, language=tongue)) for text in (markers.own, markers.inside))
    head, repo, prefix, suffix, middle = map(
        str.encode, (markers.head, markers.repo, markers.prefix, markers.suffix, markers.middle)
    )
    bare = not markers.named and bool(before.strip() or after.strip())
    label = len(own) + len(inside)
    room = budget_bytes - sum(map(len, (head, prefix, suffix, middle))) - (0 if bare else label)
    above, below, cut = _window(*_near(before, after, words, budget_bytes, step), room, step)
    blocks: list[bytes] = []
    if pieces and not cut:
        left = room - len(below) - (label if bare else 0)
        left -= min(_up(len(above), step), left) + len(repo)
        blocks = _kept((_block(piece, markers, language) for piece in pieces), left)
    if bare and not blocks:
        own = inside = b""
    others = b"".join((repo, *reversed(blocks))) if blocks else b""
    within = markers.within or not markers.file
    first = prefix + (others if within else b"") + inside + above
    second = suffix + below
    hole = first + second if markers.order == "psm" else second + first
    prompt = b"".join((head, b"" if within else others, own, hole, middle))
    return Rendered(prompt.decode(), markers.stop, len(blocks), cut)


def unframed(markers: Family, prompt: str) -> tuple[str, str] | None:
    """`(before, after)` of a prompt that a client rendered by itself in one clean frame of this family (Zed, Continue),
    None for anything else: whose markers the others are cannot be told. A space does for the U+2581 of CodeLlama.
    """
    marks = (markers.prefix, markers.suffix, markers.middle)
    words = [mark.strip(" \u2581\n") for mark in marks]
    if markers.chat or any(word and prompt.count(word) != 1 for word in words):
        return None
    if markers.order == "spm":
        words[:2] = words[1], words[0]
    at = [prompt.index(word) for word in words if word]
    if at != sorted(at):
        return None
    opening, rest = prompt.split(words[0])
    first, rest = rest.split(words[1])
    second, end = rest.split(words[2]) if words[2] else (rest, "")
    if opening.strip(" \u2581") or end.strip():
        return None
    if markers.order == "spm":
        return second, first
    if markers.suffix.startswith("\u2581"):
        first, second = (text[:-1] if text.endswith((" ", "\u2581")) else text for text in (first, second))
    return first.removeprefix(markers.prefix.partition(words[0])[2]), second


def chat_turns(
    before: str,
    after: str,
    pieces: Sequence[Piece],
    language: str,
    path: str,
    budget_bytes: int,
    *,
    library: Library | None = None,
) -> tuple[tuple[str, str], ...]:
    """`(role, content)` turns that ask a chat model for a hole, within a budget and cut like `render`.

    The template is `complete`; its values are `language`, `path`, `snippets`, `code` (a fence with the text round the
    hole) and `hole` (the mark that stands for it). `library`: the templates in force, ours where it is left out.

    Raises TemplateError for a pin that nothing satisfies.
    """
    words = named("chat").control
    library = library or Library()
    template = library.choose("complete", language or None)
    mark = _mark(before, after)
    values = {"language": _label(language, words), "path": _label(path, words), "hole": mark}
    step = max(budget_bytes // STEPS, 1)
    texts = _near(before, after, words, budget_bytes, step)
    frame = library.render(template, {**values, "snippets": "", "code": fenced(mark, language)})
    room = budget_bytes - sum(len(text.encode()) for _, text in frame)
    while True:
        above, below, cut = _window(*texts, room, step)
        left = 0 if cut else room - len(below) - min(_up(len(above), step), room - len(below))
        blocks = _kept((_shown(piece, language, words) for piece in pieces), left)
        values["snippets"] = b"\n\n".join(reversed(blocks)).decode()
        values["code"] = fenced(f"{above.decode()}{mark}{below.decode()}", language)
        turns = library.render(template, values)
        over = sum(len(text.encode()) for _, text in turns) - budget_bytes
        if over <= 0 or room <= 0:
            return turns
        room -= over  # longer fences, and the lines that were left out with an empty value


def _mark(before: str, after: str) -> str:
    """A word for the hole that stands in neither text. Linear: a text may hold thousands of them on purpose."""
    if "<<HOLE" not in before and "<<HOLE" not in after:
        return "<<HOLE>>"
    taken = {*_MARK.findall(before), *_MARK.findall(after)}
    return next(
        mark for n in range(1, len(taken) + 2) if (mark := "<<HOLE>>" if n == 1 else f"<<HOLE {n}>>") not in taken
    )


def _near(before: str, after: str, words: Sequence[str], budget: int, step: int) -> tuple[bytes, bytes]:
    """Both texts neutralised. What surely goes is left out before that work is done, the start in whole steps."""
    far = max(len(before) - max(budget, 0), 0) // step * step
    return _bytes(neutral(before[far:], words)), _bytes(neutral(after[: max(budget, 0) + 1], words))


def _window(before: bytes, after: bytes, room: int, step: int) -> tuple[bytes, bytes, bool]:
    """The text round the caret in `room` bytes, and whether some was left out.

    The start of `before` moves in steps of its own offset, and `after` makes room for `before` in steps too: while one
    types, both stay as they are for a step.
    """
    if len(before) + len(after) <= room:
        return before, after, False
    room = max(room, 0)
    here = len(before) - (before.rfind(b"\n") + 1)
    rest = (after.find(b"\n") + 1) or len(after)
    if here + rest > room:
        below = _head(after[:rest], max(room - here, room // 4))
        return _tail(before[len(before) - here :], room - len(below)), below, True
    most = min(max(rest, room // LEAST_AFTER, room - _up(len(before), step)), room - here)
    if len(after) > most:
        after = after[: after.rfind(b"\n", 0, most) + 1]
    if (over := len(before) - (room - len(after))) > 0:
        start = before.find(b"\n", _up(over, step) - 1) + 1 or len(before)
        before = before[min(start, len(before) - here) :]
    return before, after, True


def _head(data: bytes, most: int) -> bytes:
    """The start of a line, cut before a character and not inside a run of word joiners."""
    end = min(most, len(data))
    while 0 < end < len(data) and (data[end] & 0xC0 == 0x80 or data[end : end + 3] == _JOINER == data[end - 3 : end]):
        end -= 1
    return data[:end]


def _tail(data: bytes, most: int) -> bytes:
    """The end of a line, cut before a character and not inside a run of word joiners."""
    start = max(len(data) - most, 0)
    while 0 < start < len(data) and (
        data[start] & 0xC0 == 0x80 or data[start : start + 3] == _JOINER == data[start - 3 : start]
    ):
        start += 1
    return data[start:]


def _kept(blocks: Iterable[bytes], left: int) -> list[bytes]:
    """The nearest blocks that fit, nearest first; the first that does not fit ends it."""
    kept: list[bytes] = []
    for block in blocks:
        left -= len(block)
        if left < 0:
            break
        kept.append(block)
    return kept


def _block(piece: Piece, markers: Family, language: str) -> bytes:
    """A snippet as the family writes it: behind its file marker, else as comments of the language of the hole."""
    path = _label(piece.path, markers.control)
    text = neutral(piece.text, markers.control)
    if markers.file:
        end = "" if markers.tight or text.endswith("\n") else "\n"
        return _bytes(f"{markers.file.format(path=path)}{text}{end}")
    opening, closing = _comments().get(language.lower(), ("#", ""))
    body = f"\nPath: {path}\n{text.rstrip()}\n".replace("\r\n", "\n")
    if closing:
        body = body[:-1].replace("\n", f" {closing}\n{opening} ").removeprefix(f" {closing}") + f" {closing}\n"
    else:
        body = body[:-1].replace("\n", f"\n{opening} ") + "\n"
        for _ in range(2):  # blank lines beside each other share a line end
            body = body.replace(f"\n{opening} \n", f"\n{opening}\n")
    return _bytes(body[1:] + "\n")


def _shown(piece: Piece, language: str, words: Sequence[str]) -> bytes:
    """A snippet in a chat turn."""
    path = _label(piece.path, words)
    return _bytes(f"{path}:\n{fenced(neutral(piece.text, words), language)}")


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")  # a lone surrogate is no text


def _label(text: str, words: Sequence[str]) -> str:
    """A path or a language for a line of its own: one line, of at most its last 200 characters."""
    return neutral(_BREAKS.sub(" ", text)[-200:], words)


def _titled(language: str) -> str:
    titles: dict[str, str] = _table()["titles"]
    return titles.get(language.lower(), language.capitalize())


def _up(size: int, step: int) -> int:
    return -(-size // step) * step


@functools.cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("fim.toml").read_text("utf-8"))


@functools.cache
def _comments() -> dict[str, tuple[str, str]]:
    rows = _table()["comment"]
    return {language: (row["open"], row.get("close", "")) for row in rows for language in row["languages"]}


def _row(row: dict[str, Any]) -> Family:
    """A row of the table; the markers are control words too."""
    texts = {name: row.get(name, "") for name in ("order", "prefix", "suffix", "middle", "file")}
    marks = _WORD.findall(" ".join(str(row.get(name, "")) for name in (*texts, "head", "repo", "own", "inside")))
    control = tuple(dict.fromkeys((*marks, *row["control"])))
    lists = {"models": tuple(row["models"]), "stop": tuple(row.get("stop", ()))}
    return Family(**{**row, **texts, **lists, "control": control})
