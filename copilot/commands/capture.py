"""`bank-copilot capture`: what is kept of accepted suggestions for the bank's tuning team; agree, withdraw, hand over, open."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from copilot import config_sources
from copilot.capture import consent, sealing, store
from copilot.commands import session
from copilot.config import Settings
from copilot.errors import CopilotError, UsageError
from copilot.messages import say, set_locale


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    what = parser.add_subparsers(dest="what", metavar="status|consent|export|delete|open", required=True)
    status = what.add_parser("status", help=say("whether anything is captured, and how much there is"))
    agree = what.add_parser("consent", help=say("agree, or withdraw, which deletes every record"))
    agree.add_argument("word", choices=("on", "off"))
    export = what.add_parser("export", help=say("copy the sealed records into one file, to hand them over"))
    export.add_argument("to", type=Path, metavar="FILE")
    delete = what.add_parser("delete", help=say("delete every record; consent stays"))
    opened = what.add_parser("open", help=say("the bank's side: records as JSON lines, with the private key"))
    opened.add_argument("--key", type=Path, required=True, metavar="FILE", help=say("PEM file of the private key"))
    opened.add_argument(
        "paths", nargs="*", type=Path, metavar="FILE|FOLDER", help=say("records (default: this user's)")
    )
    for verb in (status, agree, export, delete, opened):
        session.add_common(verb, engine=False)


def run(options: argparse.Namespace) -> int:
    """0; `open` 1 when a record could not be opened; `export` 1 when there is none."""
    settings = config_sources.load(config_sources.Sources()).settings
    set_locale(settings.ui.locale)
    try:
        match options.what:
            case "status":
                return _status(settings, options)
            case "consent":
                return _consent(settings, options)
            case "export":
                return _export(options)
            case "delete":
                return _deleted(store.delete(), options)
            case _:
                return _open(options)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = error.filename or store.folder()
        raise UsageError(say("{name} cannot be used: {reason}.", name=name, reason=error.strerror)) from None


def _status(settings: Settings, options: argparse.Namespace) -> int:
    agrees, there = consent.given(settings.capture), store.days()
    why, key = consent.missing(settings.capture, agrees=agrees), ""
    if settings.capture.policy == "on" and settings.capture.key_file:
        try:
            key = sealing.lock(Path(settings.capture.key_file)).name
        except CopilotError as error:
            why = why or str(error)
    told = {
        "active": not why,
        "why": why,
        "consent": agrees,
        "capture": asdict(settings.capture),
        "key": key,
        "folder": str(store.folder()),
        "days": [{"day": each.day, "records": each.records, "bytes": each.size} for each in there],
        "records": sum(each.records for each in there),
    }
    if options.json:
        session.print_json(told)
        return 0
    text = say("Nothing is captured: {why}.", why=why) if why else say("Accepted suggestions are captured.")
    sys.stdout.write(f"{text}\n")
    if key:
        sys.stdout.write(say("Only the bearer of key {key} can read the records.", key=key) + "\n")
    lines = say(
        "{count} records in {folder}; each is deleted after {days} days.",
        count=told["records"],
        folder=told["folder"],
        days=settings.capture.days,
    )
    sys.stdout.write(f"{lines}\n")
    for each in there:
        sys.stdout.write(f"{each.day}  {each.records}\n")
    return 0


def _consent(settings: Settings, options: argparse.Namespace) -> int:
    agrees = options.word == "on"
    consent.say_so(agrees=agrees)
    if not agrees:
        return _deleted(store.delete(), options)
    why = consent.missing(settings.capture, agrees=True)
    if options.json:
        session.print_json({"consent": True, "active": not why, "why": why})
    elif why:
        session.warn(say("You have agreed. Nothing is captured all the same: {why}.", why=why))
    else:
        session.warn(say("You have agreed; `bank-copilot capture consent off` withdraws and deletes everything."))
    return 0


def _deleted(count: int, options: argparse.Namespace) -> int:
    if options.json:
        session.print_json({"deleted": count})
    else:
        session.warn(say("Captured records deleted: {count}.", count=count))
    return 0


def _export(options: argparse.Namespace) -> int:
    lines = list(store.lines([store.folder()])) if store.folder().is_dir() else []
    if lines:
        descriptor = os.open(options.to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(b"".join(line + b"\n" for line in lines))
    if options.json:
        session.print_json({"records": len(lines), "file": str(options.to) if lines else None})
    elif lines:
        session.warn(say("wrote {name}", name=str(options.to)))
    else:
        session.warn(say("There are no records."))
    return 0 if lines else 1


def _open(options: argparse.Namespace) -> int:
    by = sealing.opener(options.key)
    foreign = broken = 0
    for line in store.lines(options.paths or [store.folder()]):
        try:
            record = store.opened(line, by)
        except ValueError:
            broken += 1
            continue
        if record is None:
            foreign += 1
        else:
            sys.stdout.write(json.dumps(json.loads(record), ensure_ascii=False) + "\n")
    if foreign or broken:
        session.warn(
            say("Records for another key: {foreign}; damaged records: {broken}.", foreign=foreign, broken=broken)
        )
    return 1 if foreign or broken else 0
