"""Mistakes that people make, by kind: each turns a program that parses into one that does not.

A mistake is a set of edits of the good text, so that one to three of them can stand in one program and each can be
asked whether it breaks the program on its own. Written from what beginners, translators between languages and users
of a Chinese keyboard do, not from any collection of faulty programs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from copilot.syntax.lexemes import Lexeme, lexemes

Edit = tuple[int, int, bytes]


@dataclass(frozen=True)
class Good:
    """A program that parses, with its lexemes."""

    text: bytes
    language: str
    tokens: list[Lexeme]

    def some(self, *texts: str) -> list[Lexeme]:
        return [token for token in self.tokens if token.text in texts]

    def before(self, token: Lexeme) -> Lexeme | None:
        at = self.tokens.index(token)
        return self.tokens[at - 1] if at else None

    def after(self, token: Lexeme) -> Lexeme | None:
        at = self.tokens.index(token) + 1
        return self.tokens[at] if at < len(self.tokens) else None

    def header_colons(self) -> list[Lexeme]:
        """Colons that end a line or stand before a one-line body."""
        return [t for t in self.some(":") if (n := self.after(t)) is None or n.kind == "newline"]

    def rows(self) -> list[tuple[int, int]]:
        """Byte ranges of the lines that hold code and start no deeper than brackets allow."""
        found, depth, start = [], 0, 0
        openers: list[tuple[int, int]] = []
        for token in self.tokens:
            if token.text in "([{":
                depth += 1
                openers.append((token.start, 1))
            elif token.text in ")]}":
                depth -= 1
        start = 0
        for line in self.text.split(b"\n"):
            inside = sum(1 if t.text in "([{" else -1 for t in self.tokens if t.text in "()[]{}" and t.start < start)
            in_string = any(t.kind == "string" and t.start < start < t.end for t in self.tokens)
            code = line.strip() and not line.strip().startswith((b"#", b"//")) and not in_string
            if code and (self.language == "java" or not inside):
                found.append((start, start + len(line)))
            start += len(line) + 1
        return found


def good(text: str, language: str) -> Good:
    return Good(text.encode(), language, lexemes(text.encode(), language))


Mistake = Callable[[Good, random.Random], "list[Edit] | None"]


def _pick(rng: random.Random, some: Iterable[Lexeme]) -> Lexeme | None:
    rows = list(some)
    return rng.choice(rows) if rows else None


def _become(rng: random.Random, some: Iterable[Lexeme], new: str | Callable[[Lexeme], str]) -> list[Edit] | None:
    token = _pick(rng, some)
    if token is None:
        return None
    return [(token.start, token.end, (new if isinstance(new, str) else new(token)).encode())]


# both languages


def unclosed(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some(")", "]", "}") if g.language == "python" else g.some(")", "]"), "")


def unopened(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some("(", "["), "")


def wrong_bracket(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some(")", "]"), lambda t: {")": rng.choice("]}"), "]": rng.choice(")}")}[t.text])


def one_more_bracket(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some(")", "]"), lambda t: t.text * 2)


def no_comma(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, g.some(","))
    return None if token is None else [(token.start, token.end, b"")]


def semicolon_for_comma(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some(","), ";")


def two_commas(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some(","), rng.choice([",,", ".", ", ,"]))


def unclosed_string(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, (t for t in g.tokens if t.kind == "string" and t.text[:1] in "\"'" and "\n" not in t.text))
    if token is None or token.text[:3] in {'"""', "'''"}:
        return None
    return [(token.end - 1, token.end, b"")] if rng.random() < 0.7 else [(token.start, token.start + 1, b"")]


def mixed_quotes(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, (t for t in g.tokens if t.kind == "string" and t.text[:1] in "\"'" and "\n" not in t.text))
    if token is None or token.text[:3] in {'"""', "'''"}:
        return None
    other = b"'" if token.text[0] == '"' else b'"'
    return [(token.end - 1, token.end, other)] if rng.random() < 0.5 else [(token.start, token.start + 1, other)]


_WIDE: Final = {"(": "（", ")": "）", ",": "，", ":": "：", ";": "；", "[": "【", "]": "】", "=": "＝"}


def full_width(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, g.some(*_WIDE))
    if token is None:
        return None
    start, end = g.text.rfind(b"\n", 0, token.start), g.text.find(b"\n", token.start)
    row = [t for t in g.some(*_WIDE) if start < t.start < (end if end > 0 else len(g.text))]
    chosen = row if rng.random() < 0.4 else [token]
    return [(t.start, t.end, _WIDE[t.text].encode()) for t in chosen]


