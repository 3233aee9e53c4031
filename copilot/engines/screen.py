"""Content review around the model: what a question may carry, and what of its answers may be shown or written where.

Answers are reviewed as they came, before surrogates are restored in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from copilot import guard
from copilot.config import Guard
from copilot.errors import ConfigError
from copilot.guard import Judge, Masks, Policy, Reviewed
from copilot.messages import say
from copilot.types import Context, Declined, Request, Task

_BIG_CHARS: Final = 16_000
"""Longer texts are reviewed in a thread: the editor's loop must not wait for it."""


async def reviewed(texts: Sequence[str], rules: Policy) -> Reviewed:
    """The texts of a question as they may go, long ones in a thread."""
    if sum(map(len, texts)) < _BIG_CHARS:
        return guard.review(texts, rules)
    return await asyncio.to_thread(guard.review, texts, rules)


async def shown(answers: Sequence[str], judge: Judge) -> tuple[list[str], str]:
    """The answers as they may be shown, without those that policy denies, and the kinds that these held."""

    def work() -> list[Masks]:
        return [guard.masks(text, judge) for text in answers]

    made = work() if sum(map(len, answers)) < _BIG_CHARS else await asyncio.to_thread(work)
    kinds = sorted({one.denied.kind for one in made if one.denied is not None})
    shown = [one.shown(text, 0) for one, text in zip(made, answers, strict=True) if one.denied is None]
    return shown, ", ".join(kinds)


def own(reviewed: Reviewed, request: Request) -> Reviewed:
    """The review with the surrogates alone whose value stands in what is edited: those may be written there again.

    A test goes to another file, where only numbers may go along: a card's test needs the card.
    """
    if not reviewed.surrogates:
        return reviewed
    here = request.document.text.decode("utf-8", "replace").replace("\r\n", "\n") + request.instruction
    kept = {
        surrogate: value
        for surrogate, value in reviewed.surrogates.items()
        if value.replace("\r\n", "\n") in here
        and (request.task is not Task.TESTS or not surrogate.startswith("REDACTED_"))
    }
    return replace(reviewed, surrogates=kept)


def moved(text: str, reviewed: Reviewed, own: Reviewed) -> bool:
    """Whether an answer names a value that stands elsewhere: a password of a neighbouring file would be copied here."""
    return any(place.surrogate not in own.surrogates for place in reviewed.places(text))


def denied(reviewed: Reviewed, rules: Policy, texts: Sequence[str], request: Request) -> Declined:
    """What stopped the prompt, where it stands, and who may let it pass. Never the value."""
    here = request.document.text.decode("utf-8", "replace").replace("\r\n", "\n")
    named: dict[str, set[int]] = {}
    for d in reviewed.verdict.detections:
        if rules.decided(d) == "deny":
            at = here.find(texts[d.text][d.start : d.end])
            named.setdefault(d.kind, set()).add(here.count("\n", 0, at) + 1 if at >= 0 else 0)
    kinds = [
        f"{kind} ({', '.join(say('line {line}', line=line) if line else say('another file') for line in sorted(lines))})"
        for kind, lines in sorted(named.items())
    ]
    return Declined(
        say("content review: nothing was sent, because of {kinds}", kinds=", ".join(kinds)),
        say(
            "Take it out of the code, or ask who sets guard.deny and guard.repository_class for an exception (guard.allow)."
        ),
    )


def retrieved(context: Context) -> Context:
    """The context less what in other files' text addresses an assistant."""
    snippets = [replace(one, text=guard.retrieved(one.text)) for one in context.snippets]
    return replace(context, snippets=tuple(one for one in snippets if one.text.strip()))


async def rules(settings: Guard) -> Policy | Declined:
    """The policy; packs that changed are compiled beside the editor's loop, and without them nothing is sent."""
    try:
        return await asyncio.to_thread(guard.policy, settings) if settings.packs else guard.policy(settings)
    except ConfigError as error:
        return Declined(say("the bank's rules cannot be read, so nothing is sent"), str(error))
