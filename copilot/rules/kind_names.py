"""What names the kinds of values: types, calls that every library spells alike, declarations. `kinds.py` reads by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FLOAT: Final = "float"
DECIMAL: Final = "decimal"
WHOLE: Final = "whole"
TEXT: Final = "text"
OTHER: Final = "other"
UNKNOWN: Final = ""

SPELLED: Final[Mapping[str, str]] = {
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
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "//", "%", "**"})
JAVA: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "doubleValue", "floatValue", "parseDouble", "parseFloat", "getDouble", "getFloat", "getAsDouble", "nextDouble",
            "nextFloat", "optDouble", "asDouble", "getNumericCellValue", "doubleValueExact", "getDoubleValue", "readDouble", "readFloat", "nextGaussian",
        ), FLOAT),
    **dict.fromkeys(("getBigDecimal", "toBigDecimal", "decimalValue", "setScale", "stripTrailingZeros", "movePointLeft"), DECIMAL),
    **dict.fromkeys(
        ("intValue", "longValue", "size", "length", "getInt", "getLong", "parseInt", "parseLong", "unscaledValue", "hashCode",
         "compareTo", "signum", "scale", "precision", "intValueExact", "longValueExact", "nextInt", "nextLong", "count",
         "currentTimeMillis", "nanoTime", "indexOf"), WHOLE),
    **dict.fromkeys(("toString", "toPlainString", "getString", "format", "trim", "substring", "getText", "asText", "name"), TEXT),
}  # fmt: skip
OF_DECIMAL: Final = frozenset({
    "add", "subtract", "multiply", "divide", "negate", "abs", "pow", "round", "max", "min", "remainder", "plus", "ulp",
    "quantize", "copy_abs", "normalize", "sqrt", "copy_sign", "copy_negate", "scaleb", "to_integral_value", "fma",
    "divideToIntegralValue", "scaleByPowerOfTen", "movePointRight",
})  # fmt: skip
PYTHON_FLOATS: Final = re.compile(
    r"float|(?:math|cmath)\.(?!floor|ceil|trunc|factorial|gcd|lcm|comb|perm|isqrt|is)\w+|time\.(?:time|perf_counter|monotonic"
    r"|process_time)|random\.(?:random|uniform|gauss|normalvariate|triangular)|(?:numpy|np)\.(?:float\w*|double|mean|average|std"
    r"|var|percentile|quantile|median|sqrt|exp|log)|statistics\.(?:fmean|stdev)|struct\.unpack_float"
)
TYPED: Final = {
    "java": """
        (local_variable_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @name dimensions: (_)? @many value: (_)? @value))
        (field_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @member dimensions: (_)? @many value: (_)? @value))
        (formal_parameter type: (_) @type name: (identifier) @name)
        (spread_parameter (_) @type (variable_declarator name: (identifier) @name) @many)
        (resource type: (_) @type name: (identifier) @name value: (_) @value)
        (enhanced_for_statement type: (_) @type name: (identifier) @name value: (_) @each)
        (record_declaration parameters: (formal_parameters (formal_parameter type: (_) @type name: (identifier) @member)))
        (method_declaration type: (_) @type name: (identifier) @routine)
        (instanceof_expression right: (_) @type name: (identifier) @name)
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
SCOPES: Final = {
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
OPENED: Final = frozenset({
    "get", "orElse", "orElseThrow", "orElseGet", "requireNonNull", "requireNonNullElse", "nullToZero", "join",
})  # fmt: skip
"""Calls that give what their owner holds."""
TAKEN: Final = frozenset(
    {"get", "getOrDefault", "getFirst", "getLast", "remove", "peek", "poll", "next", "sum", "average", "max", "min"}
)


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
        return f"of {SPELLED.get(name, OTHER)}"
    if not bracket:
        return SPELLED.get(name, OTHER if name else UNKNOWN)
    inside = _split(rest.strip()[:-1])
    if name in _WRAPPERS:
        return spelled(inside[0])
    if name == "Union":
        return spelled("|".join(inside))
    if _CONTAINERS.match(name) or name in SPELLED:
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
