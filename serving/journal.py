"""The audit journal with its delay measured: seconds from handing a record over until it is on the disk."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from copilot.audit.journal import Journal
from copilot.audit.record import Record
from serving.metrics import Metrics


class MeasuredJournal(Journal):
    """A journal that tells the metrics how long each record took; one that failed is not counted."""

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
