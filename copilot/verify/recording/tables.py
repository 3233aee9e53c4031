# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""The tables behind `arguments.py`: boundary values by type, and what names of parameters suggest."""

from __future__ import annotations

import datetime as dt
import decimal
import re

from .express import Expr

DECIMAL = frozenset({("decimal", "Decimal")})
DATE = frozenset({("datetime", "date")})
DATETIME = frozenset({("datetime", "datetime")})

BY_TYPE: dict[type, tuple[Expr, ...]] = {
    int: tuple(map(Expr, ("1", "0", "2", "10", "-1", "7", "100", "12", "365"))),
    float: tuple(
        map(Expr, ("1.5", "0.0", "0.05", "-1.0", "100.0", "2.675", "float('nan')", "float('inf')", "-float('inf')"))
    ),
    bool: (Expr("True"), Expr("False")),
    str: tuple(map(Expr, ("'abc'", "''", "'A1'", "'12345'", "'Hello World'", "' x '", "'2024-02-29'"))),
    bytes: (Expr("b'abc'"), Expr("b''")),
    decimal.Decimal: tuple(
        Expr(f"Decimal({t!r})", DECIMAL)
        for t in ("100.00", "0", "0.005", "-1", "1234.565", "0.05", "1", "1000000", "10.5")
    ),
    dt.date: tuple(
        Expr(f"date({t})", DATE)
        for t in ("2024, 1, 15", "2024, 2, 29", "2023, 12, 31", "2024, 3, 31", "2024, 6, 1", "2023, 2, 28")
    ),
    dt.datetime: tuple(
        Expr(f"datetime({t})", DATETIME)
        for t in ("2024, 1, 15, 10, 30", "2024, 2, 29, 0, 0", "2023, 12, 31, 23, 59, 59")
    ),
    dt.timedelta: tuple(
        Expr(f"timedelta({t})", frozenset({("datetime", "timedelta")})) for t in ("days=1", "0", "hours=36")
    ),
    dt.time: (
        Expr("time(9, 30)", frozenset({("datetime", "time")})),
        Expr("time(0, 0)", frozenset({("datetime", "time")})),
    ),
    type(None): (Expr("None"),),
    dict: (Expr("{'a': 1, 'b': 2}"), Expr("{}")),
    list: (Expr("[3, 1, 2]"), Expr("[]"), Expr("[1]"), Expr("['b', 'a']")),
    tuple: (Expr("(1, 2)"), Expr("()")),
    set: (Expr("{1, 2}"), Expr("set()")),
    complex: (Expr("1j"),),
}

CALLABLES = tuple(map(Expr, ("abs", "str", "len", "bool", "lambda x: x", "lambda x: x > 1", "lambda a, b: a + b")))


NUMBERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"year", ("2024", "2023", "2000", "1900", "1999")),
    (r"month", ("2", "12", "1", "6")),
    (r"week", ("53", "10", "1", "52")),
    (r"day", ("29", "31", "30", "1")),
    (r"hour", ("23", "0", "9")),
    (r"minute|second", ("59", "0", "30")),
    (r"count|qty|quantity|size|number|times|periods?|terms?", ("3", "12", "5")),
)
"""Numbers that a parameter's name suggests: small ones like 1 hide that a sum is a product."""

HINTS: tuple[tuple[str, tuple[type, ...]], ...] = (
    (
        r"^(n|i|k|x|y|count|index|days?|months?|years?|age|size|length|limit|term|periods?|num\w*|digits|width)$",
        (int, float),
    ),
    (r"amount|balance|price|fee|principal|rate|total|cash|money|limit", (decimal.Decimal, int, float)),
    (r"^(d|mapping|data|record|row|options|config|table)$|dict|_map$", (dict,)),
    (r"date|day$|^on$|since|until|due|start|end", (dt.date, dt.datetime, str)),
    (r"items|values|rows|^xs$|seq|list|args|s$", (list, tuple, str)),
    (r"^(is_|has_|use_|allow_)|flag|strict|enabled", (bool,)),
    (r"name|text|code|key|string|number|line|path|word|char|msg|title|id$|^s$", (str,)),
)
CALLABLE_NAME = re.compile(r"^(f|fn|func|function|key|predicate|callback|op|op_?\w*)$|_fn$|_func$")
