"""Hard-coded passwords, tokens and keys, by the syntax that gives a name a value.

`at` looks at one occurrence of a word that may mean a secret (`WORDS`), reads the name around it, what links
it to a value (assignment, annotation, keyword or positional argument, comparison, key of a mapping, call of a setter, XML
element or attribute, blank) and the value; `secret_names` and `secret_values` judge the two. Nearly every occurrence in
clean code ends at the first step, one match in C. Only the value is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard import columns, secret_values
from copilot.guard.found import Found
from copilot.guard.secret_names import Meaning, meaning

WORDS: Final = (
    b"pass",
    b"pw",
    b"psw",
    b"secret",
    b"token",
    b"key",
    b"auth",
    b"cred",
    b"salt",
    b"nonce",
    b"sessionid",
    b"psk",
    b"cookie",
)
"""In the folded text (lower case, `_` and blank to `-`)."""

_NAME: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$-"
_LINK: Final = re.compile(
    rb"""(?x)
      (?: \\{0,2}["'`] | &quot; | \*\* )?
      (?: (?P<attribute> (?<=["']) (?: [ \t]{1,8} | [ \t]{0,4},?\s{1,40}["']? ) [vV]alue ["']? [ \t]{0,4} [=:] )
        | [\])]{0,2} (?: \[ [0-9A-Z_]{0,12} \] )? (?: \s? \{ \s? get; [^{}=\n]{0,24} \} )? [ \t]{0,24}
          (?: (?: :[ \t]{0,4} [A-Za-z&'*][\w.\[\]<>|&'*]{1,40} [ \t]{0,4}
                | (?<=[ \t]) (?: string|String|[A-Z]{4,9}(?:\([0-9]{1,4}\))? ) [ \t]{1,4} )?
              (?P<assign> (?: :|\|\||\?\?|\?|\+ )?= (?![=~>\r\n]|\Z) | <- )
            | (?P<compare> [=!]==? ) | (?P<arrow> => | -> | : (?![:-]) ) | (?P<comma> , ) | (?P<call> \( )
            | (?P<default> \|\| | \?\? | \?: | \bor\b | :- ) | (?P<element> > ) | (?P<blank> (?<=[ \t]) (?=[^\s=:,()<>|]) ) ) )
      [ \t]{0,24}
    """
)
_STRING: Final = re.compile(
    rb"""(?x) (?: [bfruBFRULN@$]{1,2} (?=["'`]) )? (?:
        "{3} ([^"\n]{1,512}) "{3} | '{3} ([^'\n]{1,512}) '{3}
      | \\{1,3}" ([^"\\\n]{1,512}) \\{1,3}" | " ((?: [^"\\\n] | \\. ){1,512}) " | ' ((?: [^'\\\n] | \\. ){1,512}) ' | ` ([^`\n]{1,512}) `
      | &quot; ([^&\n]{1,512}) &quot; )"""
)
_WRAP: Final = re.compile(
    rb"""(?x) (?: (?:new[ ])? [\w.\[\]:]{0,30}? (?: \(\)\. )? (?: [Dd]ecode\w{0,10} | [Pp]arse | [Ss]ecret | [Ss]tr(?:ing)? | [Bb]ytes? | [Oo]f | [Ff]rom | Some | [Pp]tr | Field | [Qq]uote | [Ll]iteral | char | [Pp]assword | [Vv]alue
        | b64\w{0,9} | hashpw | default | Optional ) \( [ \t]{0,4} (?: default [ ]? = [ ]? )? | \( [ \t]{0,4} | \[ \s{0,20} )?"""
)
"""Before a string: a call that converts it (`SecretStr("…")`, `[]byte("…")`), a bracket."""
_BARE: Final = re.compile(rb"""(?:[^\s"'`<>,;(){}\[\]|&\\?\x80-\xff]|\?(?=[A-Za-z0-9!@#])){4,256}""")
_ELEMENT: Final = re.compile(
    rb"\s{0,60}(?:</name>\s{0,60}<value>|<!\[CDATA\[|<value>)?\s{0,20}([^<>\n\r]{4,512}?)\s{0,20}(?:\]\]>|</)"
)
_NEXT: Final = re.compile(rb"""\s{1,60}(?:-[ ])?["']?value["']?\s{0,4}[:=]\s{0,4}""")
_YODA: Final = re.compile(
    rb"""["']([^"'\n]{4,128})["'](?:\.equals(?:IgnoreCase)?\([ ]?|[ ]{0,2}[=!]==?[ ]{0,2})(?:[a-z]{1,12}\.){0,3}\Z"""
)
_ELSE: Final = re.compile(
    rb"""[^\n"'`;]{0,80}(?:["'][^"'\n]{1,60}["'][^\n"'`;,]{0,20})?(?:\|\||\?\?|\?:|\bor\b|\belse\b|["'],)[ \t]{0,4}(?=["'`])"""
)
"""From a reference to the literal that stands in for it: `environ.get("X", "…")`, `process.env.X || "…"`."""
_QUOTED: Final = re.compile(rb"""[^\n"'`;]{0,90}+["'`]""")
"""What `_ELSE` needs at least: nearly every reference ends here, without a step back."""
_NEAR: Final = re.compile(rb"""[^"'`&]{0,120}+["'`&]""")
"""Where a string may begin, also within a call that converts it."""
_PAIR: Final = re.compile(
    rb"""\s{0,8}[\(\[]?\s{0,8}["'][^"'\n]{1,64}["']\s{0,4},\s{0,20}["']([^"'\n]{4,128})["'](?:\.toCharArray\(\))?\s{0,8}[)\]]"""
)
_SCHEME: Final = re.compile(rb"(?i)(?:bearer|basic|token|apikey|key|digest|ssws|bot|sso-key|aws4-hmac-sha256)[ :=]+")
_START: Final = re.compile(
    rb"""(?x) [ \t]* (?: (?: [+#;>$*-]{1,2}!? | // ) [ \t]{0,24} )? (?: (?i: export|\\?set|setx|env|arg|declare[ ]-x|local|readonly|const|-[ ]) [ \t]+ )? (?: ["'] | \*\* )? \$?(?:env:)?(?:[\w.\[\]-]{0,80}[.:/])? \Z"""
)
_ENDS: Final = re.compile(rb"""[ \t]*(?:[ \t][#;].*|//.*|[ \t]\\|[ \t]&&.*|["'],?)?\Z""")
_METHODS: Final = re.compile(
    rb"\.(?:equals|equalsIgnoreCase|contentEquals|compareTo|eq|isEqual|isEqualTo|default|set|put|sendKeys|send_keys|fill|type|value|setValue|orElse|withDefault|toEqual|toBe|isEqualTo)\Z"
)
_TYPE: Final = re.compile(
    rb"(?i)(?:str|string|text|password|char|varchar\d*|bytes|hidden|secret|token|none|null|nil)\??"
)
_TEMPLATE: Final = re.compile(
    rb"""[ \t]{0,4}(?:\.(?:format|join|replace|split|trim)\b|%[ \t]*[\w(]|\?|=>|[ \t]?:[ \t]*function)"""
)


LOOK: Final = re.compile(rb"[A-Za-z0-9_.$-]{0,64}+(?![A-Za-z0-9_.$;/+%-]|\)+[\n\r.;])[^\x00]")
"""Behind a word, where it may name something that has a value: nearly all of the rest ends here."""


def at(data: bytes, place: int, looked: int) -> Iterator[Found]:
    """The value of the name around the word at `place`; `LOOK` ended at `looked`, one behind the name. Looks at most 160
    bytes back and 700 ahead.
    """
    ends = looked - 1
    head = data[max(0, place - 64) : place]
    start = place - len(head) + len(head.rstrip(_NAME))
    name = data[start:ends]
    means = meaning(name)
    if means is not None and data[ends : ends + 2].lstrip(b"\"'")[:1] in {b"\n", b"\r"}:
        follows = _NEXT.match(data, ends + (data[ends : ends + 1] in _QUOTES))
        string = _STRING.match(data, follows.end()) if follows is not None else None
        span = string.span(string.lastindex or 0) if string is not None else None
        if span is None and follows is not None and (bare := _BARE.match(data, follows.end())) is not None:
            span = bare.span()
        if span is not None and (judged := _judged(data, span, means, quoted=string is not None)) is not None:
            yield Found(*judged, _rule(means), "password")
        return
    if means is None:
        method = _METHODS.search(name) if b"." in name else None
        means = meaning(name[: method.start()]) if method is not None else None
        if means is None:
            return
    if _LISTED.match(data, ends):
        for cell in columns.inserted(data, start):
            literal = _LITERAL.match(data, *cell)
            if literal is not None and secret_values.secret(literal[1], means):
                yield Found(*literal.span(1), _rule(means), "password")
    if data[ends : ends + 1] == b" " and _PROSE.match(data, ends) and not _option(data, start, name):
        return
    if start and data[start - 1 : start] in _YODA_BEFORE and _compares(data[max(0, start - 48) : start]):
        yoda = _YODA.search(data, max(0, start - 160), start)
        if yoda is not None and secret_values.secret(yoda[1], means):
            yield Found(*yoda.span(1), _rule(means), "password")
    link = _LINK.match(data, ends)
    quote = data[start - 1 : start] if start else b""
    if (
        link is not None
        and quote in _PLAIN
        and data[ends : ends + 1] not in _QUOTED_NAME
        and data.startswith(quote, link.end())
    ):
        return  # `"Password:"` is a whole string
    span = _value(data, start, link, means) if link is not None else None
    if (
        span is not None
        and not _same(data[span[0] : span[1]], name)
        and not (len(name) == 3 and span[1] - span[0] == 36)
    ):
        yield Found(*span, _rule(means), "password")


_LISTED: Final = re.compile(rb"""[`"\]]?[ \t]?[,)]""")
"""Behind a column's name in an INSERT statement."""
_LITERAL: Final = re.compile(rb"\s{0,60}[NE]?'([^'\n]{4,128})'")
_PROSE: Final = re.compile(rb"[ ](?!or\b|string\b|[vV]alue)[a-z]{1,40}[,.]?[ ][A-Za-z]")
"""Words behind a blank: no value without quotes ends its line so."""


def _option(data: bytes, start: int, name: bytes) -> bool:
    """Whether a word behind this name and a blank may be its value, whatever follows: `--password x`, `login a password x`."""
    return name.startswith(b"-") or _LOGIN.search(data, max(0, start - 80), start) is not None


def _compares(before: bytes) -> bool:
    """Whether something may be compared with what follows, at all."""
    return b"==" in before or b"!=" in before or b"quals" in before


_YODA_BEFORE: Final = (b"(", b" ", b"=", b".")
_SIGNS: Final = b"_-. 0123456789"


def _same(value: bytes, name: bytes) -> bool:
    """True for a value that only repeats its name, or its end: `password_1 = "password1"`, `KEY_DB_PWD = "db_pwd"`."""
    plain = value.lower().translate(None, _SIGNS)
    return (
        name.lower().translate(None, _SIGNS).endswith(plain)
        and len(plain) * 2 > len(value)
        and not value[-3:].isdigit()  # `password123` is no name
    )


def _rule(means: Meaning) -> str:
    return "hard-coded-password" if means == "password" else "hard-coded-secret"


_FALLBACK: Final = re.compile(rb":-?([^\s${}\"'`]{4,128})\}")


def _value(data: bytes, start: int, link: re.Match[bytes], means: Meaning) -> tuple[int, int] | None:
    """Where the secret behind a link stands; None for what is none."""
    how, end = link.lastgroup, link.end()
    if data[start - 2 : start] == b"${" and (stands := _FALLBACK.match(data, link.start())) is not None:
        return _judged(data, stands.span(1), means, quoted=True)
    if how == "element":
        found = _ELEMENT.match(data, end)
        return _judged(data, found.span(1), means, quoted=True) if found is not None else None
    if how == "comma" and (follows := _NEXT.match(data, end)) is not None:
        end = follows.end()
    first = data[end : end + 1]
    if how in _STRING_ONLY and first in _NO_STRING:
        return None
    if (
        how == "comma"
        and data[link.start() : link.start() + 1] not in _QUOTED_NAME
        and not _ASSERTED.search(data, max(0, start - 40), start)
    ):
        return None
    if (
        how == "call"
        and b"." in (name := data[start : link.start()])
        and _METHODS.search(name) is None
        and meaning(name.rpartition(b".")[2]) is None
    ):
        return None  # `password.encode("latin1")`
    if how in _STRING_ONLY and not _NEAR.match(data, end) and link["default"] != b":-":
        return None
    if (
        (first == b"(" or how == "call")
        and _LOGGING_IN.search(data, start, link.start())
        and (pair := _PAIR.match(data, end)) is not None
    ):
        return _judged(data, pair.span(1), "password", quoted=True)
    wrap = _WRAP.match(data, end)
    inside = wrap.end() if wrap is not None else end
    string = _STRING.match(data, inside) or (_STRING.match(data, end) if inside != end else None)
    if string is None and how in {"assign", "arrow"} and _QUOTED.match(data, end):
        other = _ELSE.match(data, end)
        string = _STRING.match(data, other.end()) if other is not None else None
    if string is not None:
        group = string.lastindex or 0
        if _TEMPLATE.match(data, string.end()) or (
            how == "blank" and (first not in _PLAIN or data[start : link.start()].lower() == b"pass")
        ):
            return None
        if how == "call" and data[string.end() : string.end() + 2].lstrip()[:1] == b",":
            return None  # the first of several arguments is a name
        if how == "comma" and (
            (string[group].isalpha() and not _called(data, start))
            or (string[group].endswith((b"=", b":")) and meaning(string[group][:-1]) is not None)
        ):
            return None  # a list of names
        return _judged(data, string.span(group), means, quoted=True)
    if how in _STRING_ONLY and link["default"] != b":-":
        return None
    return None if first in _QUOTES else _judged_bare(data, start, link, means)


_STRING_ONLY: Final = frozenset({"comma", "call", "compare", "default"})
_NO_STRING: Final = (b")", b",", b"", b"\n", b"]", b"}", b"*", b"-", b"&", b"{")
_PLAIN: Final = (b'"', b"'")
_QUOTED_NAME: Final = (b'"', b"'", b"`", b"\\", b"&")
_QUOTES: Final = (b'"', b"'", b"`")


_LOGGING_IN: Final = re.compile(rb"(?i)auth|cred|login")
_ASSERTED: Final = re.compile(rb"(?i)(?:equals?|same|eq|is|compare|that|match)\(\s{0,20}\Z")


def _called(data: bytes, start: int) -> bool:
    """True when the quoted name at `start` is the first argument of a call."""
    return data[max(0, start - 4) : start].rstrip(b" \"'\\").endswith(b"(")


def _judged_bare(data: bytes, start: int, link: re.Match[bytes], means: Meaning) -> tuple[int, int] | None:
    """A value without quotes: the rest of a line of configuration, an option of a command, a parameter of an address."""
    how, end = link.lastgroup, link.end()
    header = _SCHEME.match(data, end)
    if header is not None:
        end = header.end()
    bare = _BARE.match(data, end)
    if bare is None or (how != "blank" and data[bare.end() : bare.end() + 1] in _GOES_ON):
        return None
    line_start = data.rfind(b"\n", max(0, start - 300), start) + 1
    line_end = data.find(b"\n", end, end + 600)
    line_end = len(data) if line_end == -1 else line_end
    whole = _START.match(data, line_start, start) is not None
    closes = _ENDS.match(data[bare.end() : line_end].rstrip(b"\r")) is not None
    value = bare[0]
    if (len(value) > 64 and b"=" in value.rstrip(b"=")) or (
        _NAMED.fullmatch(value)
        and not secret_values.numbered(value)
        and not _LEET.search(value)
        and secret_values.named(value)
        and meaning(value) is not None
    ):
        return None  # more of the same, or another name of the program
    if how == "blank":
        # `ENV DB_PASSWORD x`, `.netrc`, `requirepass x`, `--password x`
        name = data[start : link.start()]
        option = name.startswith(b"-") or _LOGIN.search(data, max(line_start, start - 80), start) is not None
        if not option and not (closes and whole and name not in {b"pass", b"Pass"}):
            return None
        if value.endswith(b".") or (secret_values.wordlike(value) and not name.startswith(b"require")):
            return None
        return _judged(data, bare.span(), means, quoted=False)
    spaced = data[end - 1 : end] in b" \t"
    if not whole or not closes:
        option = data[start : start + 1] == b"-" or data[max(0, start - 1) : start] in b"-?&; \t\"'"
        if how == "arrow" and header is None and data[line_start:start].strip(b" \t-#/*\"'"):
            return None
        if not option or (spaced and header is None) or data[bare.end() : bare.end() + 1] in b"(),[{.":
            return None
        if _identifier(value) or (
            value.isalpha()
            and data[start : start + 2] != b"--"
            and not _ENV.search(data, max(0, start - 8), start)
            and secret_values.wordlike(value)
        ):
            return None
        return _judged(data, bare.span(), means, quoted=False)
    if _TYPE.fullmatch(value):
        return None
    if (value.isalpha() and spaced and how == "assign" and (len(value) < 6 or secret_values.wordlike(value))) or (
        _identifier(value) and (spaced or b"_" in value or b"." in value)
    ):
        return None
    return _judged(data, bare.span(), means, quoted=False)


_GOES_ON: Final = (b"(", b")", b",", b"[", b"{")
"""Behind a value without quotes: a call, an argument, an index; no line of a configuration ends so, and no option."""
_LEET: Final = re.compile(rb"[A-Za-z][0-9][a-z]")
_NAMED: Final = re.compile(rb"[A-Za-z_]\w{3,60}")
_ENV: Final = re.compile(rb"(?:-e|--env)[ =]\Z")
_LOGIN: Final = re.compile(rb"(?:\blogin|\bmachine|\buser)[ \t]+\S{1,60}[ \t]+\Z")
_IDENTIFIER: Final = re.compile(
    rb"[A-Za-z_]\w*(?:(?:\.|->|::)\w+)+|[a-z]+(?:_[a-z0-9]+)+|[a-z]+(?:[A-Z][a-z]+)+\d?|[A-Z]+(?:_[A-Z0-9]+)+"
)


def _identifier(value: bytes) -> bool:
    """True for a name of the program, and no token: that has no part which reads like a word."""
    if _IDENTIFIER.fullmatch(value) is None:
        return False
    if len(value) < 16 or not secret_values.generated(value):
        return True
    return b"." in value and any(len(part) >= 5 and secret_values.english(part) for part in _LETTERS.findall(value))


_LETTERS: Final = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+")


def _judged(data: bytes, span: tuple[int, int], means: Meaning, *, quoted: bool) -> tuple[int, int] | None:
    start, end = span
    scheme = _SCHEME.match(data, start, end)
    if scheme is not None and end - scheme.end() >= 4:
        start = scheme.end()
    value = data[start:end].strip()
    return (start, end) if secret_values.secret(value, means, quoted=quoted) else None
