"""`bank-copilot keys`: keys and teams of the gateway, straight in its store; a running gateway follows in two seconds."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from copilot.commands.serve import part, wanted
from copilot.errors import UsageError
from copilot.messages import say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help=say("the gateway's configuration (TOML)"))
    common.add_argument("--json", action="store_true", help=say("one JSON object on stdout"))
    acts = parser.add_subparsers(dest="act", metavar="ACTION", required=True)

    create = acts.add_parser("create", parents=[common], help=say("make a key; it is shown this once"))
    create.add_argument("--team", required=True, help=say("a new team is made"))
    create.add_argument("--user", required=True, help=say("who will use the key; the audit names them"))
    create.add_argument("--admin", action="store_true", help=say("an administrator's key"))
    create.add_argument("--days", type=int, default=365, help=say("days until it expires (default: 365)"))
    _quota(create)

    rows = acts.add_parser("list", parents=[common], help=say("show keys, never the keys themselves"))
    rows.add_argument("--team", help=say("of this team only"))

    rotate = acts.add_parser("rotate", parents=[common], help=say("make a second key beside one that then ends"))
    rotate.add_argument("prefix", metavar="PREFIX", help=say("the beginning of the key, as `keys list` shows it"))
    rotate.add_argument("--grace-days", type=float, default=7, help=say("days that the old key goes on (default: 7)"))
    rotate.add_argument("--days", type=int, help=say("days until the new key expires (default: as the old one's)"))

    revoke = acts.add_parser("revoke", parents=[common], help=say("end a key for good"))
    revoke.add_argument("prefix", metavar="PREFIX", help=say("the beginning of the key, as `keys list` shows it"))

    acts.add_parser("teams", parents=[common], help=say("show teams"))
    team = acts.add_parser("team", parents=[common], help=say("make a team, or change its models and limits"))
    team.add_argument("name", metavar="NAME")
    team.add_argument("--models", metavar="NAME,NAME", help=say("models it may use; * for all"))
    _quota(team)


def _quota(parser: argparse.ArgumentParser) -> None:
    for name in ("requests-per-minute", "tokens-per-minute", "concurrent"):
        parser.add_argument(f"--{name}", type=int, metavar="N", help=say("0: no limit (default: the configured one)"))


def run(options: argparse.Namespace) -> int:
    """0 when it is done."""
    for name in ("days", "grace_days", "requests_per_minute", "tokens_per_minute", "concurrent"):
        value = getattr(options, name, None)
        least = 1 if name == "days" else 0
        most = 3650 if "days" in name else 10**12
        if value is not None and not least <= value <= most:
            option = name.replace("_", "-")
            raise UsageError(say("--{option} is from {least} to {most}.", option=option, least=least, most=most))
    with part("serving.manage").desk(wanted(options.config)) as desk:
        told = _done(desk, options)
    if options.json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        _show(options.act, told)
    return 0


def _done(desk: Any, options: argparse.Namespace) -> dict[str, Any]:
    quota = {name: getattr(options, name, None) for name in ("requests_per_minute", "tokens_per_minute", "concurrent")}
    made: dict[str, Any]
    match options.act:
        case "create":
            role = "admin" if options.admin else "developer"
            made = desk.create(options.team, options.user, role, options.days, quota)
        case "list":
            made = {"keys": desk.keys(options.team)}
        case "rotate":
            made = desk.rotate(options.prefix[:12], options.grace_days, options.days)
        case "revoke":
            desk.revoke(options.prefix[:12])
            made = {"revoked": options.prefix[:12]}
        case "teams":
            made = {"teams": desk.teams()}
        case _:
            models = [name.strip() for name in options.models.split(",")] if options.models is not None else None
            made, new = desk.set_team(options.name, models, quota)
            made = {**made, "new": new}
    return made


def _show(act: str, told: dict[str, Any]) -> None:
    """For a person. A key goes to stdout alone, so that it can be piped; what is said of it goes to stderr."""
    match act:
        case "create":
            if told["new_team"]:
                _aside(say("The team {name} is new and may use every model.", name=told["team"]))
            _made(told)
        case "rotate":
            _made(told["new"])
            _aside(say("{prefix} ends on {day}.", prefix=told["old"]["prefix"], day=told["old"]["expires"][:10]))
        case "revoke":
            _aside(say("{prefix} is revoked.", prefix=told["revoked"]))
        case "list":
            if not told["keys"]:
                _aside(say("There is no key yet."))
            for row in told["keys"]:
                line = (row["prefix"], row["state"], row["role"], row["team"], row["user"], row["expires"][:10])
                sys.stdout.write("  ".join(line) + "\n")
        case _:
            for row in told["teams"] if act == "teams" else [told]:
                limits = {name: row[name] for name in ("requests_per_minute", "tokens_per_minute", "concurrent")}
                shown = "  ".join(f"{name}={limit}" for name, limit in limits.items() if limit is not None)
                sys.stdout.write(f"{row['name']}  models={','.join(row['models'])}  {shown}".rstrip() + "\n")


def _made(row: dict[str, Any]) -> None:
    sys.stdout.write(row["key"] + "\n")
    _aside(
        say(
            "This key is shown once. {role} of {team}, expires on {day}, prefix {prefix}.",
            role=row["role"],
            team=row["team"],
            day=row["expires"][:10],
            prefix=row["prefix"],
        )
    )


def _aside(text: str) -> None:
    sys.stderr.write(text + "\n")
