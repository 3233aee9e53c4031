"""A model's part of a review, in the process that reads: through the bank's gateway, with the same gates as everywhere.

What it answered about lines is kept, and what it found on a merge request: it is not asked the same again, and a finding that it
does not tell again stands while what it is about does (`copilot.review.standing`). Whatever goes wrong here, the rules' review
goes on without it. A model chooses no place, no words of a forge's and no act: only remarks on lines of the change come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from copilot import config as settings_
from copilot import git, reviewing
from copilot.config import Settings
from copilot.context import listing
from copilot.context.index import Index
from copilot.engines.base import Engine, closing
from copilot.engines.model import ModelEngine
from copilot.errors import ConfigError, UsageError
from copilot.review import standing
from copilot.review.change import Change
from copilot.review.looking import Asked
from copilot.review.remark import Asking, Review
from copilot.review.standing import Earlier
from copilot.types import Candidate, Context, Declined, Project, Request, Task
from serving.bots import handed, jobs
from serving.bots.config import Config, Policy
from serving.bots.memory import Place

log: Final = logging.getLogger("bank-copilot.bot")

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS answers (
    forge TEXT NOT NULL, project TEXT NOT NULL, key TEXT NOT NULL, rows TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (forge, project, key)
);
CREATE TABLE IF NOT EXISTS findings (
    forge TEXT NOT NULL, project TEXT NOT NULL, number INTEGER NOT NULL, rows TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (forge, project, number)
);
"""
_DAY_S: Final = 86_400.0


class Answered:
    """What a model answered and found, in a file of the reader's own. `clock` gives seconds of the epoch."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._db, self._clock = jobs.opened(path), clock
        self._db.executescript(_TABLES)

    def of(self, place: Place) -> _Project:
        """The answers of a project."""
        return _Project(self, place)

    def get(self, place: Place, key: str) -> str | None:
        """An answer of a project's; asked for again, it is kept longer."""
        row = self._db.execute(
            "UPDATE answers SET at = ? WHERE forge = ? AND project = ? AND key = ? RETURNING rows",
            (self._clock(), place.forge, place.project, key),
        ).fetchone()
        return str(row[0]) if row else None

    def put(self, place: Place, key: str, text: str) -> None:
        """Keep an answer."""
        values = (place.forge, place.project, key, text, self._clock())
        self._db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", values)

    def findings(self, place: Place) -> list[Earlier]:
        """What was found on a merge request and told."""
        row = self._db.execute(
            "SELECT rows FROM findings WHERE forge = ? AND project = ? AND number = ?", place.values()
        ).fetchone()
        return standing.read(json.loads(row[0])) if row else []

    def keep(self, place: Place, found: Sequence[Earlier]) -> None:
        """What is found on it now."""
        rows = json.dumps([standing.plain(each) for each in found])
        self._db.execute(
            "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?)", (*place.values(), rows, self._clock())
        )

    def swept(self, keep_s: float) -> None:
        """Forget what was not asked for so long."""
        before = self._clock() - keep_s
        with jobs.transaction(self._db):
            self._db.execute("DELETE FROM answers WHERE at < ?", (before,))
            self._db.execute("DELETE FROM findings WHERE at < ?", (before,))

    def close(self) -> None:
        """Done."""
        self._db.close()


class _Project:
    """The answers of one project (`copilot.review.answered.Answers`): no other project's are ever taken."""

    def __init__(self, kept: Answered, place: Place) -> None:
        self._kept, self._place = kept, place

    def get(self, key: str) -> str | None:
        return self._kept.get(self._place, key)

    def put(self, key: str, text: str) -> None:
        self._kept.put(self._place, key, text)


class _Kept(Index):
    """An index of nothing that knows what is kept out."""

    def __init__(self, root: Path, out: listing.Patterns) -> None:
        self._root, self._out = root, out

    def excluded(self, path: Path) -> bool:
        """As the patterns say."""
        name = listing.relative(self._root, path)
        return name is None or self._out.match_file(name)


class _Discreet:
    """An engine of which a merge request is told why it is silent, but not what it said of addresses, keys and files: that is logged."""

    def __init__(self, engine: Engine) -> None:
        self.name, self._engine = engine.name, engine

    def rounds(self, task: Task) -> int:
        return self._engine.rounds(task)

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        async with closing(self._engine, request, context) as stream:
            async for each in stream:
                if isinstance(each, Declined) and each.detail:
                    log.warning("the model: %s: %s", each.reason, each.detail)
                    yield replace(each, detail="")
                else:
                    yield each


