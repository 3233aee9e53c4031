"""One request on the data path, from its first byte to its last record: the order of the steps, not their content.

    key -> body -> fields -> route -> limits -> review -> prompt -> slot -> (audit in || engine) -> answer -> audit out

No byte of an answer leaves before the "in" record is durable. A request is one task, and one more that waits for the
client to go; whatever ends it early (the client left, a deadline, a lost journal, the end of the process) cancels the
first with a reason. Deadlines are kept by one watch for all requests (`routes/completions.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

import orjson

from copilot.errors import AuditUnavailable
from prompts.templates import Library
from serving import answers, arrival, asked, governance, inbound, replies, verdicts
from serving.asked import Asked
from serving.callers import Caller, Route
from serving.errors import Gone, Refused
from serving.inbound import Denied, Prepared
from serving.lanes import Ticket
from serving.limits import Hold, unseen
from serving.records import Records
from serving.state import State
from serving.stream import DONE, Broken, Events
from serving.trail import Trail, outcome
from serving.upstream import Failed, Upstream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[replies.Message]]
Send = Callable[[replies.Message], Awaitable[None]]

ENDPOINTS: Final = {"/v1/completions": False, "/v1/chat/completions": True}
"""Path to whether it is chat."""

_PROCESS: Final = secrets.token_hex(8)
_NUMBER: Final = itertools.count(1)
"""A request's id: this process' random part and a number, since a random one for each would cost a system call."""

NEVER: Final = float("inf")

log: Final = logging.getLogger("bank-copilot.gateway")

_LAST_WORD_S: Final = 5.0
_SHORTER: Final = 3
"""How often a hole's prompt is made shorter when the engine finds it too long."""


