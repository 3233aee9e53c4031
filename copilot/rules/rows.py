"""Which objects are rows: read from a store, or written to one; not what is only in memory."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.amounts import Amounts
from copilot.rules.names import Level
from copilot.rules.routines import Routine
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants

STORE: Final = r"(?:\w*(?:repo|repository|repositories|dao|mapper|jdbc\w*|entity_?manager|session|objects|redis\w*|cursor|conn|connection|collection|store|storage|dynamo\w*|table|service|client|manager|cache|query|accounts|wallets|stocks|db|ops\w*|jedis)|em|cur|r|rdb|pool|tx)"
LOADS: Final = re.compile(
    rf"(?i)(?:^|[^\w]){STORE}(?:\([^()]*\))?(?:\.\w+(?:\([^()]*\))?)*?\.(?:find|get|select|load|query|fetch|one|first|scalar|read|require|retrieve|lookup|by_?id|hget|filter|all)\w*\("
    r"|\.(?:objects|query)\.|\.(?:findBy\w*|findById|selectById|selectOne|getById|getOne|get_or_404|scalar_one\w*|get_object|find_one\w*|get_item|fetchone|fetchrow|findOne\w*)\(|(?<![.\w])(?:\w+\.)?_?(?:find|load|fetch|select|get|require|must|read|lookup)_?\w*(?:account|wallet|stock|product|sku|card|customer|user|loan|inventory|limit|quota|item|owner|member|facility|fund|position)\w*\("
)
SAVES: Final = re.compile(
    r"a?save\w*|update\w*|persist|merge|insert\w*|store\w*|put\w*|write\w*|upsert\w*|bulk_update|add|replace\w*|modify\w*|set\w*"
)
_SHARED: Final = re.compile(r"(?i)_?(?:\w+_)?(?:balances?|quotas?|stocks?|inventor(?:y|ies)|wallets?)")
_ENDS: Final = re.compile(r"(?:commit|flush)\(")


class Rows:
    """The rows of one document."""

    def __init__(self, amounts: Amounts) -> None:
        self.amounts, self.routines, self.flow = amounts, amounts.routines, amounts.flow

    def is_saving(self, node: Node) -> bool:
        """Whether a call is one of a store."""
        receiver = self.flow.receiver(node)
        return receiver is not None and re.search(rf"(?i){STORE}(?:\([^()]*\))?$", self.flow.read(receiver)) is not None

    def is_local(self, name: str, node: Node) -> bool:
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

    def is_stored(self, node: Node, routine: Routine) -> bool:
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
        if node.type == "subscript" and _SHARED.fullmatch(owner) and not self.is_local(owner, at):
            return True  # a table in memory that all threads use
        if any(value is not None and is_new(value, self.flow.called(value)) for value in values):
            return False  # a row of its own: what the balance was, for the journal
        if any(value is not None and LOADS.search(self.amounts.whole(value, 1)) for value in values):
            return True
        if (
            routine.outer is None
            and self.routines.language == "python"
            and _ENDS.search(self.routines.code(routine.node))
        ):
            return True
        for call in routine.calls:
            if not SAVES.fullmatch(call.name) or call.node.start_byte <= node.start_byte < call.node.end_byte:
                continue
            if call.receiver == owner and call.name in {"save", "asave", "update", "persist", "store", "merge"}:
                return True
            if (
                call.receiver
                and any(
                    re.search(rf"\b{re.escape(owner)}\b", self.flow.read(each))
                    for each in self.flow.arguments(call.node)
                )
                and re.search(rf"(?i){STORE}(?:\([^()]*\))?$|^(?:this|self)$", call.receiver)
            ):
                return True
        return False


def is_new(value: Node, name: str) -> bool:
    """Whether an expression makes an object."""
    return value.type == "object_creation_expression" or (value.type == "call" and name[:1].isupper())
