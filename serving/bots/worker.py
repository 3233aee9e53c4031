"""The two working processes: one reads and reviews, one posts. Each is one loop over its queue, and ends with its parent.

A job that fails is tried again after a growing pause, and given up after `limits.attempts`; then the merge request is told
that it was not reviewed. Where the forge is away, or the token that it takes, the job waits for `limits.away_h` instead. A job that hangs ends the process (a review runs foreign text through parsers), which is started
again by whoever runs it, and the job counts as a failed attempt.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from copilot.errors import ConfigError, CopilotError, UsageError
from copilot.review.diff import BadPatch
from serving.bots import asking, fetch, forges, handed, reading
from serving.bots.asking import Answered
from serving.bots.calls import CallFailed, Sender
from serving.bots.config import Config, Part, secret
from serving.bots.fetch import FetchFailed
from serving.bots.forge import Target, drive
from serving.bots.jobs import Job, Queue, alone
from serving.bots.memory import Memory
from serving.bots.posting import posted

log: Final = logging.getLogger("bank-copilot.bot")

IDLE_S: Final = 0.2
SWEEP_S: Final = 3_600.0
_DAY_S: Final = 86_400.0
_PR_SET_DUMPABLE, _PR_SET_PDEATHSIG = 4, 1


def private() -> None:
    """Nobody else of the same user reads this process' memory or environment (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0)


def follow(parent: int) -> None:
    """End when the parent does, however that goes (Linux); 0: nobody is followed."""
    if sys.platform == "linux" and parent:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before it was followed
            os.kill(os.getpid(), signal.SIGTERM)


def senders(config: Config, part: Part) -> dict[str, Sender]:
    """A sender a forge, with the one token that the part may have. Raises ConfigError."""
    found = {}
    for name, settings in config.forges.items():
        try:
            token = partial(secret, config, name, part)
            token()
            found[name] = Sender(settings, forges.named(settings.kind), token)
        except OSError as error:
            raise ConfigError(f"forges.{name}.ca_bundle cannot be used: {error.strerror or error}.") from None
    return found


def read(config: Config, ended: Callable[[], bool] = lambda: False) -> None:
    """Review what waits, until `ended`. Raises ConfigError and UsageError where it cannot begin."""
    folder = config.store.folder
    with alone(folder / "read.lock"):
        queue, outbox = Queue(folder / "queue.db"), Queue(folder / "outbox.db")
        ways = senders(config, "read")
        answers = asking.opened(config)
        queue.recover()
        for job in _jobs(queue, config, ended, lambda: fetch.tidied(folder, config.limits, time.time())):
            made = _reviewed(job, config, ways, queue, answers)
            if made is not None:
                word = "failed" if made.failed else "reviewed"
                outbox.put(job.key, f"{made.head} {made.base} {word}", handed.written(made), since=job.since)
                if made.failed:  # not done: where the forge sends it again, it is tried again
                    queue.bury(job, made.failed)
                else:
                    queue.done(job)