def smart_quotes(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, (t for t in g.tokens if t.kind == "string" and t.text[:1] in "\"'" and "\n" not in t.text))
    if token is None or token.text[:3] in {'"""', "'''"}:
        return None
    left, right = ("“", "”") if token.text[0] == '"' else ("‘", "’")
    return [(token.start, token.start + 1, left.encode()), (token.end - 1, token.end, right.encode())]


def misspelt(g: Good, rng: random.Random) -> list[Edit] | None:
    def slip(token: Lexeme) -> str:
        word, at = token.text, rng.randrange(len(token.text) - 1)
        ways = [word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[: at + 1] + word[at:]]
        if len(word) > 2:
            ways.append(word[: at + 1] + word[at + 2 :])
        return rng.choice(ways)

    return _become(rng, (t for t in g.tokens if t.kind == "keyword" and len(t.text) > 1), slip)


def no_keyword(g: Good, rng: random.Random) -> list[Edit] | None:
    words = (
        ("in", "def", "for", "if", "import", "else", "class", "while", "as")
        if g.language == "python"
        else ("class", "new", "while", "for", "else", "instanceof")
    )
    token = _pick(rng, g.some(*words))
    if token is None:
        return None
    end = token.end + (1 if g.text[token.end : token.end + 1] == b" " else 0)
    return [(token.start, end, b"")]


def no_operator(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, g.some("+", "-", "*", "/", "=", "==", "<", ">", "<=", ">=", "%", "!=", "."))
    if token is None:
        return None
    return [(token.start, token.end + (1 if g.text[token.end : token.end + 1] == b" " else 0), b"")]


_TURNED: Final = {"<=": "=<", ">=": "=>", "!=": "=!", "+=": "=+ +", "==": "= ="}


def turned_operator(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some("<=", ">=", "!=", "=="), lambda t: rng.choice([_TURNED[t.text], " ".join(t.text)]))


