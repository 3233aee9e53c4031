"""What a reviewer has judged to be no secret: comments in the code with a reason, and lists of the administrator.

`# bank-copilot: allow password test account of the sandbox` on the line of the finding, or alone on the line above, names a
kind or a rule and gives a reason; without a reason it does not count. The lists name paths, rules, and values by hash.
Whatever they say, kinds that are never quiet (by default private and provider keys) are reported. Exceptions only keep a
finding out of `scan` and its exit code, where they are shown and counted: prompts are masked nonetheless, since a comment
in a repository must open no door.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatch
from hashlib import sha256
from typing import Final, NamedTuple

from copilot.config import Guard
from copilot.guard.found import Found

_MARK: Final = "bank-copilot: allow "
_COMMENT: Final = re.compile(r"bank-copilot: allow ([a-z0-9-]{3,40})[ :,-]{1,4}([^\n\r]{3,200})")
_ALONE: Final = re.compile(r"[\s#/*;%!<>-]*(?:REM|rem|\.\.)?\s*\Z")
_CLOSING: Final = " \t*/->#"


class Exempted(NamedTuple):
    """A finding that is not reported, and why."""

    found: Found
    reason: str


def settled(text: str, found: Sequence[Found], lists: Guard, path: str = "") -> tuple[list[Found], list[Exempted]]:
    """The findings that stay, and those that an exception covers, in their order."""
    if not found:
        return [], []
    kept: list[Found] = []
    exempted: list[Exempted] = []
    marked = _MARK in text
    listed = (
        next((f"guard.quiet_paths: {glob}" for glob in lists.quiet_paths if fnmatch(path, glob)), "") if path else ""
    )
    for one in found:
        reason = ""
        if not {one.kind, *one.also} & set(lists.never_quiet):
            reason = listed or _listed(text, one, lists) or (_commented(text, one) if marked else "")
        if reason:
            exempted.append(Exempted(one, reason))
        else:
            kept.append(one)
    return kept, exempted


def _listed(text: str, one: Found, lists: Guard) -> str:
    if one.rule in lists.quiet_rules:
        return f"guard.quiet_rules: {one.rule}"
    if lists.quiet_values:
        digest = sha256(text[one.start : one.end].encode("utf-8", "replace")).hexdigest()
        if digest in lists.quiet_values:
            return f"guard.quiet_values: {digest[:12]}"
    return ""


def _commented(text: str, one: Found) -> str:
    """The reason that a comment on the line, or alone on the line above, gives; empty without one."""
    start = text.rfind("\n", 0, one.start) + 1
    end = text.find("\n", one.end)
    own = text[start : end if end != -1 else len(text)]
    above = text[text.rfind("\n", 0, max(0, start - 1)) + 1 : max(0, start - 1)]
    for line, alone in ((own, False), (above, True)):
        mark = _COMMENT.search(line)
        if mark is None or (alone and not _ALONE.match(line[: mark.start()])):
            continue
        reason = mark[2].rstrip(_CLOSING)
        if mark[1] in {one.kind, one.rule} and len(reason) >= 3:
            return reason
    return ""
