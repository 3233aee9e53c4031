"""审计日志: records form a SHA-256 hash chain, so that a change in the middle is seen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from bank.errors import TamperedRecord

GENESIS = "0" * 64


@dataclass(frozen=True)
class AuditRecord:
    """Who did what to which object; `digest` covers these fields and the record before."""

    sequence: int
    actor: str
    action: str
    subject: str
    previous: str
    digest: str


def digest_of(sequence: int, actor: str, action: str, subject: str, previous: str) -> str:
    """The hexadecimal SHA-256 of a record's fields.

    >>> digest_of(1, "teller01", "open", "6001", GENESIS)[:8]
    '9865e547'
    """
    fields = json.dumps([sequence, actor, action, subject, previous], separators=(",", ":"))
    return hashlib.sha256(fields.encode()).hexdigest()


class AuditTrail:
    """Append only."""

    def __init__(self) -> None:
        self._records: list[AuditRecord] = []

    def append(self, actor: str, action: str, subject: str) -> AuditRecord:
        """Add a record and return it."""
        if not actor:
            raise ValueError("actor must not be empty")
        previous = self._records[-1].digest if self._records else GENESIS
        sequence = len(self._records) + 1
        digest = digest_of(sequence, actor, action, subject, previous)
        record = AuditRecord(sequence, actor, action, subject, previous, digest)
        self._records.append(record)
        return record

    def records(self) -> tuple[AuditRecord, ...]:
        """All records, oldest first."""
        return tuple(self._records)


def verify(records: tuple[AuditRecord, ...]) -> int:
    """The number of records of an unbroken chain. Raises TamperedRecord. 校验哈希链."""
    previous = GENESIS
    for record in records:
        expected = digest_of(record.sequence, record.actor, record.action, record.subject, previous)
        if record.previous != previous or record.digest != expected:
            raise TamperedRecord(f"record {record.sequence}")
        previous = record.digest
    return len(records)
