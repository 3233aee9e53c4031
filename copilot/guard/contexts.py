"""Values that only their name gives away: security codes, expiry dates, PINs, one-time codes, accounts, permits, BIC.

A name of the kind, whatever identifier or sentence it stands in, then at most a few signs and filling words, then a
value of the kind's form. An assertion may have the value first; a table has it in the column below the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from copilot.guard import cards, columns, marks, persons
from copilot.guard.characters import word
from copilot.guard.checksums import luhn, organisation_check
from copilot.guard.found import Found


class Named(NamedTuple):
    """A value, the name that gives it away, and the line on which both stand."""

    value: bytes
    name: bytes
    line: bytes


class Context(NamedTuple):
    """A kind that its name gives away: the names, the form of its values, what else a value must satisfy.

    `letters`: a value may be of letters alone.
    """

    kind: str
    names: re.Pattern[bytes]
    value: bytes
    good: Callable[[Named], bool]
    letters: bool = False


_ABOUT: Final = re.compile(
    rb"(?i)len(?:gth)?|size|max|min|count|regex|pattern|valid|error|status|type|require|mask|result|check|label|index|width"
    rb"|timeout|ttl|seconds|minutes|days|retry|attempt|interval|limit|port|version|enabled|flag|column|field_?no|seed"
)
"""Identifiers that are about such a value and hold none."""
_FILL: Final = (
    rb"(?:str(?:ing)?|int(?:eger)?|long|char|varchar2?|text|number|num|no|nr|nbr|code|value|val|data|is|was|be|to|of|the|for|as"
    rb"|e|g|eg|example|format|equals?|eq|in|like|valueof|isequalto|tobe|toequal|s|f|d|r|u|b|new|your|customer|card|default"
    rb"|given|test|type|name|hascode|returns?|with|sms|bank|from|and)"
)
_BETWEEN: Final = rb"(?i:[^A-Za-z0-9\n]{0,16}(?:" + _FILL + rb"(?![A-Za-z0-9])[^A-Za-z0-9\n]{1,16}){0,4})"
_END: Final = rb"(?![0-9A-Za-z])(?![._-][0-9])(?! [0-9]{3})"
_OURS: Final = re.compile(rb"REDACTED_[A-Z_]{1,40}_\Z")
"""Before the number of a surrogate, which may hold a name: `REDACTED_PAYMENT_PIN_0001`."""
_BEFORE: Final = rb"""(?<![0-9A-Za-z.])(?P<value>%b)[lLn]?["')]{0,3}\s{0,4}(?:,|===?|!=|\.equals\()\s{0,4}[A-Za-z_$"'.][\w."'()]{0,48}?\Z"""
_ASSERTS: Final = re.compile(rb"(?i)assert|==|equals|expect|verify")
_REACH: Final = 96


def _all(_: Named) -> bool:
    return True


def _code(one: Named) -> bool:
    """Four digits after a word that also names the codes of text messages are one of those."""
    return len(one.value) == 3 or one.name not in {word("验证码"), word("校验码")}


def _names(pattern: str, *chinese: str) -> re.Pattern[bytes]:
    return re.compile(b"(?i)" + b"|".join([pattern.encode(), *map(word, chinese)]))


def _expiry(one: Named) -> bool:
    """A bare four-digit number is a date only where a card is spoken of, or it begins with a zero, or is quoted."""
    if not one.value.isdigit() or one.value[:1] == b"0" or _CARD.search(one.line) or _DATED.search(one.name):
        return True
    return (
        re.search(rb"[\"'=>|,?\x80-\xbf]%b[\"'<|,&]" % one.value, one.line) is not None
        and b"=" + one.value not in one.line
    )


_DATED: Final = _names(r"date|mmyy|yymm|thru")
_CARD: Final = _names(r"card|(?<![a-z])pan(?![a-z])|cv[vnc]|visa|valid[ _-]?thru", "卡", "有效期")


def _unlike(value: bytes) -> bytes:
    return value.translate(None, b" ._-")


def _account(one: Named) -> bool:
    """Digits that are no placeholder, and no card or identity number whose checksum is wrong."""
    digits = _unlike(one.value)
    if not 8 <= len(digits) <= 32 or len(set(digits)) < 3 or digits in b"01234567890123456789012345678901234567890":
        return False
    if marks.ours(digits.decode()) or persons.shaped(digits):
        return False
    card = b"card" in one.name.lower() or word("卡") in one.name
    return luhn(digits) if card or cards.issued(digits) else True


def _bic(one: Named) -> bool:
    return one.value[4:6] in _COUNTRIES


def _passport(one: Named) -> bool:
    return sum(48 <= character < 58 for character in one.value) >= 5 and len(set(one.value)) > 2


def _organisation(one: Named) -> bool:
    code = one.value.replace(b"-", b"")
    return organisation_check(code) == code[8:] and len(set(code)) > 2


def _pin(one: Named) -> bool:
    if _POSTAL.search(one.line):
        return False
    return len(one.value) < 14 or len(set(one.value)) > 4


_POSTAL: Final = _names(r"address|city|postal|zip|gpio|pinmode|spinner|latitude")
_ISO_3166: Final = (
    b"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCR"
    b"CUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHU"
    b"IDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQ"
    b"MRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSI"
    b"SJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW"
)
_COUNTRIES: Final = frozenset(_ISO_3166[at : at + 2] for at in range(0, len(_ISO_3166), 2))
_YEAR: Final = rb"(?:20)?[2-4][0-9]"
_MONTH: Final = rb"(?:0[1-9]|1[0-2])"

_PIN_NAME: Final = (
    r"pin[ _-]?block|(?:pay(?:ment)?|trade|trans(?:action)?|deal|withdraw(?:al)?|query|card|atm|bank)[ _-]?(?:password|passwd|pwd|pass)(?![a-z])"
    r"|(?<![a-z])(?-i:[Pp]in|PIN)(?![a-z])|(?-i:(?<=[a-z])P(?:in|IN)(?![a-z]))"
)
_CODE_NAME: Final = (
    r"(?:sms|phone|mobile|verif(?:y|ication)|dynamic|confirm(?:ation)?|otp|auth(?:entication)?|login|check|valid(?:ation)?)[ _-]?"
    r"(?:code|captcha|otp|passcode|token)|(?<![a-z])(?-i:otp|OTP|Otp)(?![a-z])|(?-i:(?<=[a-z])(?:OTP|Otp)(?![a-z]))"
    r"|one[ _-]?time[ _-]?(?:code|pass(?:word|code)?|token|pin)|captcha|(?<![a-z])vcode"
)

CARD_CODE: Final = Context(
    "card-code",
    _names(
        r"cvv2?|cvn2?|cvc2?(?![a-z])|cav2|card[ _-]?(?:verification|security|validation)[ _-]?(?:code|value|number|no)?|security[ _-]?code",
        "安全码", "卡验证码", "验证码", "校验码",
    ),
    rb"[0-9]{3,4}",
    _code,
)  # fmt: skip
CARD_EXPIRY: Final = Context(
    "card-expiry",
    _names(
        r"card[ _-]?exp\w{0,12}|exp(?:iry|iration|ires?)?[ _-]?(?:date|dt|yymm|mmyy|ym|month|year)|expir(?:y|ation|es?)"
        r"|(?:valid|good)[ _-]?(?:thru|through|until|to|date|period)|(?<![a-z])exp(?![a-z])",
        "有效期", "到期",
    ),
    rb"(?:" + _MONTH + rb" ?[/-] ?" + _YEAR + rb"|20[2-4][0-9][/-]" + _MONTH + rb"|[2-4][0-9][/-]" + _MONTH
    + rb"|" + _MONTH + rb"[2-4][0-9]|[2-4][0-9]" + _MONTH + rb"|20[2-4][0-9]" + _MONTH + rb")(?![/-])",
    _expiry,
)  # fmt: skip
PIN: Final = Context(
    "payment-pin",
    _names(_PIN_NAME, "支付密码", "交易密码", "取款密码", "卡密码", "支付口令"),
    rb"(?:[0-9A-F]{16}|[0-9a-f]{16}|[0-9A-F]{32}|[0-9]{4,12})",
    _pin,
)
ONE_TIME: Final = Context(
    "one-time-code",
    _names(_CODE_NAME, "验证码", "动态码", "动态口令", "动态密码", "短信码", "短信口令", "校验码"),
    rb"[0-9]{4,8}",
    _all,
)
ACCOUNT: Final = Context(
    "account-number",
    _names(
        r"acc(?:oun)?t[ _-]?(?:no|num(?:ber)?|nbr|nr)?(?![a-z])(?![ _-]?(?:id|name|type|status))|a/c|card[ _-]?(?:no|num(?:ber)?)|bank[ _-]?no",
        "账号", "帐号", "账户", "帐户", "户号", "卡号",
    ),
    rb"[0-9](?:[0-9]|[ ._-](?=[0-9])){6,38}[0-9]",
    _account,
)  # fmt: skip
PASSPORT: Final = Context(
    "passport",
    _names(r"passport|travel[ _-]?doc(?:ument)?", "护照"),
    rb"(?:[A-Z]{1,3}[0-9]{5,9}[A-Z]?|[0-9]{2}[A-Z]{2}[0-9]{5}|[0-9]{7,9}|[A-Z][0-9][A-Z0-9]{6,7})",
    _passport,
)
PERMIT: Final = Context(
    "travel-permit",
    _names(
        r"permit|(?<![a-z])mtp(?![a-z])|hui[ _-]?xiang|tai[ _-]?bao|gang[ _-]?ao|hkm|hk[ _-]?(?:macau|mo)|home[ _-]?return|taiwan",
        "通行证", "回乡证", "台胞证", "港澳",
    ),
    rb"(?:[HMCWTL][0-9]{10}|[HMCWTL][0-9]{8}|C[A-Z][0-9]{7}|[0-9]{10}(?:\([A-Z]\))?|[0-9]{8})",
    _passport,
)  # fmt: skip
BIC: Final = Context(
    "bic",
    _names(
        r"(?-i:(?<![A-Za-z])(?:bic|Bic)(?![a-z])|(?<![A-Z])BIC(?![a-z])|(?<=[a-z])Bic(?![a-z]))|swift[ _-]?(?:code|no|num(?:ber)?|bic|id)?(?![a-z])"
    ),
    rb"(?-i:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)",
    _bic,
    letters=True,
)
ORGANISATION: Final = Context(
    "organisation-code",
    _names(
        r"org(?:ani[sz]ation)?[ _-]?(?:inst(?:itution)?[ _-]?)?(?:code|no|num)|(?<![a-z])zzjg",
        "组织机构代码",
        "机构代码",
    ),
    rb"[0-9A-Z]{8}-?[0-9X]",
    _organisation,
    letters=True,
)


def _found(context: Context, forward: re.Pattern[bytes], backward: re.Pattern[bytes], cell: re.Pattern[bytes],
           data: bytes, start: int, end: int) -> Iterator[Found]:  # fmt: skip
    """Values of one kind that are named on the line `[start, end)`."""
    digits = context.letters or _DIGIT.search(data, start, end) is not None
    head = data[start : min(end, start + 1024)]
    asserts: bool | None = None
    seen = start
    for name in context.names.finditer(data, start, end):
        if name.start() < seen:
            continue
        rest = _IDENTIFIER.match(data, name.end(), end)
        after = forward.match(data, name.end(), min(end, name.end() + _REACH)) if digits else None
        if after is not None and (
            _ABOUT.search(after["rest"])
            or _OURS.search(data, max(start, after.start("value") - 48), after.start("value"))
        ):
            continue
        if after is not None and context.good(Named(after["value"], name[0], head)):
            yield Found(*after.span("value"), f"{context.kind}-named", context.kind)
            seen = after.end()
            continue
        if rest is not None and _ABOUT.search(rest[0]):
            continue
        if digits and asserts is None:
            asserts = _ASSERTS.search(data, start, end) is not None
        if asserts:
            before = backward.search(data, max(start, name.start() - _REACH), name.start())
            if before is not None and context.good(Named(before["value"], name[0], head)):
                yield Found(*before.span("value"), f"{context.kind}-named", context.kind)
                continue
        for low, high in columns.cells(data, start, end, name.start()):
            value = cell.match(data, low, high)
            if value is not None and context.good(Named(value["value"], name[0], b'card="' + value["value"] + b'"')):
                yield Found(*value.span("value"), f"{context.kind}-column", context.kind)


_DIGIT: Final = re.compile(rb"[0-9]{3}|[0-9]/")
_IDENTIFIER: Final = re.compile(rb"[A-Za-z0-9_]{0,32}")
"""What an identifier goes on with after the name."""


def detector(context: Context) -> Callable[[bytes, int, int], Iterator[Found]]:
    """What finds values of a context's kind on a line `(data, start, end)`."""
    value = b"(?P<value>" + context.value + b")"
    forward = re.compile(
        rb"(?P<rest>(?:(?<=[A-Za-z0-9_])[A-Za-z0-9_]{1,32}(?![A-Za-z0-9_]))?)"
        + _BETWEEN
        + rb"(?<![0-9])"
        + value
        + _END
    )
    backward = re.compile(_BEFORE % context.value)
    cell = re.compile(rb"""[\s"'`(]{0,16}""" + value + rb"""[lLn]?[\s"'`)\\]{0,16}\Z""")
    return partial(_found, context, forward, backward, cell)