class _Workbench:
    """What the pipeline needs, without a work tree: one engine, the model's."""

    def __init__(self, settings: Settings, root: Path, out: listing.Patterns, engine: Engine) -> None:
        self.settings, self.project, self.index = settings, Project(root), _Kept(root, out)
        self._engine = engine

    def engines(self, request: Request) -> Sequence[Engine]:  # noqa: ARG002 -- the protocol's
        return (self._engine,)

    async def gather(self, request: Request) -> Context:  # noqa: ARG002 -- the protocol's
        return Context("", "")


def opened(config: Config) -> Answered | None:
    """Where a model's answers are kept; None where none is asked. A file that cannot be used is put aside: what is lost with it is
    asked again. Raises ConfigError where a model could not be asked as the configuration says, UsageError for a folder without use.
    """
    if not config.model.url:
        return None
    for name in config.forges:
        try:
            settings(config, config.policy(name))
        except ConfigError as wrong:
            raise ConfigError(f"model.votes_for: {wrong}") from None
    path = config.store.folder / "answers.db"
    try:
        return Answered(path)
    except (UsageError, sqlite3.Error):
        log.warning("%s cannot be used and is put aside", path)
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            with contextlib.suppress(OSError):
                path.with_name(name).replace(path.with_name(f"broken-{name}"))
        return Answered(path)


def settings(config: Config, policy: Policy) -> Settings:
    """What the configuration says, as settings. Raises ConfigError for votes that cannot be."""
    own = config.model
    key = f"env:{own.key_env}" if own.key_env else f"file:{own.key_file}"
    bundle = str(own.ca_bundle) if own.ca_bundle is not None else ""
    made = Settings(
        ui=settings_.Ui(locale=policy.locale),
        gateway=settings_.Gateway(url=own.url, key=key, model=own.name, ca_bundle=bundle),
        model=settings_.Model(review_s=own.question_s),
        guard=settings_.Guard(repository_class=own.repository_class),
        review=settings_.Review(
            samples=own.samples, votes=own.votes, votes_for=own.votes_for, question_tokens=own.question_tokens,
            model_tokens=own.review_tokens,
        ),
    )  # fmt: skip
    reviewing.votes(made)
    return made


def added(
    change: Change, asked: Asked, found: Review, place: Place, config: Config, kept: Answered, *, target: str = ""
) -> tuple[Review, tuple[str, ...]]:
    """A rules' review with the model's part, and the fingerprints of what it found before and is mended, with what those are alike
    in; without it, and with the reason, where that cannot be. `target`: the ref of the branch that the change goes to, whose `.copilotignore` holds.
    """
    policy = config.policy(place.forge)
    try:
        got = asyncio.run(
            _asked(change, asked, found, config, policy, kept.of(place), _kept_out(change, config, target))
        )
    except Exception as wrong:  # noqa: BLE001 -- the model's part alone: the rules' review is posted whatever happens here
        got = _without(found, place, wrong)
    try:
        before = kept.findings(place)
        off = [each for each in before if each.rule in asked.off]
        whole = standing.together(change, got, (each for each in before if each not in off), asked.most)
        kept.keep(place, [*whole.found, *off])
        kept.swept(config.store.keep_days * _DAY_S)
    except Exception as wrong:  # noqa: BLE001 -- as above
        return _without(found, place, wrong), ()
    mended = (*whole.alike, *standing.shared(off), *whole.mended, *(each.fingerprint for each in off))
    return whole.review, mended[: handed.MOST]


def _without(found: Review, place: Place, wrong: Exception) -> Review:
    """The rules' review, where the model's part broke off."""
    log.warning("%s: the model's part broke off: %s", place.project, type(wrong).__name__)
    away = tuple(replace(one, model=0, away=True) for one in found.coverage)
    return replace(found, coverage=away, model=Asking(why=(type(wrong).__name__,)))


async def _asked(
    change: Change,
    asked: Asked,
    found: Review,
    config: Config,
    policy: Policy,
    known: _Project,
    out: listing.Patterns,
) -> Review:
    own = settings(config, policy)
    engine = ModelEngine(change.root, own)
    bench = _Workbench(own, change.root, out, _Discreet(engine))
    try:
        ask = partial(reviewing.with_model, change, asked, bench, found, reviewing.votes(own))
        return await ask(known=known, within_s=config.model.review_s)
    finally:
        await engine.close()


def _kept_out(change: Change, config: Config, target: str) -> listing.Patterns:
    """What is never shown: by the configuration, and by what the target branch says; the branch under review says nothing."""
    lines = list(config.model.keep_out)
    if target:
        told = git.output(change.root, "cat-file", "blob", f"{target}:{listing.IGNORE_FILE}") or b""
        lines = [*told.decode("utf-8", "replace").splitlines(), *lines]
    return listing.patterns(lines)
