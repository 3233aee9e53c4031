"""Stored amounts that are read, changed and written back with nothing that keeps a second caller out."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.names import Level
from copilot.rules.routines import Routine, Routines
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants

_WORDS: Final = (
    r"balance|bal|stock|inventory|quota|limit|available|avail|remaining|remain|remainder|frozen|outstanding|points|budget|holdings?|shares|principal"
    r"|credit|qty|quantity|funds|reserve[ds]?|usedamount|used|consumed|kucun|yue|edu|jifen|seats|coupons?|left|total_?paid|paid_?amount|debt|exposure|tokens_?left|amount_?left|allowance|headroom|on_?hand|units"
)
_PLAIN_TEXT: Final = (
    "bal", "stock", "inventory", "quota", "limit", "avail", "remain", "frozen", "outstanding", "points", "budget", "holding",
    "shares", "principal", "credit", "qty", "quantity", "funds", "reserve", "used", "consumed", "kucun", "yue", "edu", "jifen",
    "seats", "coupon", "left", "paid", "debt", "exposure", "allowance", "headroom", "on_hand", "onhand", "units",
)  # fmt: skip
_PLAIN: Final = tuple(word.encode() for word in _PLAIN_TEXT)
_NAME: Final = re.compile(rf"(?i)(?:\w*_)?(?:{_WORDS})(?:_?(?:amount|amt|balance|limit|quota|credit|stock|qty|quantity|cents|fen|count|num|value|points|total))?|\w*(?-i:Balance|Bal|Stock|Inventory|Quota|Limit|Available|Remaining|Frozen|Outstanding|Points|Quantity|Qty|Credit|Funds|Reserved|Principal|Kucun|Yue|Edu)(?-i:Amount|Amt|Cents|Fen|Count|Num|Value|Total|Qty)?")
_CAMEL: Final = r"(?:Balance|Bal|Stock|Inventory|Quota|Limit|Available|Avail|Remaining|Remain|Frozen|Outstanding|Points|Budget|Holdings?|Shares|Principal|Credit|Qty|Quantity|Funds|Reserved?|Used|Kucun|Yue|Edu|Jifen|Coupons?|PaidAmount|TotalPaid|Debt|Exposure|Allowance|Units)"
_READ: Final = re.compile(
    rf"(?:get|find|select|query|load|fetch|read)\w*{_CAMEL}\w*\(|(?<![\w.])(?!(?:[A-Z]\w*\.)(?:c\.)?)[a-z_]\w*(?:\(\))?(?:\.\w+(?:\([^()]*\))?)*\.(?i:(?:\w+_)?(?:{_WORDS})(?:_\w+)?)\b(?!\()|\w+\.(?i:{_WORDS})\(\)|[\[(]\s*[\"'](?i:(?:\w+_)?(?:{_WORDS})(?:_\w+)?)[\"']"
    rf"|(?i:select\b[^;]*\b\w*(?:{_WORDS})\w*\b)|(?i:\b\w*(?:{_WORDS})\w*)\.get\(|(?i:(?:get|find|select|query|load|fetch|read)_\w*(?:{_WORDS})\w*\()|\.get\w*{_CAMEL}\w*\b"
    rf"|(?i:get\(\s*f?[\"'][^\"']*(?:{_WORDS}))|(?i:get\(\s*\w*(?:{_WORDS})\w*key)"
)
_ARITHMETIC: Final = re.compile(r"\.(?:subtract|add|minus|plus|multiply|divide|negate|sub)\(|[\w)\]]\s*[-+*](?![->+*])\s*[\w(]|[-+]=|\b(?:subtract|add|minus|plus|subtractExact|addExact)\(")
_TEXTS: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_GUARD: Final = re.compile(
    r"(?i:for\s+update|for_update|forupdate|synchronized|pessimistic|optimistic|serializable|redlock|redisson|mutex|semaphore|advisory|compare_?and_?set|compare_?and_?swap|\bcas\b|begin\s+(?:immediate|exclusive)|setnx|set_?if_?absent|isolation_level\s*=\s*['\"]serial)"
    r"|(?i:\bversion\b|\w*version(?:_id)?\b|_version\b|(?:[gs]et|with|check)_?version)|(?<![A-Za-z])(?:try_?|un|re|r|acquire_?)?lock(?:s|_\w+|[A-Z]\w*)?\b(?!ed)|\w*_lock(?:s|_\w+)?\b|[a-z]Lock(?:s|\b|By|For|Account|Row|\w*\()|\bR?Lock\w*|LockMode\w*|ReentrantLock|\block\w*\("
    r"|\.watch\(|WATCH\b|\.ge\(|\.pipeline\(|executeScript|\.eval\(|DefaultRedisScript|AtomicReference|AtomicLong|AtomicInteger|computeIfPresent|\.compute\(|\.merge\(\s*\w+\s*,\s*\w+\s*,|@Retryable|run_in_transaction|runTransaction"
)
_SAFE_VALUE: Final = re.compile(rf"\bF\(|\b[A-Z]\w*\.(?:c\.)?(?i:{_WORDS})\b|\.c\.\w+")
_STORE: Final = (
    r"(?:\w*(?:repo|repository|repositories|dao|mapper|jdbc\w*|entity_?manager|session|objects|redis\w*|cursor|conn|connection|collection|store|storage|dynamo\w*|table|service|client|manager|cache|query|accounts|wallets|stocks|db|ops\w*|jedis)|em|cur|r|rdb|pool|tx)"
)
_LOADS: Final = re.compile(
    rf"(?i)(?:^|[^\w]){_STORE}(?:\([^()]*\))?(?:\.\w+(?:\([^()]*\))?)*?\.(?:find|get|select|load|query|fetch|one|first|scalar|read|require|retrieve|lookup|by_?id|hget|filter|all)\w*\("
    r"|\.(?:objects|query)\.|\.(?:findBy\w*|findById|selectById|selectOne|getById|getOne|get_or_404|scalar_one\w*|get_object|find_one\w*|get_item|fetchone|fetchrow|findOne\w*)\(|(?<![.\w])(?:\w+\.)?_?(?:find|load|fetch|select|get|require|must|read|lookup)_?\w*(?:account|wallet|stock|product|sku|card|customer|user|loan|inventory|limit|quota|item|owner|member|facility|fund|position)\w*\("
)
_SAVES: Final = re.compile(r"a?save\w*|update\w*|persist|merge|insert\w*|store\w*|put\w*|write\w*|upsert\w*|bulk_update|add|replace\w*|modify\w*|set\w*")
_SHARED: Final = re.compile(r"(?i)_?(?:\w+_)?(?:balances?|quotas?|stocks?|inventor(?:y|ies)|wallets?)")
_ENDS: Final = re.compile(r"(?:commit|flush)\(")
_SQL_SET: Final = re.compile(
    rf"(?is)\bupdate\b.*?\bset\b.*?\b(\w*(?:{_WORDS})\w*)`?\s*=\s*(?:\?|%s|:\w+|\$\d+|#\{{|%\(\w+\)s|\{{\w|@\w+|'?\"\s*\+)(?!\s*[-+])(.*)"
)
_WHERE: Final = re.compile(rf"(?is)\bwhere\b.*(?:\b\w*(?:{_WORDS})\w*\s*(?:>=|>|=|-)|version)")
_ROW: Final = re.compile(r"fetch\w*\(|scalar\w*\(|\.one\w*\(|\.first\(|\brow\b|\.get(?:BigDecimal|Long|Int|Double|Object)\(|queryFor\w+\(")
_SELECT: Final = re.compile(rf"(?is)\bselect\b[^;]*?\b\w*(?:{_WORDS})\w*\b[^;]*?\bfrom\b")
_SETTER: Final = re.compile(rf"(?:set|with){_CAMEL}?(?:[A-Z]\w*)?")
_STORE_NAME: Final = re.compile(
    rf"(?:update|save|set|modify|change|write|store|edit|put|refresh)_?\w*?(?:{_CAMEL}|_(?i:{_WORDS}))(?:Amount|_amount|Value)?(?:(?:By|For|Of)[A-Z]\w*|_(?:by|for|of)_\w+)?"
)
_CANDIDATES: Final = {
    "java": ("method_invocation", "assignment_expression"),
    "python": ("assignment", "augmented_assignment", "call"),
}


class Balances:
    """The stale writes of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines, self.flow = routines, routines.flow
        self._first: dict[int, int | None] = {}

    @cached_property
    def _is_asked(self) -> bool:
        return not self.routines.is_test and self.routines.says(_PLAIN)

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
        if routine.body is None or not any(word in lowered for word in _PLAIN_TEXT):
            return None
        for node in descendants(routine.body, *_CANDIDATES[self.routines.language]):
            if self.routines.of(node) is routine and self._is_written_back(node, routine):
                return None if self._is_guarded(routine, set()) else node.id
        return None

    # Guards.

    def _is_guarded(self, routine: Routine, seen: set[int]) -> bool:
        """Whether a lock, a version or a condition keeps a second caller out: here, in what is called, in all callers."""
        seen.add(routine.node.id)
        for each in self.routines.reached(routine):
            if _GUARD.search(self.routines.code(each.node)) or _GUARD.search(each.marks):
                return True
            if any(call.name in self._locking for call in each.calls):
                return True
        code = self.routines.code(routine.node)
        kinds = {self.routines.types.get(name, "") for name in set(re.findall(r"\b[a-z]\w*\b", code))}
        if any(re.search(rf"\b{name}\b", code) or name in kinds for name in self._versioned):
            return True
        callers = [each for each, _ in self.routines.callers.get(routine.node.id, []) if each.node.id not in seen]
        return bool(callers) and all(self._is_guarded(each, seen) for each in callers)

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
        found = {self.routines.title(node) for node in owners.values() if re.search(r"@Version\b|version_id_col|VersionField", self.routines.code(node))}
        found.update(re.findall(r"class\s+(\w+)[^{]*\{(?:[^{}]|\{[^{}]*\})*?@Version\b", self.routines.text) if "@Version" in self.routines.text else [])
        found.update(re.findall(r"class\s+(\w+)(?:(?!\nclass\b)[\s\S])*?version_id_col", self.routines.text) if "version_id_col" in self.routines.text else [])
        return found - {""}

    # Writes.

    def _is_written_back(self, node: Node, routine: Routine) -> bool:
        kind = node.type
        if kind in {"assignment", "assignment_expression", "augmented_assignment"}:
            return self._is_assigned_back(node, routine)
        name, given = self.flow.called(node), self.flow.arguments(node)
        if not given:
            return name == "executeUpdate" and self._is_prepared(node, routine)
        if len(given) == 1 and _NAME.fullmatch(name) and re.search(r"(?i)builder\(|\.mutate\(", self.flow.read(node)):
            return self._is_changed(given[0]) and self._saves(routine)
        if _SAVES.fullmatch(name) and any(self._is_made_anew(each) for each in given) and self._is_saving(node):
            return True
        if self.routines.language == "java" and _SETTER.fullmatch(name) and len(given) == 1:
            receiver = self.flow.receiver(node)
            return (
                _NAME.fullmatch(re.sub(r"^(?:set|with)", "", name)) is not None
                and receiver is not None
                and self._is_changed(given[0])
                and self._is_stored(receiver, routine)
            )
        if name in {"set", "put", "hset", "hSet", "setex"} and len(given) > 1:
            return self._is_put_back(node, given)
        if name in {"update", "values", "_replace", "replace", "update_one", "find_one_and_update", "update_item", "evolve", "aupdate", "patch", "model_copy"}:
            if any(self._is_changed(value) for value in self._named_values(node)):
                return True
        if name in {"execute", "update", "executeUpdate", "exec_driver_sql", "fetchrow"}:
            return self._is_sql(node, given)
        if _STORE_NAME.fullmatch(name) and len(given) > 1 and (self.flow.receiver(node) is not None or self.routines.language == "python"):
            return any(self._is_changed(each) for each in given[1:])
        return False

    def _is_assigned_back(self, node: Node, routine: Routine) -> bool:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.type not in {"attribute", "subscript", "field_access", "array_access"}:
            return False
        if left.type in {"subscript", "array_access"}:
            held = re.search(r"\[\s*[\"'](\w+)[\"']\s*\]$", self.flow.read(left))
            owner = self.flow.read(left).partition("[")[0].rpartition(".")[2]
            if held is None and not re.fullmatch(rf"(?i)\w*(?:{_WORDS})s?", owner):
                return False
            name = held[1] if held is not None else owner
        else:
            name = self.flow.read(left).rpartition(".")[2]
        if _NAME.fullmatch(name) is None and not re.fullmatch(rf"(?i)\w*(?:{_WORDS})s", name):
            return False
        if not self._is_stored(left, routine):
            return False
        sign = node.child_by_field_name("operator")
        if sign is not None and self.flow.read(sign) in {"+=", "-="}:
            return not _SAFE_VALUE.search(self.flow.read(right))
        if left.type in {"subscript", "array_access"} and self.flow.read(left) in self.flow.read(right):
            return _ARITHMETIC.search(_TEXTS.sub("", self.flow.read(right))) is not None
        return self._is_changed(right)

    def _saves(self, routine: Routine) -> bool:
        return any(_SAVES.fullmatch(call.name) and self._is_saving(call.node) for call in routine.calls)

    def _is_saving(self, node: Node) -> bool:
        receiver = self.flow.receiver(node)
        return receiver is not None and re.search(rf"(?i){_STORE}(?:\([^()]*\))?$", self.flow.read(receiver)) is not None

    def _is_made_anew(self, value: Node) -> bool:
        """`save(new Account(id, balance.subtract(amount)))`: a row with a changed amount, made anew."""
        if value.type not in {"object_creation_expression", "call"} or not self.flow.called(value)[:1].isupper():
            return False
        return any(self._is_changed(each) for each in self.flow.arguments(value))

    def _is_put_back(self, node: Node, given: list[Node]) -> bool:
        """`redis.set("stock:…", …)`, `balances.put(id, …)`: by the key, or by the name of what holds the values."""
        receiver = self.flow.receiver(node)
        owner = self.flow.read(receiver) if receiver is not None else ""
        last = owner.rpartition(".")[2]
        if re.search(rf"(?i){_STORE}(?:\([^()]*\))?$|opsFor", owner):
            about = "\n".join([self.flow.read(given[0]), self.routines.strings(given[0])])
        else:
            column = re.fullmatch(rf"\w+::(?:get|is){_CAMEL}\w*|\"\w*(?i:{_WORDS})\w*\"", self.flow.read(given[0]))
            about = self.flow.read(given[0]) if column else "" if receiver is None or self._is_local(owner, receiver) else last
        if re.search(rf"(?i)(?:{_WORDS})", about) is None:
            return False
        key = re.escape(self.flow.read(given[0]))
        return any(self._is_changed(each) or self._is_changed(each, rf"get\w*\(\s*{key}") for each in given[1:])

    def _is_local(self, name: str, node: Node) -> bool:
        """Whether a name is bound in the routine around a node, or given to it."""
        routine = self.routines.of(node)
        if routine is None or not name.isidentifier():
            return False
        values, given = self.flow.bound(name, node)
        inside = [each for each in values if each is None or routine.node.start_byte <= each.start_byte < routine.node.end_byte]
        return bool(inside) or name in self.flow.parameters(routine.node) or given is Level.GIVEN

    def _is_stored(self, node: Node, routine: Routine) -> bool:
        """Whether an object is a row: read from a store in this routine, or written to one; not what is only in memory."""
        owner = re.split(r"[.\[(]", self.flow.read(node).replace("this.", "").replace("self.", "self_"))[0]
        if owner.startswith("self_") or owner in {"this", "self"}:
            own = self.routines.code(routine.node)
            return re.search(r"\b(?:self|this)\.(?:a?save|refresh_from_db|persist)\(|\.(?:save|merge|persist)\((?:self|this)\)|commit\(\)", own) is not None
        at = next((part for part in descendants(node, "identifier") if self.flow.read(part) == owner), node)
        values, _ = self.flow.bound(owner, at)
        if node.type == "subscript" and _SHARED.fullmatch(owner) and not self._is_local(owner, at):
            return True  # a table in memory that all threads use
        if any(value is not None and _LOADS.search(self._whole(value, 1)) for value in values):
            return True
        if routine.outer is None and self.routines.language == "python" and _ENDS.search(self.routines.code(routine.node)):
            return True
        for call in routine.calls:
            if not _SAVES.fullmatch(call.name) or call.node.start_byte <= node.start_byte < call.node.end_byte:
                continue
            if call.receiver == owner and call.name in {"save", "asave", "update", "persist", "store", "merge"}:
                return True
            if call.receiver and any(
                re.search(rf"\b{re.escape(owner)}\b", self.flow.read(each)) for each in self.flow.arguments(call.node)
            ) and re.search(rf"(?i){_STORE}(?:\([^()]*\))?$|^(?:this|self)$", call.receiver):
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
            if _NAME.fullmatch(text) or re.fullmatch(rf"(?i)\w*(?:{_WORDS})s?", text):
                found.append(value)
        return found

    def _is_sql(self, node: Node, given: list[Node]) -> bool:
        set_to = _SQL_SET.search(self.routines.strings(given[0]))
        if set_to is None or _WHERE.search(set_to[2]):
            return False
        put_in = [part for hole in descendants(given[0], "interpolation") for part in hole.named_children]
        if given[0].type in {"binary_operator", "binary_expression"}:
            put_in += [part for part in descendants(given[0], "binary_expression", "binary_operator", "method_invocation") if part.id != given[0].id and not _TEXTS.search(self.flow.read(part))]
        return any(self._is_changed(each) for each in [*put_in, *given[1:]])

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
            call.receiver == name and call.name.startswith("set") and any(self._is_changed(each) for each in self.flow.arguments(call.node)[1:])
            for call in routine.calls
        )

    # Values.

    def _is_changed(self, value: Node, read: str | None = None) -> bool:
        """Whether a value is computed of an amount that was read before (`read`: how, where it is told)."""
        text = self._whole(value)
        if _SAFE_VALUE.search(text):
            return False
        if read is not None:
            return re.search(read, text) is not None and _ARITHMETIC.search(_TEXTS.sub("", text)) is not None
        is_read = _READ.search(text) is not None or self._is_row(value, text)
        return is_read and _ARITHMETIC.search(_TEXTS.sub("", text)) is not None

    def _is_row(self, value: Node, text: str) -> bool:
        """Whether a value comes out of a row that the routine selected."""
        routine = self.routines.of(value)
        if routine is None:
            return False
        if not _ROW.search(text):  # unpacked: `(balance,) = cursor.fetchone()`
            names = [each for each in descendants(value, "identifier") if _NAME.fullmatch(self.flow.read(each))]
            given = self.flow.parameters(routine.node)
            if not any(self.flow.read(each) not in given and not self.flow.bound(self.flow.read(each), each)[0] for each in names):
                return False
            text = self.routines.code(routine.node)
        return _ROW.search(text) is not None and _SELECT.search(self.routines.code(routine.node)) is not None

    def _whole(self, value: Node, depth: int = 3) -> str:
        """The text of an expression and of what its names are bound to."""
        found, seen, level = [], set(), [value]
        for _ in range(depth + 1):
            after = []
            for node in level:
                found.append(self.flow.read(node))
                for name in descendants(node, "identifier"):
                    for each in self.flow.bound(self.flow.read(name), name)[0]:
                        if each is not None and each.id not in seen:
                            seen.add(each.id)
                            after.append(each)
            level = after[:40]
        return "\n".join(found)
