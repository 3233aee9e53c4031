"""Passwords that no name stands before: options of commands, SQL's `IDENTIFIED BY`, files of logins, Chinese words for them.

`curl -u user:…`, `mysql -u root -p…`, `sshpass -p …`, `redis-cli -a …`, `keytool -storepass …` (that one has a name),
`echo user:… | chpasswd`; lines of `.pgpass` and `.htpasswd`; 密码：…. Each detector runs behind a literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard import secret_values
from copilot.guard.found import Found
from copilot.guard.triggers import Row

_VALUE: Final = rb"""(?: \\?"([^"\\\n]{1,128})\\?" | '([^'\n]{1,128})' | ([^\s"'`<>|;&)\\]{1,128}) )"""
_IDENTIFIED: Final = re.compile(
    rb"""(?ix) \b identified \s{1,8} (?: with \s{1,8} [\w"'`]{1,40} \s{1,8} )? (?: by | as ) \s{1,8} (?: password \s{1,8} )? """
    + _VALUE
)
_ACCOUNT: Final = re.compile(
    rb"""(?i)\b(?:user|role|to)\s{1,8}(?:if\s(?:not\s)?exists\s)?[\w"'`@.%:&${}-]{1,80}\s{0,8}\Z"""
)
_USER: Final = re.compile(
    rb"""(?x) \b (?: curl | wget | http | https | xh | smbclient | rpcclient ) \b [^\n|;]{0,300}? \s (?: -u | --user | -U | -a | --auth ) [ =]? \s{0,4} ["']? ([\w.@+-]{1,64}) [:%] ([^\s"'|;]{4,128})"""
)
_OPTION: Final = re.compile(
    rb"""(?x) (?: \b (?: mysql\w* | mariadb\w* | mysqladmin | mysqldump ) \b [^\n|;]{0,200}? \s -p (?![ =]|ort|\s)
          | \b (?: sshpass | docker[ ]login | podman[ ]login | helm[ ]registry[ ]login | az[ ]login | oc[ ]login | mongo\w* | bcp | sqlcmd | isql | ldap\w{3,8} | redis-cli | zip | 7z | unzip | mosquitto_\w{3}
              | mysqlsh | kinit ) \b [^\n|;]{0,200}? \s (?: -p | -P | -w | -a | -W ) [ ]? (?<=[ paPwW]) )"""
    + _VALUE
)
_DASH: Final = re.compile(rb" -(?:[puawPUW]|-user|-auth)")
_PIPED: Final = re.compile(rb"""["']?[\w.-]{1,32}:([^\s"'|:]{4,64})["']?\s{1,4}\|\s{0,4}(?:sudo\s{1,4})?chpasswd""")
_PGPASS: Final = re.compile(
    rb"(?m)^(?:[\w.*-]{1,80}):(?:\d{4,5}|\*):(?:[\w*-]{1,64}):(?:[\w*.@-]{1,64}):([^\s:]{4,128})[ \t\r]*$"
)
_HASH: Final = re.compile(
    rb"(?<![\w$])(?:\$(?:apr1|1|5|6)\$(?:rounds=\d{4,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}|\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}"
    rb"|\$argon2(?:id?|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,128}|\$y\$[./A-Za-z0-9]{2,8}\$[./A-Za-z0-9]{10,32}\$[./A-Za-z0-9]{43})"
)
_BASIC: Final = re.compile(rb"(?i:basic) ([A-Za-z0-9+/]{8,512}={0,2})(?![A-Za-z0-9+/=])")
_ENCODED: Final = re.compile(rb"""\(\s{0,4}[bu]?["'`]([\w.@+-]{1,64}):([^\s"'`:]{4,128})["'`]""")
_PHRASE: Final = re.compile(rb"""-(?:pass(?:in|out|word|phrase)?|(?:src|dest)?(?:store|key)pass|k)[ =]["']?\Z""")
_PASSED: Final = re.compile(rb"pass:(?!-)([^\s\"'`<>|;&)\\]{4,128})")
_CHINESE: Final = re.compile(
    "(?:密码|密碼|口令|密钥|密鑰|秘钥|令牌|凭证|授权码|访问码)[\u4e00-\u9fff]{0,2}[\"'”」`*]{0,2}[ \t]{0,2}(?:[:：=＝]{1,2}|为|是|就是|=>|,)[ \t]{0,2}[\"'“「`]?"
    "([!-~]{4,128})"
)
_EDGE: Final = "\"'`,;)]}>”。，"


_OF_PAYMENT: Final = frozenset({"交易", "支付", "取款", "查询"})


