"""What keeps a second caller out while a row is changed: a lock, a version, a condition."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.routines import Routine, Routines

_GUARD: Final = re.compile(
    r"(?i:for\s+update|for_update|forupdate|synchronized|pessimistic|optimistic|serializable|redlock|redisson|mit_?sperre|sperren\b|sperre\b|mutex|semaphore|advisory|compare_?and_?set|compare_?and_?swap|\bcas\b|begin\s+(?:immediate|exclusive)|setnx|set_?if_?absent|isolation_level\s*=\s*['\"]serial)"
    r"|(?i:\bversion\b|\w*version(?:_id)?\b|_version\b|(?:[gs]et|with|check)_?version)|(?<![A-Za-z])(?:try_?|un|re|r|acquire_?)?lock(?:s|_\w+|[A-Z]\w*)?\b(?!ed)|\w*_lock(?:s|_\w+)?\b|[a-z]Lock(?:s|\b|By|For|Account|Row|\w*\()|\bR?Lock\w*|LockMode\w*|ReentrantLock|\block\w*\("
    r"|\.watch\(|WATCH\b|\.ge\(|\.pipeline\(|executeScript|\.eval\(|DefaultRedisScript|AtomicReference|AtomicLong|AtomicInteger|computeIfPresent|\.compute\(|\.merge\(\s*\w+\s*,\s*\w+\s*,|@Retryable|run_in_transaction|runTransaction"
)
_SET_ASIDE: Final = re.compile(
    r"(?i)(?:un)?lock(?:ed)?_?(?:stock|inventory|amount|balance|quota|count|num|qty|quantity|limit|credit|funds|points|seats?)"
)
"""Locks in the sense of set aside: they keep nobody out."""


class Locks:
    """The guards of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines = routines

    def hold(self, routine: Routine, seen: set[int] | None = None) -> bool:
        """Whether a lock, a version or a condition keeps a second caller out: here, in what is called, in all callers."""
        seen = {routine.node.id} if seen is None else seen | {routine.node.id}
        for each in self.routines.reached(routine):
            if _GUARD.search(_SET_ASIDE.sub(" ", self.routines.code(each.node))) or _GUARD.search(each.marks):
                return True
            if any(call.name in self._locking for call in each.calls):
                return True
        code = self.routines.code(routine.node)
        kinds = {self.routines.types.get(name, "") for name in set(re.findall(r"\b[a-z]\w*\b", code))}
        if any(re.search(rf"\b{name}\b", code) or name in kinds for name in self._versioned):
            return True
        callers = [each for each, _ in self.routines.callers.get(routine.node.id, []) if each.node.id not in seen]
        return bool(callers) and all(self.hold(each, seen) for each in callers)

    @cached_property
    def _locking(self) -> set[str]:
        """Names of routines of this file (a repository's, mostly) that lock what they read, by their marks."""
        return {
            each.name
            for each in self.routines.all.values()
            if each.body is None and re.search(r"(?i)@Lock\b|for\s+update|version", each.marks)
        }

    @cached_property
    def _versioned(self) -> set[str]:
        """Classes of this file whose rows carry a version."""
        owners = {each.owner.id: each.owner for each in self.routines.all.values() if each.owner is not None}
        found = {
            self.routines.title(node)
            for node in owners.values()
            if re.search(r"@Version\b|version_id_col|VersionField", self.routines.code(node))
        }
        found.update(
            re.findall(r"class\s+(\w+)[^{]*\{(?:[^{}]|\{[^{}]*\})*?@Version\b", self.routines.text)
            if "@Version" in self.routines.text
            else []
        )
        found.update(
            re.findall(r"class\s+(\w+)(?:(?!\nclass\b)[\s\S])*?version_id_col", self.routines.text)
            if "version_id_col" in self.routines.text
            else []
        )
        return found - {""}
