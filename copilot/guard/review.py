"""One review of the texts of one prompt: detect, decide by policy, replace by surrogates that are restored here again.

The node that masks is the node that restores: a `Reviewed` keeps the surrogates of its own call and nobody else's.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from copilot.config import Guard
from copilot.errors import ConfigError
from copilot.guard import classes
from copilot.guard.classes import Action
from copilot.guard.detect import detect, joined
from copilot.guard.found import Found
from copilot.guard.kinds import ESCAPED, REPORTED
from copilot.guard.packs import NONE, Packs, Wanted, kept
from copilot.guard.surrogates import Originals, Place, Surrogates
from copilot.messages import say
from copilot.types import Detection, Verdict

_GRAVITY: Final[Mapping[str, int]] = {"allow": 0, "report": 1, "redact": 2, "deny": 3}
_MASKED: Final = frozenset({"redact", "deny"})
_NEAR: Final = 1024
"""Characters around a surrogate (whole lines) within which a rule could now see something else."""
_ROUNDS: Final = 8
_WORDS: Final = frozenset(classes.words())


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done with each kind; one that is not named is redacted, or reported (`kinds.REPORTED`)."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    packs: Packs = NONE
    """The bank's own rules. What a rule says itself counts, unless its kind is allowed."""
    key: bytes = field(default=b"", repr=False)
    """From which surrogates are drawn (`surrogates`); none: they are counted."""

    def decided(self, one: Found | Detection) -> Action:
        """What is done with one place; of several kinds in one, the gravest action."""
        own = self.packs.actions.get(one.rule)
        if own is not None or not (isinstance(one, Found) and one.also):
            return own or self.action(one.kind)
        return max(map(self.action, (one.kind, *one.also)), key=_GRAVITY.__getitem__)

    @property
    def allowed(self) -> frozenset[str]:
        """The kinds that are neither replaced nor reported."""
        return frozenset(kind for kind, action in self.actions.items() if action == "allow")

    def hides(self, one: Found) -> bool:
        """Whether a place is replaced or stops the text; else it is only reported."""
        return self.decided(one) in _MASKED

    def action(self, kind: str) -> Action:
        """What is done with a kind."""
        return self.actions.get(kind, "report" if kind in REPORTED else "redact")


def policy(settings: Guard, key: bytes = b"") -> Policy:
    """What settings say of each kind: `guard.deny` wins over `guard.allow`, then the class of the repository decides.
    Raises ConfigError for a word that names no kind (a typing error in `guard.deny` must not let something through) and for
    a pack that cannot be used, and takes as long as compiling it where it changed.
    """
    for key_name, given in (("guard.allow", settings.allow), ("guard.deny", settings.deny)):
        for word in given:
            if word not in _WORDS:
                nearest = difflib.get_close_matches(word, _WORDS, n=1, cutoff=0.0)[0]
                raise ConfigError(
                    say(
                        "{key}: {word} names no kind. Did you mean {nearest}?", key=key_name, word=word, nearest=nearest
                    )
                )
    packs = kept(wanted(settings)).packs if settings.packs else NONE
    return Policy(classes.actions(settings.repository_class, settings.allow, settings.deny), packs, key)


