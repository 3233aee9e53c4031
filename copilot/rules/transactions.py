"""Whether a routine runs in one transaction, and where a transaction that is asked for does not hold."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.routines import Call, Routine, Routines
from copilot.rules.writes import Writes
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

MARK: Final = re.compile(
    r"@(?:[\w.]+\.)?(?:\w*Transactional|TransactionAttribute|UnitOfWork|WithTransaction|ShardingTransactionType|Tx|InTransaction|TransactionScoped)\b(?!EventListener)"
    r"|@(?:Stateless|Stateful|MessageDriven)\b"
    r"|@[\w.]*(?:atomic|transaction\w*|commit_on_success|in_transaction|unit_of_work|db_session|with_tx|in_tx)\b"
)
_DENIES: Final = re.compile(r"(?:NOT_SUPPORTED|NEVER|SUPPORTS)\b")
_CALLS: Final = re.compile(
    r"commit|rollback|beginTransaction|begin_transaction|begin|begin_nested|executeWithoutResult|inTransaction|useTransaction"
    r"|in_transaction|atomic|transaction|transactionResult|getTransaction|callInTransaction|runInTransaction|doInTransaction|setRollbackOnly|withTransaction|set_autocommit|start_transaction"
)
_TEMPLATE: Final = re.compile(
    r"(?i)(?:transaction|tx|trans)(?:al)?_?(?:template|operations?|operator|manager|helper|executor|runner|utils?|support|wrapper)s?$|^(?:this\.)?(?:transactions?|tx)$"
)
_TEMPLATE_CALL: Final = re.compile(
    r"(?i)execute\w*|run\w*|required|do\w*|apply|call|invoke|requires?_?new|with_?\w*|in_?(?:new_?)?(?:tx|trans\w*)"
)
_GIVEN: Final = re.compile(
    r"\b(?:Connection|EntityManager|Session|StatelessSession|SqlSession|TransactionStatus|Handle|Statement|PreparedStatement|ClientSession)\s+\w+$"
)
_GIVEN_PY: Final = re.compile(
    r"(?i)^(?:\*{0,2})(?:conn|connection|cur|cursor|curs|c|crsr|db|dbconn|db_conn|db_session|session|sess|tx|txn|transaction|uow|db_cursor|schema_editor|dbapi_conn\w*|con|database|apps)$"
)
_HOLDS: Final = re.compile(
    r"(?i)atomic|transaction|commit\s*=\s*True|\bbegin\(|begin_nested\(|\buow\b|unit_?of_?work|session_?scope|\btxn?\b|\.connection\(\)"
    r"|^(?:self\.)?_?(?:conn|connection|db|con|database|dbconn)$|sqlite3\.connect\(|psycopg2?\.connect\(|pymysql\.connect\(|(?:conn|connection|db)(?:_?pool)?\.(?:connect|get)\w*\(|^(?:get|open|make)_?(?:conn|db)\w*\(|session"
)
_ANY_HOLDER: Final = re.compile(
    r"(?i)\bautocommit\s*=\s*True|isolation_level\s*=\s*None|AUTOCOMMIT\b|set_autocommit\(True\)|\.autocommit\(True\)"
)
_NO_COMMIT_NEEDED: Final = re.compile(r"(?i)\b(?:begin|start\s+transaction|commit)\b")
_PROGRAMMED: Final = re.compile(r"doInTransaction\w*|doInTx")


class Transactions:
    """The transactions of one document."""

    def __init__(self, writes: Writes) -> None:
        self.writes = writes
        self.routines: Routines = writes.routines
        self.flow = writes.flow
        self._held: dict[int, bool] = {}

    def marked(self, routine: Routine) -> str | None:
        """The annotation or decorator (its own or its class's) by which a routine runs in a transaction; None without."""
        own = MARK.search(routine.marks)
        if own is not None:
            text = routine.marks[own.start() :]
            return None if _DENIES.search(text.split("\n")[0]) else text
        head = self.routines.head(routine.owner) if routine.owner is not None else ""
        mark = MARK.search(head)
        return head[mark.start() :] if mark is not None else None

    def holds(self, routine: Routine) -> bool:
        """Whether a routine's writes are in a transaction: its own, its caller's, or that of a connection it is given."""
        if routine.node.id not in self._held:
            self._held[routine.node.id] = False
            self._held[routine.node.id] = (
                self.marked(routine) is not None
                or self._begins(routine)
                or self._is_given(routine)
                or _PROGRAMMED.fullmatch(routine.name) is not None
                or (routine.outer is not None and self.holds(routine.outer))
                or self._is_called_in_one(routine)
            )
        return self._held[routine.node.id]

    def _is_called_in_one(self, routine: Routine) -> bool:
        callers = self.routines.callers.get(routine.node.id, [])
        if not callers or not (routine.is_private or self.routines.language == "python"):
            return False
        return all(self.holds(caller) for caller, _ in callers)

    def _begins(self, routine: Routine) -> bool:
        if any(self._is_beginning(call) or self._is_scope(routine, call) for call in routine.calls):
            return True
        return self.routines.language == "python" and any(self._is_holder(item) for item in self._items(routine))

    def _is_beginning(self, call: Call) -> bool:
        if call.name == "begin" and not call.receiver:
            return False
        if call.name in {"getTransaction", "transaction"} and self.routines.language == "java":
            return (
                re.search(
                    r"(?i)(?:^|\.)(?:em|entity_?manager|session|\w*(?:transaction|tx)_?manager|ptm|tm|db|dsl|jdbi)(?:\(\))?$",
                    call.receiver,
                )
                is not None
            )
        if _CALLS.fullmatch(call.name):
            return not re.search(r"(?i)kafka|consumer|channel|producer|offset", call.receiver)
        if call.name == "setAutoCommit":
            return "false" in self.flow.read(call.node)
        if self.is_template(call):
            return True
        return self._is_begun(call)

    def _is_begun(self, call: Call) -> bool:
        given = self.flow.arguments(call.node) if call.name == "execute" else []
        return (
            bool(given)
            and re.match(r"(?i)(?:text\()?[\"'](?:begin|start transaction|commit)", self.flow.read(given[0]))
            is not None
        )

    def _is_scope(self, routine: Routine, call: Call) -> bool:
        """Whether a call is of a routine of this file that commits for its caller (`with _cursor() as cursor`)."""
        if not re.search(r"(?i)cursor|tx|transact|scope|unit|commit|session|conn", call.name):
            return False
        own = self.routines.own(routine, call)
        return any(each.name == "commit" for callee in own for each in callee.calls)

    @staticmethod
    def is_template(call: Call) -> bool:
        """Whether what is given to a call runs in a transaction."""
        last = re.split(r"\.(?![^()]*\))", call.receiver)[-1].partition("(")[0]
        return _TEMPLATE_CALL.fullmatch(call.name) is not None and _TEMPLATE.search(last) is not None

    def _items(self, routine: Routine) -> list[str]:
        if routine.body is None:
            return []
        found = []
        for item in descendants(routine.body, "with_item"):
            value = item.child_by_field_name("value")
            if value is not None:
                part = value.named_children[0] if value.type == "as_pattern" else value
                found.append(self.flow.read(part))
        return found

    def _is_holder(self, text: str) -> bool:
        if (
            re.search(r"engine\.connect\(|\.cursor\(|requests|http|^(?:self\.)?session\b(?!\.begin)", text)
            and "begin(" not in text
        ):
            return False
        return _HOLDS.search(text) is not None and not _ANY_HOLDER.search(text)

    def _is_given(self, routine: Routine) -> bool:
        for name, (part, _) in self.flow.parameters(routine.node).items():
            text = self.flow.read(part)
            if _GIVEN.search(text) or (self.routines.language == "python" and _GIVEN_PY.match(name)):
                return True
        return False

    # Two writes, no transaction.

    def is_half_done(self, routine: Routine) -> bool:
        """Whether a failure between two writes of a routine leaves the first one standing."""
        if self.routines.is_test:
            return False
        if self._is_split(routine):
            return True
        if self.writes.most(routine) < 2 or self._is_helper_only(routine):
            return False
        if self.routines.language == "python":
            switched = _ANY_HOLDER.search(self.routines.code(routine.node)) is not None
            if switched and not self._is_switched_back(routine):
                return True
            if self._is_ended_elsewhere(routine):
                return False
        if self._is_part(routine):
            return False
        return not self.holds(routine) or self._is_scattered(routine)

    def _is_scattered(self, routine: Routine) -> bool:
        """Whether each write stands in a transaction of its own, or one of two in none."""
        if (
            self.marked(routine) is not None
            or self._is_given(routine)
            or self._is_called_in_one(routine)
            or routine.outer is not None
        ):
            return False
        if any(
            self._is_beginning(call)
            and not self.is_template(call)
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
                self._is_holder(self.flow.read(item))
                for item in descendants(
                    at.children[0] if at.children[0].type == "with_clause" else at.children[1], "with_item"
                )
            ):
                found = at.id
            if at.type == "method_invocation" and self.is_template(self.routines.call(at)):
                found = at.id
            at = at.parent
        return found

    def _is_switched_back(self, routine: Routine) -> bool:
        """Whether a connection that commits each statement is told to begin a transaction all the same."""
        return any(call.name in {"begin", "transaction", "atomic"} or self._is_begun(call) for call in routine.calls)

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
        """Whether it commits between two writes of one path."""
        first: Call | None = None
        ended = False
        for call in sorted(routine.calls, key=lambda each: each.node.end_byte):
            if call.name == "commit" and first is not None and not self._leaves(call.node, routine):
                ended = True
            elif self.writes.is_write(call) or (self.routines.language == "python" and self._is_added(call, routine)):
                if ended and first is not None and not _apart(first.node, call.node):
                    return True
                first = first or call
        return False

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
