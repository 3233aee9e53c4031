"""Handlers that hide a failure from the transaction around them, which then commits."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.proxies import SPRING
from copilot.rules.routines import Call, Routine
from copilot.rules.transactions import Transactions
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_NARROW: Final = re.compile(
    r"(?i)^(?:[\w.]*\.)?\w*(?:Duplicate\w*|NotFound\w*|DoesNotExist|NoResult\w*|EmptyResult\w*|NumberFormat|Parse|Interrupted|Json\w*"
    r"|DateTime\w*|UnsupportedEncoding|Mail\w*|Messaging|KeyError|ValueError|TypeError|AttributeError|IndexError|LookupError|Malformed\w*"
    r"|Decimal|InvalidOperation|Kafka|Amqp|Redis\w*|RestClient|HttpClientError|Feign\w*|Connect\w*|requests\.\w+|smtplib\.\w+|ImportError|StopIteration)(?:Exception|Error)?$"
)
_UNDOES: Final = re.compile(
    r"(?i)set_?rollback(?:_?only)?|rollback\w*|\w*_rollback|abort\w*|compensate\w*|mark_?rollback\w*|setGlobalRollback|exit|raise_\w+"
    r"|handle\w*(?:Error|Exception|Issue|Failure)\w*|handle_\w*(?:error|exception|failure)\w*|rethrow\w*|propagate|throw\w*"
)
_ACTS: Final = re.compile(
    r"(?:debit|credit|transfer|withdraw|deposit|deduct|post|book|pay|refund|settle|save|insert|update|delete|create|freeze|unfreeze|charge"
    r"|record|add|remove|reverse|repay|disburse|persist|process|apply|execute|reserve|release|lock|issue|cancel|open|close|transition|reduce|decrease|increase|submit|approve)"
    r"(?:[A-Z_]\w*)?"
)
_STORED: Final = re.compile(r"add|add_all|flush|merge|bulk_(?:save_objects|(?:insert|update)_mappings)")
"""What a session of SQLAlchemy keeps or writes with."""
_SIDE: Final = re.compile(
    r"(?i)mail|sms|notif|messag|\bmq|kafka|rabbit|jms|cache|redis|event|publish|push|logger|\blog\b|metric|counter|webhook|alert|email|template$"
    r"|audit|client\b|http|rest|feign|remote|list|map|set$|json|builder|sender|errors|result|response|s3|file|storage|thumbnail|search|index|celery|delay|session$"
)
_ASIDE: Final = re.compile(
    r"(?:get|is|has|find|load|set|validate|check|verify|assert|require|ensure|log|print|clear|init|count|touch)(?:[A-Z_]|\Z)"
)
_TOOLS: Final = re.compile(
    r"(?i)lock|latch|semaphore|atomic|counter|meter|timer|logger|executor|random|queue|builder|validator|checker|helper|util|pool|thread|stream|writer"
    r"|buffer|objectmapper|template|publisher|producer|context|config|propert|tracer|span|monitor|registry|string|boolean"
)
"""Types of what does no part of a transaction's work."""
_ACTORS: Final = re.compile(r"(?i)service|manager|facade|^(?:this)? |repo|dao|mapper|gateway|ledger|account")
_LATER: Final = re.compile(
    r"submit|execute\w*|runAsync|supplyAsync|schedule\w*|then\w+|subscribe|afterCommit|registerSynchronization"
)
_HOLDER: Final = re.compile(
    r"(?i)atomic|\btransaction\(|\.begin\(|begin_nested\(|unit_?of_?work|session_?scope|^(?:self\.)?_?(?:conn|connection|db)$|in_transaction|sqlite3\.connect|psycopg2?\.connect"
)
_SAVEPOINT: Final = re.compile(
    r"(?i)atomic|begin_nested|savepoint|\btransaction\(|\.begin\(|^(?:self\.)?_?(?:conn|connection|db)$"
)
_AT_RISK: Final = (b"transact", b"commit", b"atomic", b"begin")


