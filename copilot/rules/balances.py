"""Stored amounts that are read, changed and written back with nothing that keeps a second caller out."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.amounts import CAMEL, NAME, PLAIN, PLAIN_TEXT, WORDS, Amounts
from copilot.rules.locks import Locks
from copilot.rules.names import Level
from copilot.rules.routines import Routine, Routines
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants

_STORE: Final = r"(?:\w*(?:repo|repository|repositories|dao|mapper|jdbc\w*|entity_?manager|session|objects|redis\w*|cursor|conn|connection|collection|store|storage|dynamo\w*|table|service|client|manager|cache|query|accounts|wallets|stocks|db|ops\w*|jedis)|em|cur|r|rdb|pool|tx)"
_LOADS: Final = re.compile(
    rf"(?i)(?:^|[^\w]){_STORE}(?:\([^()]*\))?(?:\.\w+(?:\([^()]*\))?)*?\.(?:find|get|select|load|query|fetch|one|first|scalar|read|require|retrieve|lookup|by_?id|hget|filter|all)\w*\("
    r"|\.(?:objects|query)\.|\.(?:findBy\w*|findById|selectById|selectOne|getById|getOne|get_or_404|scalar_one\w*|get_object|find_one\w*|get_item|fetchone|fetchrow|findOne\w*)\(|(?<![.\w])(?:\w+\.)?_?(?:find|load|fetch|select|get|require|must|read|lookup)_?\w*(?:account|wallet|stock|product|sku|card|customer|user|loan|inventory|limit|quota|item|owner|member|facility|fund|position)\w*\("
)
_SAVES: Final = re.compile(
    r"a?save\w*|update\w*|persist|merge|insert\w*|store\w*|put\w*|write\w*|upsert\w*|bulk_update|add|replace\w*|modify\w*|set\w*"
)
_SHARED: Final = re.compile(r"(?i)_?(?:\w+_)?(?:balances?|quotas?|stocks?|inventor(?:y|ies)|wallets?)")
_ENDS: Final = re.compile(r"(?:commit|flush)\(")
_SQL_SET: Final = re.compile(
    rf"(?is)\bupdate\b.*?\bset\b.*?\b(\w*(?:{WORDS})\w*)`?\s*=\s*(?:\?|%s|:\w+|\$\d+|#\{{|%\(\w+\)s|\{{\w|@\w+|'?\"\s*(?:\+|\n|$))(?!\s*[-+])(.*)"
)
_WHERE: Final = re.compile(rf"(?is)\bwhere\b.*(?:\b\w*(?:{WORDS})\w*\s*(?:>=|>|=|-)|version)")
_NAMED: Final = frozenset({
    "update", "values", "_replace", "replace", "update_one", "find_one_and_update", "update_item", "evolve", "aupdate", "patch",
    "model_copy",
})  # fmt: skip
_SETTER: Final = re.compile(rf"(?:set|with){CAMEL}?(?:[A-Z]\w*)?")
_STORE_NAME: Final = re.compile(
    rf"(?:update|save|set|modify|change|write|store|edit|put|refresh)_?\w*?(?:{CAMEL}|_(?i:{WORDS}))(?:Amount|_amount|Value)?(?:(?:By|For|Of)[A-Z]\w*|_(?:by|for|of)_\w+)?"
)
_CANDIDATES: Final = {
    "java": ("method_invocation", "assignment_expression"),
    "python": ("assignment", "augmented_assignment", "call"),
}


class Balances:
    """The stale writes of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines, self.flow = routines, routines.flow
        self.amounts, self.locks = Amounts(routines), Locks(routines)
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
        for node in descendants(routine.body, *_CANDIDATES[self.routines.language]):
            if self.routines.of(node) is routine and self._is_written_back(node, routine):
                return None if self.locks.hold(routine) else node.id
        return None

    # Writes.

    def _is_written_back(self, node: Node, routine: Routine) -> bool:
        kind = node.type
        if kind in {"assignment", "assignment_expression", "augmented_assignment"}:
            return self._is_assigned_back(node, routine)
        name, given = self.flow.called(node), self.flow.arguments(node)
        if not given:
            return name == "executeUpdate" and self._is_prepared(node, routine)
        if len(given) == 1 and NAME.fullmatch(name) and re.search(r"(?i)builder\(|\.mutate\(", self.flow.read(node)):
            return self.amounts.is_changed(given[0]) and self._saves(routine)
        if (
            name in {"save", "update", "put", "merge", "replace"}
            and self._is_saving(node)
            and self._is_made_anew(node, given)
        ):
            return True
        if self.routines.language == "java" and _SETTER.fullmatch(name) and len(given) == 1:
            receiver = self.flow.receiver(node)
            return (
                NAME.fullmatch(re.sub(r"^(?:set|with)", "", name)) is not None
                and receiver is not None
                and self.amounts.is_changed(given[0])
                and self._is_stored(receiver, routine)
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
        if not self._is_stored(left, routine):
            return False
        sign = node.child_by_field_name("operator")
        if sign is not None and self.flow.read(sign) in {"+=", "-="}:
            return not self.amounts.is_safe(self.flow.read(right))
        if left.type in {"subscript", "array_access"} and self.flow.read(left) in self.flow.read(right):
            return self.amounts.is_computed(self.flow.read(right))
        return self.amounts.is_changed(right)

    def _saves(self, routine: Routine) -> bool:
        return any(_SAVES.fullmatch(call.name) and self._is_saving(call.node) for call in routine.calls)

    def _is_saving(self, node: Node) -> bool:
        receiver = self.flow.receiver(node)
        return (
            receiver is not None and re.search(rf"(?i){_STORE}(?:\([^()]*\))?$", self.flow.read(receiver)) is not None
        )

    def _is_made_anew(self, node: Node, given: list[Node]) -> bool:
        """`rows.save(new Account(id, rows.get(id).balance().subtract(amount)))`: the row that was read, made anew."""
        receiver = self.flow.receiver(node)
        owner = self.flow.read(receiver) if receiver is not None else ""
        made = [each for each in given if _is_new(each, self.flow.called(each))]
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
        if re.search(rf"(?i){_STORE}(?:\([^()]*\))?$|opsFor", owner):
            about = "\n".join([self.flow.read(given[0]), self.routines.strings(given[0])])
        else:
            column = re.fullmatch(rf"\w+::(?:get|is){CAMEL}\w*|\"\w*(?i:{WORDS})\w*\"", self.flow.read(given[0]))
            about = "" if receiver is None or self._is_local(owner, receiver) else last
            about = self.flow.read(given[0]) if column else about
        if re.search(rf"(?i)(?:{WORDS})", about) is None:
            return False
        key = re.escape(self.flow.read(given[0]))
        return any(
            self.amounts.is_changed(each) or self.amounts.is_changed(each, rf"get\w*\(\s*{key}") for each in given[1:]
        )

    def _is_local(self, name: str, node: Node) -> bool:
        """Whether a name is bound in the routine around a node, or given to it."""
        routine = self.routines.of(node)
        if routine is None or not name.isidentifier():
            return False
        values, given = self.flow.bound(name, node)
        inside = [
            each
            for each in values
            if each is None or routine.node.start_byte <= each.start_byte < routine.node.end_byte
        ]
        return bool(inside) or name in self.flow.parameters(routine.node) or given is Level.GIVEN

    def _is_stored(self, node: Node, routine: Routine) -> bool:
        """Whether an object is a row: read from a store in this routine, or written to one; not what is only in memory."""
        owner = re.split(r"[.\[(]", self.flow.read(node).replace("this.", "").replace("self.", "self_"))[0]
        if owner.startswith("self_") or owner in {"this", "self"}:
            own = self.routines.code(routine.node)
            return (
                re.search(
                    r"\b(?:self|this)\.(?:a?save|refresh_from_db|persist)\(|\.(?:save|merge|persist)\((?:self|this)\)|commit\(\)",
                    own,
                )
                is not None
            )
        at = next((part for part in descendants(node, "identifier") if self.flow.read(part) == owner), node)
        values, _ = self.flow.bound(owner, at)
        if node.type == "subscript" and _SHARED.fullmatch(owner) and not self._is_local(owner, at):
            return True  # a table in memory that all threads use
        if any(value is not None and _is_new(value, self.flow.called(value)) for value in values):
            return False  # a row of its own: what the balance was, for the journal
        if any(value is not None and _LOADS.search(self.amounts.whole(value, 1)) for value in values):
            return True
        if (
            routine.outer is None
            and self.routines.language == "python"
            and _ENDS.search(self.routines.code(routine.node))
        ):
            return True
        for call in routine.calls:
            if not _SAVES.fullmatch(call.name) or call.node.start_byte <= node.start_byte < call.node.end_byte:
                continue
            if call.receiver == owner and call.name in {"save", "asave", "update", "persist", "store", "merge"}:
                return True
            if (
                call.receiver
                and any(
                    re.search(rf"\b{re.escape(owner)}\b", self.flow.read(each))
                    for each in self.flow.arguments(call.node)
                )
                and re.search(rf"(?i){_STORE}(?:\([^()]*\))?$|^(?:this|self)$", call.receiver)
            ):
                return True
        return False

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


def _is_new(value: Node, name: str) -> bool:
    """Whether an expression makes an object."""
    return value.type == "object_creation_expression" or (value.type == "call" and name[:1].isupper())
