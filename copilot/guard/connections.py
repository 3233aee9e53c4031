"""Passwords in connection strings: URLs with user information, JDBC, ODBC, ADO.NET, libpq, Oracle's user/password@host.

A parameter `password=…` (or `pwd=`) counts when another part of a connection stands on the same line: `jdbc:`, `user=`,
`server=`, `://` and the like. A bare assignment in code does not: that is a hard-coded password in general, and a later
version. The calls `DriverManager.getConnection(url, user, "…")` and `setPassword("…")` and the keys of data sources in
properties (`spring.datasource.password=…`) do count, being the same thing in other words.
Only the password is found, not the string, so that what remains still says where the code connects to.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from copilot.guard import secret_values
from copilot.guard.found import Found
from copilot.guard.placeholders import placeholder

_REACH: Final = 512
"""Bytes between a password and the part that makes it a connection's."""
_LONGEST: Final = 300
"""Bytes from `://` to the `@`."""

_URL: Final = re.compile(
    rb"""://([^\s/?#"'`<>@:]{0,128}):([^\s"'`<>]{1,128}?)@(?=[\w.\-\[\]:${}%*]{1,128}(?:[^\w.\-\[\]:${}%*@]|\Z))"""
)
_SIGN: Final = re.compile(rb"@(?<=[^\s@]@)")
"""Not the one of a decorator or a Java annotation: a blank stands before that."""
_PATH: Final = re.compile(rb"\d{1,5}/|.*/.*/")
_USER: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$#.-[]"
_ORACLE: Final = re.compile(
    rb"""(?ix) (?: oracle:(?:thin|oci8?|kprb): | connect\w{0,12}\(\s{0,4}["']
         | \b(?:sqlplus|conn|connect|exp|imp|expdp|impdp|sqlldr)\s{1,4}(?:-\w{1,8}\s{1,4}){0,3}["']? | userid=["']? )$"""
)
_BEFORE_USER: Final = (b":", b"'", b'"', b" ", b"\t", b"=")
_BEFORE_BARE: Final = (b"'", b'"', b"`", b" ", b"\t", b"=", b"\n")
_NO_USER: Final = frozenset(
    {b"mailto", b"sip", b"sips", b"xmpp", b"acct", b"ssh", b"git", b"email", b"e-mail", b"svn", b"scm"}
)
_PLAIN: Final = re.compile(rb"""[^\s"'`<>/:,;(){}\[\]\x80-\xff]+""")
_SHORTEST: Final = 5
"""A colon and four characters."""
_HOST: Final = re.compile(rb"(?:localhost|[\w-]{1,63}(?:\.[\w-]{1,63}){0,8})(?::\d{2,5}(?![\w.])|/[A-Za-z_])")
_QUOTED: Final = re.compile(rb"""(?:\\?")?([^\s"'\\]{1,128})(?:\\?")?""")
_GO: Final = re.compile(rb"""["'`=\s][\w.-]{1,64}:([^\s"'`/]{1,128})\Z""")
_PASSWORD: Final = re.compile(
    rb"""(?ix) (?: password | passwd | pwd | passphrase | (?<![a-z])pass ) (?:\\?["'])? \s{0,4} = (?!=) \s{0,4} (?:[bfru]{1,2}(?=["']))?
         (?: \{([^{}\n]{1,128})\} | \\?"([^"\\\n]{1,128})\\?" | '([^'\n]{1,128})' | ([^\s;&"'`<>\\]{1,128}) )"""
)
_PART: Final = re.compile(
    rb"""(?ix) jdbc: | :// | (?<![a-z]) (?: user(?:[ ]?name|[ ]?id|_id)? | uid | dsn | driver | server | host(?:name|addr)?
         | dbname | data[ ]source | initial[ ]catalog | database ) [ ]{0,2} = """
)
_BARE: Final = 4
"""The group of `_PASSWORD` for a value without quotes."""
_REFERENCE: Final = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_CODE: Final = re.compile(rb"[A-Za-z_][\w.]*[,()\[]")
_CONNECTION: Final = re.compile(
    rb"""(?x) getConnection \s{0,4} \( \s{0,80} (?: "[^"\n]{0,500}" | [\w.()]{1,80} ) \s{0,8} , \s{0,80}
         (?: "[^"\n]{0,128}" | [\w.()]{1,80} ) \s{0,8} , \s{0,80} "([^"\n]{1,128})" """
)
_ARGUMENT: Final = rb"""(?: [$]?[\w.:>()\[\]-]{1,80} | "[^"\n]{1,200}" | '[^'\n]{1,200}' )"""
_SECRET: Final = rb"""\s{0,20}["']([^"'\n]{4,128})["']\s{0,8}[,)]"""
_THREE: Final = re.compile(rb"(?x) \s{0,8}(?:" + _ARGUMENT + rb"\s{0,4},\s{0,20}){2}" + _SECRET)
_TWO: Final = re.compile(rb"(?x) \s{0,8}(?:" + _ARGUMENT + rb"\s{0,4},\s{0,20}){1}" + _SECRET)
_OF_TWO: Final = frozenset({b".lo", b"oci"})
POSITIONAL: Final = (
    b"mysql-connect(",
    b"mysql-pconnect(",
    b"mysqli-connect(",
    b"mysqli(",
    b"mysqldb.connect(",
    b"pymysql.connect(",
    b"mssql-connect(",
    b"sqlsrv-connect(",
    b"pdo(",
    b"ftp-login(",
    b"ftp(",
    b"oci-connect(",
    b"oci-logon(",
    b".login(",
    b"adodb.connect(",
    b"mysql.connect(",
    b"pymssql.connect(",
)
"""Calls that take a password by its place, folded."""
_SETTER: Final = re.compile(rb"""set_?[Pp]assword\s{0,4}\(\s{0,8}"([^"\n]{1,128})"\s{0,8}\)""")
_PROPERTY: Final = re.compile(rb"[._-][Pp](?i:assword|asswd|wd)[ \t]{0,4}[=:]")
_SOURCE: Final = re.compile(
    rb"""(?ix) [ \t]* [\w.-]{0,80}? (?: datasource|jdbc|hikari|druid|redis|mongodb|rabbitmq|hibernate\.connection|c3p0|r2dbc )
         [\w.\[\]-]{0,80} [._-] (?: password|passwd|pwd ) [ \t]{0,4} [=:] [ \t]{0,4} (\S{1,128}) \s* \Z"""
)


