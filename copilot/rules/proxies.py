"""Transactions that never begin, or that do not roll back, for the way in which Spring makes them: by a proxy."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.routines import Call, Routine
from copilot.rules.transactions import Transactions
from copilot.syntax.parsing import Node
from copilot.syntax.tree import enclosing

SPRING: Final = re.compile(r"@(?:[\w.]+\.)?Transactional\b(?:\s*\((?:[^()]|\([^()]*\))*\))?")
_NEW: Final = re.compile(r"REQUIRES_NEW|NESTED")
_CHECKED: Final = re.compile(
    r"(?:java\.\w+\.)*(?:Exception|Throwable|IOException|FileNotFoundException|UnsupportedEncodingException|SQLException|TimeoutException"
    r"|ParseException|ClassNotFoundException|InterruptedException|ExecutionException|GeneralSecurityException|NoSuchAlgorithmException"
    r"|CloneNotSupportedException|URISyntaxException|MessagingException|JMSException|RemoteException|NamingException|JAXBException"
    r"|JsonProcessingException|ServletException|InvocationTargetException|\w*Checked\w*Exception)"
)
_UNCHECKED: Final = re.compile(
    r"\w*(?:Runtime|Unchecked|IllegalArgument|IllegalState|NullPointer|UnsupportedOperation|IndexOutOfBounds|DataAccess|DataIntegrity"
    r"|DuplicateKey|OptimisticLock\w*|EntityNotFound|AccessDenied|ResponseStatus|ConstraintViolation|Arithmetic|ConcurrentModification"
    r"|NoSuchElement|DateTime|NumberFormat|ResourceNotFound|Persistence|Hibernate)Exception|\w*(?:Business|Biz|Service|Api|Base|System)Exception|\w*Error"
)


class Proxies:
    """The marked routines of one document."""

    def __init__(self, transactions: Transactions) -> None:
        self.transactions = transactions
        self.routines, self.flow = transactions.routines, transactions.flow

    @cached_property
    def _is_asked(self) -> bool:
        return not self.routines.is_test and self.routines.says((b"transactional",))

    def is_unproxied(self, routine: Routine) -> bool:
        """Whether a routine is marked, but of a kind that a proxy cannot stand before."""
        if not self._is_asked or not SPRING.search(routine.marks):
            return False
        return re.search(r"\b(?:private|final|static)\b", SPRING.sub("", routine.marks)) is not None

    def is_unproxied_call(self, node: Node) -> bool:
        """Whether a call goes past the proxy of what it calls, where that was to begin a transaction."""
        routine = self.routines.of(node)
        if not self._is_asked or routine is None or "AspectJ" in self.routines.text:
            return False
        call = (
            Call(self.flow.read(node.named_children[-1]), "this", node)
            if node.type == "method_reference"
            else self.routines.call(node)
        )
        for callee in self.routines.own(routine, call):
            mark = SPRING.search(callee.marks)
            if mark is None or re.search(r"\bprivate\b", callee.marks):
                continue
            if re.search(r"readOnly\s*=\s*true", mark[0]) and not _NEW.search(mark[0]):
                continue
            if _NEW.search(mark[0]) or not self.transactions.holds(routine):
                return not _is_aside(node, routine)
        return False

    def is_kept_after_checked(self, routine: Routine) -> bool:
        """Whether a checked exception leaves a marked routine, after which Spring commits."""
        if not self._is_asked:
            return False
        own = SPRING.search(routine.marks)
        text = routine.marks if own is not None else self.routines.head(routine.owner)
        mark = own or SPRING.search(text)
        if (
            mark is None
            or re.search(r"rollback(?:For|On)|readOnly\s*=\s*true", mark[0])
            or (own is None and not re.search(r"\bpublic\b", routine.marks))
        ):
            return False
        if re.search(r"propagation\s*=\s*[\w.]*(?:NOT_SUPPORTED|NEVER|SUPPORTS)", mark[0]):
            return False
        thrown = [part for child in routine.node.children if child.type == "throws" for part in child.named_children]
        return any(self._is_checked(self.flow.read(part), routine) for part in thrown)

    def _is_checked(self, name: str, routine: Routine) -> bool:
        if _CHECKED.fullmatch(name):
            return True
        parent = re.search(rf"\bclass\s+{re.escape(name)}\s+extends\s+([\w.]+)", self.routines.text)
        if parent is not None:
            return not _UNCHECKED.fullmatch(parent[1]) and self._is_checked(parent[1], routine)
        body = self.flow.read(routine.body) if routine.body is not None else ""
        return not _UNCHECKED.fullmatch(name) and re.search(rf"\bnew\s+{re.escape(name)}\s*\(", body) is not None


def _is_aside(node: Node, routine: Routine) -> bool:
    """Whether a call stands in a class inside the routine."""
    inner = enclosing(node, "class_body")
    return inner is not None and inner.start_byte > routine.node.start_byte
