"""The review of a change without a model, file by file: what its new lines break and what its deleted lines took away.

Every file is told in the coverage, also one that nobody could read. Absent on purpose: posting, what became of earlier
remarks, and the model's part.
"""

from __future__ import annotations

from collections.abc import Iterable

from copilot.messages import say
from copilot.progress import report
from copilot.review import gates, looking, removed
from copilot.review import imported as tools
from copilot.review.change import Change, walked
from copilot.review.foreign import Claim
from copilot.review.looking import Asked
from copilot.review.remark import Covered, Remark, Review, ordered


def review(change: Change, asked: Asked, imported: Iterable[Remark] = (), claims: Iterable[Claim] = ()) -> Review:
    """The remarks on a change, with `imported` ones where they are, the `claims` of other tools where they stand on lines that it
    touches, and its coverage.

    Raises diff.BadPatch for what is no patch, UsageError for a folder of rules that cannot be read.
    """
    remarks: list[Remark] = list(imported)
    coverage: list[Covered] = []
    ledger = removed.Ledger()
    held = tools.Claims(claims, change.root, change.files)
    foreign = 0
    for one, texts in walked(change):
        report(say("reviewing {path}", path=one.path))
        file = looking.seen(one, texts)
        own = list(looking.remarks(file, asked, whole=texts.whole))
        others = list(tools.placed(file, held.of(one.path)))
        foreign += len(others)
        remarks += tools.merged(own, others, file.after)
        removed.gather(ledger, file)
        coverage.append(file.covered)
    remarks += removed.settled(ledger)
    wanted = (gates.masked(remark) for remark in remarks if remark.rule not in asked.off)
    return Review(ordered(wanted, asked.most), tuple(coverage), held.elsewhere - foreign, held.unplaced)
