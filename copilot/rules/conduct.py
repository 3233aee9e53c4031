"""The predicates of queries that ask what a routine does as a whole; see the modules that answer.

(#half-done? @site)        the routine around makes two writes or more that are in no transaction
(#cut? @site)              the commit stands between writes that were to be one transaction
(#unproxied? @site)        it is marked as transactional, but no proxy can stand before it
(#unproxied-call? @site)   the call goes past the proxy of what it calls
(#kept-after-checked? @site)  a checked exception leaves the routine and its transaction commits
(#hidden? @site)           the handler hides a failure of writes inside a transaction
(#late-commit? @site)      the commit is made after a failure, too
(#suppressed? @site)       the `with suppress(…)` hides a failure of writes inside a transaction
(#swallowed? @site)        the handler ends a failure of a payment path without a trace
(#suppressed-money? @site)  so does the `with suppress(…)`
(#returned-over? @site)    a `return` in `finally` drops such a failure
(#dropped-money? @site)    a future or stream answers a failure of a payment with nothing (its call's name)
(#gathered-money? @site)   failures of payments are gathered, and nobody looks at them
(#hush-fallback? @site)    what stands in for a failed payment says nothing of the failure
(#left-money? @site)       a context of payments drops every failure
(#stale-write? @site)      the first place of a routine that writes back a stored amount without a lock
(#repeatable? @site)       a request or message that moves money is carried out as often as it comes
(#unaudited? @site)        a sensitive operation writes no audit record, its siblings do
"""

from __future__ import annotations

from collections.abc import Callable

from copilot.rules.auditing import Auditing
from copilot.rules.balances import Balances
from copilot.rules.dropping import Dropping
from copilot.rules.flow import Flow
from copilot.rules.halves import Halves
from copilot.rules.matching import Arguments, Captures
from copilot.rules.proxies import Proxies
from copilot.rules.requests import Requests
from copilot.rules.rollbacks import Rollbacks
from copilot.rules.routines import Routine, Routines
from copilot.rules.swallowing import Swallowing
from copilot.rules.transactions import Transactions
from copilot.rules.writes import Writes
from copilot.syntax.parsing import Node


def predicates(flow: Flow) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """Of one document, by name; each asks about the routine around (or of) its first capture."""
    routines = Routines(flow)
    writes = Writes(routines)
    transactions = Transactions(writes)

    def asked(answer: Callable[[Routine], bool]) -> Callable[[Arguments, Captures], bool]:
        def ask(given: Arguments, captures: Captures) -> bool:
            routine = routines.of(captures[given[0][0]][0])
            return routine is not None and answer(routine)

        return ask

    swallowing, auditing = Swallowing(routines), Auditing(routines)
    dropping = Dropping(swallowing)
    balances, requests = Balances(routines), Requests(routines, writes)
    halves, proxies, rollbacks = Halves(transactions), Proxies(transactions), Rollbacks(transactions)

    def at(answer: Callable[[Node], bool]) -> Callable[[Arguments, Captures], bool]:
        return lambda given, captures: answer(captures[given[0][0]][0])

    return {
        "half-done?": asked(halves.is_half_done),
        "cut?": at(halves.is_cut),
        "unproxied?": asked(proxies.is_unproxied),
        "unproxied-call?": at(proxies.is_unproxied_call),
        "kept-after-checked?": asked(proxies.is_kept_after_checked),
        "hidden?": at(rollbacks.is_hidden),
        "late-commit?": at(rollbacks.is_late_commit),
        "suppressed?": at(rollbacks.is_suppressed),
        "swallowed?": at(swallowing.is_swallowed),
        "suppressed-money?": at(swallowing.is_suppressed),
        "returned-over?": at(swallowing.is_returned_over),
        "dropped-money?": at(dropping.is_dropped),
        "gathered-money?": at(dropping.is_gathered),
        "hush-fallback?": asked(dropping.is_fallback),
        "left-money?": asked(dropping.is_left),
        "stale-write?": at(balances.is_stale),
        "repeatable?": asked(requests.is_repeatable),
        "unaudited?": asked(auditing.is_unaudited),
    }
