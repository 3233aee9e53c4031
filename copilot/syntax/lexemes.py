"""A tolerant tokeniser for Python and Java: it never fails, whatever the text is.

tree-sitter's leaves are no use inside an ERROR node (tokens get skipped or merged), and the standard tokeniser stops at
the first fault. This one knows names, numbers, strings, comments, operators and line breaks, marks what it cannot read,
and gives each lexeme a class for the likelihood model. Absent on purpose: grammar.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

KEYWORDS: Final[dict[str, frozenset[str]]] = {
    "python": frozenset({*keyword.kwlist, "match", "case"}),
    "java": frozenset(
        [
            "abstract",
            "assert",
            "boolean",
            "break",
            "byte",
            "case",
            "catch",
            "char",
            "class",
            "const",
            "continue",
            "default",
            "do",
            "double",
            "else",
            "enum",
            "extends",
            "final",
            "finally",
            "float",
            "for",
            "goto",
            "if",
            "implements",
            "import",
            "instanceof",
            "int",
            "interface",
            "long",
            "native",
            "new",
            "package",
            "private",
            "protected",
            "public",
            "return",
            "short",
            "static",
            "strictfp",
            "super",
            "switch",
            "synchronized",
            "this",
            "throw",
            "throws",
            "transient",
            "try",
            "void",
            "volatile",
            "while",
            "true",
            "false",
            "null",
            "var",
            "record",
            "yield",
            "sealed",
            "permits",
        ]
    ),
}

_OPERATORS: Final = {
    "python": "**= //= >>= <<= ... -> := == != <= >= += -= *= /= %= &= |= ^= @= ** // << >> && || ++ -- "
    "( ) [ ] { } , : . ; @ = + - * / % & | ^ ~ < > ! ? $ `",
    "java": ">>>= >>= <<= ... -> :: == != <= >= && || ++ -- += -= *= /= %= &= |= ^= << "
    "( ) [ ] { } , : . ; @ = + - * / % & | ^ ~ < > ! ? # $ `",
}

FULL_WIDTH: Final = {
    "，": ",", "：": ":", "；": ";", "（": "(", "）": ")", "［": "[", "］": "]", "｛": "{", "｝": "}", "【": "[", "】": "]",
    "＝": "=", "＋": "+", "－": "-", "＊": "*", "／": "/", "＜": "<", "＞": ">", "。": ".", "．": ".", "、": ",", "！": "!",
    "“": '"', "”": '"', "‘": "'", "’": "'", "＂": '"', "＇": "'", "　": " ", "\u00a0": " ",
}  # fmt: skip
"""Characters of a Chinese input method (or a word processor) that stand where ASCII is meant."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token. `kind`: name, keyword, number, string, comment, operator, newline, open (a string that does not end on
    its line or in the text) or alien (a character that is no part of the language). `mark` is its class in the model.
    """

    kind: str
    text: str
    start: int
    end: int
    mark: str


def lexemes(text: bytes, language: str) -> list[Lexeme]:
    """All lexemes of `text` in order, white space left out; offsets are bytes.

    A newline lexeme stands for a run of line ends and blank or comment-only lines; its mark says whether the next line
    is indented more (`NL>`), less (`NL<`) or the same (`NL=`).
    """
    found: list[Lexeme] = []
    pattern, words = _pattern(language), KEYWORDS[language]
    indent = _first_indent(text)
    for match in pattern.finditer(text):
        kind = match.lastgroup or "alien"
        if kind == "newline":
            if found and found[-1].kind != "newline" and match.end() < len(text):
                width = _width(text, match.end())
                if width is not None:
                    mark = "NL>" if width > indent else "NL<" if width < indent else "NL="
                    found.append(Lexeme(kind, "\n", match.start(), match.end(), mark))
                    indent = width
        elif kind not in {"space", "comment"}:
            word = match.group().decode("utf-8", "replace")
            kind = "alien" if kind == "wide" else kind
            if kind == "name" and word in words:
                kind = "keyword"
            found.append(Lexeme(kind, word, match.start(), match.end(), mark_of(kind, word)))
    return found


def comments(text: bytes, language: str) -> list[tuple[int, int]]:
    """Byte ranges of the comments."""
    return [match.span() for match in _pattern(language).finditer(text) if match.lastgroup == "comment"]


def mark_of(kind: str, text: str) -> str:
    """The class of a lexeme in the likelihood model: names by their case, literals by kind, the rest as it stands."""
    if kind == "name":
        if text in {"self", "cls", "print", "len", "range", "String", "Override"}:
            return text
        if text[:1].isupper():
            return "C" if text.isupper() and len(text) > 1 else "T"
        return "n"
    if kind == "number":
        return "0"
    if kind in {"string", "open"}:
        return "s"
    return text


def _first_indent(text: bytes) -> int:
    stripped = text.lstrip(b" \t\r\n\f")
    blank = text[: len(text) - len(stripped)]
    return len(blank.replace(b"\r", b"\n").rpartition(b"\n")[2].expandtabs(8))


def _width(text: bytes, at: int) -> int | None:
    """Columns of white space at a line's start; None for a blank or comment line."""
    end = at
    while text[end : end + 1] in {b" ", b"\t", b"\f"}:
        end += 1
    if text[end : end + 1] in {b"", b"\n", b"\r", b"#"}:
        return None
    return len(text[at:end].expandtabs(8))


@cache
def _pattern(language: str) -> re.Pattern[bytes]:
    operators = "|".join(re.escape(op) for op in _OPERATORS[language].split())
    number = r"0[xXbBoO][0-9a-fA-F_]+[lL]?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJlLfFdD]?"
    wide = "|".join(re.escape(character) for character in FULL_WIDTH).encode().decode("latin-1")
    letter = rf"(?:[A-Za-z_]|(?!{wide})[\xc2-\xf4][\x80-\xbf]+)"
    name = rf"{letter}(?:{letter}|[0-9])*"
    if language == "python":
        prefix = r"(?:[rRbBfFuU]|[rR][bBfF]|[bBfF][rR])?"
        strings = (
            rf"(?P<string>{prefix}(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|\'\'\'(?:[^\\]|\\.)*?\'\'\'"
            rf"|(?!\"\"\"|\'\'\')(?:\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*')))"
            rf"|(?P<open>{prefix}(?:(?:\"\"\"|\'\'\').*|[\"'][^\r\n]*))"
        )
        comment = r"(?P<comment>\#[^\r\n]*)"
        space = r"(?P<space>[ \t\f]+|\\(?:\r\n|\n|\r))"
    else:
        strings = (
            r"(?P<string>\"\"\"(?:[^\\]|\\.)*?\"\"\"|(?!\"\"\")\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)+')"
            r"|(?P<open>\"\"\".*|[\"'][^\r\n]*)"
        )
        comment = r"(?P<comment>//[^\r\n]*|/\*.*?\*/)"
        space = r"(?P<space>[ \t\f]+)"
    source = (
        rf"{space}|(?P<newline>\r\n|\n|\r)|{comment}|{strings}|(?P<wide>{wide})|(?P<number>{number})|(?P<name>{name})"
        rf"|(?P<operator>{operators})|(?P<alien>.)"
    )
    return re.compile(source.encode("latin-1"), re.DOTALL)