class Rollbacks:
    """The hidden failures of one document."""

    def __init__(self, transactions: Transactions) -> None:
        self.transactions = transactions
        self.routines, self.writes, self.flow = transactions.routines, transactions.writes, transactions.flow

    @cached_property
    def _is_asked(self) -> bool:
        return not self.routines.is_test and self.routines.says(_AT_RISK)

    def is_hidden(self, handler: Node) -> bool:
        """Whether a handler inside a transaction ends a failure of writes, so that what was done before is committed."""
        routine = self.routines.of(handler)
        tried = handler.parent
        if not self._is_asked or routine is None or tried is None or not self._has_acts(tried, routine):
            return False
        if not self._is_wide(handler) or self._ends(handler):
            return False
        if self.routines.language == "java":
            return self._is_inside_java(handler, routine)
        return self._is_inside_python(tried, routine) or self._is_committed_after(tried, routine)

    def is_late_commit(self, node: Node) -> bool:
        """Whether a commit stands where it is made after a failure, too: in `finally`, or in the handler."""
        call = self.routines.call(node)
        routine = self.routines.of(node)
        if not self._is_asked or call.name != "commit" or routine is None:
            return False
        at = enclosing(
            node,
            "finally_clause",
            "except_clause",
            "catch_clause",
            "function_definition",
            "method_declaration",
            "lambda_expression",
        )
        if at is None or at.parent is None or at.type not in {"finally_clause", "except_clause", "catch_clause"}:
            return False
        if at.type != "finally_clause" and not self._is_wide(at):
            return False
        inside = enclosing(node, "if_statement")
        if inside is not None and inside.start_byte > at.start_byte:
            return False
        if any(
            each.name.startswith("rollback") and at.start_byte <= each.node.start_byte < node.start_byte
            for each in routine.calls
        ):
            return False
        tried = at.parent
        return self._has_acts(tried, routine) and not any(
            self.writes.is_write(each) and at.start_byte <= each.node.start_byte < node.start_byte
            for each in routine.calls
        )

    def is_suppressed(self, block: Node) -> bool:
        """`with suppress(Exception)` around writes, inside a transaction."""
        routine = self.routines.of(block)
        if not self._is_asked or routine is None:
            return False
        items = [self.flow.read(each) for each in descendants(block.children[1], "with_item")]
        if not any(re.match(r"(?:contextlib\.)?suppress\((?:Base)?Exception", each) for each in items):
            return False
        if any(_SAVEPOINT.search(each) for each in items) or self._has_savepoint(block):
            return False
        acts = any(
            self._is_act(each) for each in routine.calls if block.start_byte <= each.node.start_byte < block.end_byte
        )
        return acts and self._is_inside_python(block, routine)

    def _has_acts(self, tried: Node, routine: Routine) -> bool:
        body = tried.child_by_field_name("body")
        return body is not None and any(
            self._is_act(call) for call in routine.calls if body.start_byte <= call.node.start_byte < body.end_byte
        )

    def _is_act(self, call: Call) -> bool:
        if self.writes.is_write(call):
            return True
        if _STORED.fullmatch(call.name) and re.search(r"session$", call.receiver):
            return True
        if self.routines.language == "java" and self._is_order(call):
            return True
        if call.node.type == "object_creation_expression" or _ACTS.fullmatch(call.name) is None:
            return False
        if re.match(r"(?:get|is|find|load|build|to)[A-Z_]", call.name) or _SIDE.search(f"{call.receiver} {call.name}"):
            return False
        kind = self.routines.types.get(call.receiver.removeprefix("this."), "")
        return self.routines.language == "python" or _ACTORS.search(f"{call.receiver} {kind}") is not None

    def _is_order(self, call: Call) -> bool:
        """Whether a call tells a collaborator of the class to do something: nobody takes what it gives."""
        name, outer = call.receiver.removeprefix("this."), call.node.parent
        kind = self._fields.get(name)
        if kind is None or outer is None or outer.type != "expression_statement" or _ASIDE.match(call.name):
            return False
        words = f"{kind} {call.receiver} {call.name}".replace("Mapper", "")
        return not (_SIDE.search(words) or _TOOLS.search(kind))

    @cached_property
    def _fields(self) -> dict[str, str]:
        """The types of the fields, by name."""
        found = {}
        for field in descendants(self.flow.tree.root_node, "field_declaration"):
            kind, made = field.child_by_field_name("type"), field.child_by_field_name("declarator")
            name = made.child_by_field_name("name") if made is not None else None
            if kind is not None and name is not None:
                found[self.flow.read(name)] = self.flow.read(kind)
        return found

    def _is_wide(self, handler: Node) -> bool:
        if handler.type == "catch_clause":
            kinds = [
                self.flow.read(part)
                for each in descendants(handler.children[2], "catch_type")
                for part in each.named_children
            ]
        else:
            value = handler.child_by_field_name("value")
            if value is None:
                return True
            value = value.named_children[0] if value.type == "as_pattern" else value
            kinds = [self.flow.read(part) for part in (value.named_children if value.type == "tuple" else [value])]
        return not all(_NARROW.match(kind) for kind in kinds)

    def _ends(self, handler: Node) -> bool:
        """Whether a handler throws, or marks the transaction as failed."""
        if any(True for _ in descendants(handler, "throw_statement", "raise_statement")):
            return True
        kinds = ("call",) if self.routines.language == "python" else ("method_invocation",)
        calls = [self.routines.call(each) for each in descendants(handler, *kinds)]
        return any(
            _UNDOES.fullmatch(call.name) or (call.name in {"fail", "abort"} and not call.receiver) for call in calls
        )

    def _is_inside_java(self, handler: Node, routine: Routine) -> bool:
        at = handler.parent
        while at is not None and at.id != routine.node.id:
            if at.type == "lambda_expression":
                call = enclosing(at, "method_invocation")
                if call is not None and self.transactions.is_template(self.routines.call(call)):
                    return True
                if call is not None and _LATER.fullmatch(self.flow.called(call)):
                    return False
            at = at.parent
        mark = self.transactions.marked(routine)
        if mark is None or re.match(r"[^\n]*readOnly\s*=\s*true", mark):
            return False
        return bool(re.search(r"\bpublic\b|\bprotected\b", routine.marks)) or SPRING.search(routine.marks) is not None

    def _is_inside_python(self, tried: Node, routine: Routine) -> bool:
        if tried.type == "try_statement" and self._has_savepoint(tried.child_by_field_name("body")):
            return False
        at = tried.parent
        while at is not None and at.id != routine.node.id:
            if at.type == "with_statement" and any(
                _HOLDER.search(self.flow.read(_item(each)))
                for each in descendants(at.children[0] if at.children[0].type == "with_clause" else at, "with_item")
                if each.end_byte < tried.start_byte
            ):
                return True
            at = at.parent
        return self.transactions.marked(routine) is not None

    def _has_savepoint(self, body: Node | None) -> bool:
        """Whether the writes of a block stand in an inner transaction, which is undone by itself."""
        if body is None:
            return False
        return any(_SAVEPOINT.search(self.flow.read(_item(each))) for each in descendants(body, "with_item"))

    def _is_committed_after(self, tried: Node, routine: Routine) -> bool:
        """Whether a commit follows the `try` in its block (or in its `finally`)."""
        handlers = [each for each in tried.children if each.type == "except_clause"]
        if any(_leaves(each) for each in handlers):
            return False
        block = tried.parent
        return block is not None and any(
            call.name == "commit"
            and tried.end_byte <= call.node.start_byte < block.end_byte
            and _is_plain(call.node, block)
            for call in routine.calls
        )


def _item(item: Node) -> Node:
    value = item.child_by_field_name("value") or item
    return value.named_children[0] if value.type == "as_pattern" else value


def _leaves(handler: Node) -> bool:
    """Whether a handler's own last statement returns or goes to the next round."""
    block = handler.named_children[-1]
    return bool(block.named_children) and block.named_children[-1].type in {
        "return_statement",
        "continue_statement",
        "break_statement",
    }


def _is_plain(node: Node, block: Node) -> bool:
    """Whether a call stands in a block itself, on no branch."""
    at = node.parent
    while at is not None and at.id != block.id:
        if at.type in {"if_statement", "except_clause", "finally_clause", "function_definition"}:
            return False
        at = at.parent
    return True