def _reviewed(
    job: Job, config: Config, ways: dict[str, Sender], queue: Queue, answers: Answered | None
) -> handed.Handed | None:
    """None where it will be tried again, or nobody is to be told."""
    told: dict[str, Any] = json.loads(job.body)
    name, target = told["forge"], Target(told["project"], told["number"], told["head"], told["target"])
    if name not in config.forges or not config.forges[name].allows(target.project):
        queue.done(job)
        return None
    wrong = _Wrong("it took too long, or more memory than there is")
    if job.attempts <= config.limits.attempts:
        try:
            return reading.reviewed(config, name, target, secret(config, name, "read"), ways[name], answers)
        except reading.Over:
            log.info("%s %s: over before it was read", job.key, target.head[:12])
            queue.dropped(job)
            return None
        except Exception as error:  # noqa: BLE001 -- one merge request must not end the bot; its text must not be logged
            wrong = _wrong(error)
        if _put_back(job, wrong, config, queue):
            return None
    return reading.failed(name, target, wrong.why)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Why an attempt failed. `why` may be shown at the merge request; `logged`, where it is more, to the operator alone. `again`:
    another attempt may go better; `away`: it was no fault of the job's.
    """

    why: str
    logged: str = ""
    again: bool = False
    away: bool = False
    after_s: float = 0.0


def _wrong(error: Exception) -> _Wrong:
    match error:
        case FetchFailed():
            return _Wrong(str(error), again=error.again, away=error.away)
        case CallFailed():
            return _Wrong(str(error), again=error.again, away=error.again, after_s=error.after_s)
        case ConfigError() | UsageError():  # a file with a token that is being replaced, a pack of rules that is broken
            return _Wrong("the bot's configuration cannot be used", logged=str(error), again=True, away=True)
        case BadPatch() | CopilotError():
            return _Wrong(str(error))
        case _:
            told = f"internal error: {type(error).__name__}"
            return _Wrong(told, logged=f"{told} at {_place(error)}", again=True)


def _put_back(job: Job, wrong: _Wrong, config: Config, queue: Queue) -> bool:
    """Whether the job waits for another attempt; else it is given up."""
    log.warning("%s: attempt %d: %s", job.key, job.attempts, wrong.logged or wrong.why)
    if wrong.away:
        queue.troubled(job, wrong.logged or wrong.why)
    patient = wrong.away and queue.age(job) < config.limits.away_h * 3_600
    if patient or (wrong.again and job.attempts < config.limits.attempts):
        queue.again(job, wrong.why, pause_s=config.limits.pause_s, after_s=wrong.after_s, counted=not patient)
        return True
    return False


def post(config: Config, ended: Callable[[], bool] = lambda: False) -> None:
    """Post what was handed over, until `ended`. Raises ConfigError and UsageError where it cannot begin."""
    folder = config.store.folder
    with alone(folder / "post.lock"):
        outbox, memory = Queue(folder / "outbox.db"), Memory(folder / "memory.db")
        ways = senders(config, "post")
        outbox.recover()
        for job in _jobs(outbox, config, ended, lambda: False):
            memory.swept(config.store.keep_days * _DAY_S)
            _posted(job, config, ways, outbox, memory)


def _posted(job: Job, config: Config, ways: dict[str, Sender], outbox: Queue, memory: Memory) -> None:
    try:
        what = handed.read(job.body)
    except ValueError:
        log.error("%s: what was handed over is of another shape; it is not posted", job.key)  # noqa: TRY400
        outbox.bury(job, "of another shape")
        return
    settings = config.forges.get(what.forge)
    if settings is None or not settings.allows(what.project):
        log.error("%s: it is about what is not configured; it is not posted", job.key)
        outbox.bury(job, "not configured")
        return
    wrong = _Wrong("it took too long")
    if job.attempts <= config.limits.attempts:
        try:
            done = drive(posted(what, config, memory, time.time), ways[what.forge])
        except Exception as error:  # noqa: BLE001 -- one answer of a forge must not end the bot
            wrong = _wrong(error)
        else:
            log.info("%s %s: %s", job.key, what.head[:12], done)
            outbox.refused(job, done.refused)
            if done.word == "over":  # should it be opened again, this head is to be posted
                outbox.dropped(job)
            else:
                outbox.done(job)
            return
        if _put_back(job, wrong, config, outbox):
            return
    log.error("%s: it is given up: %s", job.key, wrong.logged or wrong.why)
    outbox.bury(job, wrong.why)


def _jobs(queue: Queue, config: Config, ended: Callable[[], bool], tidied: Callable[[], bool]) -> Any:
    """Jobs as they come; each may run for so long, then the process ends. `tidied`: asked every hour while nothing waits, as long
    as it says that there may be more.
    """
    limit_s = config.limits.fetch_s + config.limits.review_s + (config.model.review_s if config.model.url else 0)
    swept, idle_since = 0.0, -SWEEP_S
    while not ended():
        if time.monotonic() - swept > SWEEP_S or not swept:
            swept = time.monotonic()
            queue.swept(config.server.remembered_days * _DAY_S)
        job = queue.take(limit_s + 60)
        if job is None:
            if time.monotonic() - idle_since > SWEEP_S and not tidied():
                idle_since = time.monotonic()
            time.sleep(IDLE_S)
            continue
        faulthandler.dump_traceback_later(limit_s, exit=True, file=sys.__stderr__ or 2)
        try:
            yield job
        finally:
            faulthandler.cancel_dump_traceback_later()


def _place(error: BaseException) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
