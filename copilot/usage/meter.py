"""Counts of one editor session: what was shown, what was taken of it, what was typed by hand, and what is still there later.

Everything happens in memory on one loop: a key costs some comparisons and no I/O. `tick` looks at what has come of age,
and `drained` hands over the counts to be kept. Clients that say when a text is shown or taken in part are believed; for the
others what is answered counts as shown, and what an edit inserts is compared with what is shown there.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from copilot.usage.counts import FIELDS, TYPING, Row, Subject, characters, subject
from copilot.usage.following import Change, Following, Place, Taken, Texts
from copilot.usage.survival import Survival, survival
from copilot.usage.typed import PAIRS, by_hand

_MOST: Final = 256
"""Suggestions of which it is not known yet what becomes of them."""

_GRACE_S: Final = 10.0
"""After it has gone from view, an editor may still say that a suggestion was taken."""

_SURE: Final = 3
"""An edit that inserts so many characters of a shown text at once has taken them; fewer may have been typed."""


@dataclass(slots=True)
class _Offer:
    """A suggestion. `text` is what is left of it to insert, `given` what was when it was last given, `insert` the item's
    whole text; `before` and `here`: what was taken in part, before that and since.
    """

    subject: Subject
    where: str
    line: int
    text: str
    given: str
    insert: str
    shown: bool
    before: str = ""
    here: str = ""
    left: float | None = None

    @property
    def taken(self) -> str:
        return self.before + self.here

    def take(self, part: str) -> None:
        """So much of `given` was taken."""
        if len(part) > len(self.here):
            self.line += part[len(self.here) :].count("\n")
            self.here, self.text = part, self.given[len(part) :]


@dataclass(frozen=True, slots=True)
class Listed:
    """An action that an editor lists with its edits. `changes`: those of its document; `text`: the longest new one."""

    trace_id: str
    subject: Subject
    line: int
    text: str
    changes: tuple[tuple[Place, Place, str], ...]


class Meter:
    """The counts of one session. `now` is a monotonic clock in seconds."""

    def __init__(self, texts: Texts, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.on_taken: Callable[[Taken], None] = lambda _taken: None
        self.on_aged: Callable[[Taken, str, Survival], None] = lambda _taken, _there, _survival: None
        """Hear of a text that was taken, and what stands there when it was looked at for the last time."""
        self._following = Following(texts)
        self._counts: dict[Subject, Counter[str]] = {}
        self._offers: OrderedDict[str, _Offer] = OrderedDict()
        self._current: dict[str, str] = {}
        self._listed: dict[str, list[Listed]] = {}
        self._last: dict[str, float] = {}
        self._tells = False

    # What the editor's side says

    def listed(self, where: str, actions: Sequence[Listed]) -> None:
        """Changes that stand in an editor's list of actions, instead of those before: each counts once it is made."""
        self._listed[where] = [each for each in actions if not _is_key(each.changes)]

    def offered(self, trace_id: str, what: Subject, where: str, line: int, text: str, insert: str = "") -> None:
        """A text is offered at a place: new, or what is left of one that was typed along. `insert`: the whole text of an
        inline completion.
        """
        known = self._offers.get(trace_id)
        if known is None:
            known = self._offers[trace_id] = _Offer(what, where, line, text, text, insert or text, shown=False)
            while len(self._offers) > _MOST:
                self._settle(next(iter(self._offers)))
            if not (self._tells and insert):
                self._see(known)
        else:
            known.before, known.here, known.left = known.taken, "", None
            known.line, known.text, known.given, known.insert = line, text, text, insert or text
            self._offers.move_to_end(trace_id)
        if insert:
            if self._current.get(where) != trace_id:
                self.passed(where)
            self._current[where] = trace_id

    def passed(self, where: str) -> None:
        """Nothing is offered there any more."""
        if (offer := self._offers.get(self._current.pop(where, ""))) is not None:
            offer.left = self.now()

    def declined(self, trace_id: str) -> None:
        """What was offered was not taken, and will not be."""
        if trace_id in self._offers:
            self._settle(trace_id)

    def shown(self, trace_id: str) -> None:
        """The editor says that a text is in view; from now on only what it says counts."""
        self._tells = True
        if (offer := self._offers.get(trace_id)) is not None:
            self._see(offer)

    def partly(self, trace_id: str, length: int) -> None:
        """The editor says that the first `length` UTF-16 units of the item's text were taken, in all."""
        if (offer := self._offers.get(trace_id)) is None:
            return
        units = offer.insert.encode("utf-16-le", "surrogatepass")[: 2 * max(length, 0)]
        typed = len(offer.insert) - len(offer.given)
        offer.take(offer.given[: max(len(units.decode("utf-16-le", "ignore")) - typed, 0)])
        if not offer.text:
            self.accepted(trace_id)

    def accepted(self, trace_id: str) -> None:
        """A text was taken, all that was left of it. Said twice it counts once."""
        offer = self._offers.pop(trace_id, None)
        if offer is None:
            return
        self._see(offer)
        if len(offer.text) < _SURE:  # it was counted as typed when it came
            self._add(_typing(offer.subject.language), typed_chars=-characters(offer.text))
        self._add(offer.subject, accepted=1, accepted_chars=characters(offer.taken + offer.text))
        self._take(trace_id, offer, offer.text or offer.taken)

    def changed(self, where: str, language: str | None, changes: Sequence[Change]) -> None:
        """A document was edited; it has the new text already."""
        self._following.changed(where, changes)
        now = self.now()
        since, self._last[where] = now - self._last.get(where, 0.0), now
        if (made := self._made(where, changes)) is not None:
            self.offered(made.trace_id, made.subject, where, made.line, made.text)
            self.accepted(made.trace_id)
            return
        texts = [text for _, _, text in changes if text]
        if (trace_id := self._current.get(where)) is not None:
            texts = [text for text in texts if not self._inserted(trace_id, text.replace("\r\n", "\n"))]
        if language is not None and texts and (count := by_hand(texts, since)):
            self._add(_typing(language), typed_chars=count)

    def closed(self, where: str) -> None:
        """A document was closed."""
        self.passed(where)
        self._listed.pop(where, None)
        self._following.closed(where)
        self._last.pop(where, None)

    # What the timer asks

    def tick(self) -> None:
        """Look at what has come of age, and settle what has gone from view."""
        now = self.now()
        for trace_id in [t for t, o in self._offers.items() if o.left is not None and now - o.left >= _GRACE_S]:
            self._settle(trace_id)
        for taken, age, there in self._following.due(now):
            what = survival(taken.text, there)
            self._add(taken.subject, **{f"{what}_{age}": 1})
            if not taken.is_followed:
                self.on_aged(taken, there, what)

    def drained(self, day: str) -> list[Row]:
        """The counts since the last time, as those of a day."""
        counts, self._counts = self._counts, {}
        found = [Row(day, what, {n: c for n, c in each.items() if c > 0}) for what, each in counts.items()]
        return [row for row in found if row.counts]

    def end(self) -> None:
        """The session ends: what is open is settled."""
        for trace_id in list(self._offers):
            self._settle(trace_id)

    # Private

    def _made(self, where: str, changes: Sequence[Change]) -> Listed | None:
        """The listed action that an edit is; after any edit the list is another one."""
        return next((each for each in self._listed.pop(where, ()) if sorted(each.changes) == _sorted(changes)), None)

    def _inserted(self, trace_id: str, text: str) -> bool:
        """Whether an edit has inserted what is shown, or the beginning of it."""
        offer = self._offers.get(trace_id)
        if offer is None or len(text) < 2 or text in PAIRS or not text.strip():
            return False
        if len(text) >= _SURE and text in (offer.text, offer.insert):
            self.accepted(trace_id)
            return True
        if offer.text.startswith(text):
            offer.take(offer.here + text)
            return True
        return False

    def _see(self, offer: _Offer) -> None:
        if not offer.shown:
            offer.shown = True
            self._add(offer.subject, shown=1, shown_chars=characters(offer.text))

    def _settle(self, trace_id: str) -> None:
        offer = self._offers.pop(trace_id)
        if offer.taken:
            self._see(offer)
            self._add(offer.subject, partly=1, accepted_chars=characters(offer.taken))
            self._take(trace_id, offer, offer.taken)
        elif offer.shown:
            self._add(offer.subject, dismissed=1)

    def _take(self, trace_id: str, offer: _Offer, text: str) -> None:
        line = offer.line - (text.count("\n") if offer.taken and text == offer.taken else 0)
        taken = Taken(trace_id, offer.subject, offer.where, line, text, self.now())
        self.on_taken(taken)
        self._following.add(taken)

    def _add(self, what: Subject, **counts: int) -> None:
        each = self._counts.setdefault(what, Counter())
        for name, count in counts.items():
            assert name in FIELDS
            each[name] += count


def _sorted(changes: Sequence[Change]) -> list[tuple[Place, Place, str]]:
    return sorted((start, end, text) for start, end, text in changes if start is not None)


def _is_key(changes: Sequence[tuple[Place, Place, str]]) -> bool:
    """Whether a person makes this change with one key."""
    (start, end, text), *more = changes
    return not more and start[0] == end[0] and end[1] - start[1] + len(text) <= 1


def _typing(language: str) -> Subject:
    return subject(TYPING, language)
