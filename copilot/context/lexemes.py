"""How each language family writes its words: the patterns of the lexer, and the words that are never a name.

One row a family; a language that is not listed is lexed by a plain pattern. Absent on purpose: lexing (`tokens`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_SPACE: Final = r"[ \t\f]*+"
_NAME: Final = r"[^\W\d][\w$]*+"
_NUMBER: Final = r"\d(?:[eE][+-]\d|[\w.])*+|\.\d(?:[eE][+-]\d|\w)*+"
_DOUBLE: Final = r'"(?:[^"\\\r\n]|\\[^\r\n])*+"?'
_SINGLE: Final = r"'(?:[^'\\\r\n]|\\[^\r\n])*+'?"
_NEVER: Final = r"(?!)"
_BLOCK: Final = r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_TRIPLE: Final = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
_OPERATORS: Final = (
    r">>>=|\*\*=|//=|>>=|<<=|===|!==|\.\.\.|>>>|->|=>|::|:=|==|!=|<=|>=|&&|\|\||\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|@=|"
    r"\?\?|\?\.|<<|\*\*|//|."
)


@dataclass(frozen=True, slots=True)
class _Family:
    """How a group of languages writes comments, strings over several lines, and plain strings."""

    comment: str
    block: str = _NEVER
    long: str = _NEVER
    string: str = _DOUBLE + "|" + _SINGLE
    prefix: str = ""
    """Letters that may stand before a quote."""
    name: str = _NAME


_PYTHON = _Family(
    comment=r"\#[^\r\n]*+",
    long=r"[rRbBuUfF]{0,2}(?:" + _TRIPLE + "|" + _TRIPLE.replace('"', "'") + ")",
    string=r"[rRbBuUfF]{0,2}(?:" + _DOUBLE + "|" + _SINGLE + ")",
    prefix="rRbBuUfF",
)
_C = _Family(comment=r"//[^\r\n]*+", block=_BLOCK, long=_TRIPLE)
_SCRIPT = _Family(comment=r"//[^\r\n]*+", block=_BLOCK, long=r"`(?:[^`\\]|\\.)*+`?")
_SQL = _Family(comment=r"--[^\r\n]*+", block=_BLOCK, string=r"'(?:[^'\r\n]|'')*+'?|" + _DOUBLE)
_XML = _Family(comment=_NEVER, block=r"<!--(?:[^-]|-(?!->))*+(?:-->)?", long=r"<!\[CDATA\[(?:[^]]|](?!]>))*+(?:]]>)?",
               string=r'"[^"\r\n]*+"?|' + r"'[^'\r\n]*+'?", name=r"[^\W\d][\w.-]*+")  # fmt: skip
_YAML = _Family(comment=r"(?<![^\s])\#[^\r\n]*+", name=r"[^\W\d][\w-]*+")
_PLAIN = _Family(comment=r"//[^\r\n]*+|\#[^\r\n]*+", block=_BLOCK)

_FAMILIES: Final[dict[str, tuple[str, _Family]]] = {
    "python": ("python", _PYTHON),
    "java": ("java", _C),
    "c": ("c", _C),
    "csharp": ("csharp", _C),
    "kotlin": ("kotlin", _C),
    "javascript": ("script", _SCRIPT),
    "typescript": ("script", _SCRIPT),
    "tsx": ("script", _SCRIPT),
    "go": ("go", _SCRIPT),
    "sql": ("sql", _SQL),
    "xml": ("xml", _XML),
    "yaml": ("yaml", _YAML),
}


def family(language: str | None) -> str:
    """The name of the stream a language shares (JavaScript and TypeScript are one); its own name when unlisted."""
    return _FAMILIES[language][0] if language in _FAMILIES else (language or "plain")


@cache
def pattern(language: str | None) -> re.Pattern[str]:
    """The lexer's pattern. Its groups, in order: line end, name, comment, block comment, long literal, string, number,
    name (one that looked like a string's prefix), operator; blanks before the word belong to the match.
    """
    return re.compile(_SPACE + "(?:" + "|".join(f"({rule})" for rule in _rules(language)) + ")", re.DOTALL)


@cache
def pieces(language: str | None) -> re.Pattern[str]:
    """`pattern` without its groups: to cut a text into its matches in one go."""
    return re.compile(_SPACE + "(?:" + "|".join(_rules(language)) + ")", re.DOTALL)


def _rules(language: str | None) -> tuple[str, ...]:
    rules = _FAMILIES[language][1] if language in _FAMILIES else _PLAIN
    # The most frequent alternative first; a name that is a string's prefix is left to the string.
    name = rules.name + (r"""(?!["'])""" if rules.prefix else "")
    return (
        r"\r\n|\r|\n",
        name,
        rules.comment,
        rules.block,
        rules.long,
        rules.string,
        _NUMBER,
        rules.name,
        _OPERATORS,
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


_KEPT: Final = {
    "python": _names(
        "False None True and as assert async await break class continue def del elif else except finally "
        "for from global if import in is lambda nonlocal not or pass raise return try while with yield "
        "match case type self cls int str float bool bytes list dict set tuple object super len range "
        "isinstance "
    ),
    "java": _names(
        "abstract assert boolean break byte case catch char class const continue default do double else "
        "enum extends final finally float for if implements import instanceof int interface long native "
        "new null package private protected public record return short static super switch synchronized "
        "this throw throws transient true false try var void volatile while yield String Object Integer "
        "Long Boolean List Map Set Override "
    ),
    "script": _names(
        "async await break case catch class const continue default delete do else enum export extends "
        "false finally for from function if implements import in instanceof interface let new null of "
        "private protected public readonly return static super switch this throw true try type typeof "
        "undefined var void while yield string number boolean any unknown never "
    ),
}
"""Words of a family that stand for themselves in shapes; other families have none (their shapes are plainer)."""


@cache
def kept_words(language: str | None) -> frozenset[str]:
    """Words that stand for themselves in shapes."""
    return _KEPT.get(family(language), frozenset())
