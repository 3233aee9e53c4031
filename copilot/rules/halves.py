"""Routines that write twice with nothing that undoes the first write when the second one fails."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.routines import Call, Routine
from copilot.rules.transactions import ANY_HOLDER, Transactions
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_MEANT: Final = re.compile(r"rollback|\bbegin\(|begin_nested|\batomic\b|\btransaction\b")
_STORED: Final = (
    b"execute", b"commit(", b".objects", b"django", b"peewee", b"tortoise", b"repo", b"dao", b"mapper", b"jdbc", b"entitymanager",
    b"persist(", b"session", b"serviceimpl", b"dsl", b"accountservice", b"ledgerservice", b"walletservice", b"stockservice",
    b"em.merge", b"inventoryservice", b"pymongo", b"motor", b".filter(", b"models import", b"kontoservice", b"zhanghuservice",
)  # fmt: skip


class Halves:
    """The half-done routines of one document."""

    def __init__(self, transactions: Transactions) -> None:
        self.transactions = transactions
        self.routines, self.writes, self.flow = transactions.routines, transactions.writes, transactions.flow

    def is_half_done(self, routine: Routine) -> bool:
        """Whether a failure between two writes of a routine leaves the first one standing."""
        if self.routines.is_test or not self.routines.says(_STORED):
            return False
        if self._is_split(routine):
            return True
        if self.writes.most(routine) < 2 or self._is_helper_only(routine):
            return False
        if self._is_set_automatic(routine):
            return True
        if self.routines.language == "python":
            switched = ANY_HOLDER.search(self.routines.code(routine.node)) is not None
            if switched and not self._is_switched_back(routine):
                return True
            if self._is_ended_elsewhere(routine):
                return False
        if self._is_part(routine):
            return False
        return not self.transactions.holds(routine) or self._is_scattered(routine)

    def _is_set_automatic(self, routine: Routine) -> bool:
        """Whether a connection is told to commit each statement, and never otherwise."""
        told = [self.flow.read(call.node) for call in routine.calls if call.name == "setAutoCommit"]
        return bool(told) and all("true" in each for each in told)

    def _is_scattered(self, routine: Routine) -> bool:
        """Whether each write stands in a transaction of its own, or one of two in none."""
        if (
            self.transactions.marked(routine) is not None
            or self.transactions.is_given(routine)
            or self.transactions.is_called_in_one(routine)
            or routine.outer is not None
        ):
            return False
        if any(
            self.transactions.is_beginning(call)
            and not self.transactions.is_template(call)
            and call.name not in {"atomic", "begin", "transaction"}
            for call in routine.calls
        ):
            return False
        made = self.writes.made(routine)
        blocks = [self._block(call.node, routine) for call in made]
        return len(made) > 1 and any(blocks) and all(blocks.count(each) == 1 for each in blocks)

    def _block(self, node: Node, routine: Routine) -> int:
        """The transaction that a node stands in, as a number of its own; 0 for none."""
        found, at = 0, node.parent
        while at is not None and at.id != routine.node.id:
            if at.type == "with_statement" and any(
                self.transactions.is_holder(self.flow.read(item))
                for item in descendants(
                    at.children[0] if at.children[0].type == "with_clause" else at.children[1], "with_item"
                )
            ):
                found = at.id
            if at.type == "method_invocation" and self.transactions.is_template(self.routines.call(at)):
                found = at.id
            at = at.parent
        return found

    def _is_switched_back(self, routine: Routine) -> bool:
        """Whether a connection that commits each statement is told to begin a transaction all the same."""
        return any(
            call.name in {"begin", "transaction", "atomic"} or self.transactions.is_begun(call)
            for call in routine.calls
        )

    def _is_part(self, routine: Routine) -> bool:
        """Whether it is a private part of routines of this file that write themselves: those are reported."""
        callers = self.routines.callers.get(routine.node.id, [])
        return (
            routine.is_private
            and bool(callers)
            and all(self.writes.most(caller) > 1 and not self._is_helper_only(caller) for caller, _ in callers)
        )

    def _is_helper_only(self, routine: Routine) -> bool:
        """Whether what it calls is reported itself: a caller that writes nothing more adds nothing."""
        made = self.writes.made(routine)
        if made:
            return False
        below = [
            max((self.writes.most(each) for each in self.routines.own(routine, call)), default=0)
            for call in routine.calls
        ]
        return sum(1 for count in below if count) < 2

    def _is_ended_elsewhere(self, routine: Routine) -> bool:
        """A connection kept in the object, whose class (or file, for a name of the module) commits in another routine."""
        made = self.writes.made(routine)
        if not made or not all(
            re.match(r"(?:self|cls)\.|(?:\w+_)?session\b|db\.session", call.receiver) for call in made
        ):
            return False
        if any(re.match(r"(?:\w+_)?session\b|db\.session", call.receiver) for call in made):
            return True
        return any(
            call.name in {"commit", "rollback", "begin", "transaction"}
            for each in self.routines.all.values()
            if (each.owner.id if each.owner else 0) == (routine.owner.id if routine.owner else 0)
            for call in each.calls
        )

    def _is_split(self, routine: Routine) -> bool:
        """Whether it commits between two writes of one path, each for itself."""
        cut, count = self._cut(routine)
        return cut is not None and not self._is_whole(routine, count)

    def is_cut(self, node: Node) -> bool:
        """Whether a commit ends a transaction in the middle: what is done before and behind it was to be one."""
        routine = self.routines.of(node)
        if routine is None or self.routines.is_test:
            return False
        cut, count = self._cut(routine)
        return cut is not None and cut.node.id == node.id and self._is_whole(routine, count)

    def _is_whole(self, routine: Routine, count: int) -> bool:
        """Whether a transaction was meant: it holds several writes, or is begun or rolled back."""
        return self.routines.language == "python" and (
            count > 1 or _MEANT.search(self.routines.code(routine.node)) is not None
        )

    def _cut(self, routine: Routine) -> tuple[Call | None, int]:
        """The first commit between two writes of one path, and how many writes at most stand between two commits."""
        first: Call | None = None
        ended: Call | None = None
        cut: Call | None = None
        count = most = 0
        for call in sorted(routine.calls, key=lambda each: each.node.end_byte):
            if call.name == "commit":
                if first is not None and not self._leaves(call.node, routine):
                    ended, count = ended or call, 0
            elif self.writes.is_write(call) or (self.routines.language == "python" and self._is_added(call, routine)):
                if ended is not None and first is not None and not _apart(first.node, call.node):
                    cut = ended
                first = first or call
                count += 1
                most = max(most, count)
        return cut, most

    @staticmethod
    def _is_added(call: Call, routine: Routine) -> bool:
        """Whether something is put into a session: what commits in this routine."""
        return call.name in {"add", "add_all", "merge", "delete"} and any(
            each.name == "commit" and each.receiver == call.receiver for each in routine.calls
        )

    def _leaves(self, node: Node, routine: Routine) -> bool:
        """Whether a commit stands in a branch or a loop of its own: what is behind it is another path or another round."""
        at: Node | None = node
        while at is not None and at.id != routine.node.id:
            if at.type in {
                "if_statement",
                "for_statement",
                "enhanced_for_statement",
                "while_statement",
                "except_clause",
                "catch_clause",
            }:
                return True
            at = at.parent
        return False


def _apart(one: Node, other: Node) -> bool:
    """Whether two nodes are on different branches."""
    at = one
    while at.parent is not None and not at.start_byte <= other.start_byte < at.end_byte:
        before, at = at, at.parent
        if at.start_byte <= other.start_byte < at.end_byte:
            other_branch = enclosing(
                other, "except_clause", "catch_clause", "else_clause", "elif_clause", "case_clause"
            )
            return (
                before.type in {"block", "elif_clause", "else_clause", "case_clause", "except_clause"}
                and (at.type in {"if_statement", "try_statement", "match_statement"})
                and (other_branch is None or at.start_byte <= other_branch.start_byte)
            )
    return False
