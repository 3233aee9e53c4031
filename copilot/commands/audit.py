"""`bank-copilot audit`: check the gateway's audit journal, and hand out its records.

The checking is `copilot/audit/verifier.py`, which an auditor can also run alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.audit import verifier
from copilot.commands import session
from copilot.errors import UsageError
from copilot.messages import say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    what = parser.add_subparsers(dest="what", metavar="verify|export", required=True)
    verify = what.add_parser("verify", help=say("check the chain of every journal; prints the head to keep elsewhere"))
    verify.add_argument("path", type=Path, metavar="FOLDER|FILE")
    verify.add_argument("--head", metavar="HASH:N", help=say("head printed earlier: the chain must still hold it"))
    export = what.add_parser("export", help=say("records as JSON lines, with their hashes"))
    export.add_argument("path", type=Path, metavar="FOLDER|FILE")
    export.add_argument("--since", metavar="TIME", help=say("from this time on (UTC, ISO 8601)"))
    export.add_argument("--until", metavar="TIME", help=say("before this time"))
    export.add_argument("--team", help=say("of this team only"))
    for verb in (verify, export):
        session.add_common(verb, engine=False)


def run(options: argparse.Namespace) -> int:
    """1 when a chain is broken, else 0."""
    try:
        return _verify(options) if options.what == "verify" else _export(options)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = error.filename or options.path
        raise UsageError(say("{name} cannot be read: {reason}.", name=name, reason=error.strerror)) from None


def _verify(options: argparse.Namespace) -> int:
    chains = _checked(options.path, options.head)
    broken = any(chain.reason for chain in chains)
    if options.json:
        session.print_json({"intact": not broken, "chains": [asdict(chain) for chain in chains]})
    else:
        for chain in chains:
            sys.stdout.write(verifier.told(chain) + "\n")
    return 1 if broken else 0


def _checked(path: Path, head: str | None) -> list[verifier.Chain]:
    """The chains of a path. Raises UsageError and OSError."""
    try:
        kept = verifier.parsed_head(head) if head else None
    except ValueError:
        raise UsageError(say("{text}: write the head as HASH:N, as `audit verify` printed it.", text=head)) from None
    try:
        return verifier.verify(path, kept)
    except ValueError:
        raise UsageError(say("{name} holds no audit journal.", name=path)) from None


def _export(options: argparse.Namespace) -> int:
    since, until = _time(options.since), _time(options.until)
    chains = _checked(options.path, None)
    for line in _lines(options.path):
        record = line["record"]
        if (since and record["time"] < since) or (until and record["time"] >= until):
            continue
        if options.team and record.get("team") != options.team:
            continue
        sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    # What was written stays evidence where the chain is broken; the exit code and this line say that it is.
    for chain in chains:
        if chain.reason:
            session.warn(verifier.told(chain))
    return 1 if any(chain.reason for chain in chains) else 0


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every line that can be read, writer by writer."""
    for written in verifier.journals(path).values():
        for file in written:
            for line in verifier.lines(file):
                try:
                    parsed = json.loads(line)
                    readable = isinstance(parsed["record"]["time"], str)
                except (ValueError, TypeError, KeyError, RecursionError):
                    continue
                if readable:
                    yield parsed


def _time(text: str | None) -> str | None:
    """A time as records hold it; without an offset it is UTC. Raises UsageError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(say("{text} is no time: write 2026-11-22 or 2026-11-22T08:00:00Z.", text=text)) from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"