def identified(data: bytes, start: int, _end: int) -> Iterator[Found]:
    """The password of SQL's `IDENTIFIED BY` that begins at `start`."""
    found = _IDENTIFIED.match(data, start)
    if found is None or not _ACCOUNT.search(data, max(0, start - 160), start):
        return  # "nodes that are identified by their name"
    group = found.lastindex or 0
    quoted = group != 3
    stands = data[found.end() : found.end() + 1] in {b"", b";", b"\n", b'"'}
    if (quoted or stands) and secret_values.secret(found[group], "password", quoted=quoted):
        yield Found(*found.span(group), "sql-password", "password")


def options(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Passwords among the options of the commands of the line `[start, end)`."""
    for pattern in (_USER, _OPTION):
        for found in pattern.finditer(data, start, end):
            group = found.lastindex or 0
            value = found[group]
            if secret_values.secret(value, "password", quoted=False) and not value.startswith((b"-", b"//")):
                yield Found(*found.span(group), "command-password", "password")


def piped(data: bytes) -> Iterator[Found]:
    """Passwords that are piped into `chpasswd`."""
    for found in _PIPED.finditer(data):
        if secret_values.secret(found[1], "password"):
            yield Found(*found.span(1), "command-password", "password")


def pgpass(data: bytes) -> Iterator[Found]:
    """Lines of PostgreSQL's password file: `host:port:database:user:password`."""
    for found in _PGPASS.finditer(data):
        if secret_values.secret(found[1], "password"):
            yield Found(*found.span(1), "pgpass-password", "password")


def hashes(data: bytes) -> Iterator[Found]:
    """Password hashes as `.htpasswd` and `/etc/shadow` keep them: they are guessed offline."""
    for found in _HASH.finditer(data):
        if len(set(found[0])) > 12:
            yield Found(*found.span(), "password-hash", "password")


def basic(data: bytes, start: int, _end: int) -> Iterator[Found]:
    """User and password of an HTTP header: `Authorization: Basic …`, which is a user, a colon and a password in base64."""
    found = _BASIC.match(data, start)
    if found is not None and secret_values.login(found[1]):
        yield Found(*found.span(1), "basic-credentials", "password")


def encoded(data: bytes, _start: int, end: int) -> Iterator[Found]:
    """The password of the pair that a call ending at `end` writes in base64: `btoa("user:…")`."""
    found = _ENCODED.match(data, end)
    if found is not None and secret_values.secret(found[2], "password"):
        yield Found(*found.span(2), "basic-credentials", "password")


def passed(data: bytes, start: int, _end: int) -> Iterator[Found]:
    """The passphrase of OpenSSL's options: `-passin pass:…`."""
    found = _PASSED.match(data, start + 1)
    if found is None or not _PHRASE.search(data, max(0, start - 16), start + 1):
        return
    if secret_values.secret(found[1], "password", quoted=False):
        yield Found(*found.span(1), "command-password", "password")


def chinese(text: str) -> Iterator[Found]:
    """Values after 密码, 口令, 密钥 and the like."""
    for found in _CHINESE.finditer(text):
        value = found[1]
        cut = next((at for at, one in enumerate(value) if one in _EDGE and at >= 4), len(value))
        raw = value[:cut].rstrip(_EDGE).encode("latin-1", "replace")
        if raw.isdigit() and text[max(0, found.start() - 2) : found.start()] in _OF_PAYMENT:
            continue  # `codes` knows it better
        # Letters alone may go on as a sentence, or name a field.
        if (
            secret_values.secret(raw, "password", quoted=False)
            and not (raw.isalpha() and not raw.islower())
            and not secret_values.identifier(raw)
        ):
            yield Found(found.start(1), found.start(1) + len(raw), "chinese-password", "password")


ROWS: Final = (
    Row((b"identified",), "place", identified),
    Row((b"basic-",), "place", basic, _BASIC),
    Row((b"b00encode", b"base00.encode", b"btoa", b"buffer.from", b"encodetostring"), "place", encoded),
    Row((b"-pass:", b"=pass:", b'"pass:', b"'pass:"), "place", passed),
    Row((b"chpasswd",), "whole", piped),
    Row((b"--p", b"--u", b"--a", b"--w", b"---user", b"---auth"), "line", options, _DASH),
    Row((b":0000:", b":00000:", b":*:"), "whole", pgpass),
    Row(
        (b"$0", b"$apr0$", b"$argon0", b"$y$"),
        "whole",
        hashes,
        re.compile(rb"\$(?:2[abxy]|apr1|[156]|argon2\w{1,2}|y)\$"),
    ),
)
CHINESE: Final = tuple(
    word.encode() for word in ("密码", "密碼", "口令", "密钥", "密鑰", "秘钥", "令牌", "凭证", "授权码", "访问码")
)
"""What wakes `chinese`, in UTF-8."""
