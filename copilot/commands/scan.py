"""`bank-copilot scan`: content review of files, text or the staged change. Says where and what kind, never the value.

`--staged` is for a commit hook: of the coming commit, only what stands on lines that it adds. Absent on purpose: any way
to show what was found.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from copilot import config_sources, files, git
from copilot.commands import session
from copilot.config import Guard
from copilot.errors import UnreadableFile, UsageError
from copilot.guard.detect import detect
from copilot.guard.exceptions import settled
from copilot.guard.found import Found
from copilot.guard.review import Policy, policy
from copilot.messages import say, set_locale, visible
from copilot.project import root_of

_LARGEST: Final = 50_000_000
_STOPS: Final = frozenset({"redact", "deny"})
_LEFT_OUT: Final = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", "venv", "site-packages"})
"""Folders that are not walked into outside a git repository."""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("paths", nargs="*", metavar="PATH|-", help=say("files, folders, or - for stdin"))
    parser.add_argument("--staged", action="store_true", help=say("the lines that the coming commit adds"))
    parser.add_argument("--batch", action="store_true", help=say("JSON lines with id and text in, findings out"))
    session.add_common(parser, engine=False)


def run(options: argparse.Namespace) -> int:
    """1 when something was found that the policy neither allows nor only reports, else 0."""
    loaded = config_sources.load(config_sources.Sources(root=_root(options)))
    settings = loaded.checked()
    set_locale(settings.ui.locale)
    rules = policy(settings.guard)
    if options.staged == bool(options.paths) or (options.staged and options.batch):
        raise UsageError(say("Name files or folders to review, or --staged."))
    if options.staged:
        return _report(_staged(options), options, settings.guard, rules)
    if options.batch:
        return _batch(options.paths, settings.guard, rules)
    return _report(((name, text, None) for name, text in _texts(options.paths)), options, settings.guard, rules)


def _root(options: argparse.Namespace) -> Path:
    if options.root is not None:
        return Path(os.path.realpath(session.folder(options.root)))
    first = next((path for path in options.paths if path != "-"), "")
    return root_of(Path(first))


_Text = tuple[str, str, frozenset[int] | None]
"""Name, text, and the lines (from 1) that count; None: all."""


def _report(texts: Iterable[_Text], options: argparse.Namespace, lists: Guard, rules: Policy) -> int:
    count = 0
    found: list[dict[str, Any]] = []
    quiet: list[dict[str, Any]] = []
    for name, text, lines in texts:
        count += 1
        shown, hidden = _findings(text, lists, rules, name, lines)
        found += [{"path": name, **one} for one in shown]
        quiet += [{"path": name, **one} for one in hidden]
    if options.json:
        session.print_json({"files": count, "findings": found, "suppressed": quiet})
    else:
        for one in found:
            sys.stdout.write(f"{_place(one)}: {one['kind']} ({one['rule']}): {one['action']}\n")
        for one in quiet:
            told = say("suppressed: {reason}", reason=visible(one["reason"]))
            sys.stdout.write(f"{_place(one)}: {one['kind']} ({one['rule']}): {told}\n")
        session.warn(say("{files} files reviewed, {count} findings.", files=count, count=len(found)))
        if quiet:
            session.warn(say("{count} suppressed, with a reason each.", count=len(quiet)))
    return 1 if any(one["action"] in _STOPS for one in found) else 0


def _place(one: dict[str, Any]) -> str:
    return f"{visible(one['path'])}:{one['line']}:{one['column']}"


def _staged(options: argparse.Namespace) -> Iterator[_Text]:
    """The files of the coming commit with the lines that it adds; what is no text is passed over."""
    here = session.folder(options.root) if options.root is not None else Path()
    top = git.commit_root(Path(os.path.realpath(here)))
    change = git.staged(top) if top is not None else None
    if change is None:
        raise UsageError(say("{name} is in no git repository.", name=here))
    wanted = [one for one in change.changes if one.after and one.after != one.before]
    for one in wanted:
        content = git.contents(change, [one.after]).get(one.after)
        if content is None or len(content) > _LARGEST:
            session.warn(
                say("{name} cannot be read: {reason}.", name=visible(one.path), reason=say("missing or too large"))
            )
            continue
        try:
            text = files.decode(content, one.path)[0]
        except UnreadableFile:
            continue
        yield one.path, text, git.changed_lines(change, one, gaps=False)


def _batch(paths: list[str], lists: Guard, rules: Policy) -> int:
    """One answer a line, in order. `us` is the CPU time of the review in microseconds."""
    bad = False
    for path in paths:
        for number, line in enumerate(_rows(path), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                name, text = row["id"], row["text"]
                if not isinstance(text, str):
                    raise TypeError  # noqa: TRY301 -- one answer for all that is no row
            except (ValueError, TypeError, KeyError, RecursionError):
                raise UsageError(say("Line {line} of the batch lacks {keys}.", line=number, keys="id, text")) from None
            started = time.thread_time_ns()
            places, exempted = settled(text, detect(text, (), rules.packs), lists)
            spent = (time.thread_time_ns() - started) / 1000
            found = [_row(one, rules) for one in places]
            bad = bad or any(one["action"] in _STOPS for one in found)
            more = (
                {"suppressed": [_row(one.found, rules) | {"reason": one.reason} for one in exempted]}
                if exempted
                else {}
            )
            session.print_json({"id": name, "findings": found, "us": round(spent, 1), **more})
    return 1 if bad else 0


def _row(one: Found, rules: Policy) -> dict[str, Any]:
    """One finding, with offsets in code points."""
    return {"rule": one.rule, "kind": one.kind, "start": one.start, "end": one.end, "action": rules.decided(one)}


def _findings(
    text: str, lists: Guard, rules: Policy, path: str, lines: frozenset[int] | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is reported and what is suppressed, with line and column from 1; of `lines` alone where some are given."""

    def placed(one: Found) -> dict[str, Any]:
        line = text.count("\n", 0, one.start) + 1
        return {**_row(one, rules), "line": line, "column": one.start - text.rfind("\n", 0, one.start)}

    found = detect(text, (), rules.packs, path)
    if lines is not None:
        found = [one for one in found if not lines.isdisjoint(_lines_of(text, one))]
    kept, exempted = settled(text, found, lists, path)
    return [placed(one) for one in kept], [{**placed(one.found), "reason": one.reason} for one in exempted]


