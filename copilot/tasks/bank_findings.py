"""What the bank's rules find on the lines of a text that differ from the last commit, while somebody writes it.

Only what those lines reach is looked at, so that a keystroke in a long text costs little. A folder of rules that cannot be read
takes nothing from the others. A review says the same of the whole change later, with deleted guards and what other tools find (`copilot/review`). Absent on
purpose: lines that nobody touched, and files outside a repository, where every line would be one.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from copilot import edits, rules
from copilot.config import Settings
from copilot.errors import UsageError
from copilot.messages import locale
from copilot.syntax import reach
from copilot.syntax.lines import feeds
from copilot.tasks.committed import committed
from copilot.types import Document, Finding, Severity, Span
from copilot.verify.kept import Kept, digest

LARGEST: Final = 256 * 1024
"""Bytes of a text that is looked at at each pause; of a longer one the review tells."""
NEW: Final = 64 * 1024
"""Bytes of a text of which the last commit has nothing: all of it is looked through."""
_AGAIN_S: Final = 10.0
"""So long it is not tried again whether a folder of rules can be read."""

_tried: Final[dict[tuple[str, str], tuple[float, str]]] = {}
_kept: Final[Kept[tuple[Path, str, str, bytes, bytes, tuple[str, ...]], list[Finding]]] = Kept()


def wanted(document: Document, settings: Settings) -> bool:
    """Whether there may be anything to find: by the settings, the size and the words of the text."""
    return (
        settings.review.editor
        and len(document) <= LARGEST
        and any(rules.triggered(document.language, document.text, pack) for pack in _packs(settings))
    )


def refused(settings: Settings) -> dict[str, str]:
    """The folders of rules that cannot be read, and why not. Blocks: they are tried every ten seconds."""
    return {pack: why for pack in settings.review.rules if (why := _why(pack))}


def _why(pack: str) -> str:
    now = time.monotonic()
    tried, why = _tried.get((pack, locale()), (-_AGAIN_S, ""))
    if now - tried >= _AGAIN_S:
        why = ""
        try:
            rules.policies(pack)
        except UsageError as wrong:
            why = str(wrong)
        _tried[pack, locale()] = now, why
    return why


def findings(document: Document, settings: Settings) -> list[Finding]:
    """The findings of the bank's rules on changed lines, those that are not sure left out. Blocks."""
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
    return _kept.keep(key, _found(document, before, packs, settings)) if known is None else known


def _packs(settings: Settings) -> tuple[str, ...]:
    """The packs that can be read."""
    return (rules.BANK, *(pack for pack in settings.review.rules if not _why(pack)))


def _found(document: Document, before: Document | None, packs: tuple[str, ...], settings: Settings) -> list[Finding]:
    if before is None and len(document) > NEW:
        return []
    changed = edits.changed_lines(before.text, document.text) if before is not None else None
    if changed is not None and not changed:
        return []
    text = reach.roughly(document.language, document.text, changed) if changed is not None else document.text
    called = {
        pack: rows for pack in packs if (rows := rules.called(document.language or "", pack, text, None, document.text))
    }
    spans = reach.spans(document, changed) if called and changed is not None else None
    policy = _policy(document, settings)
    hits = [
        replace(hit.finding, severity=policy.get(hit.rule.policy) or hit.finding.severity)
        for pack, rows in called.items()
        for hit in _of_pack(pack, document, spans, frozenset(policy), rows)
        if hit.confidence != "low" and hit.rule.name not in settings.review.off
    ]
    hits = [each for each in hits if each.severity in {Severity.ERROR, Severity.WARNING}]
    if not hits or changed is None:
        return hits
    starts = feeds(document.text)
    return [each for each in hits if bisect_right(starts, each.span.start) in changed]


def _of_pack(
    pack: str, document: Document, spans: list[Span] | None, policy: frozenset[str], rows: Sequence[rules.Rule]
) -> list[rules.Hit]:
    """What a pack finds; nothing, and it is noted, where a rule in it turns out to be none."""
    try:
        return rules.hits(document, spans, pack, policy, rows)
    except UsageError as wrong:
        _tried[pack, locale()] = time.monotonic(), str(wrong)
        return []


def _policy(document: Document, settings: Settings) -> dict[str, Severity]:
    """The bank's policies that hold for a document, and how grave it is to break them. Globs are those of a review, whose paths
    begin at the repository: here they may begin in any folder.
    """
    own, path = settings.review, document.path.as_posix()
    scoped = not own.gm_paths or any(fnmatch(path, f"*/{glob}") for glob in own.gm_paths)
    if own.gm == "off" or not scoped:
        return {}
    return {"gm": Severity.ERROR if own.gm == "block" else Severity.WARNING}
