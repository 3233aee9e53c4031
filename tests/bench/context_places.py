"""Places where code uses a definition of another file, or of a dependency, taken from public packages, with the answer.

Gold: a name that the file imports and the index resolves, or the member of a type whose name is defined once in the
repository. A place is the start of the line, or just before the name (`mid`). The index holds the whole repository, the
file at hand is hidden (its text up to the caret stands for it). Half the places have the text behind: what comes
0-12 lines further down; the rest of the line is never given.
"""

from __future__ import annotations

import io
import logging
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from copilot.context import modules
from copilot.context import place as places_
from copilot.context.building import Builder
from copilot.context.reader import StoredIndex
from copilot.context.receivers import Meanings
from copilot.context.symbols import Unit, by_names
from copilot.engines.embedded.caret import caret
from copilot.engines.embedded.complete import proposals
from copilot.syntax.languages import language_of
from copilot.types import CompleteOptions, Request, Span, Task, document

WORD = re.compile(r"(?<![\w.])((?:[^\W\d]\w*\.)*)([^\W\d]\w*)|\.([^\W\d]\w*)")
COMMON = frozenset(n for kind in (str, bytes, list, dict, set, tuple, int, float, logging.Logger, io.TextIOWrapper, re.Pattern)
                   for n in dir(kind)) | {"put", "size", "length", "equals", "hashCode", "toString", "stream", "println"}  # fmt: skip
"""Members of what everybody has: that one class of the repository defines the name too says nothing."""

OFFERED = 3
"""Candidates that the completion engine offers."""

SKIP = re.compile(r"\s*(?:import\b|from\b|package\b|#|//|\*|/\*|@|\"\"\"|''')")


@dataclass(frozen=True)
class Gold:
    """A caret and the definition that the line goes on to use. `again`: the file has used the name before."""

    path: str
    language: str
    before: str
    after: str
    kind: str
    source: str
    again: bool
    name: str
    unit: Unit
    line: str
    """The defining line, stripped."""


def index_of(root: Path, folder: Path, dependencies: object = None) -> StoredIndex:
    """An index built in this process."""
    builder = Builder(root, folder, (), 400)
    builder.begin()
    for found in builder.stale()[0]:
        builder.put(found)
    builder.commit()
    builder.arrays()
    if dependencies is not None:
        builder.depend(dependencies)
    builder.database.close()
    return StoredIndex(root, folder)


def drafts_at(path: Path, gold: Gold, index: StoredIndex) -> tuple[str, ...]:
    """The lines that the completion engine offers at a place."""
    here = caret(path, gold.language, gold.before, gold.after)
    if isinstance(here, str):
        return ()
    at = len(gold.before.encode())
    doc = document(path, gold.language, gold.before + gold.after)
    request = Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions())
    return tuple(here.typed + proposal.text for proposal in proposals(request, here, index)[:OFFERED])


def golds(
    root: Path, index: StoredIndex, count: int, seed: int, *, a_file: int = 4, source: str = ""
) -> Iterator[Gold]:
    """Random places of a repository, at most `a_file` of one file, both kinds of each line; of one `source` only, or all."""
    chance = random.Random(seed)
    files = sorted(p for p in root.rglob("*") if p.suffix in (".py", ".java") and 800 < p.stat().st_size < 200_000)
    files = [p for p in files if not {"migrations", "node_modules"} & set(p.parts)]
    chance.shuffle(files)
    made = 0
    for path in files:
        if made >= count:
            return
        for gold in _in(root, path, index, chance, a_file, source):
            made += 1
            yield gold


