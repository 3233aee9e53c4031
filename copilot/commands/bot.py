"""`bank-copilot bot`: the review bot, from one configuration file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from copilot.commands import serve
from copilot.errors import UsageError
from copilot.messages import say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--config", type=Path, metavar="FILE", help=say("the bot's configuration (TOML)"))
    parser.add_argument("--check", action="store_true", help=say("check the configuration and say what would run"))
    parser.add_argument("--rules", action="store_true", help=say("what became of each rule's remarks"))
    parser.add_argument("--example", action="store_true", help=say("print a commented example configuration"))
    parser.add_argument(
        "--part",
        choices=("receive", "read", "post"),
        help=say("run one part alone, for instance as a user of its own; each needs its own secret only"),
    )
    parser.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help=say("one JSON object on stdout"))


def run(options: argparse.Namespace) -> int:
    """0 after a clean end; `--check`: 1 when there are warnings."""
    module = serve.part("serving.bots.example" if options.example else "serving.bots.main")
    if options.example:
        sys.stdout.write(module.text())
        return 0
    file = _wanted(options.config)
    if options.rules:
        _rules(module.rules(file), as_json=options.json)
        return 0
    if not options.check:
        return int(module.run(file, options.part, options.parent))
    told: dict[str, Any] = module.check(file)
    if options.json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        for name, value in told.items():
            if name != "warnings":
                sys.stdout.write(f"{name}: {value if isinstance(value, str) else json.dumps(value)}\n")
        for text in told["warnings"]:
            sys.stdout.write(say("warning: {text}", text=text) + "\n")
    return 1 if told["warnings"] else 0


def _rules(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """The table of rules, on stdout."""
    if as_json:
        sys.stdout.write(json.dumps({"rules": rows}) + "\n")
        return
    names = ("rule", "shown", "addressed", "dismissed", "outdated", "precision", "precision_at_least")
    for row in [dict.fromkeys(names), *rows]:
        cells = [name if row["rule"] is None else _cell(row[name]) for name in names]
        sys.stdout.write(f"{cells[0]:<32}" + "".join(f"{cell:>20}" for cell in cells[1:]) + "\n")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return "-" if value is None else str(value)


def _wanted(file: Path | None) -> Path:
    """The configuration that was named. Raises UsageError with the first steps where none is, or it is not there."""
    if file is None or not file.is_file():
        raise UsageError(
            say(
                "Name a configuration that is there. The first time:\n"
                "  bank-copilot bot --example > bot.toml      # then set [forges] in it\n"
                "  bank-copilot bot --config bot.toml --check\n"
                "  bank-copilot bot --config bot.toml"
            )
        )
    return file
