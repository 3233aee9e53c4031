"""How often the engine is right in this very repository: its own history replayed, and a correction learned from it.

The index is put back in time (files that changed since are replaced by what they were), the engine is asked for lines
that were written then, and a few weights are fitted on its answers, held near "no correction" by a prior. Runs in the
index worker, a place at a time, whenever the head has moved; the result lies beside the index as `calibration.json`:
numbers only. The same index and history give the same file. Absent on purpose: features and shipped weights (`rank`).
"""

from __future__ import annotations

import contextlib
import json
import random
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copilot import files, git
from copilot.context.index import Index
from copilot.context.lexemes import family
from copilot.engines.embedded import history
from copilot.engines.embedded.caret import caret
from copilot.engines.embedded.history import Place, folded
from copilot.engines.embedded.rank import Correction, digest
from copilot.errors import UnreadableFile
from copilot.syntax.languages import language_of
from copilot.types import CompleteOptions, Request, Span, Task, document

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus
    from copilot.context.reader import StoredIndex

VERSION: Final = 1
PLACES: Final = 240
"""Places that are asked for: about ten seconds of CPU, once a head."""

_COMMITS: Final = 300
_FILES: Final = 400
_ENOUGH: Final = 1_200
"""Added lines from which no older commit is looked at."""

_STRIDES: Final = (1, 2, 4, 8, 15, 30, 60, 100, 200, 300)
_NAME: Final = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned, from how many places, at which head."""

    correction: Correction = field(default_factory=Correction)
    places: int = 0
    head: str = ""


NONE: Final = Calibration()

_held: dict[Path, tuple[int, Calibration]] = {}
_lock = threading.Lock()


def of(folder: Path | None) -> Calibration:
    """The correction stored beside an index; none where there is no (readable) one."""
    if folder is None:
        return NONE
    file = folder / _NAME
    try:
        stamp = file.stat().st_mtime_ns
    except OSError:
        return NONE
    with _lock:
        known = _held.get(file)
    if known is None or known[0] != stamp:
        known = (stamp, _read(file))
        with _lock:
            _held[file] = known
    return known[1]


def _read(file: Path) -> Calibration:
    try:
        data = json.loads(file.read_text("utf-8"))
        if data["version"] != VERSION or data["weights"] != digest():
            return NONE  # it corrects other weights than the ones that are shipped now
        shifts = {str(name): float(value) for name, value in data["shifts"].items()}
        correction = Correction(float(data["scale"]), float(data["bias"]), shifts)
        return Calibration(correction, int(data["places"]), str(data["head"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return NONE


def forget(folder: Path) -> None:
    """Remove a stored correction."""
    (folder / _NAME).unlink(missing_ok=True)


def steps(root: Path, index: StoredIndex) -> Iterator[None]:
    """Calibrate, a place at a time; nothing to do where the head is that of the stored correction, or without git."""
    found = git.head(root)
    if found is None or not found[0] or of(index.folder).head == found[0] or git.root(root) != root.resolve():
        return  # a folder inside a repository has other paths than git tells
    rows: list[tuple[Sequence[float], bool]] = []
    asked = 0
    for work in _replayed(root, index, found[0]):
        if work is not None:
            rows += _answers(root, *work)
            asked += 1
        yield
    from copilot.engines.embedded.correction import corrected

    _write(index.folder, Calibration(corrected(rows), asked, found[0]))


def _write(folder: Path, made: Calibration) -> None:
    data = {
        "version": VERSION,
        "weights": digest(),
        "head": made.head,
        "places": made.places,
        "scale": made.correction.scale,
        "bias": made.correction.bias,
        "shifts": dict(made.correction.shifts),
    }
    with contextlib.suppress(UnreadableFile):  # a full disk costs the correction, nothing else
        files.put(folder / _NAME, (json.dumps(data, indent=1) + "\n").encode())


class Past(Index):
    """The index as it was: `corpus` with old texts for the files that changed since."""

    def __init__(self, root: Path, corpora: dict[str, Corpus]) -> None:
        self.root, self._corpora = root, corpora

    def corpus(self, language: str | None) -> Corpus | None:
        """The token streams of then."""
        return self._corpora.get(family(language))


def _replayed(root: Path, index: StoredIndex, head: str) -> Iterator[tuple[Place, Index] | None]:
    """Places that the last commits wrote, with the index as it was before them; None while that is being made."""
    log = git.commits(root, _COMMITS + 1)
    if len(log) < 2:
        return
    base, lines = yield from _since(root, log)
    chance = random.Random(0)  # noqa: S311 - the same places each time, nothing secret
    places: list[Place] = []
    lines = {name: rows for name, rows in lines.items() if _is_read(root, index, name)}
    texts = git.texts(root, head, sorted(lines))
    for name, text in texts.items():
        yield None  # a file of many lines takes its time
        places += history.on_lines(name, language_of(Path(name)) or "", text, lines[name], chance)
    chance.shuffle(places)
    changed = [name for name in git.changed(root, base, head) if _is_read(root, index, name)]
    corpora = yield from _then(root, index, base, changed, {place.language for place in places})
    past = Past(root, corpora)
    for place in places[:PLACES]:
        yield place, past


def _is_read(root: Path, index: StoredIndex, name: str) -> bool:
    return language_of(Path(name)) is not None and not index.excluded(root / name)


def _since(root: Path, log: Sequence[str]) -> Generator[None, None, tuple[str, dict[str, list[int]]]]:
    """`(base, added lines by path)`: as many commits back as it takes to have enough lines, files that are too many
    left out.
    """
    base, lines = log[-1], dict[str, list[int]]()
    for stride in _STRIDES:
        base = log[min(stride, len(log) - 1)]
        patch = git.difference(root, base, log[0])
        lines = history.added_lines(patch) if patch is not None else {}
        yield
        asked = sum(min(len(rows), history.A_FILE) for rows in lines.values())
        if asked >= 2 * PLACES or sum(map(len, lines.values())) >= _ENOUGH or stride >= len(log) - 1:
            break
    chance = random.Random(1)  # noqa: S311 - as above
    kept = chance.sample(sorted(lines), min(len(lines), _FILES))
    return base, {name: lines[name] for name in kept}


def _then(
    root: Path, index: StoredIndex, base: str, names: Sequence[str], languages: set[str]
) -> Generator[None, None, dict[str, Corpus]]:
    """The corpora with the old text of these files in the place of the new one, where there was one."""
    from copilot.context import corpus as corpora
    from copilot.context.tokens import lex

    found: dict[str, Corpus] = {}
    texts = git.texts(root, base, names)
    for language in sorted(languages):
        now = index.corpus(language)
        kin = family(language)
        if now is None or kin in found:
            continue
        changed = set(names)
        live = {version: path for version, path in now.live.items() if path not in changed}
        words, ids = list(now.words), dict(now.ids)
        rows: list[tuple[int, bytes, bytes, bytes, bytes]] = []
        version = max([*now.live, *(int(part.owner.max(initial=0)) for part in now.segments)], default=0)
        for name, text in texts.items():
            if family(language_of(Path(name))) != kin:
                continue
            version += 1
            live[version] = name
            yield
            lexed = lex(text, language_of(Path(name)))
            streams = []
            for stream in (lexed.words, lexed.shapes):
                for word in stream:
                    if word not in ids:
                        ids[word] = len(words)
                        words.append(word)
                streams.append(_bytes([ids[word] for word in stream]))
            rows.append((version, *streams, bytes(lexed.spaces), _bytes(lexed.lines)))  # type: ignore[arg-type]
        parts = [*now.segments, *([corpora.segment(rows)] if rows else [])]
        found[kin] = corpora.join(words, ids, live, parts)
    return found


def _bytes(numbers: Sequence[int]) -> bytes:
    from array import array

    return array("i", numbers).tobytes()


def _answers(root: Path, place: Place, past: Index) -> list[tuple[Sequence[float], bool]]:
    """Features and truth of the proposals for a place."""
    from copilot.engines.embedded.complete import proposals

    path = root / place.name
    here = caret(path, place.language, place.before, place.after)
    if isinstance(here, str):
        return []
    at = len(place.before.encode())
    doc = document(path, place.language, place.before + place.after)
    request = Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions())
    gold = folded(place.gold)
    return [(found.values, folded(found.text) == gold) for found in proposals(request, here, past)]
