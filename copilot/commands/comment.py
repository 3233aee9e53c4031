"""`bank-copilot comment`: documentation for a symbol, files, folders, or what git says has changed.

Dry run by default: unified diffs on stdout, progress and a report on stderr. Each file is written whole (a new file and an
atomic rename), at once, and only while it still holds what was read. Absent on purpose: proposing and proof
(`copilot/documenting.py`), the report's words (`comment_report.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from copilot import documenting, files, git
from copilot.commands import comment_report, session
from copilot.commands.changes import Changes, present
from copilot.commands.comment_report import Report, Row
from copilot.context import listing, provenance, touched
from copilot.documenting import Documented, Left
from copilot.errors import UnreadableFile, UsageError
from copilot.messages import say
from copilot.progress import listening, report
from copilot.project import root_of
from copilot.syntax.languages import language_of
from copilot.syntax.symbols import Symbol
from copilot.tasks import comment, staged
from copilot.types import CommentOptions, Document, Span
from copilot.usage import written as writing
from copilot.verify.contract import SCRIPTS
from copilot.workspace import Workspace

LANGUAGES: Final = frozenset({"python", "java"}) | SCRIPTS


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument(
        "places", nargs="*", metavar="FILE[:SYMBOL]|DIR", help=say("files, folders, or one class or function of a file")
    )
    parser.add_argument("--changed", action="store_true", help=say("the files that git says have changed"))
    parser.add_argument(
        "--kind", choices=("docstring", "header", "inline"), default="docstring", help=say("what to write")
    )
    parser.add_argument(
        "--only",
        choices=("all", "missing", "stale"),
        default="all",
        help=say("what is missing, what the code contradicts"),
    )
    parser.add_argument("--style", choices=("auto", "google", "numpy", "rest", "javadoc", "jsdoc"), default="auto")
    parser.add_argument(
        "--lang", "--language", choices=("auto", "en", "zh"), default="auto", help=say("language of the comment")
    )
    parser.add_argument("--write", action="store_true", help=say("write the change instead of only showing it"))
    parser.add_argument(
        "--check", action="store_true", help=say("propose nothing; exit 1 where something is missing or stale")
    )
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was documented, 1 when not; with `--check` 1 when something is missing or stale."""
    if bool(options.places) == options.changed:
        raise UsageError(say("Name files or folders, or --changed."))
    if options.check and options.write:
        raise UsageError(say("--check only looks; --write writes. Choose one."))
    if options.check and options.kind == "inline":
        raise UsageError(
            say("--check looks at documentation and headers; leave it out to see comments inside the code.")
        )
    if len(options.places) == 1 and not options.check and not Path(options.places[0]).is_dir():
        return asyncio.run(_one(options))
    within = None
    if len(options.places) == 1 and not Path(options.places[0]).exists():
        doc, within = session.symbol(options.places[0])
        options.places = [str(doc.path)]
    return asyncio.run(_many(options, within))


async def _one(options: argparse.Namespace) -> int:
    doc, span = session.symbol(options.places[0])
    async with session.workspace(options, doc.path) as workspace:
        with listening(session.progress):
            found = await documenting.documented(doc, span, workspace, _wanted(options), options.only)
        changes = Changes(doc)
        changes.replace(found.after)
        for line in () if options.json else found.asks:
            session.warn(say("look at line {line}", line=line))
        return present(changes, found.made, found.declined, options, workspace)


def _wanted(options: argparse.Namespace) -> CommentOptions:
    return CommentOptions(options.style, options.lang, options.kind)


async def _many(options: argparse.Namespace, within: Span | None) -> int:
    """Every file of the places; `within`: the one symbol of the one file that `--check` is asked about."""
    root = _root(options)
    options.root = root
    told = Report(dry=not options.write, checked=options.check)
    async with session.workspace(options, root) as workspace:
        names = list(_named(options, workspace, told))
        wanted = _wanted(options)
        try:
            with listening(session.progress):
                if workspace.model and names and not options.check:
                    await workspace.index_built()
                for done, name in enumerate(names):
                    report(f"{done}/{len(names)} {name}", done / len(names))
                    row = await _file(name, options, workspace, wanted, told, within)
                    if row is not None:
                        told.rows.append(row)
                    await asyncio.sleep(0)
        except asyncio.CancelledError:
            told.interrupted = True
            comment_report.show(told, options)
            raise
        comment_report.show(told, options)
    if options.check:
        return 1 if told.missing or told.stale else 0
    return 0 if told.changed else 1


async def _file(
    name: str,
    options: argparse.Namespace,
    workspace: Workspace,
    wanted: CommentOptions,
    told: Report,
    within: Span | None,
) -> Row | None:
    """One file's row of the report, its diff shown or kept; None where it is skipped."""
    path = workspace.project.root / name
    try:
        doc = files.read(path, language_of(path))
    except UnreadableFile as error:
        told.skipped.append((name, str(error)))
        return None
    if reason := staged.foreign(name, doc.text):
        told.skipped.append((name, reason))
        return None
    whole = Span(0, len(doc))
    if options.check:
        return await asyncio.to_thread(_seen, name, doc, within or whole, options)
    before = await asyncio.to_thread(_coverage, doc, whole)
    with listening(_quiet):
        found = await documenting.documented(doc, whole, workspace, wanted, options.only)
    return _taken(
        name, found, before, options, workspace
    )  # not in a thread: what is written is told, also when interrupted


