"""The model behind the bank's gateway: what a task asks is reviewed, sent, and read again as candidates.

The last step before the socket is content review, and so is the first after it (`screen.py`); surrogates are restored in
the answer before a task reads it. Absent on purpose: prompts and their reading (`copilot.tasks`), the dialect (`wire.py`), sockets (`client.py`), when not to
ask (`circuit.py`). No text and no key is logged here or there.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from copilot import tasks
from copilot.config import Settings
from copilot.engines import circuit, profile, screen, wire
from copilot.engines.circuit import Circuit, State
from copilot.engines.client import Client, Refused
from copilot.engines.profile import Profile
from copilot.errors import GatewayUnavailable
from copilot.guard import Flow, Judge, workspace_key
from copilot.messages import say
from copilot.progress import heard, report
from copilot.tasks import complete
from copilot.types import Candidate, Context, Declined, Prompt, Request, Task
from prompts.templates import TemplateError

PROFILE: Final = "/v1/copilot/profile"
READY: Final = "/ready"

_REFRESH_S: Final = 600.0
_AGAIN_S: Final = 60.0
_PROFILE_S: Final = 2.0
_WARM: Final = 0.7
"""Temperature of further answers: equal ones would be of no use."""

_PERSISTENT: Final = {Task.GENERATE: 2, Task.FIX: 2, Task.COMMENT: 2, Task.TESTS: 3}
"""Rounds of the tasks for which further answers are asked for when the first is not proven, or cannot be read."""

logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What came of one request to the gateway; `asked` is False when nothing was sent."""

    asked: bool
    candidates: tuple[Candidate, ...] = ()
    declined: Declined | None = None