def wanted(settings: Guard) -> Wanted:
    """The packs that settings name; a path that is not absolute starts at the home folder."""
    files, keys = (
        [str(Path.home() / Path(one).expanduser()) for one in row] for row in (settings.packs, settings.pack_keys)
    )
    return Wanted(tuple(files), tuple(keys), settings.unsigned_packs, settings.skip_bad_rules)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The texts as they may go on (the very same objects when nothing was replaced) and what was decided.

    A denied prompt's texts are masked too, so that a caller's mistake sends no value. Neither the texts nor the
    surrogates stand in the representation: it may be logged.
    """

    texts: tuple[str, ...] = field(repr=False)
    verdict: Verdict
    surrogates: Mapping[str, str] = field(default_factory=dict, repr=False)

    _originals: Originals = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_originals", Originals(self.surrogates))

    def places(self, text: str) -> Iterator[Place]:
        """Where surrogates of this review stand in `text`."""
        return self._originals.places(text)

    def restored(self, text: str) -> str:
        """`text` with each surrogate of this review replaced by what it stands for, in the form in which it stands there.

        One that was changed stays as it is.
        """
        parts: list[str] = []
        at = 0
        for place in self._originals.places(text):
            parts += text[at : place.start], place.original
            at = place.end
        return "".join((*parts, text[at:])) if at else text

    def held(self, text: str) -> int:
        """How many characters at the end of a streamed `text` may belong to a surrogate: keep them for the next piece before
        `restored`.
        """
        return self._originals.held(text)


def review(texts: Sequence[str], policy: Policy) -> Reviewed:
    """Review texts together: the same value gets the same surrogate in all of them. Never raises, never logs a value.

    A kind that the policy allows is neither replaced nor reported.
    """
    allowed = policy.allowed
    found = [detect(text, allowed, policy.packs) for text in texts]
    if not any(found):
        return Reviewed(tuple(texts), Verdict("allow", packs=policy.packs.label))
    surrogates = Surrogates(texts, policy.key)
    masked, reported = [], []
    for text, places in zip(texts, found, strict=True):
        masked.append(settled(text, places, surrogates, policy, allowed))
        reported.append([one for one in places if policy.decided(one) == "report"])
    detections = tuple(
        Detection(one.rule, one.kind, one.start, one.end, number)
        for number, (_, places) in enumerate(masked)
        for one in sorted([*places, *reported[number]])
    )
    actions = {policy.decided(one) for _, places in masked for one in places}
    action: Literal["allow", "redact", "deny"] = "deny" if "deny" in actions else "redact" if actions else "allow"
    verdict = Verdict(action, detections, policy.packs.label)
    return Reviewed(tuple(text for text, _ in masked), verdict, surrogates.originals())


def settled(
    text: str, places: list[Found], surrogates: Surrogates, policy: Policy, allowed: frozenset[str]
) -> tuple[str, list[Found]]:
    """The masked text and the places in `text` that were masked: those that are not only reported.

    What is masked can uncover something: the value behind it was cut at the longest length a rule looks at, or stands now
    where a rule sees it. So the masked text is looked at again, and what is found there joins what it touches.
    """
    places = [one for one in places if policy.hides(one)]
    for _ in range(_ROUNDS):
        if not places:
            break
        places = joined(list(_whole(text, places)))
        masked, moved = _masked(text, places, surrogates)
        again = [one for one in _again(masked, moved, policy, allowed) if policy.hides(one)]
        if not again:
            return masked, places
        places = joined([*places, *(_back(one, moved) for one in again)])
    return (_masked(text, places, surrogates)[0] if places else text), places


def _again(masked: str, moved: _Moved, policy: Policy, allowed: frozenset[str]) -> Iterator[Found]:
    """What is found in the masked text near its surrogates; elsewhere it is the text that was looked at already. A key's
    block and a bank's pattern may reach farther: then all of it is looked at.
    """
    if policy.packs is not NONE or "PRIVATE" in masked:
        yield from detect(masked, allowed, policy.packs)
        return
    until = 0
    places = iter(moved)
    place = next(places, None)
    while place is not None:
        start = max(until, masked.rfind("\n", 0, max(0, place[0] - _NEAR)) + 1)
        end = place[1]
        while place is not None and place[0] <= end + 2 * _NEAR:
            end = place[1]
            place = next(places, None)
        line = masked.find("\n", end + _NEAR)
        until = max(until, len(masked) if line == -1 else line)
        for one in detect(masked[start:until], allowed):
            yield one._replace(start=one.start + start, end=one.end + start)


_FAR: Final = 1 << 62
_Moved = list[tuple[int, int, int, int]]
"""Start and end of each surrogate in the masked text, and of its value in the text."""


def _masked(text: str, places: list[Found], surrogates: Surrogates) -> tuple[str, _Moved]:
    parts: list[str] = []
    moved: _Moved = []
    at = size = 0
    for one in places:
        surrogate = surrogates.of(text[one.start : one.end], one.kind)
        parts += text[at : one.start], surrogate
        size += one.start - at
        moved.append((size, size + len(surrogate), one.start, one.end))
        size, at = size + len(surrogate), one.end
    return "".join((*parts, text[at:])), moved


def _whole(text: str, places: list[Found]) -> Iterator[Found]:
    """The places with the digits that touch them: a digit behind a surrogate would make another number of it."""
    for number, one in enumerate(places):
        if one.kind in ESCAPED:
            yield one
            continue
        start, end = one.start, one.end
        limit = places[number + 1].start if number + 1 < len(places) else len(text)
        while end < limit and text[end].isdecimal():
            end += 1
        if end == limit < len(text) and text[end].isdecimal():
            end += 1  # into the next place, so that the two become one
        floor = places[number - 1].end if number else 0
        if text[start].isdecimal():
            while start > floor and text[start - 1].isdecimal():
                start -= 1
        yield one if (start, end) == (one.start, one.end) else one._replace(start=start, end=end)


def _back(one: Found, moved: _Moved) -> Found:
    """A place of the masked text as a place of the text; a surrogate that it touches is taken whole."""
    return one._replace(start=_origin(one.start, moved)[0], end=_origin(one.end - 1, moved)[1])


def _origin(at: int, moved: _Moved) -> tuple[int, int]:
    """Start and end in the text of what the masked text's character `at` stands for."""
    n = bisect_right(moved, (at, _FAR)) - 1
    if n < 0:
        return at, at + 1
    _, after, original, until = moved[n]
    return (original, until) if at < after else (until + at - after, until + at - after + 1)