def at_signs(data: bytes) -> Iterator[Found]:
    """Passwords before an `@`: of URLs, of Oracle's user/password@host, of Go's user:password@tcp(host)."""
    scheme = -1
    for sign in _SIGN.finditer(data):
        at = sign.start()
        start = data.rfind(b"://", max(0, at - _LONGEST), at)
        if start > scheme:
            scheme = start
            yield from _url(data, start)
        elif start == -1:
            slash = data.rfind(b"/", max(0, at - 130), at)
            if slash > 0:
                yield from _oracle(data, slash, at)
            yield from _bare(data, at)
            found = _GO.search(data, max(0, at - 200), at) if data.startswith(b"@tcp(", at) else None
            if found is not None and not placeholder(found[1]):
                yield Found(*found.span(1), "url-password", "password")


def _url(data: bytes, start: int) -> Iterator[Found]:
    found = _URL.match(data, start)
    # A slash before the `@` belongs to a path: http://host:8080/users/@me.
    if found is not None and not _PATH.match(found[2]) and not placeholder(found[2]):
        yield Found(*found.span(2), "url-password", "password")


def _bare(data: bytes, at: int) -> Iterator[Found]:
    """`user:password@host:port` and `user:password@host/path` without a scheme."""
    colon = data.rfind(b":", max(0, at - 130), at)
    if colon == -1 or at - colon < _SHORTEST or not _HOST.match(data, at + 1):
        return
    user = data[max(0, colon - 64) : colon]
    before = colon - (len(user) - len(user.rstrip(_USER)))
    if (
        before == colon
        or data[before:colon].lower() in _NO_USER
        or (before and data[before - 1 : before] not in _BEFORE_BARE)
    ):
        return
    value = data[colon + 1 : at]
    if _PLAIN.fullmatch(value) and secret_values.secret(value, "password", quoted=False):
        yield Found(colon + 1, at, "url-password", "password")


def _oracle(data: bytes, slash: int, at: int) -> Iterator[Found]:
    user = data[max(0, slash - 64) : slash]
    before = slash - (len(user) - len(user.rstrip(_USER)))
    if before == slash or data[before - 1 : before] not in _BEFORE_USER:
        return
    found = _QUOTED.fullmatch(data, slash + 1, at)
    if found is None or not _ORACLE.search(data, max(0, before - 48), before) or placeholder(found[1]):
        return
    yield Found(*found.span(1), "oracle-password", "password")


def parameters(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Passwords of connections on the line `[start, end)`: parameters, setters, properties."""
    parts: list[int] | None = None
    for found in _PASSWORD.finditer(data, start, end) if data.find(b"=", start, end) != -1 else ():
        group = found.lastindex or 0
        value = found[group]
        if placeholder(value) or (_is_code(data, found) if group == _BARE else secret_values.about(value)):
            continue
        if parts is None:
            parts = [part.start() for part in _PART.finditer(data, start, end)]
        near = bisect_left(parts, found.start() - _REACH)
        if near < len(parts) and parts[near] <= found.end() + _REACH:
            yield Found(*found.span(group), "connection-password", "password")
    for setter in _SETTER.finditer(data, start, end):
        if len(setter[1]) > 3 and not placeholder(setter[1]) and not secret_values.about(setter[1]):
            yield Found(*setter.span(1), "password-setter", "password")
    named = end - start < 1024 and _PROPERTY.search(data, start, end)
    source = _SOURCE.match(data, start, end) if named else None
    if source is not None and not placeholder(source[1].strip(b"\"'")):
        yield Found(*source.span(1), "data-source-password", "password")


def _is_code(data: bytes, found: re.Match[bytes]) -> bool:
    """True when an unquoted value is an expression of a program: `connect(user=user, password=password)`, or an assignment goes on."""
    after = data[found.end() : found.end() + 4]
    if after[:1] in {b";", b"&"}:
        return False
    value = found[_BARE]
    reference = _REFERENCE.fullmatch(value) is not None and secret_values.quoted_name(value)
    return reference or _CODE.match(value) is not None or after.lstrip(b" ").startswith(b"=")


def calls(data: bytes) -> Iterator[Found]:
    """The password of `DriverManager.getConnection(url, user, "…")` and its like, over lines too."""
    for found in _CONNECTION.finditer(data):
        if not placeholder(found[1]):
            yield Found(*found.span(1), "connection-call", "password")


def positional(data: bytes, start: int, end: int) -> Iterator[Found]:
    """The password of a call that takes host, user and password, or only the last two, in this order: the name of the call
    stands at `[start, end)`.
    """
    found = (_TWO if data[start : start + 3].lower() in _OF_TWO else _THREE).match(data, end)
    if found is not None and not placeholder(found[1]) and secret_values.secret(found[1], "password"):
        yield Found(*found.span(1), "connection-call", "password")
