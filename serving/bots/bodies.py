"""What is posted, as Markdown. Every text from a change, a rule or a model is shown as text: it can open no markup, mention
nobody, close nothing, and begin no line, where a forge would take it for a command.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeVar

from copilot.messages import say
from copilot.review.lifecycle import Known
from copilot.review.remark import Covered, totals
from serving.bots.config import Kind
from serving.bots.forge import SUMMARY, mark
from serving.bots.handed import Told

_T = TypeVar("_T")

_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]<>#!|~$%&@:]|(?<=www)\.|(?<=\bgh)-(?=\d)", re.IGNORECASE)
_CALLS: Final = frozenset("@#!~$%&-")
"""What begins a mention or a reference; forges look for those in what entities have become, so a blank without width follows."""
_BREAKS: Final = re.compile(r"\s+")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LISTED: Final = (100, 50, 20, 10, 5, 2, 0)
"""Rows of a list in a summary: the first of these that lets all of it fit."""
_LONGEST: Final = 60_000
"""Characters of a summary; GitHub takes 65,536."""
_LONGEST_BLOCK: Final = 10_000
"""Characters of a suggestion."""
_LEAVES: Final = re.compile(r"```|^\s*/[A-Za-z]")
"""What older GitLabs do not leave alone in a block: its end was any line of three ticks, and a longer fence was none."""


def plain(text: str, most: int = 1_000) -> str:
    """Text inside a line of Markdown: one line, no markup, no mention, no reference, no link, nothing invisible."""
    line = _BREAKS.sub(" ", text.encode("utf-8", "replace").decode()).strip()
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    seen = "".join(one if unicodedata.category(one) not in _UNSEEN else f"U+{ord(one):04X}" for one in line)
    return _SPECIAL.sub(_entity, seen)


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};" + "\u200b" * (found[0] in _CALLS)


def remark(told: Told, kind: Kind) -> str:
    """The comment of a remark, with its mark."""
    lines = [f"**{plain(told.rule)}** {plain(told.message)}"]
    if told.instead is not None and told.where is not None and _offered(told.instead, kind):
        lines += ["", *suggestion(told.instead, told.where.last.number - told.where.first.number, kind)]
    return "\n".join([*lines, "", mark(told.fingerprint)])


def _offered(instead: Sequence[str], kind: Kind) -> bool:
    """Whether lines can be shown as they are: cut, or with what is unseen named, they would be no longer what is put in."""
    text = "".join(instead)
    if len(text) > _LONGEST_BLOCK or any(unicodedata.category(one) in _UNSEEN for one in text.replace("\t", "")):
        return False
    return kind != "gitlab" or not any(_LEAVES.search(line) for line in instead)


def suggestion(instead: Sequence[str], above: int, kind: Kind) -> list[str]:
    """The block that the author can apply with one click, where the forge knows such; else the lines to read. `above`: rows of
    the comment above its last one.
    """
    ticks = max((len(run) for line in instead for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, ticks + 1)
    name = {"github": "suggestion", "gitlab": f"suggestion:-{above}+0"}.get(kind, "")
    return [*([] if name else [say("Instead:"), ""]), f"{fence}{name}", *instead, fence]


def summary(
    head: str,
    at_lines: int,
    folded: Sequence[Told],
    elsewhere: Sequence[Known],
    quiet: Sequence[Known],
    coverage: Sequence[Covered],
    *,
    cut: int = 0,
    noisy: Iterable[str] = (),
    silent: Sequence[str] | None = None,
) -> str:
    """The summary of a review. `folded`: told here alone; `elsewhere`: open ones in what was not looked at this time; `quiet`:
    dismissed. What was looked at always stands in it, also by a model: `silent` says why it did not answer everything; None where
    none was asked. How many rows its lists leave out, where they are too long, stands there too.
    """
    count = at_lines + len(folded) + len(elsewhere) + cut
    title = say("Remarks: {count}", count=count) if count else say("No remarks")
    parts: list[str | _Rows] = [f"{SUMMARY}\n### {title} ({plain(head[:12])})", *_coverage(coverage)]
    if silent is not None:
        parts += _model(coverage, silent)
    if at_lines:
        parts.append(say("At their lines: {count}.", count=at_lines))
    if folded:
        parts.append(_rows(say("Told here alone: {count}", count=len(folded)), folded, _row))
    if elsewhere:
        told = say("Earlier ones in what was not looked at again: {count}", count=len(elsewhere))
        parts.append(_rows(told, elsewhere, lambda one: f"{plain(one.rule)} {plain(one.path)}"))
    if quiet:
        parts.append(_rows(say("Dismissed: {count}", count=len(quiet)), quiet, _dismissed))
    if cut:
        parts.append(say("Too many to be listed: {count} more.", count=cut))
    if loud := sorted(noisy):
        told = say("Rules that were dismissed too often and are told here alone: {rules}", rules="")
        parts.append(_rows(told, loud, plain)._replace(folded=False))
    for most in _LISTED:
        text = "\n\n".join(one if isinstance(one, str) else one.shown(most) for one in parts)
        if len(text) <= _LONGEST:
            break
    return text


class _Rows(NamedTuple):
    """A list of which a summary has room for some: `rows` are the first of so many. Not `folded`, it is one line."""

    title: str
    rows: tuple[str, ...]
    total: int
    folded: bool = True

    def shown(self, most: int) -> str:
        """With so many rows at most; how many are left out is said."""
        rows, left = self.rows[:most], self.total - len(self.rows[:most])
        if not self.folded:
            return self.title + ", ".join([*rows, *(["…"] if left else [])])
        listed = [*(f"- {row}" for row in rows), *([f"- … {left}"] if left else [])]
        return "\n".join(["<details>", f"<summary>{self.title}</summary>", "", *listed, "", "</details>"])


def _rows(title: str, items: Sequence[_T], row: Callable[[_T], str]) -> _Rows:
    return _Rows(title, tuple(map(row, items[: _LISTED[0]])), len(items))


def failed(head: str, why: str) -> str:
    """The summary of a review that could not be made."""
    title = say("This change was not reviewed")
    return f"{SUMMARY}\n### {title} ({plain(head[:12])})\n\n{say('Why: {why}', why=plain(why))}"


def _coverage(coverage: Sequence[Covered]) -> Iterator[str | _Rows]:
    sums = totals(coverage)
    yield say(
        "Looked at {reviewed} of {files} files whole, {partly} partly, {skipped} not ({lines} changed lines, {seen} of {hunks} hunks).",
        reviewed=sums["reviewed"],
        files=sums["files"],
        partly=sums["partly"],
        skipped=sums["skipped"],
        lines=sums["lines"],
        seen=sums["hunks_seen"],
        hunks=sums["hunks"],
    )
    if rest := [one for one in coverage if one.status != "reviewed"]:
        title = say("Not looked at whole: {count}", count=len(rest))
        yield _rows(title, rest, lambda one: f"{plain(one.path)}: {plain(one.status)}: {plain(one.why)}")


def _model(coverage: Sequence[Covered], silent: Sequence[str]) -> Iterator[str | _Rows]:
    """What the model saw, and why not everything."""
    sums = totals(coverage)
    told = say("The model saw {seen} of {hunks} hunks.", seen=sums["hunks_model"], hunks=sums["hunks"])
    why = "; ".join(plain(one, 200) for one in silent)
    yield told + (" " + say("It did not answer everything: {why}.", why=why) if why else "")
    if rest := [one for one in coverage if one.model is not None and one.model < one.hunks]:
        title = say("Not seen whole by the model: {count}", count=len(rest))
        yield _rows(title, rest, lambda one: f"{plain(one.path)}: {one.model} / {one.hunks}")


def _row(told: Told) -> str:
    side = say(" (deleted)") if told.side == "old" else ""
    return f"{plain(told.path)}&#58;{told.line}{side}: {told.severity} **{plain(told.rule)}** {plain(told.message)}"


def _dismissed(one: Known) -> str:
    until = datetime.fromtimestamp(one.until, UTC).date().isoformat() if one.until is not None else say("for good")
    return say(
        "{rule} in {path}: {reason} ({who}, until {until})",
        rule=plain(one.rule),
        path=plain(one.path),
        reason=plain(one.reason, 200) or say("no reason given"),
        who=plain(one.who) or say("somebody"),
        until=until,
    )
