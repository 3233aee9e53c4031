"""`bank-copilot usage`: what this user's editors counted, as a table or as one JSON object. No text is there to be shown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from copilot.commands import session
from copilot.messages import say
from copilot.usage import ledger
from copilot.usage.counts import AGES, TYPING, Row, figures, summed

_BY: Final = ("task", "language", "engine", "model", "template", "profile", "day")


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument(
        "--days", type=int, default=30, metavar="N", help=say("the last N days, today included (default: 30)")
    )
    parser.add_argument(
        "--by",
        choices=_BY,
        action="append",
        help=say("one line for each of these (default: task, language and engine); may be repeated"),
    )
    session.add_common(parser, engine=False)


def run(options: argparse.Namespace) -> int:
    """0; 1 when nothing was counted."""
    rows = ledger.read(max(options.days, 1))
    by = tuple(dict.fromkeys(options.by or ("task", "language", "engine")))
    total = summed(rows)
    if options.json:
        lines = [{**dict(zip(by, key, strict=True)), **_shown(group)} for key, group in _grouped(rows, by)]
        kept = [{"day": row.day, **asdict(row.subject), **row.counts} for row in rows]
        told = {"days": max(options.days, 1), "totals": {**total, **figures(total)}, "lines": lines, "rows": kept}
        session.print_json({**told, "waiting": ledger.waiting()})
    elif not rows:
        session.warn(say("Nothing was counted in the last {days} days.", days=options.days))
    else:
        _print(rows, by, total)
    return 0 if rows else 1


def _grouped(rows: Sequence[Row], by: Sequence[str]) -> list[tuple[tuple[str, ...], list[Row]]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.subject.task != TYPING:
            labels = {"day": row.day, **asdict(row.subject)}
            groups.setdefault(tuple(labels[name] or "-" for name in by), []).append(row)
    return sorted(groups.items())


def _shown(group: Sequence[Row]) -> dict[str, Any]:
    sums = summed(group)
    told = figures(sums)
    del told["assistant_share"]  # by hand is counted a language, not a task
    return {**sums, **told}


def _print(rows: Sequence[Row], by: Sequence[str], total: dict[str, int]) -> None:
    heads = [say("shown"), say("taken"), say("in part"), say("rate"), *(say("there after {age}", age=a) for a in AGES)]
    table = [[*by, *heads]]
    for key, group in _grouped(rows, by):
        sums = summed(group)
        told = figures(sums)
        there = [_percent(told["survival"][age]["there"]) for age in AGES]
        counts = [str(sums[name]) for name in ("shown", "accepted", "partly")]
        table.append([*key, *counts, _percent(told["acceptance"]), *there])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = [
            cell.ljust(width) if n < len(by) else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    told = figures(total)
    text = say(
        "Characters by the assistant: {share} ({taken} of {all}; what was pasted is not counted).",
        share=_percent(told["assistant_share"]),
        taken=total["accepted_chars"],
        all=total["accepted_chars"] + total["typed_chars"],
    )
    sys.stdout.write(f"{text}\n")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
