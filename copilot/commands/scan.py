"""`bank-copilot scan`: content review of files or text. Says where and what kind, never the value.

Absent on purpose: the staged change (a later version), and any way to show what was found.
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
from copilot.errors import UnreadableFile, UsageError
from copilot.guard.detect import detect
from copilot.guard.review import Policy, policy
from copilot.messages import say, set_locale, visible
from copilot.project import root_of

_LARGEST: Final = 50_000_000
_STOPS: Final = frozenset({"redact", "deny"})
_LEFT_OUT: Final = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", "venv", "site-packages"})
"""Folders that are not walked into outside a git repository."""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("paths", nargs="+", metavar="PATH|-", help=say("files, folders, or - for stdin"))
    parser.add_argument("--batch", action="store_true", help=say("JSON lines with id and text in, findings out"))
    session.add_common(parser, engine=False)


def run(options: argparse.Namespace) -> int:
    """1 when something was found that the policy neither allows nor only reports, else 0."""
    loaded = config_sources.load(config_sources.Sources(root=_root(options)))
    settings = loaded.checked()
    set_locale(settings.ui.locale)
    rules = policy(settings.guard)
    return _batch(options.paths, rules) if options.batch else _paths(options, rules)


def _root(options: argparse.Namespace) -> Path:
    if options.root is not None:
        return Path(os.path.realpath(session.folder(options.root)))
    first = next((path for path in options.paths if path != "-"), "")
    return root_of(Path(first))


def _paths(options: argparse.Namespace, rules: Policy) -> int:
    count, found = 0, []
    for name, text in _texts(options.paths):
        count += 1
        found += [{"path": name, **finding} for finding in _findings(text, rules, name, placed=True)]
    if options.json:
        session.print_json({"files": count, "findings": found})
    else:
        for one in found:
            place = f"{visible(one['path'])}:{one['line']}:{one['column']}"
            sys.stdout.write(f"{place}: {one['kind']} ({one['rule']}): {one['action']}\n")
        session.warn(say("{files} files reviewed, {count} findings.", files=count, count=len(found)))
    return 1 if any(one["action"] in _STOPS for one in found) else 0


def _batch(paths: list[str], rules: Policy) -> int:
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
            found = _findings(text, rules)
            spent = (time.thread_time_ns() - started) / 1000
            bad = bad or any(one["action"] in _STOPS for one in found)
            session.print_json({"id": name, "findings": found, "us": round(spent, 1)})
    return 1 if bad else 0


def _findings(text: str, rules: Policy, path: str = "", *, placed: bool = False) -> list[dict[str, Any]]:
    """What was found, with offsets in code points; `placed`: with line and column from 1."""
    rows = []
    for one in detect(text, (), rules.packs, path):
        row: dict[str, Any] = {"rule": one.rule, "kind": one.kind, "start": one.start, "end": one.end}
        if placed:
            row["line"] = text.count("\n", 0, one.start) + 1
            row["column"] = one.start - text.rfind("\n", 0, one.start)
        rows.append({**row, "action": rules.decided(one)})
    return rows


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