def two_operators(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(
        rng, g.some("=", "==", "<", ">", "<=", "/", "%", ".", "and", "or", "&&", "||"), lambda t: f"{t.text} {t.text}"
    )


def glued(g: Good, rng: random.Random) -> list[Edit] | None:
    words = {"return", "in", "if", "for", "while", "not", "import", "def", "class", "new", "int", "public"}
    some = [t for t in g.tokens if t.text in words and g.text[t.end : t.end + 1] == b" "]
    token = _pick(rng, some)
    return None if token is None else [(token.end, token.end + 1, b"")]


def foreign_comment(g: Good, rng: random.Random) -> list[Edit] | None:
    words = rng.choice(
        [
            "check the next one",
            "TODO: handle empty input",
            "loop over all items",
            "update the answer",
            "计算结果",
            "it's the base case",
            "returns x + 1 if found",
        ]
    )
    start, end = rng.choice(g.rows())
    code = g.text[start:end]
    styles = ["// {}", "/* {} */", "-- {}", "// {}"] if g.language == "python" else ["# {}", "-- {}", "# {}"]
    text = rng.choice(styles).format(words).encode()
    lead = code[: len(code) - len(code.lstrip())]
    if rng.random() < 0.5:
        return [(end, end, b"  " + text)]
    return [(start, start, lead + text + b"\n")]


def conflict(g: Good, rng: random.Random) -> list[Edit] | None:
    start, end = rng.choice(g.rows())
    theirs = rng.choice([g.text[start:end] + b"  " + (b"# theirs" if g.language == "python" else b"// theirs"), b""])
    new = (
        b"<<<<<<< HEAD\n"
        + g.text[start:end]
        + b"\n=======\n"
        + (theirs + b"\n" if theirs else b"")
        + b">>>>>>> feature"
    )
    return [(start, end, new)]


# Python


def no_colon(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.header_colons(), "")


def wrong_colon(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.header_colons(), lambda _: rng.choice([";", "::", ".", ",", " then", " {", ": {"]))


def no_inner_colon(g: Good, rng: random.Random) -> list[Edit] | None:
    ends = g.header_colons()
    return _become(rng, (t for t in g.some(":") if t not in ends), "")


def deeper(g: Good, rng: random.Random) -> list[Edit] | None:
    start, _ = rng.choice(g.rows()[1:] or g.rows())
    return [(start, start, b" " * rng.choice([4, 4, 1, 2]))]


def shallower(g: Good, rng: random.Random) -> list[Edit] | None:
    some = [start for start, end in g.rows() if g.text[start : start + 4] == b"    "]
    if not some:
        return None
    start = rng.choice(some)
    return [(start, start + rng.choice([4, 4, 1, 2]), b"")]


def flat_block(g: Good, rng: random.Random) -> list[Edit] | None:
    """The body of a header stands where the header stands."""
    rows = g.rows()
    heads = [n for n in range(len(rows) - 1) if g.text[slice(*rows[n])].split(b"#")[0].rstrip().endswith(b":")]
    if not heads:
        return None
    head = rng.choice(heads)
    width = _width(g.text[slice(*rows[head])])
    found: list[Edit] = []
    for start, end in rows[head + 1 :]:
        if _width(g.text[start:end]) <= width:
            break
        found.append((start, start + 4, b""))
    return found if 0 < len(found) <= 6 and all(g.text[a:b] == b"    " for a, b, _ in found) else None


def deep_block(g: Good, rng: random.Random) -> list[Edit] | None:
    """Two or three neighbours of one level stand one level too deep."""
    rows = g.rows()
    start = rng.randrange(1, max(2, len(rows) - 1))
    some = rows[start : start + rng.choice([2, 3])]
    widths = {_width(g.text[a:b]) for a, b in some}
    return [(a, a, b"    ") for a, _ in some] if len(widths) == 1 else None


def tab_line(g: Good, rng: random.Random) -> list[Edit] | None:
    some = [(s, _width(g.text[s:e])) for s, e in g.rows() if g.text[s : s + 4] == b"    "]
    if not some:
        return None
    start, width = rng.choice(some)
    return [(start, start + width, b"\t" * max(1, width // 4))]


def _width(line: bytes) -> int:
    return len(line) - len(line.lstrip())


def assign_for_compare(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some("=="), "=")


def foreign_operator(g: Good, rng: random.Random) -> list[Edit] | None:
    words = (
        {"and": ["&&"], "or": ["||"], "not": ["!"], "==": ["==="], "!=": ["!==", "<>"]}
        if g.language == "python"
        else {"&&": ["and"], "||": ["or"], "!": ["not "], "==": ["===", "is"], "!=": ["!==", "<>"]}
    )

    def new(token: Lexeme) -> str:
        return rng.choice(words[token.text])

    token = _pick(rng, g.some(*words))
    if token is None:
        return None
    end = token.end + (1 if token.text == "not" and g.text[token.end : token.end + 1] == b" " else 0)
    return [(token.start, end, new(token).encode())]


def increment(g: Good, rng: random.Random) -> list[Edit] | None:
    found = list(re.finditer(rb" (\+|-)= 1$", g.text, re.MULTILINE))
    if not found:
        return None
    match = rng.choice(found)
    return [(match.start(), match.end(), match.group(1) * 2)]


def foreign_keyword(g: Good, rng: random.Random) -> list[Edit] | None:
    words = (
        {
            "elif": ["else if", "elseif", "elsif"], "def": ["function", "func", "public", "void", "fun"],
            "except": ["catch"], "raise": ["throw"], "for": ["foreach"], "import": ["include", "using"],
            "pass": ["{}"], "lambda": ["function"], "with": ["using"],
        }
        if g.language == "python"
        else {
            "throw": ["raise"], "catch": ["except"], "boolean": ["bool"], "final": ["const"],
            "extends": [":"], "instanceof": ["isinstance"], "void": ["def", "function"],
        }
    )  # fmt: skip
    if g.language == "java" and rng.random() < 0.6:
        found = list(re.finditer(rb"\belse if\b", g.text))
        if found:
            match = rng.choice(found)
            return [(match.start(), match.end(), rng.choice([b"elif", b"elseif", b"elsif"]))]
    return _become(rng, g.some(*words), lambda t: rng.choice(words[t.text]))


def declared(g: Good, rng: random.Random) -> list[Edit] | None:
    """A local variable with a declaration of another language."""
    found = list(re.finditer(rb"^[ ]+(?=[a-z_]\w* = )", g.text, re.MULTILINE))
    if not found or g.language == "java":
        return None
    at = rng.choice(found).end()
    return [(at, at, rng.choice([b"var ", b"let ", b"const ", b"int ", b"auto ", b"final int "]))]


def constructed(g: Good, rng: random.Random) -> list[Edit] | None:
    found = list(re.finditer(rb"(?<![\w.])(?=[A-Z][a-z]\w*\()", g.text))
    if not found or g.language == "java":
        return None
    at = rng.choice(found).start()
    return [(at, at, b"new ")]


def braced(g: Good, rng: random.Random) -> list[Edit] | None:
    """A block between braces instead of after a colon."""
    rows, ends = g.rows(), g.header_colons()
    token = _pick(rng, ends)
    if token is None:
        return None
    start = g.text.rfind(b"\n", 0, token.start) + 1
    width = _width(g.text[start : token.start])
    body = [(s, e) for s, e in rows if s > token.start]
    last = None
    for s, e in body:
        if _width(g.text[s:e]) <= width:
            break
        last = e
    if last is None:
        return None
    opener = rng.choice([b" {", b": {", b"{"])
    return [(token.start, token.end, opener), (last, last, b"\n" + b" " * width + b"}")]


def printed(g: Good, rng: random.Random) -> list[Edit] | None:
    found = list(re.finditer(rb"\bprint\(([^()\n]*)\)$", g.text, re.MULTILINE))
    if not found:
        return None
    match = rng.choice(found)
    return [(match.start(1) - 1, match.start(1), b" "), (match.end(1), match.end(1) + 1, b"")]


# Java


def no_semicolon(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some(";"), "")


def wrong_semicolon(g: Good, rng: random.Random) -> list[Edit] | None:
    return _become(rng, g.some(";"), lambda _: rng.choice([":", ",", "."]))


def no_brace(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, g.some("{", "}"))
    if token is None:
        return None
    start, end = g.text.rfind(b"\n", 0, token.start) + 1, g.text.find(b"\n", token.start)
    if g.text[start:end].strip() == b"}" and end > 0 and rng.random() < 0.7:
        return [(start, end + 1, b"")]
    return [(token.start - (1 if g.text[token.start - 1 : token.start] == b" " else 0), token.end, b"")]


def one_more_brace(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, g.some("}"))
    if token is None:
        return None
    start = g.text.rfind(b"\n", 0, token.start) + 1
    lead = g.text[start : start + _width(g.text[start : token.start + 1])]
    return [(token.end, token.end, rng.choice([b"}", b"\n" + lead + b"}"]))]


def single_quotes(g: Good, rng: random.Random) -> list[Edit] | None:
    token = _pick(rng, (t for t in g.tokens if t.kind == "string" and t.text[:1] == '"' and len(t.text) > 4))
    if token is None or "'" in token.text or '"""' in token.text:
        return None
    return [(token.start, token.start + 1, b"'"), (token.end - 1, token.end, b"'")]


def python_header(g: Good, rng: random.Random) -> list[Edit] | None:
    """A colon where the brace should be."""
    some = [t for t in g.some("{") if (n := g.after(t)) is not None and n.kind == "newline"]
    token = _pick(rng, some)
    if token is None:
        return None
    start = token.start - (1 if g.text[token.start - 1 : token.start] == b" " else 0)
    return [(start, token.end, b":")] if rng.random() < 0.5 else [(start, token.end, b": {")]


def unparenthesised(g: Good, rng: random.Random) -> list[Edit] | None:
    """A condition without its parentheses."""
    found = list(re.finditer(rb"\b(?:if|while) (\()([^()\n]*)(\)) \{$", g.text, re.MULTILINE))
    if not found:
        return None
    match = rng.choice(found)
    return [(match.start(1), match.end(1), b""), (match.start(3), match.end(3), b"")]


_BOTH: Final[tuple[Mistake, ...]] = (
    unclosed, unclosed, unopened, wrong_bracket, one_more_bracket, no_comma, semicolon_for_comma, two_commas,
    unclosed_string, unclosed_string, mixed_quotes, full_width, smart_quotes, misspelt, misspelt, no_keyword, no_operator,
    turned_operator, two_operators, glued, foreign_comment, foreign_comment, foreign_operator, foreign_keyword,
    foreign_keyword, conflict,
)  # fmt: skip
MISTAKES: Final[dict[str, tuple[Mistake, ...]]] = {
    "python": (
        *_BOTH, no_colon, no_colon, wrong_colon, no_inner_colon, deeper, deeper, shallower, shallower, flat_block,
        deep_block, tab_line, assign_for_compare, assign_for_compare, increment, declared, constructed, braced, printed,
    ),
    "java": (
        *_BOTH, no_semicolon, no_semicolon, wrong_semicolon, no_brace, no_brace, one_more_brace, single_quotes,
        python_header, unparenthesised,
    ),
}  # fmt: skip
"""What gets drawn; what stands twice is twice as frequent."""


def damaged(text: bytes, edits: Iterable[Edit]) -> bytes:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def hurt(
    text: str,
    language: str,
    wanted: int,
    rng: random.Random,
    broken: Callable[[bytes], bool],
    first: Mistake | None = None,
) -> tuple[bytes, list[str]] | None:
    """The text with `wanted` mistakes (`first` among them), each of which alone breaks it, on lines apart; their names."""
    whole = good(text, language)
    edits: list[Edit] = []
    lines: set[int] = set()
    names: list[str] = []
    for attempt in range(40):
        make = first if first is not None and not names else rng.choice(MISTAKES[language])
        found = make(whole, rng)
        if not found:
            if first is not None and attempt > 4 and not names:
                return None
            continue
        rows = {
            n
            for start, end, _ in found
            for n in range(whole.text.count(b"\n", 0, start) - 1, whole.text.count(b"\n", 0, end) + 2)
        }
        if lines & rows or not broken(damaged(whole.text, found)):
            continue
        edits += found
        lines |= rows
        names.append(make.__name__)
        if len(names) == wanted:
            return damaged(whole.text, edits), names
    return None
