r"""What names a person or lets somebody in, by the names that code gives it, and whether an expression shows it unmasked.

(#shows? @value)        a value of that kind stands in the expression as it is: not masked, cut, hashed, compared or counted
(#personal? @name)      a name (or the text of a string) is of that kind
(#logger? @owner)       what writes into a log

Names are read word by word (`bankCardNo`, `bank_card_no`, pinyin `sfzh`); a word that says that it is none (`masked`,
`type`, `has`) wins. Absent on purpose: names of people, addresses, e-mail and account numbers, which a log may need.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node

_CORE: Final = (
    r"id_?card(?:_?(?:no|num|number|id|code))?|id_?(?:no|num|number)|identity_?(?:card|no|num|number|id|code)(?:_?(?:no|num|number))?"
    r"|cert_?(?:no|num|number)|certificate_(?:no|num|number)|sfz(?:h|hm)?|zjhm?|shen_?fen_?zheng(?:_?hao)?(?:_?ma)?|ssn"
    r"|social_security_(?:no|num|number)|(?:national|citizen|resident)_?id(?:_?(?:no|num|number|card))?|passport_?(?:no|num|number)"
    r"|card_?(?:no|num|number|pan)|(?:bank|credit|debit)_?card(?:_?(?:no|num|number))?|pan|primary_account_number|yhkh|yin_?hang_?ka(?:_?hao)?|ka_?hao"
    r"|(?:phone|mobile|tel|telephone|cell_?phone|mobile_?phone)(?:_?(?:no|num|nbr|number))?|cell_?(?:no|num|number)|msisdn|sjhm?|shou_?ji(?:_?hao)?(?:_?ma)?|lxdh"
    r"|cvv2?|cvc2?|cvn2?|(?:cvv2?|cvc2?|security|card_security)_code|track_?[12]?_?data|track_?[123]"
    r"|password|passwd|pwd|pass_?phrase|pass_?word|mi_?ma|pin|pin_?(?:code|block|no|number)|plain_?(?:pin|pwd|password)"
    r"|(?:access|auth|refresh|api|session|bearer|id|user|login|jwt|secret|sso|oauth2?|client|pay|payment|security)_?token|jwt|token|credentials?|authorization"
    r"|(?:personal)?ausweis(?:_?(?:nr|nummer))?|(?:reise)?pass_?(?:nr|nummer)|(?:\w*_)?[a-z]{0,12}kart(?:en)?_?(?:nr|nummer)|kartenpruef(?:nummer|ziffer)|pruefziffer|sicherheitscode"
    r"|(?:\w*_)?(?:telefon|handy|mobil|mobilfunk|mobiltelefon)(?:_?(?:nr|nummer))?|(?:telefon|handy|mobil)nummer|rufnummer|\w*(?:kennwort|passwort)|geheim(?:zahl|nummer)"
    r"|steuer_?(?:id|nr|nummer)|sozialversicherungs_?(?:nr|nummer)"
    r"|sfz_?(?:h|hm|hao|haoma|no)|[a-z]{0,9}shouji_?hao_?(?:ma)?|shouji|(?:lianxi)?dianhua(?:_?hao)?_?(?:ma)?|(?:zheng_?jian|shenfenzheng|shenfen)_?hao_?(?:ma)?"
    r"|(?:yinhang)?ka_?hao(?:ma)?|[a-z]{0,12}mima|anquanma|yanzhengma|hand_?phone|contact_?(?:phone|mobile|number)|tax_?(?:payer_?)?id(?:_?(?:no|number))?"
    r"|api_?key|secret_?key|(?:client|app)_?secret|access_?key_?secret|private_?key|otp|otp_?code|sms_?code|verif(?:y|ication)_?code|one_time_(?:code|password)|yzm"
)
_PERSONAL: Final = re.compile(
    rf"(?:\w+_)?(?:{_CORE})(?:_?(?:value|str|string|text|raw|plain|plaintext|input|clear|cleartext|\d))?"
)
_NONE: Final = re.compile(
    r"(?:^|_)(?:is|has|had|have|no_password|needs?|required?|requires|mask|masked|masking|encrypted|encrypt|enc|cipher|hashed|hash|digest|md5|sha\d*"
    r"|sm[34]|tail|last|first|suffix|prefix|redacted|desensiti[sz]ed?|hidden|safe|count|counts|check|verified|validate|allow|use|using|show|skip"
    r"|expired?|missing|max|min|len|length|total|with|without|tokens?_?(?:type|count|id|index|kind|pos)|type|kind|format|pattern|regex|policy|tuo_?min|star|starred"
    r"|ok|error|err|label|column|col|header|name|key_name|param_name|on|off|enabled|changed|unknown|bad_token|next|prev|previous|current|end|start|public"
    r"|maskiert|verschluesselt|gekuerzt|anzahl|laenge|art|typ|gueltig|vorhanden|(?:card|pan|network|page|fencing|lock)_token"
    r"|unexpected|lookahead|space|special|stop|pad|mock|fake|dummy|idx|index)(?:_|$)"
)
_TOKEN: Final = re.compile(
    r"(?:\w+_)?(?<!access_)(?<!auth_)(?<!refresh_)(?<!api_)(?<!session_)(?<!bearer_)(?<!jwt_)(?<!login_)(?<!oauth_)"
    r"(?:token(?:_?(?:value|str|string|text|raw))?|pin|pan|jwt|track_?\d|credentials?)"
)
"""Names that mean something else in a parser, a circuit or a camera."""
_ENTRY: Final = re.compile(r"token|jwt|credential")
"""Those of them that let somebody in, where a file speaks of that; a card's token is its stand-in."""
_LOGIN: Final = re.compile(
    r"(?i)bearer|login|oauth|authori[sz]ation|authenticat|jwt|sign_?in|\bsso\b|refresh_?token|access_?token|session|passw"
)
_CARD: Final = re.compile(r"(?i)card|bank|pay|customer|\bpin|login")
_PARSER: Final = re.compile(
    r"(?i)tokenizer|tokeniser|lexer|\bparser\b|\bast\b|grammar|syntaxerror|next_?token|pinmux|gpio"
)
_MASKED: Final = re.compile(
    r"(?i)\w*(?:mask|desens|desensiti|redact|hash|sha\d|md5|sm3|digest|hmac|encrypt|encode|cipher|tail|last_?\d|hide|obfus|scrub|saniti|anonym"
    r"|pseudonym|verschleier|verschluessel|schwaerz|kuerz|unkenntlich|jiami|yanma|dama|tokeni[sz]e|fingerprint|mosaic|tuo_?min|xing_?hao|asterisk|partial|abbreviate|truncate|shorten|cut)\w*"
    r"|len|type|bool|isinstance|id|hex|right|left|sub|substring|length|size|hashCode|getClass|match|search|count|index|find|contains|equals|compare\w*"
    r"|(?:is|has|valid|check|verify|validate|exist|count|compare|starts|ends|matches|authenticate|login|assert)\w*"
)
_THROUGH: Final = frozenset({
    "str", "repr", "format", "join", "strip", "trim", "upper", "lower", "dumps", "dict", "toString", "concat", "append",
    "formatted", "valueOf", "of", "ofEntries", "entry", "asList", "toJSONString", "toJson", "writeValueAsString", "orElse", "requireNonNull",
    "ofNullable", "list", "tuple", "deepToString", "encode", "decode", "String", "StringBuilder", "StringBuffer", "replace", "insert",
    "toUpperCase", "toLowerCase", "intern", "urlencode", "quote", "kv", "keyValue", "array", "value", "v", "a", "fields",
    "singletonMap", "defaultString", "nullToEmpty", "pformat", "bytes", "put", "add",
})  # fmt: skip
_ASKS: Final = re.compile(r"(?:get|find|query|fetch|load|read|decrypt|resolve|obtain|extract)_(\w+)")
_KEYED: Final = frozenset(
    {
        "get",
        "getOrDefault",
        "getString",
        "getParameter",
        "getHeader",
        "getFirst",
        "getAttribute",
        "pop",
        "optString",
        "asText",
    }
)
_LOGGER: Final = re.compile(
    r"(?i)(?:^|[._])\w*log(?:ger|ging)?$|get_?logger\(|(?:^|\.)log(?:ger)?\.(?:bind|opt|with\w*)\(|loguru"
)
_DEEPEST: Final = 12


