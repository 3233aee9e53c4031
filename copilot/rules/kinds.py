"""Of what kind an expression is, as far as one file tells: a binary floating-point number, a decimal, a whole number, text.

A name's type is read where it is declared (annotation, declaration, what it was last bound to); a member's where a class of
the file declares it; a call's by the routine of the file, or by names that every library uses alike (`doubleValue`).
A container is told as `of <kind>`. Absent on purpose: types of other files, and of names bound in branches (the last counts).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from copilot.rules.flow import Flow
from copilot.rules.kind_names import (
    ARITHMETIC,
    DECIMAL,
    FLOAT,
    JAVA,
    OF_DECIMAL,
    OPENED,
    OTHER,
    PYTHON_FLOATS,
    SCOPES,
    SPELLED,
    TAKEN,
    TEXT,
    TYPED,
    UNKNOWN,
    WHOLE,
    spelled,
)
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.syntax.tree import enclosing

_DEEPEST: Final = 12
_EACH: Final = frozenset(
    {"map", "mapToObj", "forEach", "filter", "mapToDouble", "anyMatch", "allMatch", "noneMatch", "flatMap", "peek"}
)


class _Row(NamedTuple):
    start: int
    end: int  # of the scope
    scope: int  # its start
    type: str
    value: Node | None
    each: Node | None
    added: bool


class Kinds:
    """The kinds of one document's expressions; everything is looked up on first need."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.language = "java" if flow.document.language == "java" else "python"
        self._names: dict[str, list[_Row]] | None = None
        self._members: dict[str, list[_Row]] = {}
        self._routines: dict[str, set[str]] = {}
        self._known: dict[int, str] = {}

    def kind(self, node: Node | None, depth: int = 0) -> str:
        """The kind of an expression; UNKNOWN where the file does not tell."""
        if node is None or depth > _DEEPEST:
            return UNKNOWN
        if node.id not in self._known:
            self._known[node.id] = UNKNOWN  # what is asked for again inside
            self._known[node.id] = self._kind(node, depth + 1)
        return self._known[node.id]

    def _kind(self, node: Node, depth: int) -> str:
        match node.type:
            case "float" | "decimal_floating_point_literal" | "hex_floating_point_literal":
                return FLOAT
            case "integer" | "decimal_integer_literal" | "hex_integer_literal":
                return WHOLE
            case "string" | "string_literal" | "concatenated_string":
                return TEXT
            case "true" | "false" | "none" | "null_literal" | "comparison_operator":
                return OTHER
            case "parenthesized_expression" | "unary_operator" | "unary_expression" | "await":
                return self.kind(node.named_children[-1], depth) if node.named_children else UNKNOWN
            case "binary_operator" | "binary_expression":
                return self._binary(node, depth)
            case "conditional_expression" | "ternary_expression" | "boolean_operator":
                parts = node.named_children
                if len(parts) == 3:
                    parts = [parts[0], parts[2]] if node.type[0] == "c" else parts[1:]
                return self._either({self.kind(part, depth) for part in parts})
            case "cast_expression":
                held = node.child_by_field_name("type")
                return spelled(self.flow.read(held)) if held is not None else UNKNOWN
            case "call" | "method_invocation" | "object_creation_expression":
                return self._called(node, depth)
            case "identifier":
                return self.named(self.flow.read(node), node, depth)
            case "attribute" | "field_access":
                return self._member(node, depth)
            case "subscript" | "array_access":
                told = self.kind(node.named_children[0], depth)
                return told[3:] if told.startswith("of ") else UNKNOWN
            case "list" | "tuple" | "set" | "array_initializer":
                kinds = {self.kind(part, depth) for part in node.named_children}
                return f"of {self._either(kinds)}" if kinds else UNKNOWN
            case "dictionary":
                values = [part.child_by_field_name("value") for part in node.named_children if part.type == "pair"]
                return f"of {self._either({self.kind(value, depth) for value in values})}" if values else UNKNOWN
            case "list_comprehension" | "generator_expression" | "set_comprehension":
                return f"of {self.kind(node.named_children[0], depth)}"
            case "keyword_argument":
                return self.kind(node.child_by_field_name("value"), depth)
        return UNKNOWN

    @staticmethod
    def _either(kinds: set[str]) -> str:
        kinds = kinds - {OTHER} or kinds
        if FLOAT in kinds and not kinds & {DECIMAL, TEXT}:
            return FLOAT
        return kinds.pop() if len(kinds) == 1 else UNKNOWN

    def _binary(self, node: Node, depth: int) -> str:
        left, right, sign = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        told = self.flow.read(sign) if sign is not None else ""
        kinds = {self.kind(left, depth), self.kind(right, depth)}
        if told not in ARITHMETIC:
            return OTHER
        if TEXT in kinds:
            return TEXT
        if DECIMAL in kinds:
            return DECIMAL
        if FLOAT in kinds and not kinds & {OTHER}:
            return FLOAT
        if kinds == {WHOLE}:
            return FLOAT if told == "/" and self.language == "python" else WHOLE
        return UNKNOWN

    def _called(self, node: Node, depth: int) -> str:
        flow = self.flow
        name, receiver, given = flow.called(node), flow.receiver(node), flow.arguments(node)
        if node.type == "object_creation_expression":
            held = node.child_by_field_name("type")
            return spelled(flow.read(held)) if held is not None else UNKNOWN
        owner = flow.read(receiver) if receiver is not None else ""
        if receiver is None or owner in {"this", "self"}:
            told = self.routine(name)
            if told:
                return told
        if self.language == "python":
            return self._python(node, name, receiver, given, depth)
        if owner in {"Math", "StrictMath"}:
            if name in {"abs", "max", "min"}:
                return self._either({self.kind(part, depth) for part in given})
            return (
                WHOLE if name in {"round", "floorDiv", "floorMod", "toIntExact", "addExact", "multiplyExact"} else FLOAT
            )
        if owner in {"Arrays", "DoubleStream"} and name in {"stream", "of", "asList"} and given:
            told = self.kind(given[0], depth)
            return told if told.startswith("of ") else f"of {told}"
        if name in {"mapToDouble", "asDoubleStream"}:
            return f"of {FLOAT}"
        if name in {"valueOf", "of"} and owner in SPELLED:
            return TEXT if owner == "String" else SPELLED[owner]
        if name in JAVA:
            return JAVA[name]
        told = self.kind(receiver, depth)
        if name in OF_DECIMAL and told in {DECIMAL, FLOAT, f"of {FLOAT}"}:
            return told.removeprefix("of ")
        if told.startswith("of "):
            if name in {"stream", "filter", "sorted", "limit", "skip"}:
                return told
            return told[3:] if name in TAKEN else UNKNOWN
        if name == "reduce" and given:
            return self.kind(given[0], depth)
        if name in OPENED:
            return told or self._either({self.kind(part, depth) for part in given})
        return self.member(name, getter=True, depth=depth) if not given else UNKNOWN

    def _python(self, node: Node, name: str, receiver: Node | None, given: list[Node], depth: int) -> str:
        target = node.child_by_field_name("function")
        text = self.flow.read(target) if target is not None else ""
        if PYTHON_FLOATS.fullmatch(text) or name in {"total_seconds", "timestamp"}:
            return FLOAT
        if receiver is None or self.flow.read(receiver) in {"decimal", "np", "numpy", "builtins"}:
            if name in {"abs", "max", "min", "sum", "round"} and given:
                kinds = {
                    self.kind(part, depth).removeprefix("of ") for part in given if part.type != "keyword_argument"
                }
                if name == "round":
                    return self.kind(given[0], depth) if len(given) > 1 else WHOLE
                return self._either(kinds - {WHOLE} or kinds)
            if name in {"int", "len", "ord", "hash"}:
                return WHOLE
            if name in {"Decimal", "D"}:
                return DECIMAL
            return TEXT if name in {"str", "repr", "format"} else UNKNOWN
        held = self.kind(receiver, depth)
        if name == "quantize" or (name in OF_DECIMAL and held == DECIMAL):
            return DECIMAL
        if name in {"get", "pop"} and held.startswith("of "):
            return held[3:]
        return TEXT if name in {"strip", "format", "join", "replace"} else UNKNOWN

    def _member(self, node: Node, depth: int) -> str:
        owner = node.named_children[0]
        name = self.flow.read(node.named_children[-1])
        if self.flow.read(owner).endswith("BigDecimal"):
            return DECIMAL
        return self.member(name, depth=depth)

    # What is declared.

    def named(self, name: str, node: Node, depth: int = 0) -> str:
        """The kind of a name at a place."""
        row = self._row(name, node)
        told = self._told(row, depth, name, node) if row is not None else UNKNOWN
        if not told and self.language == "python" and self._is_told_float(name, node):
            return FLOAT
        if row is not None and not told and not row.type:
            held = [each for each in self._all().get(name, ()) if each.type and each.scope == row.scope]
            return spelled(held[-1].type) if held else told
        return told

    def _told(self, row: _Row, depth: int, name: str = "", node: Node | None = None) -> str:
        if depth > _DEEPEST:
            return UNKNOWN
        told = spelled(row.type) if row.type else UNKNOWN
        if told or row.type not in {"", "var"}:
            return told
        if row.each is not None:
            held = self.kind(row.each, depth)
            return held[3:] if held.startswith("of ") else UNKNOWN
        own = self.kind(row.value, depth)
        if row.added and name and node is not None and row.value is not None:
            return (
                self._either({own, self.named(name, row.value, depth + 1)} - {WHOLE, UNKNOWN})
                if own != DECIMAL
                else own
            )
        return own

    def _row(self, name: str, node: Node) -> _Row | None:
        best = None
        for row in self._all().get(name, ()):
            if not row.scope <= node.start_byte < row.end or (
                row.start > node.start_byte and row.end < len(self.flow.text)
            ):
                continue
            if row.value is not None and row.value.start_byte <= node.start_byte < row.value.end_byte:
                continue
            if best is None or row.scope > best.scope or (row.scope == best.scope and row.start > best.start):
                best = row
        if best is None and self.language == "java":
            held = self._members.get(name, ())
            inside = [row for row in held if row.scope <= node.start_byte < row.end] or held
            return max(inside, key=lambda row: row.scope, default=None)
        return best

    def member(self, name: str, *, getter: bool = False, depth: int = 0) -> str:
        """The kind that all classes of the file agree on for a member; `getter`: through a method without arguments."""
        self._all()
        if getter:
            told = self.routine(name)
            if told:
                return told
            bare = re.sub(r"^get(?=[A-Z])", "", name)
            name = bare[:1].lower() + bare[1:]
        kinds = {self._told(row, depth) for row in self._members.get(name, ())} - {
            OTHER if self.language == "python" else UNKNOWN
        }
        return kinds.pop() if len(kinds) == 1 else UNKNOWN

    def field(self, name: str) -> str:
        """As `member`, by fields alone."""
        self._all()
        kinds = {self._told(row, 0) for row in self._members.get(name, ())}
        return kinds.pop() if len(kinds) == 1 else UNKNOWN

    def routine(self, name: str) -> str:
        """The kind that the routines of this name return, if all agree."""
        self._all()
        kinds = self._routines.get(name, set())
        return next(iter(kinds)) if len(kinds) == 1 else UNKNOWN

    def _all(self) -> dict[str, list[_Row]]:
        if self._names is None:
            self._names = {}
            query = compiled(self.flow.document.language or "", TYPED[self.language])
            for _, captures in QueryCursor(query).matches(self.flow.tree.root_node):
                one = {key: nodes[0] for key, nodes in captures.items()}
                typed = self.flow.read(one["type"]) if "type" in one else ""
                if "many" in one:
                    typed += "[]" if self.language == "java" else ""
                if "routine" in one:
                    self._routines.setdefault(self.flow.read(one["routine"]), set()).add(spelled(typed))
                    continue
                name = one.get("name") or one["member"]
                scope = enclosing(name.parent or name, *SCOPES[self.language]) or self.flow.tree.root_node
                start = (
                    scope.start_byte
                    if "each" in one and scope.type.endswith(("comprehension", "_expression"))
                    else name.start_byte
                )
                each = one.get("each") or self._streamed(name)
                row = _Row(start, scope.end_byte, scope.start_byte, typed, one.get("value"), each, "sign" in one)
                held = self._names if "name" in one else self._members
                held.setdefault(self.flow.read(name), []).append(row)
        return self._names

    def _streamed(self, name: Node) -> Node | None:
        """What a lambda of Java is handed the parts of, one by one: `values.stream().map(each -> …)`."""
        lambda_, given = name.parent, name.parent.parent if name.parent is not None else None
        if self.language != "java" or lambda_ is None or given is None or lambda_.type != "lambda_expression":
            return None
        call = given.parent
        streams = call is not None and call.type == "method_invocation" and self.flow.called(call) in _EACH
        return call.child_by_field_name("object") if call is not None and streams else None

    def _is_told_float(self, name: str, node: Node) -> bool:
        """Whether the branch around a place is taken by floats alone: `if isinstance(value, float):`."""
        branch = enclosing(node, "if_statement", "function_definition")
        asked = branch.child_by_field_name("condition") if branch is not None else None
        taken = branch.child_by_field_name("consequence") if branch is not None else None
        return (
            asked is not None
            and taken is not None
            and taken.start_byte <= node.start_byte < taken.end_byte
            and self.flow.read(asked) == f"isinstance({name}, float)"
        )
