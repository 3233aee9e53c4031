"""Whether a routine runs in one transaction, and where a transaction that is asked for does not hold."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.routines import Call, Routine, Routines
from copilot.rules.writes import Writes
from copilot.syntax.tree import descendants

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
ANY_HOLDER: Final = re.compile(
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
                or self.is_given(routine)
                or _PROGRAMMED.fullmatch(routine.name) is not None
                or (routine.outer is not None and self.holds(routine.outer))
                or self.is_called_in_one(routine)
            )
        return self._held[routine.node.id]

    def is_called_in_one(self, routine: Routine) -> bool:
        """Whether all that call a routine in this file hold a transaction (in Java: where nobody else can call it)."""
        callers = self.routines.callers.get(routine.node.id, [])
        if not callers or not (routine.is_private or self.routines.language == "python"):
            return False
        return all(self.holds(caller) for caller, _ in callers)

    def _begins(self, routine: Routine) -> bool:
        if any(self.is_beginning(call) or self._is_scope(routine, call) for call in routine.calls):
            return True
        return self.routines.language == "python" and any(self.is_holder(item) for item in self._items(routine))

    def is_beginning(self, call: Call) -> bool:
        """Whether a call begins or ends a transaction by hand."""
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
        return self.is_begun(call)

    def is_begun(self, call: Call) -> bool:
        """Whether a call sends `BEGIN` or `COMMIT` as SQL."""
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

    def is_holder(self, text: str) -> bool:
        """Whether what a `with` is given, as text, is a transaction (or a connection that is one)."""
        if (
            re.search(r"engine\.connect\(|\.cursor\(|requests|http|^(?:self\.)?session\b(?!\.begin)", text)
            and "begin(" not in text
        ):
            return False
        return _HOLDS.search(text) is not None and not ANY_HOLDER.search(text)

    def is_given(self, routine: Routine) -> bool:
        """Whether a routine is given the connection that it writes to."""
        for name, (part, _) in self.flow.parameters(routine.node).items():
            text = self.flow.read(part)
            if _GIVEN.search(text) or (self.routines.language == "python" and _GIVEN_PY.match(name)):
                return True
        return False
