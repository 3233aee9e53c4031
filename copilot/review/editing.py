"""What a review says of one text while somebody writes it, beside the rules of its packs (`tasks/bank_findings`): secrets on lines
that differ from the last commit, and guards that these lines no longer have, each where it stood.

A guard that moved to another file is not gone: what was added to the files that were looked at last counts, as in a review of
the whole change. Absent on purpose: files that nobody opened (the review of the work tree has them), and fixes.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Container
from pathlib import Path
from typing import Final

from copilot.review import looking, removed, sensitive
from copilot.review.looking import Seen
from copilot.review.remark import Remark, span, told
from copilot.review.working import compared
from copilot.types import Document, Finding

_MOST: Final = 32
"""Files of which is remembered what was added to them."""

_ledgers: Final[OrderedDict[Path, tuple[Path, removed.Ledger]]] = OrderedDict()


def findings(doc: Document, before: Document | None, top: Path, off: Container[str], *, sound: bool) -> list[Finding]:
    """The findings of an open document. `before`: as the last commit has it, None where it has none; `top`: its repository; `off`:
    ids of rules that are not told; `sound`: whether it parses, else guards are not looked for: a line is being written.

    For one thread at a time.
    """
    file = looking.judged(compared(_name(doc.path, top), before.text if before else None, doc.text), before, doc)
    found: list[Finding] = []
    if sensitive.RULE not in off:
        found += [Finding(one.rule, one.severity, doc.path, one.span, one.message) for one in looking.secrets(file)]
    if removed.RULE not in off and sound:
        found += [Finding(one.rule, one.severity, doc.path, span(doc, one), told(one)) for one in _gone(file, top)]
    return found


def _name(path: Path, top: Path) -> str:
    real = Path(os.path.realpath(path))
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else path.name


def _gone(file: Seen, top: Path) -> list[Remark]:
    """The guards that a file lacks now, but those that others of its repository have got."""
    path, own = Path(file.diff.path), removed.Ledger()
    removed.gather(own, file)
    _ledgers[top / path] = top, own
    _ledgers.move_to_end(top / path)
    while len(_ledgers) > _MOST:
        _ledgers.popitem(last=False)
    return list(removed.settled(removed.joined(own, (each for at, each in _ledgers.values() if at == top))))
