"""Reading an instruction without a model: which derivations it names, or that it asks for something else.

An instruction is understood only when every word of it is a phrase of `PHRASES`, a filler, or a name of the code
around the caret. Anything left over means that more is wanted than can be derived. English and Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PHRASES: Final[tuple[tuple[str, str], ...]] = (
    (
        "accessors",
        r"getters?\s*(?:/|,|and|&|\+)\s*setters?|accessors?|访问器|存取方法|(?:getters?\s*)(?:和|与|及|、)\s*setters?",
    ),
    ("getters", r"getters?|propert(?:y|ies)|读取方法|属性方法|获取方法"),
    ("setters", r"setters?|设置方法|写入方法"),
    (
        "constructor",
        r"(?:all[- ]?args?\s+)?constructors?|__init__|initiali[sz]ers?|(?:全参)?构造(?:函数|方法|器)|初始化(?:函数|方法)",
    ),
    (
        "implement",
        r"implement(?:s|ing)?|(?:(?:missing|abstract|interface|required)\s+)+(?:methods?|members?)|interfaces?|(?:method\s+)?stubs?|实现|抽象(?:方法|成员)|接口(?:方法)?|缺失的?方法",
    ),
    ("equals", r"equals\s*(?:\(\))?|hash_?codes?(?:\(\))?|__eq__|equality|相等(?:性|比较|方法|判断)?"),
    ("hash", r"__hash__|hash(?:able|ing)?|哈希(?:值|方法|函数)?"),
    ("string", r"to_?string(?:\(\))?|__repr__|repr|string\s+representation|字符串(?:表示|方法|输出)"),
    ("ordering", r"__lt__|ordering|order(?:able|ed)?|sortable|total[_ ]ordering|comparison|排序|可比较|比较方法"),
    ("override", r"overrid(?:e|es|ing)|重写|覆盖|覆写"),
    (
        "dispatch",
        r"dispatch(?:er)?|(?:match|switch)(?:\s+(?:statement|cases?))?|(?:branch(?:es)?|cases?)|枚举分支|分派|分支",
    ),
)
"""Kind and the phrases that name it, first match first: longer readings stand before their parts."""

_FILLER: Final = re.compile(
    r"generate|create|add|make|write|give|insert|derive|please|the|an?|all|every|each|any|missing|its|this|these|that|of|for|from|to|on|"
    r"in|over|with|and|plus|also|class|type|enum|members?|fields?|attributes?|methods?|functions?|me|it|base|"
    r"生成|创建|添加|增加|编写|补全|补充|请|为|给|的|了|个|一个|这个|该|所有|全部|每个|类|字段|成员|属性|方法|函数|枚举|和|与|及|并|以及|在|对|从|按|根据",
    re.IGNORECASE,
)
_ALL_ARGUMENTS: Final = re.compile(r"all[- ]?args?|全参", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_PUNCTUATION: Final = frozenset(",.;:/&+()!`'\"，。、；：（）！“”")


@dataclass(frozen=True, slots=True)
class Understood:
    """The derivations that were named, and the names of the code (fields, methods) that narrow them."""

    kinds: tuple[str, ...]
    chosen: frozenset[str]


def understand(instruction: str, names: Iterable[str], class_name: str = "") -> Understood | None:
    """What the instruction asks for; None when any word of it is neither known nor a name of the code.

    `names` are the names that may narrow the derivation; `class_name` may stand in it without narrowing.
    """
    known = set(names)
    kinds: list[str] = []
    chosen: set[str] = {"all"} if _ALL_ARGUMENTS.search(instruction) else set()
    rest = instruction
    for kind, phrase in PHRASES:
        # A code name wins over a word of ours: `hash` may be a field.
        bounded = re.compile(rf"(?<![A-Za-z0-9_])(?:{phrase})(?![A-Za-z0-9_])", re.IGNORECASE)
        rest, count = bounded.subn(lambda m: m.group() if m.group() in known else "\0", rest)
        kinds += [kind] * bool(count)
    for token in _TOKEN.findall(rest.replace("\0", " ")):
        if token in known:
            chosen.add(token)
        elif token != class_name and token not in _PUNCTUATION and not _is_filler(token):
            return None
    if "override" in kinds and len(kinds) > 1:
        kinds.remove("override")  # "override equals and hashCode" asks for those two
    return Understood(tuple(dict.fromkeys(kinds)), frozenset(chosen)) if kinds else None


def _is_filler(token: str) -> bool:
    return not _FILLER.sub("", token) if not token.isascii() else _FILLER.fullmatch(token) is not None