def _quiet(_message: str, _fraction: float | None) -> None:
    """What happens inside a file is not told: the line says which file it is."""


def _seen(name: str, doc: Document, span: Span, options: argparse.Namespace) -> Row:
    """The row of `--check` about what lies in `span`."""
    looks_at_stale = options.only != "missing" and options.kind == "docstring"
    stale = tuple(documenting.contradictions(doc, span)) if looks_at_stale else ()
    before = _coverage(doc, span)
    return Row(name, before=before, after=before, missing=_missing(doc, span, options), stale=stale)


def _public(doc: Document, span: Span) -> list[tuple[Symbol, bool]]:
    return [(symbol, told) for symbol, told in comment.public(doc) if span.contains(symbol.span)]


def _coverage(doc: Document, span: Span) -> tuple[int, int]:
    listed = _public(doc, span)
    return sum(told for _, told in listed), len(listed)


def _missing(doc: Document, span: Span, options: argparse.Namespace) -> tuple[str, ...]:
    """What `--check` misses: public definitions without documentation, or the file's header."""
    if options.only == "stale":
        return ()
    if options.kind == "header":
        return (f"1: {doc.path.name}",) if comment.targets(doc, span, "header") else ()
    bare = [symbol for symbol, told in _public(doc, span) if not told]
    return tuple(f"{_line(doc, one.name_span)}: {one.qualified}" for one in bare)


def _line(doc: Document, span: Span) -> int:
    return doc.text.count(b"\n", 0, span.start) + 1


def _taken(
    name: str, found: Documented, before: tuple[int, int], options: argparse.Namespace, workspace: Workspace
) -> Row:
    """The file's row after its change was shown and, when asked, written."""
    changes = Changes(found.before)
    changes.replace(found.after)
    diff, left, written, made = changes.diff(workspace.project.root), list(found.left), False, found.made
    if options.write and found.changed:
        try:
            written = bool(changes.write())
            writing.count(made, options.verb, changes.language, workspace.settings)
        except UnreadableFile as error:
            left.append(Left(name, str(error), "unchanged meanwhile"))
            diff, made = "", ()
    if diff and not options.json:
        sys.stdout.write(diff)
        sys.stdout.flush()
    return Row(
        name,
        before=before,
        after=_coverage(found.after, Span(0, len(found.after))) if made else before,
        titles=tuple(one.title for one in made),
        left=tuple(left),
        stale=found.asks,
        written=written,
        diff=diff if options.json else "",
    )


def _root(options: argparse.Namespace) -> Path:
    if options.root is not None:
        return Path(os.path.realpath(session.folder(options.root)))
    here = Path(options.places[0]) if options.places else Path()
    if options.places and not here.exists():
        raise UsageError(
            say("There is no file of this name.") if here.suffix else say("{name} is not a folder.", name=here)
        )
    return Path(os.path.realpath(root_of(here)))


def _named(options: argparse.Namespace, workspace: Workspace, told: Report) -> Iterator[str]:
    """The files to look at, relative to the root, each once; what is left out goes to the report."""
    root = workspace.project.root
    if options.changed:
        top = git.root(root)
        found = touched.touched(top, _is_ours) if top is not None else None
        if top is None or found is None:
            raise UsageError(say("{name} is in no git repository.", name=root))
        names = [listing.relative(root, top / name) or "" for name in found]
        chosen: dict[str, bool] = {name: False for name in names if name}
    else:
        chosen = {}
        for place in options.places:
            path = Path(os.path.realpath(place))
            inside = listing.relative(root, path)
            if inside is None:
                raise UsageError(
                    say("{name} lies outside {root}; --root says which project is meant.", name=place, root=root)
                )
            if path.is_dir():
                lead = "" if inside == "." else f"{inside}/"
                chosen |= {n: False for n in listing.named(root) if n.startswith(lead) and n not in chosen}
            elif path.is_file():
                chosen[inside] = True
            else:
                raise UsageError(say("{name} is no file or folder.", name=place))
    for name, by_name in chosen.items():
        reason = _unwanted(name, workspace, options.kind, by_name=by_name)
        if reason is None:
            yield name
        elif reason:
            told.skipped.append((name, reason))


def _is_ours(name: str) -> bool:
    return language_of(Path(name)) in LANGUAGES


def _unwanted(name: str, workspace: Workspace, kind: str, *, by_name: bool) -> str | None:
    """Why a file is left out; empty for one that nobody expects here, None when it is wanted."""
    root = workspace.project.root
    if not _is_ours(name):
        return say("no documentation is written for this language") if by_name else ""
    if workspace.excluded(root / name):
        return say("kept out by .copilotignore or index.exclude")
    if kind != "docstring" and language_of(Path(name)) in SCRIPTS:
        return say("headers and comments inside the code are written for Python and Java only")
    where = PurePosixPath(name)
    if not by_name and provenance.is_test(where):
        return say("it is a test")
    if listing.look(root, name) is None:
        return say("it is no regular file inside the project")
    return None
