"""What the text around a number says it is: for numbers that have no checksum and could be anything.

The nearest name before it decides (`mobile = …`, `"orderId": …`, 手机号…); where that says nothing, the rest of the line
may; else the number must stand alone, as a literal, an element or a cell.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from copilot.guard import columns
from copilot.guard.characters import word

Meaning = Literal["identity", "phone", "passport"]


def _any(pattern: str, *chinese: str) -> re.Pattern[bytes]:
    return re.compile(b"(?i)" + b"|".join([pattern.encode(), *map(word, chinese)]))


SAYS: Final = {
    "identity": _any(
        r"id[ _-]?(?:card|no(?![a-z])|num|code)|identity|cert(?:ificate)?[ _-]?(?:no|num|id)|citizen|resident|sfz|shenfen",
        "身份",
        "证",
    ),
    "phone": _any(
        r"mobile|phone|(?<![a-z])cell|(?<![a-z])tel(?![a-z]{2})|telephone|msisdn|(?<![a-z])sms|contact",
        "手机",
        "电话",
        "联系",
    ),
    "passport": _any(r"passport|travel[ _-]?doc", "护照"),
}
_OTHER: Final = _any(
    r"order|trade|serial|seq(?![a-z])|sequence|flow|trace|batch|invoice|ticket|sku|product|item|goods|time|stamp|milli|nano"
    r"|micro|epoch|date|amount|price|total|(?<![a-z])sum|count|size|length|offset|bytes|version|build|hash|crc|seed|imei|imsi"
    r"|barcode|ean(?![a-z])|isbn|trans(?:action)?[ _]?(?:id|no)|txn|msg|message|event|request|session|job|task|error|code|model|part"
    r"|qq|employee|staff|worker|user_?id|uid|(?<![a-z])(?:i|p|g)?id(?![a-z])|[a-z]Id(?![a-z])|(?<![a-z])ts(?![a-z])|width|height|max|min|limit|ip",
    "订单", "单号", "流水", "编号", "时间", "金额",
)  # fmt: skip
_NAME: Final = re.compile(
    rb"([A-Za-z_\x80-\xbf][\w.\x80-\xbf-]*)[^\w\x80-\xbf\n]*(?:\b(?:str|String|int|long|Long|valueOf|format|value|is|of|equals|eq|s|f|v|varchar)\b[^\w\x80-\xbf\n]{1,12}){0,3}\Z"
)
_BEFORE: Final = 72
_AFTER: Final = 40
_CELLS: Final = frozenset({b",", b"|", b";", b"\t", b" ", b"'", b'"', b"("})
_OPENS: Final = b"\"'`"
_LEFT: Final = re.compile(rb"""(?:[=:(,\[{>|;\t]|^|\b(?:return|in|IN|is))[ ]{0,2}\Z""", re.MULTILINE)
_RIGHT: Final = re.compile(rb"""[lLn]?[ ]{0,2}(?:[,;)\]}<|&\t#]|$|//|--)""", re.MULTILINE)


def says(data: bytes, line: int, line_end: int, start: int, end: int, meaning: Meaning) -> bool:
    """True when the number `[start, end)` of the line `[line, line_end)` is meant to be what `meaning` says."""
    named = names(data, line, line_end, start, end, meaning)
    return alone(data, start, end) if named is None else named


def names(data: bytes, line: int, line_end: int, start: int, end: int, meaning: Meaning) -> bool | None:
    """Whether the text around says that the number is `meaning`; None where it says nothing."""
    floor = max(line, start - _BEFORE)
    name = _NAME.search(data, floor, start)
    speaks = SAYS[meaning]
    if name is not None:
        if speaks.search(name[1]):
            return True
        if _OTHER.search(name[1]):
            return False
    if (start == line or data[start - 1 : start] in _CELLS) and (heading := columns.heading(data, line, start)):
        if speaks.search(heading):
            return True
        if _OTHER.search(heading):
            return False
    return True if speaks.search(data, floor, min(line_end, end + _AFTER)) else None


def alone(data: bytes, start: int, end: int) -> bool:
    """True when `[start, end)` is a whole literal, element or cell, or stands in Chinese text."""
    before, after = data[start - 1 : start] if start else b"", data[end : end + 1]
    if before and before in _OPENS:
        return bool(after) and after in _OPENS + b"\\"
    if _wide(before) or _wide(after):
        return True
    return _LEFT.search(data, max(0, start - 12), start) is not None and _RIGHT.match(data, end) is not None


def _wide(character: bytes) -> bool:
    return character == b"?" or (len(character) == 1 and character[0] >= 0x80)
