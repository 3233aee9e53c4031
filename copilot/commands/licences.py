"""`bank-copilot licences`: build the index of code that is somebody else's, and look a file up in it."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

from copilot.commands import session
from copilot.errors import UnreadableFile, UsageError
from copilot.files import content
from copilot.messages import say, visible
from copilot.progress import report
from copilot.syntax.languages import named

_EACH = 500


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    what = parser.add_subparsers(dest="what", metavar="build|check", required=True)
    build = what.add_parser("build", help=say("build an index of all source files under the folders"))
    build.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    build.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=say("the index; `output.licences` names it")
    )
    check = what.add_parser("check", help=say("say which files of the index the files share code with"))
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check.add_argument("--index", type=Path, required=True, metavar="FILE")
    for verb in (build, check):
        session.add_common(verb, engine=False)


def run(options: argparse.Namespace) -> int:
    """0; `check`: 1 when something is shared."""
    return _build(options) if options.what == "build" else _check(options)


def _build(options: argparse.Namespace) -> int:
    from copilot.verify import licensed

    for folder in options.folders:
        if not folder.is_dir():
            raise UsageError(say("{path} is no folder.", path=folder))
    began = time.monotonic()

    def tell(count: int) -> None:
        if count % _EACH == 0:
            report(say("{count} files read", count=count))

    built = licensed.build([folder.resolve() for folder in options.folders], options.out, tell)
    seconds = round(time.monotonic() - began, 1)
    if options.json:
        session.print_json({**asdict(built), "seconds": seconds})
    else:
        told = say(
            "{files} files, {count} fingerprints, {size} MB, {seconds} s; left out (short or unreadable): {left_out}.",
            files=built.files,
            count=built.fingerprints,
            size=round(built.size / 1e6, 1),
            seconds=seconds,
            left_out=built.left_out,
        )
        sys.stdout.write(told + "\n")
    return 0


def _check(options: argparse.Namespace) -> int:
    from copilot.verify import licensed

    index = licensed.opened(options.index)
    rows = []
    for path in options.files:
        try:
            text = content(path, limit=licensed.LARGEST)
        except UnreadableFile as error:
            raise UsageError(str(error)) from None
        rows += [{"file": str(path), **match._asdict()} for match in index.matches(text, named("", path))]
    if options.json:
        session.print_json({"matches": rows})
    else:
        for row in rows:
            told = say(
                "{file}: {count} words in a row stand in {name}, lines {first} to {last} (licence {licence})",
                file=row["file"],
                count=row["lexemes"],
                name=row["path"],
                first=row["first"],
                last=row["last"],
                licence=row["licence"],
            )
            sys.stdout.write(visible(told) + "\n")
    return 1 if rows else 0
