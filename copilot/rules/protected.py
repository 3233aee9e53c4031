"""Names of attributes of people that no decision about credit or price may hang on, and names of such decisions."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Final

from copilot.rules.wording import split

_PLAIN: Final = frozenset({
    "gender", "sex", "ethnicity", "ethnic", "ethnicities", "nationality", "religion", "religious", "religions", "faith", "race",
    "racial", "marital", "hometown", "birthplace", "hukou", "huji", "pregnant", "pregnancy", "disability", "caste", "xingbie",
    "minzu", "jiguan", "hunyin", "zongjiao", "guoji", "nianling", "sexuality", "orientation", "maternity", "citizenship", "creed",
    "tribe", "denomination", "geschlecht", "konfession", "religionszugehoerigkeit", "nationalitaet", "staatsangehoerigkeit",
    "staatsbuergerschaft", "herkunft", "herkunftsland", "familienstand", "ethnie", "geburtsort", "geburtsland", "hautfarbe",
    "verheiratet", "schwanger", "minzuhao", "jiguandi", "hunyinzhuangkuang",
})  # fmt: skip
_PAIRS: Final = frozenset({
    ("native", "place"), ("birth", "place"), ("place", "birth"), ("marriage", "status"), ("is", "married"), ("is", "male"), ("is", "female"),
    ("home", "province"), ("home", "region"), ("home", "city"), ("birth", "province"), ("native", "province"), ("household", "registration"),
    ("country", "birth"), ("birth", "country"), ("origin", "country"), ("skin", "color"), ("political", "affiliation"), ("number", "children"),
    ("national", "origin"), ("registered", "residence"), ("origin", "province"), ("home", "district"), ("residence", "province"),
    ("residence", "region"), ("residential", "region"), ("mother", "tongue"), ("native", "language"), ("is", "muslim"),
    ("is", "christian"), ("is", "hindu"), ("is", "jewish"), ("is", "immigrant"), ("is", "foreigner"), ("is", "minority"),
})  # fmt: skip
_ALONE: Final = frozenset({
    ("region",), ("province",), ("married",), ("age",), ("male",), ("female",), ("ethnos",), ("region", "code"),
    ("province", "code"), ("diqu",), ("di", "qu"), ("shengfen",), ("sheng", "fen"), ("bundesland",),
})  # fmt: skip
_JOINED: Final = frozenset(
    {"xingbie", "minzu", "jiguan", "hunyin", "zongjiao", "guoji", "nianling", "huji", "hukou", "chushengdi"}
)
"""Words of pinyin that names write apart (`huJi`)."""
_PEOPLE: Final = frozenset({
    "customer", "applicant", "borrower", "client", "user", "person", "holder", "cust", "guarantor", "member", "debtor", "insured",
    "buyer", "get", "get_age", "current", "antragsteller", "kunde", "kehu", "shenqingren", "jiekuanren",
})  # fmt: skip
PERSON: Final = re.compile(
    r"(?i)(?:^|[_.]|(?<=[a-z]))(?:customer|applicant|borrower|client|person|cust|guarantor|debtor|insured|antragsteller|kunde|kehu|shenqingren|jiekuanren)(?:\(\))?$"
)
DWELLINGS: Final = frozenset({
    ("postcode",), ("postal", "code"), ("zip",), ("zip", "code"), ("zipcode",), ("plz",), ("postleitzahl",), ("city",),
    ("district",), ("county",), ("prefecture",), ("wohnort",), ("bundesland",),
})  # fmt: skip
"""Where somebody lives: only of a person who is named."""
_CHINESE: Final = re.compile("性别|民族|籍贯|婚姻|宗教|国籍|年龄|地域|户籍|种族|出生地|生育|已婚")
_NOT: Final = frozenset({
    "days", "day", "max", "min", "cache", "loan", "account", "vehicle", "car", "record", "data", "token", "page", "avg", "average",
    "invoice", "debt", "condition", "conditions", "session", "file", "log", "password", "asset", "property", "house", "entry",
    "queue", "message", "ttl", "limit_days", "months", "aws", "deploy", "deployment", "code_page", "bucket", "currency", "tax",
    "market",
})  # fmt: skip
DECIDES: Final = re.compile(
    r"(?i)credit|scor(?:e|ing)|limit|quota|approv|pric(?:e|ing)|premium|(?:interest|loan|base|final|annual|discount|lending)_?rate|(?<![a-z])rate|\bapr\b|loan|lend|eligib|underwrit|risk"
    r"|grade|grading|decision|decide|declin|reject|accept|qualif|admit|admission|granted|grant_|refus|rating|mortgage|overdraft|markup|surcharge|discount|fee|deny|denied|points"
    r"|feature|predict|weights?\b|coefficient|penalty|threshold|amount|margin|tier|segment_score|threshold"
    r"|授信|额度|评分|定价|审批|利率|风险|保费|准入|通过|拒绝|shouxin|edu|pingfen|dingjia|shenpi|lilv|fengxian|feilv|jujue|zhunru"
    r"|kredit|bonit|zins|praemie|zulass|zugelass|zulaess|bewillig|ablehn|genehm|annahme|konditionen|punkte|aufschlag|zuschlag|abschlag"
)
STRONG: Final = re.compile(
    r"(?i)reject|declin|approv|refus|den(?:y|ied)\b|eligib|not_?granted|granted|accept|ablehn|annehm|genehm|jujue|tongguo|hard_?stop|knock_?out|black_?list|拒绝|通过"
)
"""What says a decision whatever the routine around is called."""
DECISION_ROUTINE: Final = re.compile(
    r"(?i)credit|scor(?:e|ing)|limit|quota|approv|pric(?:e|ing)|premium|rate(?!_?limit)|loan|lend|eligib|underwrit|risk|grade|grading|decision|decide|declin|reject|accept(?:s|ed)?(?:_|$|[A-Z])"
    r"|qualif|admit|admission|grant|rating|mortgage|overdraft|surcharge|discount|assess|evaluat|feature|predict|train|授信|额度|评分|定价|审批|利率|风险|准入|shouxin|pingfen|dingjia|shenpi|lilv"
    r"|(?<![a-z])pre_?(?:check|screen|select|qual|approv)|shortlist|(?-i:(?<![a-z]))apr(?-i:(?![a-z]))|refus|quote(?!d|s)|offer(?-i:(?![a-z]))|zulass|zugelass|zulaess|bewillig|vergabe|kredit|bonit|zins|praemie|annahme|genehm|konditionen"
    r"|xindai|daikuan|xinyong|fengkong|zhunru|shenhe|feilv|edu(?-i:(?![a-z]))"
)
DECISION_CALL: Final = re.compile(
    r"(?i)scor(?:e|ing)|credit_?(?:limit|rating)|(?:calc\w*|compute|get|determine|decide|adjust|set|quote|find|lookup)_?(?:\w*(?:limit|quota|price|rate|premium|discount|grade|risk|factor|weight))|approv|pric(?:e|ing)|eligib"
    r"|underwrit|predict|decide|assess|evaluate|qualif|额度|评分|定价|审批"
)
FAIR: Final = re.compile(
    r"(?i)fair|bias|dispar|monitor|audit|statist|report|anonymi[sz]|mask|pseudonym|strip_|remove_?prot|drop_?prot|protected|sanction|embargo|aml|kyc|fatca|crs_|tax_?resid|salut|greet"
    r"|rate_?limit|throttl|currency|waehrung|anrede|chenghu|complete|withh|(?<![a-z])(?:vat|gst|tax)(?![a-z])|steuer|locale|language|translat|icon|avatar|pronoun"
    r"|title|honorific|valid(?:ate|ator)?_?|check_?format|parse|serializ|to_?dict|to_?json|tostring|render|display|format_?name|exclud|forbid|legal_?(?:age|capacity)|minor|adult|hash_?code|equals"
)
FAIR_CLASS: Final = re.compile(
    r"(?i)fair|bias|dispar|parity|sanction|embargo|(?<![a-z])aml|(?-i:Aml|AML|Kyc|KYC)|fatca|statist|reporting|(?-i:Report(?:er|s)?$)|dashboard|analytics|anonym|tax(?![a-z])|(?-i:Tax)"
)
"""Classes that are about something else as a whole."""
EXCLUDES: Final = re.compile(
    r"(?i)drop|exclu|remove|forbid|protect|prohibit|ignore|blacklist|banned|sensitive|not_?used|without|audit|fair|bias|discard|pop\b|mask|assert"
)
AGE_OF_LAW: Final = re.compile(r"(?i)\b(?:16|18)\b|legal|adult|minor|majority|MIN(?:IMUM)?_?AGE|capacity")
VALID: Final = re.compile(
    r"\bnot\s+in\b|is\s+None|is\s+not\s+None|[=!]=\s*null\b|isBlank|isEmpty|isinstance|hasText|Objects\.(?:isNull|nonNull|requireNonNull)|StringUtils|[=!]=\s*(?:\"\"|'')"
)


HINT: Final = re.compile(
    r"(?i:gender|sex|ethn|national|relig|faith|race|racial|marit|marri|hometown|birth|hukou|huji|pregnan|disab|caste|xingbie|minzu|jiguan|hunyin"
    r"|zongjiao|guoji|nianling|orient|matern|native|male|home|region|province|household|residence|skin|political|children|origin"
    r"|citizen|creed|tribe|denomin|geschlecht|konfession|nationalit|staats|herkunft|familienstand|geburts|hautfarbe|verheir|schwanger"
    r"|diqu|shengfen|chusheng|mother_?tongue|muslim|christian|hindu|jewish|immigrant|foreigner|minority|minzu|post_?code|postal|zip|plz|postleit"
    r"|city|district|county|prefecture|wohnort|bundesland|residen)"
    r"|[aA]ge(?![a-z])|AGE|[\u4e00-\u9fff]"
)
"""What stands in every name that can say one: most names, and what holds none, are done with here."""


@cache
def is_protected(name: str) -> bool:
    """Whether a name says a protected attribute of a person."""
    if not HINT.search(name):
        return False
    if _CHINESE.search(name):
        return True
    words = split(name)
    held = set(words)
    if any(first + second in _JOINED for first, second in pairwise(words)):
        return True
    if held & _NOT or not words or (words[0] == "trace") or ("race" in held and held & {"condition", "race_id"}):
        return False
    bare = tuple(
        word
        for word in words
        if word not in {"get", "of", "code", "applicant", "customer", "borrower", "client", "user", "is"}
    )
    if held & _PLAIN - {"race", "sex", "faith", "orientation"}:
        return True
    if bare in {("race",), ("sex",), ("faith",), *_ALONE} or ("sexual" in held and "orientation" in held):
        return True
    if any(
        tuple(sorted(pair)) == tuple(sorted(set(words[n : n + 3]) & set(pair)))
        for pair in _PAIRS
        for n in range(len(words))
    ):
        return True
    return words[-1] == "age" and len(words) == 2 and words[0] in _PEOPLE


@cache
def is_dwelling(name: str) -> bool:
    """Whether a name says where somebody lives, if it is a person's."""
    words = split(name)
    return (words[1:] if words[:1] == ("get",) else words) in DWELLINGS
