"""`bank-copilot rules`: the bank's rule packs: check a file before it is given out, sign it, show what is in force."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from copilot import config_sources
from copilot.commands import session
from copilot.errors import ConfigError
from copilot.guard import packs
from copilot.guard.packs import Pack, Packs
from copilot.guard.review import wanted
from copilot.messages import say, set_locale, visible


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    what = parser.add_subparsers(dest="what", metavar="check|sign|show", required=True)
    check = what.add_parser(
        "check", help=say("read and compile packs as they are, and name every rule that cannot be used")
    )
    check.add_argument("paths", nargs="+", type=Path, metavar="FILE")
    check.add_argument(
        "--try", dest="on", type=Path, metavar="FILE", help=say("say which rules find something in this text")
    )
    sign = what.add_parser("sign", help=say("write FILE.sig, the signature that the settings ask for"))
    sign.add_argument("paths", nargs="+", type=Path, metavar="FILE")
    sign.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help=say("PEM file of the Ed25519 private key")
    )
    show = what.add_parser("show", help=say("the packs of the settings, their versions, signatures and rules"))
    for verb in (check, sign, show):
        session.add_common(verb, engine=False)


def run(options: argparse.Namespace) -> int:
    """0; `check` 1 where a rule cannot be used, `show` 1 where a pack cannot."""
    settings = config_sources.load(config_sources.Sources()).settings
    set_locale(settings.ui.locale)
    match options.what:
        case "check":
            return _check(options)
        case "sign":
            return _sign(options)
        case _:
            return _show(packs.load(wanted(settings.guard)), options)


def _check(options: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    for path in options.paths:
        began = time.thread_time()
        try:
            pack = packs.read(path, packs.content(path), skip=True)
        except ConfigError as error:
            rows.append({"path": str(path), "ok": False, "problems": [{"rule": "", "reason": str(error)}]})
            continue
        row = {**_told(pack), "ok": not pack.left_out, "compile_ms": round((time.thread_time() - began) * 1000, 1)}
        if options.on is not None:
            text = packs.content(options.on).decode("utf-8", "replace")
            found = packs.together((pack,)).found(text, str(options.on))
            row["found"] = [
                {"rule": one.rule, "line": text.count("\n", 0, one.start) + 1, "start": one.start, "end": one.end}
                for one in found
            ]
        rows.append(row)
    if options.json:
        session.print_json({"packs": rows})
    else:
        for row in rows:
            _print(row)
    return 0 if all(row["ok"] for row in rows) else 1


def _sign(options: argparse.Namespace) -> int:
    written = []
    for path in options.paths:
        packs.read(path, packs.content(path), skip=True)  # what is no pack is not signed
        written.append(str(packs.signed(path, options.key)))
    if options.json:
        session.print_json({"signatures": written})
    else:
        for name in written:
            sys.stdout.write(f"{visible(name)}\n")
    return 0


def _show(found: Packs, options: argparse.Namespace) -> int:
    rows = [{**_told(pack), "ok": True} for pack in found.packs]
    if options.json:
        session.print_json({"packs": rows})
        return 0
    for row in rows:
        _print(row)
    if not rows:
        session.warn(say("No rule pack is configured (guard.packs)."))
    return 0


def _told(pack: Pack) -> dict[str, Any]:
    return {
        "path": pack.path,
        "name": pack.name,
        "version": pack.version,
        "sha256": pack.sha256,
        "signed_by": pack.signer,
        "rules": [
            {
                "id": one.rule.name,
                "kind": one.rule.kind,
                "grade": one.rule.grade,
                "action": one.rule.action,
                "keywords": len(one.rule.keywords),
            }
            for one in pack.rules
        ],
        "problems": [{"rule": rule, "reason": reason} for rule, reason in pack.left_out],
    }


def _print(row: dict[str, Any]) -> None:
    if "name" in row:
        by = say("signed by {key}", key=row["signed_by"]) if row["signed_by"] else say("no signature looked at")
        count = say("{count} rules", count=len(row["rules"]))
        sys.stdout.write(
            visible(f"{row['path']}: {row['name']}@{row['version']}#{row['sha256'][:12]}, {count}, {by}") + "\n"
        )
    for one in row["problems"]:
        sys.stdout.write(visible(f"  {one['rule']}: {one['reason']}" if one["rule"] else one["reason"]) + "\n")
    for one in row.get("found", ()):
        sys.stdout.write(visible(f"  {one['line']}: {one['rule']}") + "\n")
