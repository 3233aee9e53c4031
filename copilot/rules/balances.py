"""Stored amounts that are read, changed and written back with nothing that keeps a second caller out."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.amounts import CAMEL, NAME, PLAIN, PLAIN_TEXT, WORDS, Amounts
from copilot.rules.locks import Locks
from copilot.rules.routines import Routine, Routines
from copilot.rules.rows import LOADS, SAVES, STORE, Rows, is_new
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.syntax.tree import descendants

_SQL_SET: Final = re.compile(
    rf"(?is)\bupdate\b.*?\bset\b.*?\b(\w*(?:{WORDS})\w*)`?\s*=\s*(?:\?|%s|:\w+|\$\d+|#\{{|%\(\w+\)s|\{{\w|@\w+|'?\"\s*(?:\+|\n|$))(?!\s*[-+])(.*)"
)
_WHERE: Final = re.compile(rf"(?is)\bwhere\b.*(?:\b\w*(?:{WORDS})\w*\s*(?:>=|>|=|-)|version)")
_MOVES: Final = re.compile(
    r"debit|credit|withdraw|deposit|deduct|subtract|decrease|increase|consume|spend|reserve|redeem|charge|top_?[uU]p|recharge|reduce(?:Stock|_stock)?|(?:add|subtract|deduct|decrease|increase|reduce)_?(?:Balance|balance|Stock|stock|Quota|quota|Points|points)"
)
_NAMED: Final = frozenset({
    "update", "values", "_replace", "replace", "update_one", "find_one_and_update", "update_item", "evolve", "aupdate", "patch",
    "model_copy",
})  # fmt: skip
_SETTER: Final = re.compile(rf"(?:set|with){CAMEL}?(?:[A-Z]\w*)?")
_STORE_NAME: Final = re.compile(
    rf"(?:update|save|set|modify|change|write|store|edit|put|refresh|gengxin|xiugai|baocun|schreibe|setze|aktualisiere|speichere)_?\w*?(?:{CAMEL}|_(?i:{WORDS}))(?:Amount|_amount|Value)?(?:(?:By|For|Of)[A-Z]\w*|_(?:by|for|of)_\w+)?"
)
_CANDIDATES: Final = {
    "java": "[(method_invocation) (assignment_expression)] @it",
    "python": "[(assignment) (augmented_assignment) (call)] @it",
}


class Balances:
    """The stale writes of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines, self.flow = routines, routines.flow
        self.amounts, self.locks = Amounts(routines), Locks(routines)
        self.rows = Rows(self.amounts)
        self._first: dict[int, int | None] = {}

    @cached_property
    def _is_asked(self) -> bool:
        return not self.routines.is_test and self.routines.says(PLAIN)

    def is_stale(self, node: Node) -> bool:
        """Whether a place is the first of its routine that writes back a stored amount that somebody else may have changed."""
        if not self._is_asked:
            return False
        routine = self.routines.of(node)
        if routine is None:
            return False
        if routine.node.id not in self._first:
            self._first[routine.node.id] = self._find(routine)
        return self._first[routine.node.id] == node.id

    def _find(self, routine: Routine) -> int | None:
        code = self.routines.code(routine.node)
        lowered = code.lower()
        if routine.body is None or not any(word in lowered for word in PLAIN_TEXT):
            return None
        found = QueryCursor(compiled(self.routines.language, _CANDIDATES[self.routines.language])).captures(
            routine.body
        )
        for node in sorted(found.get("it", ()), key=lambda node: (node.start_byte, -node.end_byte)):
            if self.routines.of(node) is routine and self._is_written_back(node, routine):
                return None if self.locks.hold(routine) else node.id
        return None

    # Writes.

    def _is_written_back(self, node: Node, routine: Routine) -> bool:
        kind = node.type
        if kind in {"assignment", "assignment_expression", "augmented_assignment"}:
            return self._is_assigned_back(node, routine)
        name, given = self.flow.called(node), self.flow.arguments(node)
        if given and _MOVES.fullmatch(name):
            return self._is_moved(node, routine)
        if not given:
            return name == "executeUpdate" and self._is_prepared(node, routine)
        if len(given) == 1 and NAME.fullmatch(name) and re.search(r"(?i)builder\(|\.mutate\(", self.flow.read(node)):
            return self.amounts.is_changed(given[0]) and self._saves(routine)
        if (
            name in {"save", "update", "put", "merge", "replace"}
            and self.rows.is_saving(node)
            and self._is_made_anew(node, given)
        ):
            return True
        if self.routines.language == "java" and _SETTER.fullmatch(name) and len(given) == 1:
            receiver = self.flow.receiver(node)
            return (
                NAME.fullmatch(re.sub(r"^(?:set|with)", "", name)) is not None
                and receiver is not None
                and self.amounts.is_changed(given[0])
                and self.rows.is_stored(receiver, routine)
            )
        if name in {"set", "put", "hset", "hSet", "setex"} and len(given) > 1:
            return self._is_put_back(node, given)
        if (
            name in _NAMED
            and "insert(" not in self.flow.read(node)
            and any(self.amounts.is_changed(value) for value in self._named_values(node))
        ):
            return True
        if name in {"execute", "update", "executeUpdate", "exec_driver_sql", "fetchrow"}:
            return self._is_sql(given)
        if (
            _STORE_NAME.fullmatch(name)
            and len(given) > 1
            and (self.flow.receiver(node) is not None or self.routines.language == "python")
        ):
            return any(self.amounts.is_changed(each) for each in given[1:])
        return False

    def _is_moved(self, node: Node, routine: Routine) -> bool:
        """`account.withdraw(amount)` of a row that is read before and saved afterwards."""
        receiver = self.flow.receiver(node)
        if receiver is None or receiver.type != "identifier":
            return False
        owner = self.flow.read(receiver)
        values, _ = self.flow.bound(owner, receiver)
        if not any(value is not None and LOADS.search(self.amounts.whole(value, 1)) for value in values):
            return False
        return any(
            call.node.start_byte > node.start_byte
            and (
                (call.receiver == owner and call.name in {"save", "asave"})
                or (
                    call.name in {"save", "update", "updateById", "saveAndFlush", "merge", "saveAll", "persist"}
                    and self.rows.is_saving(call.node)
                    and any(re.search(rf"\b{owner}\b", self.flow.read(each)) for each in self.flow.arguments(call.node))
                )
            )
            for call in routine.calls
        )

    def _is_assigned_back(self, node: Node, routine: Routine) -> bool:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.type not in {"attribute", "subscript", "field_access", "array_access"}:
            return False
        if left.type in {"subscript", "array_access"}:
            held = re.search(r"\[\s*[\"'](\w+)[\"']\s*\]$", self.flow.read(left))
            owner = self.flow.read(left).partition("[")[0].rpartition(".")[2]
            if held is None and not re.fullmatch(rf"(?i)\w*(?:{WORDS})s?", owner):
                return False
            name = held[1] if held is not None else owner
        else:
            name = self.flow.read(left).rpartition(".")[2]
        if NAME.fullmatch(name) is None and not re.fullmatch(rf"(?i)\w*(?:{WORDS})s", name):
            return False
        if not self.rows.is_stored(left, routine):
            return False
        sign = node.child_by_field_name("operator")
        if sign is not None and self.flow.read(sign) in {"+=", "-="}:
            return not self.amounts.is_safe(self.flow.read(right))
        if left.type in {"subscript", "array_access"} and self.flow.read(left) in self.flow.read(right):
            return self.amounts.is_computed(self.flow.read(right))
        return self.amounts.is_changed(right)

    def _saves(self, routine: Routine) -> bool:
        return any(SAVES.fullmatch(call.name) and self.rows.is_saving(call.node) for call in routine.calls)

    def _is_made_anew(self, node: Node, given: list[Node]) -> bool:
        """`rows.save(new Account(id, rows.get(id).balance().subtract(amount)))`: the row that was read, made anew."""
        receiver = self.flow.receiver(node)
        owner = self.flow.read(receiver) if receiver is not None else ""
        made = [each for each in given if is_new(each, self.flow.called(each))]
        return any(
            owner in self.amounts.whole(part) and self.amounts.is_changed(part)
            for each in made
            for part in self.flow.arguments(each)
        )

    def _is_put_back(self, node: Node, given: list[Node]) -> bool:
        """`redis.set("stock:…", …)`, `balances.put(id, …)`: by the key, or by the name of what holds the values."""
        receiver = self.flow.receiver(node)
        owner = self.flow.read(receiver) if receiver is not None else ""
        last = owner.rpartition(".")[2]
        stored = re.search(rf"(?i){STORE}(?:\([^()]*\))?$|opsFor", owner) is not None
        if stored:
            about = "\n".join([self.flow.read(given[0]), self.routines.strings(given[0])])
        else:
            column = re.fullmatch(rf"\w+::(?:get|is){CAMEL}\w*|\"\w*(?i:{WORDS})\w*\"", self.flow.read(given[0]))
            about = "" if receiver is None or self.rows.is_local(owner, receiver) else last
            about = self.flow.read(given[0]) if column else about
        key = re.escape(self.flow.read(given[0]))
        if re.search(rf"(?i)(?:{WORDS})", about) is None:  # or by what is put there, read by the same key
            return stored and any(
                re.search(rf"(?i)\b\w*(?:{WORDS})\b", self.amounts.whole(each, 1)) is not None
                and self.amounts.is_changed(each, rf"get\w*\(\s*{key}")
                for each in given[1:]
            )
        return any(
            self.amounts.is_changed(each) or self.amounts.is_changed(each, rf"get\w*\(\s*{key}") for each in given[1:]
        )

    def _named_values(self, node: Node) -> list[Node]:
        """The values that are given by the name of an amount: `balance=…`, `{"balance": …}`."""
        found = []
        for part in descendants(node, "keyword_argument", "pair"):
            name = part.child_by_field_name("name") or part.child_by_field_name("key")
            value = part.child_by_field_name("value")
            if name is None or value is None:
                continue
            text = self.flow.read(name).strip("\"'").rpartition(".")[2]
            if NAME.fullmatch(text) or re.fullmatch(rf"(?i)\w*(?:{WORDS})s?", text):
                found.append(value)
        return found

    def _is_sql(self, given: list[Node]) -> bool:
        set_to = _SQL_SET.search(self.routines.strings(given[0]))
        if set_to is None or _WHERE.search(set_to[2]):
            return False
        put_in = [part for hole in descendants(given[0], "interpolation") for part in hole.named_children]
        if given[0].type in {"binary_operator", "binary_expression"}:
            put_in += [
                part
                for part in descendants(given[0], "binary_expression", "binary_operator", "method_invocation")
                if part.id != given[0].id and not re.search(r"[\"']", self.flow.read(part))
            ]
        return any(self.amounts.is_changed(each) for each in [*put_in, *given[1:]])

    def _is_prepared(self, node: Node, routine: Routine) -> bool:
        """`statement.executeUpdate()` of an UPDATE that is given an amount computed here."""
        receiver = self.flow.receiver(node)
        if receiver is None or receiver.type != "identifier":
            return False
        set_to = _SQL_SET.search(self.routines.strings(receiver))
        if set_to is None or _WHERE.search(set_to[2]):
            return False
        name = self.flow.read(receiver)
        return any(
            call.receiver == name
            and call.name.startswith("set")
            and any(self.amounts.is_changed(each) for each in self.flow.arguments(call.node)[1:])
            for call in routine.calls
        )
