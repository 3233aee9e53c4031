"""What the reading of values needs to know of a language: names of nodes, of sources, of what makes a value harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language. Fields of nodes are told as tree-sitter names them.

    `sources`: expressions that bring what a request or a person says; `typed`: what who starts the program says;
    `handlers`: marks of a routine (or a parameter)
    whose parameters are such; `clean`: names of routines after which a value can do no harm; `through`: routines that
    hand on what they get; `makers`: routines that build a string of their arguments.
    """

    literals: frozenset[str]
    strings: frozenset[str]
    holes: str
    members: dict[str, tuple[str, str]]
    items: dict[str, str]
    calls: frozenset[str]
    routines: tuple[str, ...]
    blocks: tuple[str, ...]
    bindings: str
    sources: re.Pattern[str]
    typed: re.Pattern[str]
    handlers: re.Pattern[str]
    clean: re.Pattern[str]
    through: frozenset[str]
    makers: frozenset[str]
    harmless: re.Pattern[str]
    tested: str


_CLEAN: Final = (
    r"(?i)(?:\w*(?:quote|escape|saniti[sz]e|encode_?for)\w*|int|float|bool|len|ord|hash|round|abs|sum|count|size|length"
    r"|index|decimal|uuid\d?|secure_filename|basename|isoformat|strftime|hexdigest|parse(?:int|long|double|float|boolean)"
    r"|getfilename|ordinal|hashcode|intvalue|longvalue|number|timestamp|now|today)"
)

PYTHON: Final = Grammar(
    literals=frozenset({
        "integer", "float", "true", "false", "none", "ellipsis", "comparison_operator", "not_operator", "lambda",
        "boolean_constant",
    }),
    strings=frozenset({"string", "concatenated_string"}),
    holes="interpolation",
    members={"attribute": ("object", "attribute")},
    items={"subscript": "value"},
    calls=frozenset({"call"}),
    routines=("function_definition", "lambda"),
    blocks=("block", "module"),
    bindings="""
        (assignment left: (identifier) @name right: (_) @value) @set
        (assignment left: (pattern_list (identifier) @name) right: (_) @value) @set
        (augmented_assignment left: (identifier) @name right: (_) @value) @more
        (for_statement left: (_) @each right: (_) @value) @set
        (for_in_clause left: (_) @each right: (_) @value) @set
        (as_pattern (_) @value (as_pattern_target (identifier) @name)) @set
        (named_expression name: (identifier) @name value: (_) @value) @set
        (call function: (attribute object: (identifier) @name attribute: (identifier) @_m)
          arguments: (argument_list . (_) @value)
          (#any-of? @_m "append" "extend" "insert" "write")) @more
    """,
    sources=re.compile(
        r"^(?:self\.)?(?:flask\.)?request\.(?:args|form|values|json|data|files|cookies|headers|GET|POST|FILES|COOKIES"
        r"|META|body|query_params|path_params|query_string|get_json|match_info|rel_url|url|path|stream|params|text)\b"
        r"|^self\.get_(?:query_|body_)?arguments?\("
    ),
    typed=re.compile(r"^(?:input|raw_input|sys\.stdin\.read\w*)\(|^sys\.argv\b"),
    handlers=re.compile(r"@[\w.]+\.(?:route|get|post|put|delete|patch|api_route|websocket)\("),
    clean=re.compile(_CLEAN + r"|Identifier|Literal|Placeholder"),
    through=frozenset({
        "str", "bytes", "Path", "PurePath", "join", "joinpath", "strip", "lstrip", "rstrip", "lower", "upper", "encode",
        "decode", "replace", "split", "get", "list", "tuple", "dict", "set", "sorted", "loads", "text", "dedent",
        "unquote", "urljoin", "expanduser", "abspath", "title", "format", "cast", "reversed", "zip", "enumerate", "map",
        "filter", "SQL", "repr",
    }),
    makers=frozenset({"format", "join"}),
    harmless=re.compile(r"(?:typing\.|datetime\.|uuid\.|decimal\.)?(?:int|float|bool|Decimal|UUID|date|datetime|Literal\b.*|\w*Enum)\Z"),
    tested=r"\b{name}\s+not\s+in\b|\bassert\s+{name}\s+in\b|\bif\s+{name}\s+in\s+(?:[A-Z_]+\b|\{{|\(|\[)"
    r"|match\(\s*[^\n,]+,\s*{name}\b|\b{name}\.is(?:identifier|alnum|digit|alpha|decimal)\(",
)  # fmt: skip

