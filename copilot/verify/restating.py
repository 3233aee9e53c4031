"""Whether a description says more than the name and the type of what it describes: "amount: The amount." does not.

Absent on purpose: whether it is true (`docclaims.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_FILLERS: Final = (
    "a an and any are as at be been by can do does for from given had has have how if in into is it its may "
    "must no not of on one or otherwise shall should so some such than that the their them then there these "
    "they this those to under until was were what when where whether which while who will with within would "
    "you your argument arguments attribute attributes call called calls class constructor current data "
    "exception field fields function functions gets gives holds instance item items method module object "
    "objects param parameter parameters provided result results return returned returning returns set sets "
    "something specified thing things type types typed use used uses using value values variable yield yields"
)
_EMPTY: Final = frozenset(_FILLERS.split())
_EMPTY_ZH: Final = re.compile(
    "返回值|返回|参数|类型|数值|结果|对象|函数|方法|属性|字段|给定|指定|传入|用于|所有|一个|表示|[该此的值为是和与或在中类]"
)
_MARKS: Final = re.compile(r"\{@\w+\s|``|`|\*\*|<[^<>]*>|&\w+;")
_CODE: Final = re.compile(r"`([^`]+)`|\{@code ([^}]*)\}")  # in code no word is a filler
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def says_nothing(text: str, names: Iterable[str], known: Iterable[str] = ()) -> bool:
    """True when all content words of `text` are in `names` (names and types), spelled out or cut off; `known` are
    translations of the names.
    """
    plain = _MARKS.sub(" ", text)
    own = {part.lower() for name in names for part in _PARTS.findall(name)}
    own |= {word.lower() for name in names for word in re.findall(r"[^\W\d_]+", name)}
    shown = {word.lower() for code in _CODE.findall(text) for word in _PARTS.findall("".join(code))}
    for word in _PARTS.findall(plain):
        if (word.lower() in shown or word.lower() not in _EMPTY) and not any(
            alike(word.lower(), other) for other in own
        ):
            return False
    if any(
        not _PARTS.search("".join(code)) and not re.search(r"[\u3400-\u9fff]", "".join(code))
        for code in _CODE.findall(text)
    ):
        return False  # a value such as `[]`
    if re.search(r"\d|[=<>+*/%'\"-]", plain):
        return False
    rest = "".join(re.findall(r"[\u3400-\u9fff]+", plain))
    for translated in sorted(known, key=len, reverse=True):
        rest = rest.replace(translated, "") if translated else rest
    return len(_EMPTY_ZH.sub("", rest)) < 2


def alike(word: str, other: str) -> bool:
    """True when one begins like the other: `calc` and "calculate", `fees` and "fee"."""
    short = min(len(word), len(other))
    return word[:4] == other[:4] if short >= 4 else word == other or (short == 3 and word[:3] == other[:3])
