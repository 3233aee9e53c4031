"""Money in expressions: which name it, in which currency, and whether a place is found already. Words are told in `wording.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.rules.flow import Flow
from copilot.rules.kind_names import DECIMAL, FLOAT, UNKNOWN, spelled
from copilot.rules.kinds import Kinds
from copilot.rules.sums import Sums
from copilot.rules.wording import CURRENCIES, SAME, about, currencies, currency, is_money
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_CONVERTS: Final = re.compile(
    r"(?i)convert|exchange|\bfx|rate|huilv|汇率|折算|equivalent|(?:usd|cny|eur|jpy|gbp|hkd|rmb)_?(?:to|2)_?(?:usd|cny|eur|jpy|gbp|hkd|rmb)"
)
_COUNTS: Final = re.compile(r"^len\(|\.(?:size|count|length)\(\s*\)$|\.(?:count|length)$")
_KEY: Final = re.compile(r"(?:\[|\bget\w*\()\s*[\"']\w+[\"']\s*[\])]\Z")
"""What reads a row by a name: `row["fee_usd"]`."""
_QUOTED: Final = re.compile(r"""["']([A-Z]{3})["']|\b(?:Currency|Ccy|CurrencyCode|CurrencyUnit)\.([A-Z]{3})\b""")
_OWN_TYPES: Final = re.compile(r"\b(?:MonetaryAmount|CurrencyUnit|org\.joda\.money|javax\.money)\b")
"""Money types of libraries, which round by their own rules."""
_TESTS: Final = re.compile(r"(?i)\A(?:test_?\w*|should_?[A-Z_]\w*)\Z")
_ITSELF: Final = re.compile(r"other|that|o|rhs|money|addend|right|another|m|b|next")
_OPERATORS: Final = re.compile(r"__(?:r|i)?(?:add|sub)__|__(?:lt|le|gt|ge)__")
_DISPLAY: Final = re.compile(
    r"(?i)(?:^|\.)(?:log|logger|logging|_log)\.|metric|gauge|histogram|counter|chart|plot|print|approx|assert|raises|random|np\.|numpy"
)


def bare(name: str) -> str:
    """The name of a routine without the verb before what it gives."""
    return re.sub(
        r"^(?:get|set|calculate|calc|compute|fetch|load|find|query|with|to|apply|parse)(?:_|(?=[A-Z]))", "", name
    )


_ACCESSORS: Final = frozenset(
    [
        "get",
        "abs",
        "doubleValue",
        "floatValue",
        "longValue",
        "intValue",
        "orElse",
        "orElseThrow",
        "strip",
        "trim",
        "sum",
        "round",
        "astype",
        "toString",
        "value",
        "asDouble",
        "asText",
        "getNumericCellValue",
    ]
)
"""What a name's own value is read by: they say nothing of it themselves."""


class Money:
    """Answers predicates about money in one document."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.kinds, self.sums = flow, Kinds(flow), Sums(flow)
        self._about: tuple[bool, bool] | None = None
        self._words: frozenset[str] | None = None
        self._mixed: bool | None = None

    @property
    def words(self) -> frozenset[str]:
        """Every word of the text, names whole."""
        if self._words is None:
            self._words = frozenset(re.findall(r"\w+", self.flow.text.decode("utf-8", "replace")))
        return self._words

    @property
    def mixed(self) -> bool:
        """Whether the text speaks of more than one currency."""
        if self._mixed is None:
            self._mixed = len(currencies(self.words)) > 1
        return self._mixed

    def is_money(self, name: str) -> bool:
        """Whether a name says money in this file."""
        if self._about is None:
            self._about = about(self.flow.text.decode("utf-8", "replace"))
        return is_money(name, *self._about)

    def named(self, node: Node) -> bool:
        """Whether an expression names money: its last name does."""
        return any(self.is_money(name) for name in self._names(node))

    def _names(self, node: Node) -> Iterator[str]:
        kind = node.type
        if kind in {"identifier", "type_identifier"}:
            yield self.flow.read(node)
        elif kind in {"attribute", "field_access", "method_reference"}:
            yield self.flow.read(node.named_children[-1])
        elif kind in {"call", "method_invocation"}:
            name = self.flow.called(node)
            given = self.flow.arguments(node)
            if name not in _ACCESSORS:
                yield bare(name)
            if len(given) in {1, 2} and given[0].type in {"string", "string_literal"}:
                yield self.flow.read(given[0]).strip("\"'")  # rs.getDouble("amount"), row.get("amount")
            receiver = self.flow.receiver(node)
            if receiver is not None and name in _ACCESSORS:
                yield from self._names(receiver)
            elif name in {"abs", "sum", "float", "str", "max", "min", "parseDouble", "valueOf", "Decimal"} and given:
                yield from self._names(given[0])
        elif kind in {"subscript", "array_access"}:
            yield from self._names(node.named_children[0])
            if node.named_children[1].type in {"string", "string_literal", "identifier"}:
                yield self.flow.read(node.named_children[1]).strip("\"'")
        elif kind in {"string", "string_literal"}:
            yield self.flow.read(node).strip("\"'")
        elif kind in {"parenthesized_expression", "unary_operator", "unary_expression", "cast_expression"}:
            yield from self._names(node.named_children[-1])

    def within(self, node: Node) -> bool:
        """Whether money stands in an expression of arithmetic, and nothing makes a ratio of it."""
        if node.type in {"binary_operator", "binary_expression"}:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            sign = node.child_by_field_name("operator")
            if left is None or right is None or sign is None:
                return False
            if self.flow.read(sign) == "/" and self.within(left) and self.within(right):
                return False
            return self.within(left) or self.within(right)
        if node.type == "parenthesized_expression":
            return self.within(node.named_children[-1])
        if node.type in {"generator_expression", "list_comprehension"}:
            return self.within(node.named_children[0])
        if node.type == "call" and self.flow.called(node) in {"sum", "float", "max", "min", "abs"}:
            return any(self.within(part) for part in self.flow.arguments(node))
        return self.named(node)

    def tested(self, node: Node) -> bool:
        """Whether a place stands in a test."""
        routine = self.flow.around(node)
        while routine is not None:
            name = routine.child_by_field_name("name")
            if name is not None and _TESTS.match(self.flow.read(name)):
                return True
            if routine.type == "method_declaration" and re.search(
                r"@(?:\w+\.)*(?:\w*Test|BeforeEach|BeforeAll)\b", self.flow.read(routine)[:200]
            ):
                return True
            routine = self.flow.around(routine)
        return False

    def shown(self, node: Node) -> bool:
        """Whether a value only goes where people or meters look: logs, metrics, charts."""
        at = node.parent
        while at is not None and not at.type.endswith(("_statement", "_declaration", "_definition")):
            if at.type in {"call", "method_invocation"}:
                target = at.child_by_field_name("function")
                text = self.flow.read(target) if target is not None else self.flow.read(at).partition("(")[0]
                if _DISPLAY.search(text):
                    return True
            at = at.parent
        return False

    def told(self, site: Node) -> bool:
        """Whether what stands around a place is found for the same money: its declaration, its routine, the decimal it goes to."""
        flow, kinds = self.flow, self.kinds
        name = flow.read(site)
        routine = enclosing(site.parent, *flow.grammar.routines) if site.parent is not None else None
        if site.type == "identifier" and flow.document.language == "java":
            held = re.sub(r"^(?:get|is)(?=[A-Z])", "", name)
            held = held[:1].lower() + held[1:] if held != name else name
            setter = site.parent is not None and site.parent.type == "formal_parameter" and routine is not None
            return (setter or held != name) and kinds.field(held) == FLOAT
        at = site.parent
        while at is not None and at.type not in flow.grammar.blocks:
            if at.type in {
                "variable_declarator",
                "assignment",
                "augmented_assignment",
                "keyword_argument",
                "pair",
                "assignment_expression",
            }:
                left = at.child_by_field_name("name") or at.child_by_field_name("left") or at.child_by_field_name("key")
                if left is not None and left != site and self.named(left):
                    if at.type == "variable_declarator":
                        held_type = at.parent.child_by_field_name("type") if at.parent is not None else None
                        return held_type is not None and spelled(flow.read(held_type)) in {FLOAT, UNKNOWN}
                    if at.type == "assignment_expression":
                        return kinds.kind(left) == FLOAT
                    value = at.child_by_field_name("value") or at.child_by_field_name("right")
                    return kinds.kind(value) == FLOAT or spelled(self._annotation(at)) == FLOAT
            elif (
                (
                    at.type in {"call", "object_creation_expression"}
                    and flow.called(at) in {"Decimal", "BigDecimal", "from_float"}
                )
                or (at.type == "call" and flow.called(at) == "float")
                or (at.type in {"binary_operator", "binary_expression"} and site.type == at.type)
            ):
                return True
            elif at.type == "return_statement" and routine is not None:
                own = routine.child_by_field_name("name")
                returned = routine.child_by_field_name("return_type") or routine.child_by_field_name("type")
                if own is not None and returned is not None and self.is_money(bare(flow.read(own))):
                    return spelled(flow.read(returned)) == FLOAT
            at = at.parent
        return False

    def _annotation(self, node: Node) -> str:
        held = node.child_by_field_name("type")
        return self.flow.read(held) if held is not None else ""

    def copied(self, value: Node) -> bool:
        """Whether the floats of a value come from money that is found where it is declared."""
        for node in descendants(value, "identifier", "attribute"):
            outer = node.parent
            if outer is not None and outer.type in {"attribute", "call"} and outer.named_children[-1] == node:
                continue
            if node.type == "attribute" and not self.flow.read(node).startswith("self."):
                continue
            if self.named(node) and self.kinds.kind(node) == FLOAT:
                return True
        return False

    def purpose(self, site: Node) -> str:
        """The name that takes what a place gives: of a variable, an argument, a key; the routine's where it is returned."""
        at, routine = site.parent, None
        while at is not None and at.type not in self.flow.grammar.blocks:
            if at.type in {
                "variable_declarator",
                "assignment",
                "augmented_assignment",
                "keyword_argument",
                "pair",
                "assignment_expression",
            }:
                left = at.child_by_field_name("name") or at.child_by_field_name("left") or at.child_by_field_name("key")
                return self.flow.read(left) if left is not None else ""
            if (
                at.type == "method_invocation"
                and site.parent is not None
                and re.match("set[A-Z]", self.flow.called(at))
            ):
                return self.flow.called(at)[3:]
            if at.type == "return_statement":
                routine = self.flow.around(at)
            at = at.parent
        own = routine.child_by_field_name("name") if routine is not None else None
        return self.flow.read(own) if own is not None else ""

    def decimal(self, node: Node, depth: int = 0) -> bool:
        """Whether an expression of Java is a `BigDecimal`: known to be, or made as one is of what is not known."""
        told = self.kinds.kind(node)
        if told:
            return told == DECIMAL
        if node.type == "method_invocation" and depth < 6:
            name, owner, given = self.flow.called(node), self.flow.receiver(node), self.flow.arguments(node)
            if name in {"reduce", "requireNonNullElse", "getOrDefault", "orElse"} and any(
                self.kinds.kind(each) == DECIMAL for each in given
            ):
                return True
            if name in {"add", "subtract", "multiply", "negate", "abs", "divide"} and owner is not None:
                return self.decimal(owner, depth + 1) or any(self.kinds.kind(each) == DECIMAL for each in given)
        return (
            node.type != "this"
            and self.named(node)
            and not _OWN_TYPES.search(self.flow.text.decode("utf-8", "replace"))
        )

    # Currencies.

    def like_itself(self, node: Node) -> bool:
        """Whether a name is a parameter of the type of the class around: by its type, in Python by its operator, or by its name."""
        flow, name = self.flow, self.flow.read(node)
        routine = flow.around(node)
        holder = enclosing(node, "class_declaration", "record_declaration", "class_definition")
        title = holder.child_by_field_name("name") if holder is not None else None
        if routine is None or title is None:
            return False
        given = flow.parameters(routine)
        if name not in given:
            return False
        if _ITSELF.fullmatch(name):
            return True
        own = routine.child_by_field_name("name")
        if own is not None and _OPERATORS.fullmatch(flow.read(own)):
            return True
        words = re.findall(r"\w+", flow.read(given[name][0]))
        return flow.read(title) in words[:-1] or flow.read(title) in words[1:]

    def currency(self, node: Node, depth: int = 0) -> str:
        """The currency of an expression, empty where it is not told, where it is converted and where things are counted."""
        text = self.flow.read(node)
        if depth > 4 or _CONVERTS.search(text) or _COUNTS.search(text):
            return ""
        quoted = {(a or b).lower() for a, b in _QUOTED.findall(text)} & CURRENCIES
        if len(quoted) == 1 and node.type not in {"string", "string_literal"}:
            code: str = quoted.pop()
            return SAME.get(code, code)
        if node.type not in {"subscript", "call", "method_invocation"} or not _KEY.search(text):
            text = re.sub(r"[\"'].*?[\"']", "", text)
        found = currency(text)
        if found or node.type != "identifier":
            return found
        values, _ = self.flow.bound(text, node)
        told = {self.currency(value, depth + 1) for value in values if value is not None and value.id != node.id}
        return told.pop() if len(told) == 1 else ""
