"""The audit journal as the gateway uses it: its delay measured; "in" records at once, "out" records with the next commit.

An answer waits for its "in" record. Nobody waits for an "out" record, so it goes to the disk together with the next "in"
or after a moment: half the commits, and a commit costs more CPU than a request. What a kill can lose is the outcome of
the last moment; that the request was made and allowed is on record before its answer.
Before it is written a record is reviewed like a prompt: what came from outside (a client's name, a template's) may hold
anything, and no record may hold a value.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from copilot.audit.journal import Journal
from copilot.audit.record import Record
from copilot.guard import Judge, Policy, masks
from serving.metrics import Metrics

DELAY_S: Final = 0.02


class MeasuredJournal(Journal):
    """A journal that tells the metrics how long each record took until it was on the disk; a failed one is not counted."""

    def __init__(self, folder: Path, writer: str, metrics: Metrics) -> None:
        super().__init__(folder, writer)
        self._metrics = metrics

    def submit(self, record: Record) -> asyncio.Future[None]:
        """As the journal's own."""
        began = time.perf_counter()
        written = super().submit(record)

        def done(ended: asyncio.Future[None]) -> None:
            if not ended.cancelled() and ended.exception() is None:
                self._metrics.audited(time.perf_counter() - began)

        written.add_done_callback(done)
        return written


class Records:
    """Writes the records of one process; `faults` says under "audit" when it cannot."""

    def __init__(self, journal: Journal, faults: MutableMapping[str, str]) -> None:
        self._journal, self._faults = journal, faults
        self._later: list[Record] = []

    def now(self, record: Record) -> asyncio.Future[None]:
        """A future that is done when the record is on the disk, or holds AuditUnavailable."""
        if self._later:
            self.flush()
        return self._submit(record)

    def later(self, record: Record) -> None:
        """Write it soon."""
        if not self._later:
            asyncio.get_running_loop().call_later(DELAY_S, self.flush)
        self._later.append(record)

    def flush(self) -> None:
        """Hand everything to the journal."""
        waiting, self._later = self._later, []
        for record in waiting:
            self._submit(record)

    def _submit(self, record: Record) -> asyncio.Future[None]:
        written = self._journal.submit(reviewed(record))
        written.add_done_callback(self._written)
        return written

    def _written(self, written: asyncio.Future[None]) -> None:
        if written.cancelled():
            return
        error = written.exception()
        if error is not None:
            self._faults["audit"] = str(error)
        elif self._faults:
            self._faults.pop("audit", None)


def reviewed(record: Record) -> Record:
    """The record with masks in the place of values; the same one where there are none. Its other fields are hashes,
    numbers, and names of the configuration.
    """
    words = (record.user, record.client, record.template, record.classification)
    told = _masked(words)
    if told is words or told == words:
        return record
    user, client, template, classification = told
    return replace(record, user=user, client=client, template=template, classification=classification)


@functools.lru_cache(maxsize=1024)
def _masked(words: tuple[str, ...]) -> tuple[str, ...]:
    judge = Judge(Policy())
    return tuple(masks(word, judge).shown(word, 0) for word in words)
