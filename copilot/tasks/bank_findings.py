"""What the bank's rules find on the lines of a text that differ from the last commit, while somebody writes it.

A review says the same of the whole change later, with deleted guards and what other tools find (`copilot/review`). Absent on
purpose: lines that nobody touched, and files outside a repository, where every line would be one.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from copilot import edits, rules
from copilot.config import Settings
from copilot.messages import locale
from copilot.tasks.committed import committed
from copilot.types import Document, Finding, Severity
from copilot.verify.kept import Kept, digest

LARGEST: Final = 64 * 1024
"""Bytes of a text that is looked through at each pause; of a longer one the review tells."""

_kept: Final[Kept[tuple[Path, str, str, bytes, bytes, tuple[str, ...]], list[Finding]]] = Kept()


def wanted(document: Document, settings: Settings) -> bool:
    """Whether there may be anything to find: by the settings, the size and the words of the text."""
    return (
        settings.review.editor
        and len(document) <= LARGEST
        and any(rules.triggered(document.language, document.text, pack) for pack in _packs(settings))
    )


def findings(document: Document, settings: Settings) -> list[Finding]:
    """The findings of the bank's rules on changed lines, those that are not sure left out. Blocks.

    Raises UsageError for a folder of rules that cannot be read.
    """
    held = committed(document)
    if not held.versioned:
        return []
    before = held.before
    packs = _packs(settings)
    key = (
        *(document.path, document.language or "", locale(), digest(document.text)),
        *(
            digest(before.text) if before is not None else b"",
            (*packs, "-", *settings.review.off, "-", settings.review.gm, *settings.review.gm_paths),
        ),
    )
    known = _kept.get(key)
    return _kept.keep(key, _found(document, before, settings)) if known is None else known


def _packs(settings: Settings) -> tuple[str, ...]:
    return (rules.BANK, *settings.review.rules)


def _found(document: Document, before: Document | None, settings: Settings) -> list[Finding]:
    policy = _policy(document, settings)
    hits = [
        replace(hit.finding, severity=policy.get(hit.rule.policy) or hit.finding.severity)
        for pack in _packs(settings)
        for hit in rules.hits(document, None, pack, frozenset(policy))
        if hit.confidence != "low" and hit.rule.name not in settings.review.off
    ]
    hits = [each for each in hits if each.severity in {Severity.ERROR, Severity.WARNING}]
    if not hits or before is None:
        return hits
    changed = edits.changed_lines(before.text, document.text)
    return [each for each in hits if document.text.count(b"\n", 0, each.span.start) + 1 in changed]


def _policy(document: Document, settings: Settings) -> dict[str, Severity]:
    """The bank's policies that hold for a document, and how grave it is to break them. Globs are those of a review, whose paths
    begin at the repository: here they may begin in any folder.
    """
    own, path = settings.review, document.path.as_posix()
    scoped = not own.gm_paths or any(fnmatch(path, f"*/{glob}") for glob in own.gm_paths)
    if own.gm == "off" or not scoped:
        return {}
    return {"gm": Severity.ERROR if own.gm == "block" else Severity.WARNING}