class ModelEngine:
    """Proposes what the model answers. `on_state` hears each change of its availability, `on_notice` each sentence that
    a person should read once (a refused template, a key that others can read).
    """

    name = "model"

    def __init__(
        self,
        root: Path,
        settings: Settings,
        on_state: Callable[[State], None] | None = None,
        on_notice: Callable[[str], None] | None = None,
    ) -> None:
        self._root, self._settings = root, settings
        self._on_state, self._on_notice = on_state, on_notice
        self._told: set[str] = set()
        self._client = Client(settings.gateway)
        self._circuit = Circuit()
        self._state = State(since=time.time())
        self._own, wrong = profile.local(settings.prompts)
        self._profile, self._due = Profile(), 0.0
        self._fetching: asyncio.Task[None] | None = None
        self._served = ""
        if wrong:
            self._tell(wrong)

    @property
    def state(self) -> State:
        """Its availability now."""
        return self._state

    @property
    def askable(self) -> bool:
        """Whether it would be asked now: while it is away, a question ends before it is put."""
        return circuit.may(self._circuit, time.monotonic())

    @property
    def model(self) -> str:
        """The model that answered last, else the one asked for or the team's for completion; empty: not known yet."""
        return self._served or self._settings.gateway.model or self._profile.models.get(Task.COMPLETE.value, "")

    @property
    def team(self) -> str:
        """The team of the key, once the gateway has said it."""
        return self._profile.team

    def rounds(self, task: Task) -> int:
        """Two or more where further answers are asked for, one where late is worthless or nothing would change."""
        return _PERSISTENT.get(task, 1) if self._settings.model.samples else 1

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        """Candidates in the order of how many answers agree on them; a Declined where the model cannot help now."""
        probe = bool(self._circuit.failures)
        self._circuit, may = circuit.asked(self._circuit, time.monotonic())
        if not may:
            yield _away(self._state.message)
            return
        patience = circuit.patience_s(self._settings.model, request.task, request.trigger)
        started = time.monotonic()
        try:
            async with asyncio.timeout(patience):
                found = await self._answers(request, context, patience)
        except asyncio.CancelledError:
            # Who types on does not wait for the deadline: half of it without an answer counts as slow, too.
            if time.monotonic() - started >= patience / 2:
                self._failed(_slow(patience), probe=probe)
            elif probe:
                self._circuit = circuit.dropped(self._circuit)
            raise
        except (TimeoutError, GatewayUnavailable) as error:
            why = error if isinstance(error, GatewayUnavailable) else _slow(patience)
            self._failed(why, probe=probe)
            yield _away(str(why))
            return
        except BaseException:
            if probe:
                self._circuit = circuit.dropped(self._circuit)
            raise
        if found.asked:
            self._circuit = Circuit()
            self._move(State(since=time.time()))
        elif probe:
            self._circuit = circuit.dropped(self._circuit)
        for candidate in found.candidates:
            yield candidate
        if found.declined is not None:
            yield found.declined

    async def reach(self) -> State:
        """Ask the gateway for the team's profile and whether it is ready, which costs no generation; the availability
        afterwards. One that was away and is ready is back; whether a slow one is faster, only a question can tell.
        """
        try:
            profile = await self._client.get(PROFILE, {})
            ready = await self._client.get(READY, key=False)
        except GatewayUnavailable as why:
            self._failed(why, probe=False)
            return self._state
        if ready.status == 503:
            self._failed(GatewayUnavailable("away", say("The gateway has no model to ask now.")), probe=False)
        elif profile.status in (200, 304) and self._state.reason in circuit.REACHED:
            self._circuit = Circuit()
            self._move(State(since=time.time()))
        return self._state

    async def close(self) -> None:
        """Close the connections."""
        fetching = self._fetching
        if fetching is not None and fetching.get_loop() is asyncio.get_running_loop():
            fetching.cancel()
            await asyncio.wait({fetching})  # else it may open a session that nobody closes
        elif fetching is not None and not fetching.get_loop().is_closed():
            fetching.get_loop().call_soon_threadsafe(fetching.cancel)
        await self._client.close()

    # One question

    async def _answers(self, request: Request, context: Context, patience: float) -> _Answers:
        await self._profiled(request, patience)
        for again in (False, True):
            prompt = self._prompt(request, context)
            if isinstance(prompt, Declined):
                return _Answers(asked=False, declined=prompt)
            try:
                found = await self._ask(self._more(prompt) if request.attempts else prompt, request)
                if found.asked and not found.candidates and not request.attempts and self.rounds(request.task) > 1:
                    found = await self._ask(self._more(prompt), request)
            except Refused as refused:
                if refused.code == "template_refused" and not again and await self._outdated(prompt):
                    continue
                if refused.notice:
                    self._tell(refused.notice)
                return _Answers(asked=True, declined=refused.declined)
            return found
        raise AssertionError  # the second time always returns

    def _prompt(self, request: Request, context: Context) -> Prompt | Declined:
        library = profile.library(self._own, self._profile)
        try:
            return tasks.module(request.task).build(request, screen.retrieved(context), self._settings, library)
        except TemplateError as error:
            self._tell(str(error))
            return Declined(say("the prompt's template cannot be used"), str(error))

    def _more(self, prompt: Prompt) -> Prompt:
        """The prompt for further answers, as many and as varied as its task or the settings say."""
        samples = prompt.samples if prompt.samples > 1 else self._settings.model.samples
        return replace(prompt, samples=max(samples, 1), temperature=prompt.temperature or _WARM)

    async def _ask(self, prompt: Prompt, request: Request) -> _Answers:
        where = wire.place(request.document, self._root)
        rules = await screen.rules(self._settings.guard)
        if isinstance(rules, Declined):
            return _Answers(asked=False, declined=rules)
        rules = replace(rules, key=workspace_key.key(self._root))
        texts = wire.texts(prompt, where, self._root)
        reviewed = await screen.reviewed(texts, rules)
        if reviewed.verdict.action == "deny":
            return _Answers(asked=False, declined=screen.denied(reviewed, rules, texts, request))
        sent, told = wire.with_texts(prompt, where, reviewed.texts)
        path, body = wire.request(sent, told, request.task, self._settings.gateway.model)
        read = tasks.module(request.task).read

        own = screen.own(reviewed, request)
        judge = Judge(rules, reviewed.texts, frozenset(own.surrogates.values()))
        flow = Flow(judge)

        def enough(text: str) -> bool:
            """More of the answer would not change the completion: it need not be waited for."""
            return complete.settled(own.restored(text), request)

        until = enough if request.task is Task.COMPLETE and prompt.hole is not None else None

        def listen(text: str) -> None:
            if request.task is Task.COMPLETE:
                flow.feed(text[flow.length :])
                heard(own.restored(flow.masks.shown(text[: flow.released], 0)))
            else:
                report(say("the model is writing"), None)

        heard("")
        choices, model = await self._client.ask(path, body, _headers(request, prompt), until, listen)
        self._served = model or self._served
        whole = [text for choice in choices if (text := _whole(choice, prompt)) is not None]
        if not whole:
            reason = say("the model's answer is longer than it may be") if choices else say("the model did not answer")
            return _Answers(asked=True, declined=Declined(reason))
        whole, held = await screen.shown(whole, judge)
        if not whole:
            return _Answers(
                asked=True, declined=Declined(say("content review: the model's answer holds {kinds}", kinds=held))
            )
        origin = f"model:{model or self.model or '?'}"
        if request.task is not Task.EXPLAIN:  # of what is only read, a surrogate may stay
            whole = [text for text in whole if not screen.moved(text, reviewed, own)]
            if not whole:
                reason = say("the model's answer would copy a masked value to another place")
                return _Answers(asked=True, declined=Declined(reason))
        return await _read([own.restored(text) for text in whole], request, read, (origin, prompt.template))

    # Availability

    def _failed(self, why: GatewayUnavailable, *, probe: bool) -> None:
        self._circuit = circuit.failed(self._circuit, why.reason, time.monotonic(), why.retry_after_s, probe=probe)
        logger.info("the model was not reached (%s)", why.reason)
        if why.reason in ("key", "tls"):
            self._client.forget()  # so that a new key or certificate is read at the next try
        if self._circuit.failures:
            self._move(State("degraded", why.reason, str(why), time.time()))

    def _move(self, state: State) -> None:
        changed = (state.status, state.reason) != (self._state.status, self._state.reason)
        if changed:
            self._state = state
            if self._on_state is not None:
                self._on_state(state)

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            if self._on_notice is not None:
                self._on_notice(text)

    # The team's profile

    async def _profiled(self, request: Request, patience: float) -> None:
        """Fetch the profile when it is due. Only who asked for something waits, and only for the first one."""
        loop = asyncio.get_running_loop()
        running = self._fetching
        if running is None or running.done() or running.get_loop() is not loop:
            if time.monotonic() < self._due:
                return
            running = self._fetching = loop.create_task(self._fetch())
        if not self._due and request.trigger == "invoked":
            await asyncio.wait({running}, timeout=min(_PROFILE_S, patience / 2))

    async def _outdated(self, prompt: Prompt) -> bool:
        """After the gateway refused a template: whether a fresh profile names another one (then it is worth asking)."""
        before = profile.library(self._own, self._profile)
        await self._fetch()
        logger.info("the template %s was refused; the profile was fetched again", prompt.template)
        return profile.library(self._own, self._profile) != before

    async def _fetch(self) -> None:
        self._due = self._due or time.monotonic() + _AGAIN_S
        wait = _AGAIN_S
        try:
            headers = {"If-None-Match": self._profile.etag} if self._profile.etag else {}
            reply = await self._client.get(PROFILE, headers)
            if reply.status == 200:
                self._profile = profile.read(reply.body, reply.etag)
            if reply.status in (200, 304):
                wait = _REFRESH_S
            if self._client.warning:
                self._tell(self._client.warning)
            if self._client.in_the_clear:
                self._tell(say("gateway.url begins with http://: anyone on the way reads code and key."))
        except (GatewayUnavailable, Refused, wire.Garbled) as error:
            logger.info("the gateway's profile was not read (%s); our templates are used", type(error).__name__)
        finally:
            self._due = time.monotonic() + wait


