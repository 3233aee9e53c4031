"""Names of stored amounts (a balance, a stock, a limit), and values that are computed of one that was read."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.routines import Routines
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants

WORDS: Final = (
    r"balance|bal|stock|inventory|quota|limit|available|avail|remaining|remain|remainder|frozen|outstanding|points|budget|holdings?|shares|principal"
    r"|credit|qty|quantity|funds|reserve[ds]?|usedamount|used|consumed|kucun|yue|edu|jifen|seats|coupons?|left|total_?paid|paid_?amount|debt|exposure|tokens_?left|amount_?left|allowance|headroom|on_?hand|units"
    r"|saldo|guthaben|bestand|kontingent|drawn|slots|ke_?yong|dong_?jie"
)
PLAIN_TEXT: Final = (
    "bal", "stock", "inventory", "quota", "limit", "avail", "remain", "frozen", "outstanding", "points", "budget", "holding",
    "shares", "principal", "credit", "qty", "quantity", "funds", "reserve", "used", "consumed", "kucun", "yue", "edu", "jifen",
    "seats", "coupon", "left", "paid", "debt", "exposure", "allowance", "headroom", "on_hand", "onhand", "units",
    "withdraw", "debit", "deposit", "deduct", "charge", "saldo", "guthaben", "bestand", "kontingent", "drawn", "slots", "keyong",
    "ke_yong", "dongjie", "dong_jie",
)  # fmt: skip
PLAIN: Final = tuple(word.encode() for word in PLAIN_TEXT)
NAME: Final = re.compile(
    rf"(?i)(?:\w*_)?(?:{WORDS})(?:_?(?:amount|amt|balance|limit|quota|credit|stock|qty|quantity|cents|fen|count|num|value|points|total))?|\w*(?-i:Balance|Bal|Stock|Inventory|Quota|Limit|Available|Remaining|Frozen|Outstanding|Points|Quantity|Qty|Credit|Funds|Reserved|Principal|Kucun|Yue|Edu|YuE|Saldo|Guthaben|Bestand|Kontingent|Drawn|Slots|Keyong|KeYong|Dongjie|DongJie)(?-i:JinE|Jine|Amount|Amt|Cents|Fen|Count|Num|Value|Total|Qty)?|\w*(?-i:Available|Remaining|Remain|Left|Used|Frozen|Reserved)(?-i:[A-Z]\w*)|(?:available|remaining|frozen|reserved|used)_\w+"
)
CAMEL: Final = r"(?:Balance|Bal|Stock|Inventory|Quota|Limit|Available|Avail|Remaining|Remain|Frozen|Outstanding|Points|Budget|Holdings?|Shares|Principal|Credit|Qty|Quantity|Funds|Reserved?|Used|Kucun|Yue|Edu|Jifen|Coupons?|PaidAmount|TotalPaid|Debt|Exposure|Allowance|Units|YuE|Saldo|Guthaben|Bestand|Kontingent|Drawn|Slots|Keyong|KeYong|Dongjie|DongJie)"
_READ: Final = re.compile(
    rf"(?:get|find|select|query|load|fetch|read|chaxun|huoqu|lese|hole|lade|ermittle)\w*{CAMEL}\w*\(|(?<![\w.])(?!(?:[A-Z]\w*\.)(?:c\.)?)[a-z_]\w*(?:\(\))?(?:\.\w+(?:\([^()]*\))?)*\.(?i:(?:\w+_)?(?:{WORDS})(?:_\w+)?)\b(?!\()|\w+\.(?i:{WORDS})\(\)|[\[(]\s*[\"'](?i:(?:\w+_)?(?:{WORDS})(?:_\w+)?)[\"']"
    rf"|(?i:select\b[^;]*\b\w*(?:{WORDS})\w*\b)|(?i:\b\w*(?:{WORDS})\w*)\.get\(|(?i:(?:get|find|select|query|load|fetch|read)_\w*(?:{WORDS})\w*\()|\.get\w*{CAMEL}\w*\b"
    rf"|(?i:get\(\s*f?[\"'][^\"']*(?:{WORDS}))|(?i:get\(\s*\w*(?:{WORDS})\w*key)"
)
_ARITHMETIC: Final = re.compile(
    r"\.(?:subtract|add|minus|plus|multiply|divide|negate|sub)\(|[\w)\]]\s*[-+*](?![->+*])\s*[\w(]|[-+]=|\b(?:subtract|add|minus|plus|subtractExact|addExact)\("
)
_TEXTS: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_SAFE_VALUE: Final = re.compile(rf"\bF\(|\b[A-Z]\w*\.(?:c\.)?(?i:{WORDS})\b|\.c\.\w+")
_ROW: Final = re.compile(
    r"fetch\w*\(|scalar\w*\(|\.one\w*\(|\.first\(|\brow\b|\.get(?:BigDecimal|Long|Int|Double|Object)\(|queryFor\w+\("
)
_SELECT: Final = re.compile(rf"(?is)\bselect\b[^;]*?\b\w*(?:{WORDS})\w*\b[^;]*?\bfrom\b")


class Amounts:
    """The values of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines, self.flow = routines, routines.flow

    def is_changed(self, value: Node, read: str | None = None) -> bool:
        """Whether a value is computed of an amount that was read before (`read`: how, where it is told)."""
        text = self.whole(value)
        if self.is_safe(text):
            return False
        routine = self.routines.of(value)
        names = "|".join({re.escape(self.flow.read(each)) for each in descendants(value, "identifier")})
        if routine is not None and names:
            text += "\n".join(re.findall(rf"\b(?:{names})\s*[-+]=\s*\w+", self.routines.code(routine.node)))
        if read is not None:
            return re.search(read, text) is not None and self.is_computed(text)
        is_read = _READ.search(text) is not None or self._is_row(value, text)
        return is_read and self.is_computed(text)

    @staticmethod
    def is_safe(text: str) -> bool:
        """Whether the database computes a value: `F("balance") - 1`, `Account.balance - 1`."""
        return _SAFE_VALUE.search(text) is not None

    @staticmethod
    def is_computed(text: str) -> bool:
        """Whether a text reckons."""
        return _ARITHMETIC.search(_TEXTS.sub("", text)) is not None

    def _is_row(self, value: Node, text: str) -> bool:
        """Whether a value comes out of a row that the routine selected."""
        routine = self.routines.of(value)
        if routine is None:
            return False
        if not _ROW.search(text):  # unpacked: `(balance,) = cursor.fetchone()`
            held = list(descendants(value, "identifier"))
            held += [
                each
                for name in held
                for bound in self.flow.bound(self.flow.read(name), name)[0]
                if bound is not None
                for each in descendants(bound, "identifier")
            ]
            names = [each for each in held if NAME.fullmatch(self.flow.read(each))]
            given = self.flow.parameters(routine.node)
            if not any(
                self.flow.read(each) not in given and not self.flow.bound(self.flow.read(each), each)[0]
                for each in names
            ):
                return False
            text = self.routines.code(routine.node)
        selects = _SELECT.search(text) or _SELECT.search(self.routines.code(routine.node))
        return _ROW.search(text) is not None and selects is not None

    def whole(self, value: Node, depth: int = 3) -> str:
        """The text of an expression and of what its names are bound to."""
        found: list[str] = []
        seen: set[int] = set()
        level = [value]
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