def _in(root: Path, path: Path, index: StoredIndex, chance: random.Random, most: int, wanted: str) -> Iterator[Gold]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    language = language_of(path) or ""
    name = path.relative_to(root).as_posix()
    doc = document(path, language, text)
    here = places_.place(doc, name, text, "", len(text.encode()))
    meanings = Meanings(here, index, modules.python(root, name) if language == "python" else "")
    bare = blanked(text, language)
    rows, plain = text.split("\n"), bare.split("\n")
    own = {s.name for s in here.outline.symbols}
    uses = [(n, m) for n, row in enumerate(plain) if not SKIP.match(row) for m in WORD.finditer(row)]
    inside = {n for row in here.outline.imports for n in range(text.encode().count(b"\n", 0, row.span.start),
              text.encode().count(b"\n", 0, row.span.end) + 1)}  # fmt: skip
    uses = [use for use in uses if use[0] not in inside]
    chance.shuffle(uses)
    seen_lines: set[int] = set()
    made = 0
    for number, match in uses:
        if made >= most or number in seen_lines:
            continue
        found = _gold(meanings, index, match, own, name)
        if found is None or wanted not in ("", found[3]):
            continue
        unit, word, at, source = found
        seen_lines.add(number)
        above = "\n".join(rows[:number]) + "\n"
        row = rows[number]
        indent = row[: len(row) - len(row.lstrip())]
        again = (
            len(re.findall(rf"\b{re.escape(word)}\b", "\n".join(r for r in plain[:number] if not SKIP.match(r)))) > 0
        )
        defining = _defining(index, root, unit)
        if not defining or defining.startswith("private "):
            continue
        skip = chance.randrange(13)
        after = "\n" + "\n".join(rows[number + 1 + skip :]) if chance.random() < 0.5 else "\n"
        made += 1
        for kind, head in (("start", indent), ("mid", row[:at])):
            yield Gold(name, language, above + head, after, kind, source, again, word, unit, defining)


def _gold(
    meanings: Meanings, index: StoredIndex, match: re.Match[str], own: set[str], path: str
) -> tuple[Unit, str, int, str] | None:
    if match[3] is not None:
        word, chain = match[3], ""
    else:
        chain, word = match[1], match[2]
    if not chain and match[3] is None:
        row = meanings.bound.get(word)
        java = meanings.place.language == "java"
        if (row is None or (row.name in (None, "*") and not java)) and not (
            java and word[:1].isupper() and word not in own
        ):
            return None
        units = meanings.name(word)
        at = match.start(2)
        if len(units) == 1 and units[0].path != path:
            return units[0], word, at, "dependency" if units[0].package else "import"
        return None
    if chain:
        module = meanings.module_of(chain[:-1])
        if module is not None:
            units = meanings.in_module(module, word)
            if len(units) == 1 and units[0].path != path:
                return units[0], word, match.start(2), "dependency" if units[0].package else "import"
            return None
    if len(word) < 3 or word in COMMON or word in own or word.startswith("__"):
        return None
    receiver = re.search(r"([^\W\d]\w*)\.$", match.string[: match.start() + 1]) if match[3] is not None else None
    told = meanings.place.variables.get(chain[:-1] if chain else receiver[1] if receiver else "")
    if told is not None and not told.startswith(("=", "@")) and not meanings.typed(told):
        return None  # its type is declared, and is none of the repository's
    units = [u for u in by_names(index, [word]).get(word, []) if u.language == meanings.place.language]
    if len(units) == 1 and units[0].package == 0 and units[0].parent >= 0 and units[0].path != path:
        return units[0], word, match.start(3) if match[3] is not None else match.start(2), "member"
    return None


def _defining(index: StoredIndex, root: Path, unit: Unit) -> str:
    from copilot.context.excerpt import Sources

    text = Sources(index, root).text(unit)
    at = text.find(unit.name.encode(), unit.start, unit.stop)
    # The name stands behind decorators: the line that holds `name(` or `class name`.
    found = re.compile(rb"\b(?:def|class|interface|enum|record)\s+" + re.escape(unit.name.encode()) + rb"\b").search(
        text, unit.start, unit.stop
    )
    if found is not None:
        at = found.start()
    elif unit.is_code:
        found = re.compile(rb"\b" + re.escape(unit.name.encode()) + rb"\s*\(").search(text, unit.start, unit.stop)
        at = found.start() if found is not None else at
    if at < 0:
        return ""
    first = text.rfind(b"\n", 0, at) + 1
    end = text.find(b"\n", at)
    return text[first : end if end >= 0 else len(text)].decode("utf-8", "replace").strip()


def blanked(text: str, language: str) -> str:
    """The text with strings and comments blanked, line by line in step."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    if language == "python":
        text = re.sub(r'[rRbBuUfF]{0,2}("""|\'\'\').*?\1', blank, text, flags=re.DOTALL)
        text = re.sub(r"(?:[rRbBuUfF]{0,2})(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|#[^\n]*", blank, text)
    else:
        text = re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", blank, text, flags=re.DOTALL)
    return text
