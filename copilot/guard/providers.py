"""Keys of providers, known by their prefix, and secrets known by the name they are assigned to. Our own patterns.

A row of `provider_prefixes` is a prefix and what must follow it. Rows are looked up only in runs of at least 20 word
characters, which code holds few of, so that a further row costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard import secret_values
from copilot.guard.found import Found
from copilot.guard.placeholders import SURROGATE, uniform
from copilot.guard.provider_prefixes import ROWS

_AFTER: Final[dict[bytes, tuple[str, re.Pattern[bytes]]]] = {
    prefix: (rule, re.compile(tail + rb"(?![A-Za-z0-9])")) for prefix, (rule, tail) in ROWS.items()
}
_PREFIX: Final = re.compile(
    rb"(?<![A-Za-z0-9])(?:" + b"|".join(map(re.escape, sorted(ROWS, key=len, reverse=True))) + rb")"
)
_REACH: Final = max(24, *map(len, ROWS))
"""How far before a run of word characters a prefix with other characters (`dp.pt.`) may begin."""
_HEADS: Final = frozenset(prefix[:2] for prefix in ROWS)
_KIND: Final = {"age-secret-key": "private-key", "private-key-base64": "private-key"}
_PARTS: Final = re.compile(rb"(?P<discord>[MNO][\w-]{22,27}\.[\w-]{6,7}\.[\w-]{27,40})(?![\w.-])")
_BOT: Final = re.compile(rb"(?<![\w.])[0-9]{8,10}:\Z")
_BEFORE_ATLAS: Final = re.compile(rb"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.\Z")
_AZURE: Final = re.compile(rb"(?<![\w~.-])[\w~.-]{3}[78]Q~[\w~.-]{31,34}(?![\w~.-])")

_HOOK: Final = re.compile(
    rb"""(?ix)
      (?: open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/
        | oapi\.dingtalk\.com/robot/send\?access_token=
        | qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=
        | hooks\.slack\.com/(?:services|workflows)/T\w{6,12}/[AB]\w{6,12}/
        | discord(?:app)?\.com/api/webhooks/\d{15,21}/
        | webhook\.office\.com/webhookb2/[\w@-]{30,120}/IncomingWebhook/
      )$"""
)
_HOOK_REACH: Final = 200

_MEMBER: Final = re.compile(rb"""\\?["'](?:d|p|q|dp|dq|qi|k)\\?["']\s{0,4}:\s{0,4}\\?["']\Z""")
"""Before the value of a private member of a JSON Web Key."""

_UNQUOTED: Final = re.compile(rb"""[{,\s](?:d|p|q|dp|dq|qi|k):\s{0,4}["']\Z""")
"""The same as JavaScript writes it; then `kty` must stand before, too."""

_ACCOUNT: Final = re.compile(rb"(?i)(?:AccountKey|SharedAccessKey)\s{0,4}=\s{0,4}([A-Za-z0-9+/]{40,100}={1,2})")
_ASSIGNED: Final = re.compile(
    rb"""(?ix) (?: secret [_.-]? (?: access [_.-]? )? key | key [_.-]? secret | client [_.-]? secret | app [_.-]? secret )
         \\? ["']? \s{0,8} (?: = | : | => | , ) \s{0,8} \\? (["']?) ([A-Za-z0-9+/_~.=-]{24,128}) (?![A-Za-z0-9+/_~.=(\[-])"""
)


def is_name(data: bytes, start: int, end: int) -> bool:
    """True for a run that is an identifier, as most are: letters only, and no part begins like a key's prefix.

    A random token of small letters only is left to chance: none in 10^9.
    """
    run = data[start:end]
    if not run.replace(b"_", b"").isalpha():
        return False
    return run.islower() or (
        _HEADS.isdisjoint([part[:2] for part in run.split(b"_")]) and data[start - 1 : start] not in {b".", b"=", b"/"}
    )


def tokens(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Provider keys in the run of word characters `[start, end)`."""
    done = 0
    for found in _PREFIX.finditer(data, max(start - _REACH, 0), end):
        at = found.start()
        if at < done:
            continue
        rule, tail = _AFTER[found[0]]
        rest = tail.match(data, found.end())
        if rest is None:
            continue
        if rule == "terraform-token" and (left := _BEFORE_ATLAS.search(data, max(0, at - 16), at)) is not None:
            at = left.start()
        done = rest.end()  # what looked like a key and is none is not looked at again: no input makes this quadratic
        if not uniform(rest[0]) and (rule != "model-provider-key" or _random(rest[0])):
            yield Found(at, done, rule, _KIND.get(rule, "provider-key"))
    if done:
        return
    before = data[start - 1] if start else 0
    if data[end : end + 1] == b"." and (bot := _PARTS.match(data, start)) is not None and _random(bot[0]):
        yield Found(*bot.span(), "discord-token", "provider-key")
    if before == 58 and end - start == 35 and data.startswith(b"AA", start):
        number = _BOT.search(data, max(0, start - 12), start)
        if number is not None and _random(data[start:end]):
            yield Found(number.start(), end, "telegram-bot-token", "provider-key")
    if before in b"\"'" and end - start >= 40 and _member(data, start) and _random(data[start:end]):
        yield Found(start, end, "private-key-jwk", "private-key")
    if before not in b"/=" or SURROGATE.fullmatch(data, start, end):
        return
    if _HOOK.search(data, max(0, start - _HOOK_REACH), start):
        yield Found(start, end, "webhook-url", "provider-key")


_UNLINED: Final = re.compile(
    rb"(?<![A-Za-z0-9+/])MII[A-Za-z0-9+/]{3}(?:IBAAK(?:CAQ|BgQ|CAg)|IBADANBg)[A-Za-z0-9+/]{200,4000}={0,2}(?![A-Za-z0-9])"
)
UNLINED: Final = (b"ibaakcaq", b"ibaakbgq", b"ibaakcag", b"ibadanbg")


def unlined(data: bytes, start: int, _end: int) -> Iterator[Found]:
    """A private key of RSA without its PEM lines whose first `+` comes so soon that it is no run of word characters."""
    found = _UNLINED.match(data, max(0, start - 6))
    if found is not None:
        yield Found(*found.span(), "private-key-base64", "private-key")


def _member(data: bytes, start: int) -> bool:
    """Whether the value at `start` is a private member of a JSON Web Key."""
    return _MEMBER.search(data, max(0, start - 24), start) is not None or (
        _UNQUOTED.search(data, max(0, start - 12), start) is not None
        and data.rfind(b"kty", max(0, start - 800), start) != -1
    )


_BRAINTREE: Final = re.compile(rb"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}(?![a-f0-9])")


def braintree(data: bytes) -> Iterator[Found]:
    """Access tokens of PayPal's Braintree."""
    for found in _BRAINTREE.finditer(data):
        yield Found(*found.span(), "braintree-token", "provider-key")


def entra(data: bytes) -> Iterator[Found]:
    """Client secrets of Azure's directory: `8Q~` or `7Q~` after three characters."""
    for found in _AZURE.finditer(data):
        if _random(found[0]):
            yield Found(*found.span(), "azure-client-secret", "provider-key")


def azure(data: bytes) -> Iterator[Found]:
    """Account keys of Azure's connection strings."""
    for found in _ACCOUNT.finditer(data):
        if not uniform(found[1]):
            yield Found(*found.span(1), "azure-account-key", "provider-key")


def assigned(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Random values of names that say they are a provider's secret, in `[start, end)`."""
    for found in _ASSIGNED.finditer(data, start, end):
        if _random(found[2]) and not SURROGATE.fullmatch(found[2]) and not secret_values.about(found[2]):
            yield Found(*found.span(2), "assigned-secret-key", "provider-key")


def _random(token: bytes) -> bool:
    """True for what a generator writes and no person: digits among letters, many different characters."""
    others = len(token.translate(None, b"0123456789"))
    return 0 < others <= len(token) - 2 and len(set(token)) >= 10


_SHORT: Final = re.compile(rb"(?<![A-Za-z0-9_-])LTAI[A-Za-z0-9]{12,15}(?![A-Za-z0-9_-])")


def short(data: bytes) -> Iterator[Found]:
    """Aliyun's older access keys, too short for the search by runs."""
    for found in _SHORT.finditer(data):
        if not uniform(found[0][4:]) and _random(found[0]):
            yield Found(*found.span(), "aliyun-access-key", "provider-key")