JAVA: Final = Grammar(
    literals=frozenset({
        "decimal_integer_literal", "hex_integer_literal", "octal_integer_literal", "binary_integer_literal",
        "decimal_floating_point_literal", "hex_floating_point_literal", "true", "false", "null_literal",
        "character_literal", "class_literal", "lambda_expression", "instanceof_expression", "method_reference",
    }),
    strings=frozenset({"string_literal"}),
    holes="string_interpolation",
    members={"field_access": ("object", "field")},
    items={"array_access": "array"},
    calls=frozenset({"method_invocation", "object_creation_expression"}),
    routines=("method_declaration", "constructor_declaration", "compact_constructor_declaration"),
    blocks=("block", "class_body", "enum_body", "program", "constructor_body"),
    bindings="""
        (variable_declarator name: (identifier) @name value: (_)? @value) @set
        (assignment_expression left: (identifier) @name operator: "=" right: (_) @value) @set
        (assignment_expression left: (identifier) @name operator: "+=" right: (_) @value) @more
        (enhanced_for_statement name: (identifier) @name value: (_) @value) @set
        (resource name: (identifier) @name value: (_) @value) @set
        (method_invocation object: (identifier) @name name: (identifier) @_m arguments: (argument_list . (_) @value)
          (#any-of? @_m "append" "add" "insert")) @more
    """,
    sources=re.compile(
        r"\b(?:req|request|httpRequest|servletRequest|httpServletRequest)\.(?:getParameter\w*|getHeaders?|getQueryString"
        r"|getInputStream|getReader|getCookies|getPathInfo|getRequestUR[IL]|getPart|getParts|getServletPath)\("
        r"|\bcookie\.getValue\(|\bctx\.(?:queryParam|pathParam|formParam|body)\("
    ),
    typed=re.compile(r"\bnew Scanner\(System\.in\)|\bSystem\.console\(\)"),
    handlers=re.compile(
        r"@(?:RequestParam|PathVariable|RequestBody|RequestHeader|CookieValue|MatrixVariable|RequestPart|ModelAttribute"
        r"|QueryParam|PathParam|FormParam|HeaderParam|CookieParam|QueryValue|Header|Body)\b"
    ),
    clean=re.compile(_CLEAN),
    through=frozenset({
        "toString", "trim", "strip", "toLowerCase", "toUpperCase", "substring", "replace", "replaceAll", "concat",
        "valueOf", "String", "of", "get", "getPath", "resolve", "intern", "getBytes", "StringBuilder", "StringBuffer",
        "append", "URL", "URI", "create", "File", "Paths", "orElse", "requireNonNull", "asList", "split", "toURL",
        "formatted", "format", "join", "toUri", "decode", "ofNullable", "insert", "nCopies", "repeat", "collect", "joining",
    }),
    makers=frozenset({"format", "formatted", "concat", "join", "append"}),
    harmless=re.compile(
        r"(?:final\s+)?(?:int|long|short|byte|boolean|double|float|char|Integer|Long|Short|Byte|Boolean|Double|Float"
        r"|Character|BigDecimal|BigInteger|UUID|LocalDate|LocalDateTime|Instant|Date|Class<.*>|Currency|\w+(?:Type|Status|Kind|Enum))\Z"
    ),
    tested=r"\.contains(?:Key)?\(\s*{name}\s*\)|\b{name}\.matches\(|\.matcher\(\s*{name}\s*\)|\bmatches\([^;\n]*\b{name}\b"
    r"|\bswitch\s*\(\s*{name}\s*\)|\b(?:validate|check|verify|assert)\w*\(\s*{name}\b",
)  # fmt: skip

JAVASCRIPT: Final = Grammar(
    literals=frozenset({
        "number", "true", "false", "null", "undefined", "regex", "function_expression", "arrow_function", "unary_expression",
    }),
    strings=frozenset({"string", "template_string"}),
    holes="template_substitution",
    members={"member_expression": ("object", "property")},
    items={"subscript_expression": "object"},
    calls=frozenset({"call_expression", "new_expression"}),
    routines=("function_declaration", "function_expression", "arrow_function", "method_definition"),
    blocks=("statement_block", "program", "class_body"),
    bindings="""
        (variable_declarator name: (identifier) @name value: (_)? @value) @set
        (variable_declarator name: (object_pattern) @each value: (_) @value) @set
        (assignment_expression left: (identifier) @name right: (_) @value) @set
        (augmented_assignment_expression left: (identifier) @name right: (_) @value) @more
        (for_in_statement left: (_) @each right: (_) @value) @set
    """,
    sources=re.compile(
        r"\b(?:req|request|ctx\.request|ctx)\.(?:query|body|params|cookies|headers|get\(|param\(|url|path|originalUrl)"
        r"|\blocation\.(?:hash|search|href)|\bdocument\.(?:URL|cookie|referrer)|\.searchParams\.get\("
    ),
    typed=re.compile(r"\bprocess\.argv\b"),
    handlers=re.compile(r"(?!)"),
    clean=re.compile(_CLEAN + r"|encodeURI(?:Component)?|Number|DOMPurify"),
    through=frozenset({
        "String", "trim", "toString", "join", "concat", "replace", "toLowerCase", "toUpperCase", "slice", "resolve",
        "decodeURIComponent", "URL", "get", "split",
    }),
    makers=frozenset({"concat", "join"}),
    harmless=re.compile(r":?\s*(?:number|boolean|bigint|Date)\Z"),
    tested=r"\.includes\(\s*{name}\s*\)|\.has\(\s*{name}\s*\)|\.test\(\s*{name}\s*\)|\b{name}\.match\(",
)  # fmt: skip

GRAMMARS: Final = {
    "python": PYTHON,
    "java": JAVA,
    "javascript": JAVASCRIPT,
    "typescript": JAVASCRIPT,
    "tsx": JAVASCRIPT,
}