def _headers(request: Request, prompt: Prompt) -> Mapping[str, str]:
    trace = request.trace_id or secrets.token_hex(16)
    return {
        "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01",
        "X-Copilot-Task": request.task.value,
        "X-Copilot-Prompt": prompt.template,
    }


def _whole(choice: wire.Choice, prompt: Prompt) -> str | None:
    """The answer's text, None when it was cut off. Of a filled hole its whole lines are of use all the same."""
    if choice.finish != "length":
        return choice.text
    lines, feed, _ = choice.text.rpartition("\n")
    return lines + feed if prompt.hole is not None and lines.strip() else None


async def _read(
    answers: Sequence[str], request: Request, read: Callable[[str, Request], Candidate | None], source: tuple[str, str]
) -> _Answers:
    """Candidates of a `source` (origin and template), the one that most answers agree on first; none that was tried before."""

    def work() -> list[Candidate | None]:
        return [read(text, request) for text in answers]

    found = await asyncio.to_thread(work)  # reading may parse
    candidates = [candidate for candidate in found if candidate is not None]
    if not candidates:
        return _Answers(asked=True, declined=Declined(say("the model's answer holds nothing for this place")))
    tried = {_same(attempt.candidate) for attempt in request.attempts}
    votes = Counter(_same(candidate) for candidate in candidates)
    named = [replace(c, origin=source[0], template=source[1]) for c in reversed(candidates)]
    fresh = {_same(c): c for c in named if _same(c) not in tried}
    if not fresh:
        return _Answers(asked=True, declined=Declined(say("the model gives the same answer again")))
    first = list(map(_same, candidates))
    ranked = sorted(fresh, key=lambda same: (-votes[same], first.index(same)))
    return _Answers(asked=True, candidates=tuple(fresh[same] for same in ranked))


def _same(candidate: Candidate) -> tuple[object, ...]:
    return candidate.edits, candidate.prose, candidate.findings


def _away(why: str) -> Declined:
    return Declined(say("the model is not available now"), why)


def _slow(patience: float) -> GatewayUnavailable:
    return GatewayUnavailable("slow", say("The model did not answer within {seconds} s.", seconds=f"{patience:g}"))