class Exchange:
    """One request. `deadline` is watched from outside, on the loop's clock."""

    def __init__(self, state: State, records: Records, scope: Scope, receive: Receive, send: Send) -> None:
        self._records = records
        self._state, self._scope, self._receive, self._send = state, scope, receive, send
        self._chat = ENDPOINTS[scope["path"]]
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._loop = asyncio.get_running_loop()
        self._begun = self._loop.time()
        self._trail = Trail(f"{_PROCESS}{next(_NUMBER):08x}", "chat" if self._chat else "completions")
        self._task: asyncio.Task[Any] | None = None
        self._watcher: asyncio.Future[Any] | None = None
        self._audit: asyncio.Future[None] | None = None
        self._why: Refused | Gone | None = None
        self._over = self._started = False
        self._first_s: float | None = None
        self._caller: Caller | None = None
        self._route: Route | None = None
        self._hold: Hold | None = None
        self._upstream: Upstream | None = None
        self._ticket: Ticket | None = None
        self._slot_at = 0.0
        self._usage: tuple[int, int] | None = None
        self._pieces = 0
        self._choices = 1
        self._whole_answer = False
        self._usage_wanted = False
        self.deadline = NEVER
        self._late: Callable[[], Refused | Gone] = Gone

    async def run(self) -> None:
        """Answer the request. Raises nothing but a cancellation that came from outside."""
        self._task = asyncio.current_task()
        try:
            await self._answer()
            self.end("ok")
        except Refused as refused:
            await self._refuse(refused)
        except asyncio.CancelledError:
            if self._why is None or self._task is None:
                raise
            self._task.uncancel()
            if isinstance(self._why, Refused):
                await self._refuse(self._why)
        except Gone:
            pass
        except Exception:
            log.exception("Internal error in request %s", self._trail.request)
            await self._refuse(Refused(500, "internal", "Internal error; the gateway's log names the place."))
        finally:
            self.end("aborted")  # does nothing where it was ended

    def stop(self, why: Refused | Gone) -> None:
        """End the request early; the first reason counts. Does nothing once the answer is complete."""
        if not self._over and self._why is None and self._task is not None:
            self._why = why
            self._task.cancel()

    def expire(self) -> None:
        """Its deadline passed."""
        self.deadline = NEVER
        self.stop(self._late())

    # -- the steps ------------------------------------------------------------------------------------------------

    async def _answer(self) -> None:
        state, headers = self._state, self._headers
        if self._scope["method"] != "POST":
            raise Refused(405, "method_not_allowed", "Use POST.")
        if state.draining:
            raise Refused(503, "draining", "This gateway is about to stop: ask again.", retry_after_s=1)
        caller = self._caller = state.directory.authenticate(headers.get(b"authorization"))
        self._trail.caller = caller
        state.limiter.arriving(caller)
        try:
            self._until(state.config.server.body_timeout_s, replies.too_slow)
            body = await arrival.body(self._receive, headers, state.config.server.max_body_kb)
        finally:
            state.limiter.arrived(caller)
        self._watch()
        given = asked.read(body, chat=self._chat)
        trail = self._trail
        trail.task = governance.task(headers, given.copilot.get("task") or "", chat=self._chat)
        governance.take(headers, trail)
        if trail.template and not state.directory.permits_template(caller, trail.template):
            message = "Your team is pinned to another version of this prompt template: fetch your profile again."
            raise Refused(403, "template_refused", message, param="X-Copilot-Prompt")
        route = self._route = trail.route = state.directory.route(caller, given.model, trail.task)
        most = inbound.answer_tokens(given, route)
        self._choices = given.choices * given.prompts
        self._hold = await state.limiter.reserve(caller, len(body), most * self._choices)
        upstream = self._upstream = state.upstreams[route.upstream]
        self._until(upstream.settings.queue_s, upstream.overdue)
        made = await self._reviewed(given, body, route)
        self._ticket = await upstream.enter(made.level, caller.team, self._hold.tokens)
        self._slot_at = self._loop.time()
        if given.stream and not made.as_chat:
            await self._streamed(given, made, upstream)
        else:
            await self._whole(given, made, upstream)

    def _watch(self) -> None:
        """Notice a client that leaves."""
        self._watcher = asyncio.ensure_future(self._receive())
        self._watcher.add_done_callback(self._left)

    def _left(self, watcher: asyncio.Future[Any]) -> None:
        if not watcher.cancelled():
            watcher.exception()
            self.stop(Gone())

    async def _reviewed(self, given: Asked, body: bytes, route: Route) -> Prepared:
        """Review, then the prompt. A denial is on the record before the client hears of it. Raises Refused."""
        state, trail = self._state, self._trail
        assert self._caller is not None
        salt = state.directory.salt(self._caller, trail.classification)
        library = state.templates.team(self._caller.team).library if state.templates is not None else Library()
        policy = replace(state.policy, key=state.directory.surrogate_key(self._caller))
        try:
            result, made = await arrival.prepared(given, len(body), route, policy, salt, library)
        except Denied as denied:
            verdicts.asked(state, trail, denied.reviewed.verdict)
            trail.verdict, trail.packs = "deny", denied.reviewed.verdict.packs
            trail.input_hash = hashlib.sha256(body).hexdigest()
            self._record_in()
            await self._durable()
            raise
        trail.verdict, trail.packs = result.verdict.action, result.verdict.packs
        verdicts.asked(state, trail, result.verdict)
        return made

    # -- the engine -----------------------------------------------------------------------------------------------

    async def _whole(self, given: Asked, made: Prepared, upstream: Upstream) -> None:
        self._whole_answer = True
        whole: answers.Whole = await self._attempts(made, upstream, self._one_whole)
        self._usage = answers.tokens(whole.usage)
        denied = any(self._state.said_policy.decided(one) == "deny" for one in whole.found)
        verdicts.said(self._state, self._trail, whole.found, denied=denied)
        if whole.denied:
            await self._durable()
            raise verdicts.withheld(whole.found)
        data = answers.written(whole.told, stream=given.stream, include_usage=given.include_usage)
        await self._durable()
        await self._send_all(200, replies.STREAM if given.stream else replies.JSON, data)

    async def _one_whole(self, made: Prepared, upstream: Upstream) -> answers.Whole:
        answer = await upstream.post(
            made.path, self._sent(made), governance.onward(self._headers, self._trail), stream=False
        )
        self._until(upstream.settings.idle_s, upstream.slow)
        data = await upstream.read(answer)
        assert self._route is not None
        whole = await arrival.beside(
            len(data), partial(answers.whole, data, made, self._route.model, verdicts.judge(self._state, made))
        )
        self._trail.output_hash = hashlib.sha256(data).hexdigest()
        return whole

    async def _streamed(self, given: Asked, made: Prepared, upstream: Upstream) -> None:
        self._usage_wanted = given.include_usage
        answer, events, digest, out = await self._attempts(made, upstream, self._first_piece)
        idle, slow, first = upstream.settings.idle_s, upstream.slow, False
        try:
            await self._durable()
            await self._start(200, replies.STREAM)
            while not events.done and events.denied is None:
                if out:
                    if not first:
                        self._first_s, first = self._loop.time() - self._begun, True
                    self._until(idle, Gone)
                    await self._send(replies.body(out, more=True))
                self._until(idle, slow)
                data = await upstream.piece(answer)
                digest.update(data)
                out = events.feed(data)
            self._until(idle, Gone)
            if events.denied is not None:  # the engine is told below, by the end of its connection
                await self._send(replies.body(out + events.filtered(), more=True))
                raise verdicts.withheld([events.denied])
            await self._send(replies.body(out + DONE))
            self._over = True
        except (Broken, Failed) as error:
            message = f"The model's engine broke off its answer ({error})."
            raise Refused(502, "upstream_error", message) from error
        finally:
            self._usage, self._pieces = answers.tokens(events.usage), events.events
            verdicts.said(self._state, self._trail, events.found, denied=events.denied is not None)
            self._state.metrics.streamed(events.held, events.spent_s)
            self._trail.output_hash = digest.hexdigest()
            if self._over:
                await upstream.finish(answer)
            else:
                answer.close()

    async def _first_piece(self, made: Prepared, upstream: Upstream) -> Any:
        """The answer, its events, the digest so far and the first bytes for the client."""
        answer = await upstream.post(
            made.path, self._sent(made), governance.onward(self._headers, self._trail), stream=True
        )
        try:
            assert self._route is not None
            events = Events(
                self._route.model,
                include_usage=self._usage_wanted,
                judge=verdicts.judge(self._state, made),
                reviewed=made.reviewed,
                escaped=made.escaped,
            )
            digest, out = hashlib.sha256(), b""
            while not events.events and not events.done:  # its first byte, though review may still hold it
                data = await upstream.piece(answer)
                digest.update(data)
                out = events.feed(data)
        except Broken as broken:
            answer.close()
            raise Failed(str(broken), again=True) from broken
        except BaseException:
            answer.close()
            raise
        return answer, events, digest, out

    async def _attempts(self, made: Prepared, upstream: Upstream, attempt: Callable[..., Awaitable[Any]]) -> Any:
        """Ask until there is an answer: once more where that may help, with a shorter prompt where a hole's was too long.

        Nothing was passed on so far. Raises Refused.
        """
        tries, shorter = 0, _SHORTER
        assert self._route is not None
        while True:
            self._until(upstream.settings.first_byte_s, upstream.slow)
            try:
                answer = await attempt(made, upstream)
            except Failed as failed:
                if made.hole is not None and shorter and answers.too_long(failed):
                    shorter -= 1
                    inbound.shortened(made)
                elif failed.again and tries < upstream.settings.retries:
                    tries += 1
                    await asyncio.sleep(0.05 * tries)
                else:
                    if failed.word == "connect":
                        self._state.faults[f"upstream {upstream.name}"] = "it cannot be reached"
                    raise answers.refused(failed, made, self._route.model) from failed
            else:
                self._state.faults.pop(f"upstream {upstream.name}", None)
                self._first_s = self._loop.time() - self._begun
                return answer

    def _sent(self, made: Prepared) -> bytes:
        """The bytes for the engine, whose record is on its way to the disk from here on."""
        data = orjson.dumps(made.body)
        digest = hashlib.sha256(data).hexdigest()
        if digest != self._trail.input_hash:  # else an attempt with the same bytes; records become durable in order
            self._trail.input_hash = digest
            self._record_in()
        return data

    # -- the record -----------------------------------------------------------------------------------------------

    def _record_in(self) -> None:
        self._audit = self._records.now(self._trail.record("in"))
        self._audit.add_done_callback(self._written)

    def _written(self, audit: asyncio.Future[None]) -> None:
        """A record that could not be written ends its request at once, before anything was passed on."""
        if not audit.cancelled() and audit.exception() is not None:
            self.stop(replies.unaudited())

    async def _durable(self) -> None:
        """Return once the "in" record is on the disk. Raises Refused."""
        if self._audit is not None:
            try:
                await self._audit  # cancelled or not, the journal writes it
            except AuditUnavailable as error:
                raise replies.unaudited() from error

    # -- the client -----------------------------------------------------------------------------------------------

    def _until(self, seconds: float, late: Callable[[], Refused | Gone]) -> None:
        self.deadline = self._loop.time() + seconds
        self._late = late

    async def _start(self, status: int, headers: replies.Headers) -> None:
        self._started = True
        await self._send(replies.start(status, headers, self._trail))

    async def _send_all(self, status: int, headers: replies.Headers, data: bytes) -> None:
        self._until(_LAST_WORD_S, Gone)
        await self._start(status, (*headers, (b"content-length", str(len(data)).encode())))
        await self._send(replies.body(data))
        self._over = True

    async def _refuse(self, refused: Refused) -> None:
        """Tell the client why there is no answer, or no more of it."""
        self.end(outcome(refused))
        if not self._started:
            await self._send_all(refused.status, *replies.refusal(refused))
            return
        with suppress(TimeoutError):  # of a client that does not read
            async with asyncio.timeout(_LAST_WORD_S):
                await self._send(replies.body(replies.broken(refused)))

    def end(self, ending: str) -> None:
        """Give everything back and put the outcome on record; only the first call counts."""
        if self._trail.outcome:
            return
        trail, state = self._trail, self._state
        trail.outcome = ending
        self._over = True
        self.deadline = NEVER
        if self._watcher is not None:
            self._watcher.cancel()
        now = self._loop.time()
        if self._ticket is not None and self._upstream is not None:
            self._upstream.leave(self._ticket, now - self._slot_at)
        trail.tokens = self._usage
        trail.latency_ms = round((now - self._begun) * 1000)
        used_in, used_out = self._usage or (0, 0)
        if self._caller is not None:
            if self._hold is not None:
                if self._usage is None and (self._slot_at or ending in {"denied", "refused"}):
                    for_nobody = self._whole_answer and ending in {"aborted", "timeout"}
                    used_in = self._hold.prompt_tokens
                    used_out = unseen(self._hold, now - self._slot_at, self._choices) if for_nobody else self._pieces
                state.limiter.settle(self._hold, used_in + used_out)
            if self._route is not None and self._slot_at:
                state.directory.used(self._caller, self._route, used_in, used_out)
            self._records.later(trail.record("out"))
        state.metrics.finished(
            trail.endpoint,
            trail.task,
            self._caller.team if self._caller is not None else "",
            self._route.model if self._route is not None else "",
            ending,
            seconds=now - self._begun,
            first_byte_s=self._first_s,
            tokens_in=used_in,
            tokens_out=used_out,
        )
