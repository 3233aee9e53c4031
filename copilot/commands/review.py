"""`bank-copilot review`: a change is reviewed by the bank's rules, before it is pushed or in a pipeline.

Exit 1 when there is anything to say. What is found goes to stdout in one of six formats; nothing is posted and nothing kept.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from copilot import config_sources, git
from copilot.commands import session
from copilot.config import Settings
from copilot.errors import UsageError
from copilot.messages import say, set_locale, visible
from copilot.progress import listening
from copilot.project import root_of
from copilot.review import change as changes
from copilot.review import reports
from copilot.review.change import Change
from copilot.review.diff import BadPatch
from copilot.review.looking import Asked
from copilot.review.review import review
from copilot.rules import BANK

_BASES: Final = ("@{upstream}", "origin/HEAD", "origin/main", "origin/master", "main", "master")
_LARGEST: Final = 500_000_000


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--base", metavar="REV", help=say("what --head brings in since it left REV (default: the branch it goes to)")
    )
    what.add_argument("--staged", action="store_true", help=say("the coming commit"))
    what.add_argument("--patch", metavar="FILE", help=say("a unified diff of git; - for stdin"))
    what.add_argument("--files", nargs="+", metavar="PATH", help=say("files or folders, every line as if it were new"))
    parser.add_argument("--head", metavar="REV", default="HEAD", help=say("the branch to review (default: HEAD)"))
    parser.add_argument("--format", choices=reports.FORMATS, help=say("how findings are written (default: text)"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """1 when there are findings, else 0. Raises UsageError for what is no repository, revision or patch."""
    root = _root(options)
    settings = config_sources.load(config_sources.Sources(root=root)).checked()
    set_locale(settings.ui.locale)
    change = _change(options, root)
    try:
        with listening(session.progress):
            found = review(change, asked(settings))
    except BadPatch as wrong:
        raise UsageError(say("this is no patch of git: {why}", why=str(wrong))) from None
    form = options.format or ("json" if options.json else "text")
    sys.stdout.write(reports.written(found, form))
    return 1 if found.remarks else 0


def asked(settings: Settings) -> Asked:
    """What the settings say is looked for."""
    own = settings.review
    return Asked((BANK, *own.rules), frozenset(own.off), own.most, own.gm, own.gm_paths)


def _root(options: argparse.Namespace) -> Path:
    if options.root is not None:
        return Path(os.path.realpath(session.folder(options.root)))
    return root_of(Path(options.files[0]) if options.files else Path())


def _change(options: argparse.Namespace, root: Path) -> Change:
    if options.patch:
        return changes.of_patch(_patch(options.patch), root)
    if options.files:
        return changes.of_files(root, _named(options.files, root))
    top = git.commit_root(root) if options.staged else git.root(root)
    if top is None:
        raise UsageError(say("{name} is in no git repository.", name=root))
    if options.staged:
        coming = changes.staged(top)
        if coming is None:
            raise UsageError(say("{name} is in no git repository.", name=root))
        return coming
    for base in (options.base,) if options.base else _BASES:
        found = changes.between(top, base, options.head)
        if found is not None and (options.base or found.commits is None or found.commits.start != found.commits.head):
            return found
    if options.base:
        raise UsageError(
            say("no such revision: {base} or {head}", base=visible(options.base), head=visible(options.head))
        )
    raise UsageError(say("nothing to review was found: name what the branch is compared with, --base REV"))


def _patch(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_LARGEST)
    try:
        return Path(name).read_bytes()
    except OSError as wrong:
        raise UsageError(say("{name} cannot be read: {reason}.", name=name, reason=wrong.strerror)) from None


def _named(paths: list[str], root: Path) -> list[str]:
    """The files that were named or lie in named folders, as the root names them."""
    found: list[str] = []
    for path in paths:
        place = Path(os.path.realpath(path))
        if place.is_dir():
            names = git.files(place)
            inside = [place / name for name in names] if names is not None else sorted(place.rglob("*"))
            found += [os.path.relpath(each, root) for each in inside if each.is_file() and not each.is_symlink()]
        elif place.exists():
            found.append(os.path.relpath(place, root))
        else:
            raise UsageError(say("{name} cannot be read: {reason}.", name=path, reason=say("no such file")))
    return list(dict.fromkeys(found))
