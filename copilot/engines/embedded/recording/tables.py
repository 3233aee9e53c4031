# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905

"""The tables behind `arguments.py`: boundary values by type, and what names of parameters suggest.

Bank identifiers are synthetic: they carry valid check digits and belong to nobody (published example numbers, or
numbers computed here).
"""

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
    float: tuple(map(Expr, ("1.5", "0.0", "0.05", "-1.0", "100.0", "2.675"))),
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


def _luhn(body: str) -> str:
    total = sum(
        sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(body), 1) for _ in [0] if i % 2
    ) + sum(int(d) for i, d in enumerate(reversed(body), 1) if i % 2 == 0)
    return body + str(-total % 10)


def _resident(body: str) -> str:
    weights = [pow(2, 17 - i, 11) for i in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]


def _iban(country: str, account: str) -> str:
    number = int("".join(str(int(c, 36)) for c in account + country + "00"))
    return f"{country}{98 - number % 97:02d}{account}"


BY_NAME: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "iban",
        (_iban("GB", "WEST12345698765432"), _iban("DE", "370400440532013000"), _iban("FR", "20041010050500013M02606")),
    ),
    ("isin", ("US0378331005", "DE0007164600")),
    ("bic|swift", ("DEUTDEFF", "DEUTDEFF500", "BKCHCNBJ")),
    (r"card|\bpan\b|luhn|number", (_luhn("411111111111111"), _luhn("555555555555444"), _luhn("62000000000000000"))),
    (
        r"resident|identity|id_?(number|card|no)|number",
        (_resident("11010519491231002"), _resident("44052418800101001")),
    ),
    ("currency|ccy", ("CNY", "EUR", "USD", "JPY", "XXX")),
    (r"date|day", ("2024-02-29", "2024-01-31", "20240229")),
    ("month", ("2024-02",)),
    ("amount|balance|price", ("100.00", "1,234.56", "-5")),
    ("country", ("CN", "DE", "GB")),
    ("email", ("a@example.org",)),
    ("phone|mobile", ("13800000000",)),
)
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