def _lines_of(text: str, one: Found) -> range:
    first = text.count("\n", 0, one.start) + 1
    return range(first, first + text.count("\n", one.start, one.end) + 1)


def _rows(path: str) -> Iterable[bytes]:
    if path == "-":
        return sys.stdin.buffer
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise UsageError(say("{name} cannot be read: {reason}.", name=path, reason=error.strerror)) from None


def _texts(paths: list[str]) -> Iterator[tuple[str, str]]:
    """Name and text of each file. A named file that is no text is an error; one met in a folder is passed over."""
    for path in paths:
        if path == "-":
            yield "-", files.decode(sys.stdin.buffer.read(_LARGEST), "-")[0]
        elif os.path.isdir(path):  # noqa: PTH112 -- False, not an error, for a link that leads to itself
            yield from _below(Path(path))
        else:
            yield path, files.decode(files.content(Path(path), limit=_LARGEST), path)[0]


def _below(folder: Path) -> Iterator[tuple[str, str]]:
    names = git.files(folder)
    for name in _walked(folder) if names is None else names:
        path = folder / name
        if path.is_symlink() or not path.is_file():
            continue
        try:
            yield str(path), files.decode(files.content(path, limit=_LARGEST), name)[0]
        except UnreadableFile as error:
            if path.stat().st_size > _LARGEST:
                session.warn(str(error))


def _walked(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        for name in sorted(names):
            yield os.path.relpath(os.path.join(parent, name), folder)  # noqa: PTH118 -- for every file
