"""Of what kind an expression is, as far as one file tells: a binary floating-point number, a decimal, a whole number, text.

A name's type is read where it is declared (annotation, declaration, what it was last bound to); a member's where a class of
the file declares it; a call's by the routine of the file, or by names that every library uses alike (`doubleValue`).
A container is told as `of <kind>`. Absent on purpose: types of other files, and of names bound in branches (the last counts).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.syntax.tree import enclosing

FLOAT: Final = "float"
DECIMAL: Final = "decimal"
WHOLE: Final = "whole"
TEXT: Final = "text"
OTHER: Final = "other"
UNKNOWN: Final = ""

_SPELLED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("float", "double", "Float", "Double", "float32", "float64", "float_", "double_", "real"), FLOAT),
    **dict.fromkeys(("Decimal", "BigDecimal"), DECIMAL),
    **dict.fromkeys(("int", "long", "short", "byte", "Integer", "Long", "Short", "Byte", "BigInteger"), WHOLE),
    **dict.fromkeys(("str", "String", "CharSequence"), TEXT),
    **dict.fromkeys(("var", "Any", "Object", "object"), UNKNOWN),
    **dict.fromkeys(("OptionalDouble", "DoubleSupplier"), FLOAT),
    **dict.fromkeys(("DoubleStream", "FloatBuffer", "DoubleBuffer"), f"of {FLOAT}"),
}
_WRAPPERS: Final = frozenset({
    "Optional", "Final", "ClassVar", "Annotated", "Mapped", "Supplier", "AtomicReference", "Callable", "Awaitable", "Field",
    "ThreadLocal", "ResponseEntity", "Mono", "CompletableFuture",
})  # fmt: skip
_CONTAINERS: Final = re.compile(
    r"(?i)(?:\w*list|\w*set|\w*map|\w*dict|sequence|iterable|iterator|collection|\w*queue|deque|tuple|\w*stream|mapping|generator"
    r"|ndarray|series)\Z"
)
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "//", "%", "**"})
_JAVA: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "doubleValue", "floatValue", "parseDouble", "parseFloat", "getDouble", "getFloat", "getAsDouble", "nextDouble",
            "nextFloat", "optDouble", "asDouble", "doubleValueExact", "getDoubleValue", "readDouble", "readFloat", "nextGaussian",
        ), FLOAT),
    **dict.fromkeys(("getBigDecimal", "toBigDecimal", "decimalValue", "setScale", "stripTrailingZeros", "movePointLeft"), DECIMAL),
    **dict.fromkeys(
        ("intValue", "longValue", "size", "length", "getInt", "getLong", "parseInt", "parseLong", "unscaledValue", "hashCode",
         "compareTo", "signum", "scale", "precision", "intValueExact", "longValueExact", "nextInt", "nextLong", "count",
         "currentTimeMillis", "nanoTime", "indexOf"), WHOLE),
    **dict.fromkeys(("toString", "toPlainString", "getString", "format", "trim", "substring", "getText", "asText", "name"), TEXT),
}  # fmt: skip
_OF_DECIMAL: Final = frozenset({
    "add", "subtract", "multiply", "divide", "negate", "abs", "pow", "round", "max", "min", "remainder", "plus", "ulp",
    "quantize", "copy_abs", "normalize", "sqrt", "copy_sign", "copy_negate", "scaleb", "to_integral_value", "fma",
    "divideToIntegralValue", "scaleByPowerOfTen", "movePointRight",
})  # fmt: skip
_PYTHON_FLOATS: Final = re.compile(
    r"float|(?:math|cmath)\.(?!floor|ceil|trunc|factorial|gcd|lcm|comb|perm|isqrt|is)\w+|time\.(?:time|perf_counter|monotonic"
    r"|process_time)|random\.(?:random|uniform|gauss|normalvariate|triangular)|(?:numpy|np)\.(?:float\w*|double|mean|average|std"
    r"|var|percentile|quantile|median|sqrt|exp|log)|statistics\.(?:fmean|stdev)|struct\.unpack_float"
)
_TYPED: Final = {
    "java": """
        (local_variable_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @name dimensions: (_)? @many value: (_)? @value))
        (field_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @member dimensions: (_)? @many value: (_)? @value))
        (formal_parameter type: (_) @type name: (identifier) @name)
        (spread_parameter (_) @type (variable_declarator name: (identifier) @name) @many)
        (resource type: (_) @type name: (identifier) @name value: (_) @value)
        (enhanced_for_statement type: (_) @type name: (identifier) @name value: (_) @each)
        (record_declaration parameters: (formal_parameters (formal_parameter type: (_) @type name: (identifier) @member)))
        (method_declaration type: (_) @type name: (identifier) @routine)
        (lambda_expression parameters: (identifier) @name)
        (inferred_parameters (identifier) @name)
    """,
    "python": """
        (typed_parameter . (identifier) @name type: (_) @type)
        (typed_parameter . [(list_splat_pattern (identifier) @name) (dictionary_splat_pattern (identifier) @name)] @many type: (_) @type)
        (typed_default_parameter name: (identifier) @name type: (_) @type)
        (default_parameter name: (identifier) @name value: (_) @value)
        (parameters (identifier) @name)
        (lambda_parameters (identifier) @name)
        (assignment left: (identifier) @name type: (_)? @type right: (_)? @value)
        (assignment left: (pattern_list (identifier) @name))
        (augmented_assignment left: (identifier) @name operator: _ @sign right: (_) @value)
        (named_expression name: (identifier) @name value: (_) @value)
        (for_statement left: (identifier) @name right: (_) @each)
        (for_in_clause left: (identifier) @name right: (_) @each)
        (as_pattern (_) (as_pattern_target (identifier) @name))
        (class_definition body: (block (expression_statement (assignment left: (identifier) @member type: (_)? @type right: (_)? @value))))
        (assignment left: (attribute object: (identifier) @_self attribute: (identifier) @member) type: (_)? @type right: (_)? @value (#eq? @_self "self"))
        (function_definition name: (identifier) @routine return_type: (_) @type)
    """,
}
_SCOPES: Final = {
    "java": (
        "block", "method_declaration", "constructor_declaration", "compact_constructor_declaration", "lambda_expression",
        "for_statement", "enhanced_for_statement", "try_with_resources_statement", "class_body", "interface_body", "enum_body",
        "record_declaration", "program",
    ),
    "python": (
        "function_definition", "lambda", "class_definition", "list_comprehension", "generator_expression", "set_comprehension",
        "dictionary_comprehension", "module",
    ),
}  # fmt: skip
_DEEPEST: Final = 12


class _Row(NamedTuple):
    start: int
    end: int  # of the scope
    scope: int  # its start
    type: str
    value: Node | None
    each: Node | None
    added: bool


def spelled(text: str) -> str:
    """The kind that a type's text names."""
    text = text.strip().strip("\"'").strip()
    many = text.endswith(("[]", "..."))
    text = text.rstrip("[]. ") if many else text
    parts = [part for part in re.split(r"\s*\|\s*(?![^\[]*\])", text) if part not in {"None", ""}]
    if len(parts) > 1:
        kinds = {spelled(part) for part in parts}
        return FLOAT if FLOAT in kinds and DECIMAL not in kinds else kinds.pop() if len(kinds) == 1 else UNKNOWN
    head, bracket, rest = re.sub(r"@\w+\s*", "", parts[0] if parts else "").partition("[" if "[" in text else "<")
    name = re.split(r"[.\s]", head.strip())[-1]
    if many:
        return f"of {_SPELLED.get(name, OTHER)}"
    if not bracket:
        return _SPELLED.get(name, OTHER if name else UNKNOWN)
    inside = _split(rest.strip()[:-1])
    if name in _WRAPPERS:
        return spelled(inside[0])
    if name == "Union":
        return spelled("|".join(inside))
    if _CONTAINERS.match(name) or name in _SPELLED:
        last = inside[0] if name.lower() == "generator" else [part for part in inside if part != "..."][-1:]
        held = spelled(last if isinstance(last, str) else "".join(last))
        return held if held.startswith("of ") else f"of {held}"
    return OTHER


def _split(text: str) -> list[str]:
    """Type arguments apart, those inside others together."""
    parts, depth, at = [], 0, 0
    for n, sign in enumerate(text):
        depth += (sign in "[<") - (sign in "]>")
        if sign == "," and not depth:
            parts.append(text[at:n])
            at = n + 1
    return [part.strip() for part in [*parts, text[at:]]]


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
                return (
                    self.kind(node.named_children[0], depth).removeprefix("of ")
                    if self._is_many(node, depth)
                    else UNKNOWN
                )
            case "list" | "tuple" | "set" | "array_initializer":
                kinds = {self.kind(part, depth) for part in node.named_children}
                return f"of {self._either(kinds)}" if kinds else UNKNOWN
            case "list_comprehension" | "generator_expression" | "set_comprehension":
                return f"of {self.kind(node.named_children[0], depth)}"
            case "keyword_argument":
                return self.kind(node.child_by_field_name("value"), depth)
        return UNKNOWN

    def _is_many(self, node: Node, depth: int) -> bool:
        return self.kind(node.named_children[0], depth).startswith("of ")

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
        if told not in _ARITHMETIC:
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
        if name in {"valueOf", "of"} and owner in _SPELLED:
            return TEXT if owner == "String" else _SPELLED[owner]
        if name in _JAVA:
            return _JAVA[name]
        held = self.kind(receiver, depth)
        if name in _OF_DECIMAL and held in {DECIMAL, FLOAT} | {f"of {FLOAT}"}:
            return held.removeprefix("of ")
        if held.startswith("of "):
            return (
                held
                if name in {"stream", "filter", "sorted", "limit", "skip"}
                else held[3:]
                if name in _TAKEN
                else UNKNOWN
            )
        if name == "reduce" and given:
            return self.kind(given[0], depth)
        if name in {
            "get",
            "orElse",
            "orElseThrow",
            "orElseGet",
            "requireNonNull",
            "requireNonNullElse",
            "nullToZero",
            "join",
        }:
            return held or self._either({self.kind(part, depth) for part in given})
        return self.member(name, getter=True, depth=depth) if not given else UNKNOWN

    def _python(self, node: Node, name: str, receiver: Node | None, given: list[Node], depth: int) -> str:
        target = node.child_by_field_name("function")
        text = self.flow.read(target) if target is not None else ""
        if _PYTHON_FLOATS.fullmatch(text) or name in {"total_seconds", "timestamp"}:
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
        if name == "quantize" or (name in _OF_DECIMAL and held == DECIMAL):
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
            query = compiled(self.flow.document.language or "", _TYPED[self.language])
            for _, captures in QueryCursor(query).matches(self.flow.tree.root_node):
                one = {key: nodes[0] for key, nodes in captures.items()}
                typed = self.flow.read(one["type"]) if "type" in one else ""
                if "many" in one:
                    typed += "[]" if self.language == "java" else ""
                if "routine" in one:
                    self._routines.setdefault(self.flow.read(one["routine"]), set()).add(spelled(typed))
                    continue
                name = one.get("name") or one["member"]
                scope = enclosing(name.parent or name, *_SCOPES[self.language]) or self.flow.tree.root_node
                start = (
                    scope.start_byte
                    if "each" in one and scope.type.endswith(("comprehension", "_expression"))
                    else name.start_byte
                )
                row = _Row(
                    start, scope.end_byte, scope.start_byte, typed, one.get("value"), one.get("each"), "sign" in one
                )
                held = self._names if "name" in one else self._members
                held.setdefault(self.flow.read(name), []).append(row)
        return self._names


_TAKEN: Final = frozenset(
    {"get", "getOrDefault", "getFirst", "getLast", "remove", "peek", "poll", "next", "sum", "average", "max", "min"}
)