def snake(name: str) -> str:
    """`bankCardNo` and `BANK_CARD_NO` as `bank_card_no`; a word that is no name comes back lowered."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).replace("-", "_").lower().strip("_")


@lru_cache(maxsize=4096)
def _of_kind(name: str) -> str:
    """The name in words where it is of the kind, else ""."""
    if len(name) > 60 or (name.isupper() and len(name) > 4):
        return ""  # a constant names a key, a column, a header
    plain = snake(name)
    return plain if _PERSONAL.fullmatch(plain) and not _NONE.search(plain) else ""


class Personal:
    """Answers for one document."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._is_login: bool | None = None
        self._is_card = False

    def is_named(self, name: str) -> bool:
        """Whether a name is of the kind; one that means something else in a parser is held against the whole text."""
        plain = _of_kind(name.strip("'\"` "))
        if not plain or not _TOKEN.fullmatch(plain):
            return bool(plain)
        if self._is_login is None:
            text = self.flow.text.decode("utf-8", "replace")
            self._is_login = _LOGIN.search(text) is not None and _PARSER.search(text) is None
            self._is_card = _CARD.search(text) is not None and _PARSER.search(text) is None
        return self._is_login if _ENTRY.search(plain) else self._is_card

    # Expressions.

    def shows(self, node: Node, depth: int = 0) -> bool:
        """Whether an expression shows such a value as it is."""
        kind, flow = node.type, self.flow
        if depth > _DEEPEST:
            return False
        if kind == "identifier":
            return self._name_shows(node, depth)
        if kind in flow.grammar.members:
            field = node.child_by_field_name(flow.grammar.members[kind][1])
            return field is not None and self.is_named(flow.read(field))
        if kind in {"subscript", "array_access"}:
            part = node.child_by_field_name("subscript")
            return part is not None and part.type == "string" and self.is_named(flow.constant(part) or "")
        if kind in flow.grammar.calls:
            return self._call_shows(node, depth)
        if kind in {"pair", "keyword_argument"}:
            return self._pair_shows(node, depth)
        if kind in {"conditional_expression", "ternary_expression"}:
            parts = node.named_children
            chosen = (parts[0], parts[-1]) if kind[0] == "c" else tuple(parts[1:])
            return any(self.shows(part, depth + 1) for part in chosen)
        if kind in {"binary_operator", "binary_expression"}:
            sign = node.child_by_field_name("operator")
            if sign is None or flow.read(sign) not in {"+", "%"} or _is_starred(flow.read(node)):
                return False
            return any(self.shows(part, depth + 1) for part in node.named_children)
        if kind in {
            "comparison_operator",
            "not_operator",
            "unary_expression",
            "format_specifier",
            "comment",
            "lambda_parameters",
            "instanceof_expression",
        }:
            return False
        if kind in {"lambda_expression", "lambda", "interpolation", "named_expression"}:
            inner = (
                node.child_by_field_name("body") or node.child_by_field_name("expression") or node.named_children[-1]
            )
            return self.shows(inner, depth + 1)
        return any(self.shows(part, depth + 1) for part in node.named_children)

    def _name_shows(self, node: Node, depth: int) -> bool:
        name = self.flow.read(node)
        values, _ = self.flow.bound(name, node)
        told = [value for value in values if value is not None]
        if self.is_named(name):
            return not told or not all(self._is_masked(value) for value in told)
        if depth > 3:
            return False
        return any(
            not value.start_byte <= node.start_byte < value.end_byte and self.shows(value, depth + 3) for value in told
        )

    def _is_masked(self, value: Node) -> bool:
        """A call that masks, a cut, a text with stars, a constant that is no secret of anybody's."""
        if value.type in self.flow.grammar.calls:
            return _MASKED.fullmatch(self.flow.called(value)) is not None or _is_starred(self.flow.read(value))
        if value.type in {"binary_operator", "binary_expression", "string"}:
            return _is_starred(self.flow.read(value)) or not self.shows(value, _DEEPEST - 3)
        if value.type in {"none", "null_literal"}:
            return True
        part = value.child_by_field_name("subscript")
        return part is not None and part.type == "slice"

    def _call_shows(self, node: Node, depth: int) -> bool:
        flow = self.flow
        name, inside, receiver = flow.called(node), flow.arguments(node), flow.receiver(node)
        if _is_starred(flow.read(node)) and name != "format":
            return False
        if name in _KEYED and inside:
            key = flow.constant(inside[0])
            if key is not None and self.is_named(key):
                return True
        asks = _ASKS.fullmatch(snake(name))
        if asks is not None and name not in _KEYED:
            return self.is_named(asks[1]) and not (receiver is None and inside and flow.document.language == "java")
        if not inside and self.is_named(name) and receiver is not None:
            return True  # a record's accessor
        if _MASKED.fullmatch(name) and name not in _THROUGH:
            return False
        if name in _THROUGH:
            if any(self.shows(part, depth + 1) for part in inside):
                return True
            if name in {"of", "entry", "singletonMap", "put", "kv", "keyValue", "value", "v"} and self._keyed(inside):
                return True
            return receiver is not None and self.shows(receiver, depth + 1)
        return False

    def _keyed(self, inside: list[Node]) -> bool:
        """`Map.of("idCard", value, …)`: a key of the kind with a value that is neither constant nor masked."""
        for key, value in zip(inside[::2], inside[1::2], strict=False):
            word = self.flow.constant(key)
            if word is not None and self.is_named(word) and self._is_open(value):
                return True
        return False

    def _pair_shows(self, node: Node, depth: int) -> bool:
        key = node.child_by_field_name("key") or node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if value is None:
            return False
        if self.shows(value, depth + 1):
            return True
        word = "" if key is None else self.flow.read(key) if key.type == "identifier" else self.flow.constant(key) or ""
        return self.is_named(word) and self._is_open(value)

    def _is_open(self, value: Node) -> bool:
        """A name or a member that nothing says is masked."""
        if value.type == "identifier":
            name = self.flow.read(value)
            told = [each for each in self.flow.bound(name, value)[0] if each is not None]
            return not _NONE.search(snake(name)) and not (told and all(self._is_masked(each) for each in told))
        if value.type in self.flow.grammar.members:
            return not _NONE.search(snake(self.flow.read(value).rpartition(".")[2]))
        return False


def is_logger(flow: Flow, qualified: str, owner: Node) -> bool:
    """Whether an expression is what writes a log, by its name or by what it is bound to."""
    if _LOGGER.search(qualified):
        return True
    values = flow.bound(qualified, owner)[0] if owner.type == "identifier" else []
    return any(value is not None and re.search(r"(?i)get_?logger\(|structlog", flow.read(value)) for value in values)


def _is_starred(text: str) -> bool:
    """Whether a text has stars where a value would stand."""
    return re.search(r"[\"'][^\"'\n]*\*{2,}|[\"']\*[\"']\s*\*|[\"']\*[\"']\.repeat", text) is not None
