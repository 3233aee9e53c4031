"""One review that was handed over becomes comments of a merge request: decided here, without I/O but the memory's.

The steps: what stands on the forge and what is remembered are brought together; the life-cycle says what to do; what has a
place goes to its line, everything else into the summary; what was done is remembered. Doing it again changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from copilot.messages import say, set_locale
from copilot.review import alike
from copilot.review.alike import Spot
from copilot.review.lifecycle import File, Known, Plan, plan
from copilot.review.precision import noisy
from copilot.review.remark import Confidence
from serving.bots import bodies, forges
from serving.bots.calls import CallFailed
from serving.bots.config import Config, Policy
from serving.bots.forge import Acts, Forge, Own, Standing, Steps, Target
from serving.bots.handed import Handed, Told
from serving.bots.memory import Memory, Place

log: Final = logging.getLogger("bank-copilot.bot")

_CONFIDENT: Final[dict[Confidence, int]] = {"high": 0, "medium": 1, "low": 2}
_DAY_S: Final = 86_400.0
_FAILED: Final = "failed "
"""Before a head that was told not to have been reviewed."""
FRESH: Final = "new"
"""The handle of a remark that was posted and that the forge has not listed yet."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: counts for the log and the metrics. `word`: posted, same (nothing to do), superseded, or over (merged or
    closed meanwhile: nothing is written there).
    """

    word: str
    posted: int = 0
    fixed: int = 0
    outdated: int = 0
    reopened: int = 0
    dismissed: int = 0
    folded: int = 0
    refused: int = 0
    """Of `folded`, those that the forge did not take at their lines."""


def posted(handed: Handed, config: Config, memory: Memory, now: Callable[[], float]) -> Steps[Outcome]:
    """The calls that bring a merge request up to a review. The caller checked that the forge and project are configured.

    Raises CallFailed where the forge still tells the head before.
    """
    settings, policy = config.forges[handed.forge], config.policy(handed.forge)
    forge = forges.named(settings.kind)
    target = Target(handed.project, handed.number, handed.head)
    place = Place(handed.forge, handed.project, handed.number)
    seen = f"{handed.head} {handed.base}"
    set_locale(policy.locale)
    standing: Standing = yield from forge.standing(target, settings.account)
    if standing.over:
        return Outcome("over")
    if standing.head != handed.head:
        if (
            standing.head == memory.head(place).removeprefix(_FAILED).partition(" ")[0]
        ):  # a replica that is behind: it told that head before
            raise CallFailed("the forge does not list the head yet that was read", again=True)
        return Outcome("superseded")
    if handed.failed:
        last, seen = memory.head(place), f"{_FAILED}{handed.head}"
        if last == seen or last.startswith(handed.head):
            return Outcome("same")
        text = bodies.failed(handed.head, handed.failed)
        yield from forge.act(target, standing, handed.base, Acts(failed=True, summary=lambda _: text))
        memory.posted(place, seen, ())  # what was posted before stands there no longer
        return Outcome("posted")
    remembered, coming = memory.known(place)
    spots = memory.spots(place)
    handed = _named(handed, spots, remembered)
    told = {one.fingerprint: one for one in handed.remarks}
    known, changed = brought_together(remembered, coming, standing, policy, now(), told)
    todo = plan(
        known.values(),
        [one.remark() for one in handed.remarks],
        _files(handed),
        now=now(),
        elsewhere=memory.dismissed(place),
        mended=frozenset(handed.mended),
    )
    own = {one.fingerprint: one for one in standing.own}
    wrongly = [one for name, one in own.items() if one.closed and name in told and _is_open(known.get(name))]
    if memory.head(place) == seen and todo.is_idle and not changed and not wrongly and standing.summary:
        return Outcome("same")
    loud = _demoted(memory, policy)
    lines, folded = chosen([told[one.fingerprint] for one in todo.post], todo, policy, loud, inline=forge.INLINE)
    back = [(one, told[one.fingerprint]) for one, _ in todo.reopen]
    lines += [one for old, one in back if old.handle and one.where and not _opens(forge, own.get(old.fingerprint))]
    here = (one.spot() for one in handed.remarks if one.alike)
    memory.coming(place, [_fresh(one) for one in lines], alike.kept(here, spots, known))

    def summary(refused: frozenset[str]) -> str:
        return _summary(handed, todo, told, lines, folded, refused, own, loud)

    short = handed.head[:12]
    acts = Acts(
        post=[(one, bodies.remark(one, settings.kind)) for one in lines],
        close=[
            *(
                (own[one.fingerprint], say("Fixed in {head}.", head=short))
                for one in todo.fixed
                if one.fingerprint in own
            ),
            *(
                (own[one.fingerprint], say("Outdated since {head}.", head=short))
                for one in todo.outdated
                if one.fingerprint in own
            ),
        ],
        reopen=[
            *(there for one, _ in todo.reopen if (there := own.get(one.fingerprint)) and _opens(forge, there)),
            *(there for there in wrongly if _opens(forge, there)),
        ],
        open=bool(todo.post or todo.reopen or any(one.fingerprint in told for one in todo.left)),
        summary=summary,
    )
    refused = yield from forge.act(target, standing, handed.base, acts)
    at_lines = {one.fingerprint for one in lines} - refused
    # Asked again at once: only of a comment that a list held is it known, when it is not there, that somebody deleted it.
    listed: Standing = (yield from forge.standing(target, settings.account)) if at_lines else standing
    handles = {one.fingerprint: one.note for one in listed.own}
    memory.posted(place, seen, _remembered(known, todo, told, handles, at_lines))
    return Outcome(
        "posted",
        len(at_lines),
        len(todo.fixed),
        len(todo.outdated),
        len(todo.reopen),
        len(todo.quiet),
        len(folded) + len(refused),
        len(refused),
    )


def _named(handed: Handed, spots: Sequence[Spot], remembered: Mapping[str, Known]) -> Handed:
    """The review with the names that its remarks were told by, and so are the mended ones."""
    defined = {file.known: frozenset(file.symbols) for file in handed.files if file.symbols is not None}
    names = alike.named(
        [one.spot() for one in handed.remarks],
        spots,
        {name: one.state for name, one in remembered.items()},
        {one.alike: defined[one.known] for one in handed.remarks if one.known in defined},
    )
    shared = frozenset(handed.mended)
    mended = (*handed.mended, *(one.name for one in spots if one.alike in shared))
    remarks = (one.model_copy(update={"fingerprint": name}) for one, name in zip(handed.remarks, names, strict=True))
    return handed.model_copy(update={"remarks": tuple(remarks), "mended": mended})


def brought_together(
    remembered: Mapping[str, Known],
    coming: frozenset[str],
    standing: Standing,
    policy: Policy,
    now: float,
    told: Container[str],
) -> tuple[dict[str, Known], bool]:
    """What is remembered, as it stands on the forge now; and whether somebody changed anything there.

    A thread that somebody else closed is a dismissal by him where the remark is `told` of still: else he closed what he mended.
    A comment that somebody deleted is a dismissal too. What was on its way and never came is not known.
    """
    known: dict[str, Known] = {}
    changed = False
    own = {one.fingerprint: one for one in standing.own}
    lost = {name: Known(name, "", "") for name in own if name not in remembered}  # the memory was lost
    for name, before in ({**remembered, **lost}).items():
        there = own.get(name)
        if there is None:
            if name in coming:
                continue
            # One that no list of the forge's ever held may be late, not deleted.
            deleted = before.state == "open" and before.handle not in {"", FRESH}
            known[name] = _dismissal(before, say("its comment was deleted"), "", policy, now) if deleted else before
            changed |= deleted
            continue
        one = replace(before, handle=there.note)
        closed = there.closed and not there.ours and name in told
        if one.state == "open" and closed and _may(policy, there.closed_by):
            one = _dismissal(one, there.reply, there.closed_by, policy, now)
        elif one.state == "dismissed" and there.thread and not there.closed:
            one = replace(one, state="open", reason="", who="", until=None)
        changed |= one.state != before.state
        known[name] = one
    return known, changed


def _opens(forge: Forge, there: Own | None) -> bool:
    """Whether a comment can be opened again where it stands; else it is posted anew."""
    return there is not None and (forge.REOPENS or not there.thread or not there.closed or there.ours)


def _dismissal(one: Known, reason: str, who: str, policy: Policy, now: float) -> Known:
    until = now + policy.dismissed_days * _DAY_S
    return replace(one, state="dismissed", reason=" ".join(reason.split())[:200], who=who, until=until)


def _may(policy: Policy, who: str) -> bool:
    return not policy.dismiss_by or who in policy.dismiss_by


def _is_open(one: Known | None) -> bool:
    return one is not None and one.state == "open"


def _files(handed: Handed) -> dict[str, File]:
    """The coverage for the life-cycle; where remarks were cut off, nothing counts as looked at whole."""
    return {
        one.known: File(
            "partly" if handed.cut and one.status == "reviewed" else one.status,
            one.gone,
            frozenset(one.symbols) if one.symbols is not None else None,
        )
        for one in handed.files
    }


def _demoted(memory: Memory, policy: Policy) -> frozenset[str]:
    """The rules that are too often wrong; a change is logged."""
    tallies = memory.tallies()
    loud = noisy(tallies, below=policy.demote_below, samples=policy.demote_samples, kept=policy.keep)
    fresh, better = memory.demoted(loud)
    for one in tallies:
        if one.rule in fresh:
            log.warning(
                "rule %s is told in summaries alone from now on: of %d remarks %d were addressed and %d dismissed",
                one.rule, one.judged, one.addressed, one.dismissed,
            )  # fmt: skip
    for rule in sorted(better):
        log.warning("rule %s is told at lines again", rule)
    return loud


def chosen(
    fresh: Iterable[Told],
    todo: Plan,
    policy: Policy,
    loud: frozenset[str],
    *,
    inline: bool,
) -> tuple[list[Told], list[Told]]:
    """Which new remarks go to their lines, and which into the summary."""
    room = policy.most - sum(1 for one in todo.left if one.handle)
    lines: list[Told] = []
    folded: list[Told] = []
    least = _CONFIDENT[policy.sensitivity]
    for one in fresh:
        good = inline and one.where is not None and not one.folded and one.rule not in loud
        if good and _CONFIDENT[one.confidence] <= least and len(lines) < room:
            lines.append(one)
        else:
            folded.append(one)
    return lines, folded


def _fresh(one: Told) -> Known:
    return Known(one.fingerprint, one.rule, one.known, one.symbol)


def _summary(
    handed: Handed,
    todo: Plan,
    told: Mapping[str, Told],
    lines: list[Told],
    folded: list[Told],
    refused: frozenset[str],
    own: Mapping[str, Own],
    loud: frozenset[str],
) -> str:
    at_lines = {one.fingerprint for one in lines} - refused
    at_lines |= {one.fingerprint for one in todo.left if one.fingerprint in told and one.fingerprint in own}
    at_lines |= {one.fingerprint for one, _ in todo.reopen if one.fingerprint in own}
    found = {one.fingerprint for one in todo.post} | {one.fingerprint for one in todo.left}
    found |= {one.fingerprint for one, _ in todo.reopen}
    here = [one for one in handed.remarks if one.fingerprint in found and one.fingerprint not in at_lines]
    elsewhere = [one for one in todo.left if one.fingerprint not in told]
    return bodies.summary(
        handed.head,
        len(at_lines),
        here,
        elsewhere,
        todo.quiet,
        [one.covered() for one in handed.files],
        cut=handed.cut,
        noisy=loud & {one.rule for one in folded},
        silent=handed.silent,
    )


def _remembered(
    known: Mapping[str, Known],
    todo: Plan,
    told: Mapping[str, Told],
    handles: Mapping[str, str],
    at_lines: set[str],
) -> list[Known]:
    """What is known of every remark after all was done. `handles`: what the forge lists now; a fresh one may not be there yet."""
    after = {one.fingerprint: one for one in known.values()}
    for remark in todo.post:
        name = remark.fingerprint
        after[name] = replace(_fresh(told[name]), handle=handles.get(name, FRESH) if name in at_lines else "")
    for one in todo.fixed:
        after[one.fingerprint] = replace(one, state="fixed")
    for one in todo.outdated:
        after[one.fingerprint] = replace(one, state="outdated")
    for _, remark in todo.reopen:
        name = remark.fingerprint
        handle = handles.get(name, FRESH if name in at_lines else "")
        after[name] = replace(_fresh(told[name]), handle=handle)
    for one in todo.left:
        if one.fingerprint in told:  # its definition may have another name now; all was lost with the memory
            after[one.fingerprint] = replace(_fresh(told[one.fingerprint]), handle=one.handle)
    return list(after.values())
