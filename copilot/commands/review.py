"""`bank-copilot review`: a change is reviewed by the bank's rules and, where one is set, a model, before it is pushed or in a
pipeline. The rules' review never waits in vain: a model that is away takes nothing from it.

Exit 1 when there is anything to say. What is found goes to stdout in one of six formats; nothing is posted and nothing kept.
`--rules` tells the rules themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import os
import sys
from collections.abc import Sequence
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
from copilot.review import foreign, pages, reports
from copilot.review.change import Change
from copilot.review.diff import BadPatch
from copilot.review.foreign import Claim
from copilot.review.looking import Asked
from copilot.review.remark import Review
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
    what.add_argument("--patch", metavar="FILE", help=say("a unified diff, of git or diff; - for stdin"))
    what.add_argument("--files", nargs="+", metavar="PATH", help=say("files or folders, every line as if it were new"))
    parser.add_argument("--head", metavar="REV", default="HEAD", help=say("the branch to review (default: HEAD)"))
    parser.add_argument("--format", choices=reports.FORMATS, help=say("how findings are written (default: text)"))
    parser.add_argument(
        "--import",
        dest="imports",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=say(
            "what another tool found (SARIF, rdjson, Checkstyle): told where it stands on changed lines; repeatable"
        ),
    )
    what.add_argument(
        "--rules", nargs="?", const="", metavar="ID", help=say("no review: the list of the rules, or the page of one")
    )
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """1 when there are findings, else 0. Raises UsageError for what is no repository, revision or patch."""
    root = _root(options)
    settings = config_sources.load(config_sources.Sources(root=root)).checked()
    set_locale(settings.ui.locale)
    wanted = asked(settings)
    if options.rules is not None:
        return _rules(options, wanted.packs)
    claims = [claim for file in options.imports for claim in foreign.read(file)]
    change = _change(options, root)
    try:
        with listening(session.progress):
            found = _reviewed(options, settings, root, change, wanted, claims)
    except BadPatch as wrong:
        raise UsageError(say("this is no unified diff: {why}", why=str(wrong))) from None
    finally:
        session.progressed()
    for why in found.model.why if found.model is not None else ():
        session.warn(say("the model did not answer everything: {why}", why=why))
    form = options.format or ("json" if options.json else "text")
    _write(reports.written(found, form, wanted.packs), data=form != "text")
    return 1 if found.remarks else 0


def _reviewed(
    options: argparse.Namespace, settings: Settings, root: Path, change: Change, wanted: Asked, claims: Sequence[Claim]
) -> Review:
    """By the rules, and by a model where one is set, the settings want it and --engine does not leave it out."""
    if options.engine == "embedded" or not settings.review.model:
        return review(change, wanted, claims=claims)
    if options.engine != "replay" and not settings.gateway.url:
        session.warn(say("no model is set (gateway.url): the rules review alone"))
        return review(change, wanted, claims=claims)
    return asyncio.run(_with_model(options, root, change, wanted, claims))


async def _with_model(
    options: argparse.Namespace, root: Path, change: Change, wanted: Asked, claims: Sequence[Claim]
) -> Review:
    from copilot import reviewing  # the engines are loaded only where one is asked

    async with session.workspace(options, root) as workspace:
        await workspace.index_built()
        return await reviewing.reviewed(change, wanted, workspace, claims)


def _write(text: str, *, data: bool) -> None:
    """Data is UTF-8 whatever the terminal's encoding is; text loses what that cannot show."""
    sys.stdout.flush()
    encoding = "utf-8" if data else (sys.stdout.encoding or "utf-8")
    sys.stdout.buffer.write(text.encode(encoding, "replace"))
    sys.stdout.buffer.flush()


def _rules(options: argparse.Namespace, packs: tuple[str, ...]) -> int:
    known = pages.known(packs)
    if options.rules and options.rules not in known:
        near = difflib.get_close_matches(options.rules, known, n=1, cutoff=0.0)
        raise UsageError(
            say("there is no rule {name}. Did you mean {near}?", name=visible(options.rules), near=near[0])
        )
    chosen = [known[options.rules]] if options.rules else list(known.values())
    if options.json:
        session.print_json({"rules": [pages.plain(policy, packs) for policy in chosen]})
    else:
        _write(pages.shown(chosen[0], packs) if options.rules else pages.listed(packs), data=False)
    return 0


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
        return changes.staged(top)
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
    """A patch as bytes in UTF-8's or its files' encoding: what a shell of Windows has made UTF-16 is turned back."""
    try:
        if name == "-":
            patch = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(name).open("rb") as stream:
                patch = stream.read(_LARGEST + 1)
    except OSError as wrong:
        raise UsageError(say("{name} cannot be read: {reason}.", name=name, reason=wrong.strerror)) from None
    if len(patch) > _LARGEST:
        raise UsageError(say("{name} cannot be read: {reason}.", name=name, reason=say("too large")))
    if patch.startswith((b"\xff\xfe", b"\xfe\xff")):
        return patch.decode("utf-16", "replace").encode()
    return patch.removeprefix(b"\xef\xbb\xbf")


def _named(paths: list[str], root: Path) -> list[str]:
    """The files that were named or lie in named folders, as the root names them."""
    found: list[str] = []
    for path in paths:
        place = Path(os.path.realpath(path))
        if place.is_dir():
            names = git.files(place)
            held = (each for each in place.rglob("*") if ".git" not in each.relative_to(place).parts)
            inside = [place / name for name in names] if names is not None else sorted(held)
            found += [os.path.relpath(each, root) for each in inside if each.is_file() and not each.is_symlink()]
        elif place.exists():
            found.append(os.path.relpath(place, root))
        else:
            raise UsageError(say("{name} cannot be read: {reason}.", name=path, reason=say("no such file")))
    return list(dict.fromkeys(found))
