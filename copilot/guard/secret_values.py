"""Whether a value that a secret's name is assigned is one: its length, its characters, and what it would be otherwise.

Three questions: does it refer to something (template, call, path, address)? Is it a word of programs (type, identifier,
label)? Is it what a generator writes? A name that means a password accepts what a person may choose, too, `tiger` and
`123456` included; any other name asks for the generator's.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final

from copilot.guard.placeholders import placeholder
from copilot.guard.secret_names import Meaning, meaning

LONGEST: Final = 512

_TEMPLATE: Final = re.compile(
    rb"\$\{|\{\{|\$\(|\#\{|<%|%>|%\(|\{[A-Za-z_][\w.]{0,60}\}|\{\d?\}|\$[A-Z_]{3}|%[A-Z_]{3,40}%|#[a-z]{2,20}#|\\u[0-9A-Fa-f]{4}|\w\((?:[\w\"'][^()]{0,60})?\)"
)
_REFERENCE: Final = re.compile(
    rb"""(?x) \$[A-Za-z_]\w* | @[\w./-]+[/:][\w./-]* | @{1,2}[a-z_]\w* | <[^<>]{1,64}> | %[A-Z_]+% | [\w.]+\(\)? | [ ]?--[a-z].*
      | (?:env|file|vault|keyring|secret|ssm|arn|op|ref|data|aws|gcp|kms|sops|enc|cipher)(?: [:.]|\() .*""",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS: Final = re.compile(
    rb"(?i)(?:(?:https?|ftp|file|jdbc:\w+|ldaps?|s3|wss?|classpath|urn|mailto|tel):|[a-z][a-z0-9+.-]{1,15}://)."
)
_PLACE: Final = re.compile(
    rb"""(?ix) (?: \.{1,2}|~|[a-z]: ) [/\\] [\w.$-]+ (?: [/\\] [^\n]* )? | [\w./\\-]+ \. (?: py|java|js|ts|go|rb|php|cs|c|h|cpp|xml|ya?ml|json|toml|ini
          | conf|cfg|properties|txt|md|pem|key|crt|cer|jks|p12|pfx|pub|env|sh|html?|css|png|svg|jpe?g|sql|log|csv|lock|class|jar|so|dll|exe|com|org|net|io|cn|local )"""
)
_DRIVE: Final = re.compile(rb"[A-Za-z]:[\\/]{0,4}")
_ROOTED: Final = re.compile(rb"/[\w.$-]+(?:/[\w.$-]*)*")
_OTHER: Final = re.compile(
    rb"""(?ix) v?\d{1,4}(?:\.\d{1,12}){1,20}(?:[-+][\w.]+)? | \d{4}-\d\d-\d\d.* | \d+(?:px|em|rem|ms|s|m|h|d|kb|mb|gb|%) | \#[0-9a-f]{3,8}
      | [\w.+-]+@[\w-]+\.[\w.-]+(?:[:/][\w./-]*)? | \^.*\$ | .*\$/[a-z]* | .*\\[dwsDWSbnrt].* | .*\[[\^\\]?[\w-]+-[\w-]*\].* | .*\[[^\[\]]{2,}\][+*?{].* | \d+x\d+
      | 0x[0-9a-f]{1,8} | [\W_]+ | (?:application|text|image)/.* | \d{1,3} | -?\d+\.\d+ | [a-z]+:\d+ | rgba?\(.* | &\w+;.*
      | (?:sha|md|aes|rsa|hmac|hs|rs|es|ps|oauth|base|utf|bcrypt|scram|argon|pbkdf|ecdsa|ed)[-_]?\d{1,5}(?:[-_/]?[a-z]{2,10}[-_]?\d{0,4})*"""
)
_WORDS: Final = frozenset(
    b"str string text bytes byte int integer bool boolean any object optional void char varchar number float double required "
    b"invalid missing default hidden plain plaintext enabled disabled refresh access query header body form field input cookie "
    b"session static public private local remote user username file path environ prompt always never auto manual bcrypt scram "
    b"trust ident peer cert ldap saml oauth basic bearer digest test testing tests foo bar baz foobar dummy fake mock sample "
    b"abcd value values data name names type types label title message error warning info debug email mail phone login logout "
    b"signin signup submit button click here self this that these your mine ours with from into self.password new old "
    b"insert update delete select create return raise assert lambda yield async await import class func function const "
    b"static final let unset empty blank unknown unspecified other random generated secure insecure strong weak short long "
    b"encrypted hashed encoded base64 masked internal external global shared common anonymous guest host port database "
    b"redacted filtered removed omitted sensitive confidential protected change ignore ignored passed failed expired revoked "
    b"length digits letters uppercase lowercase symbol special minimum maximum identifier operator keyword literal comment "
    b"newline whitespace punctuation read write readonly readwrite owner group scope scopes expires never system none hash wrong reset".split()
)
_IDENTIFIER: Final = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|->|::|-|/|:|\\)[A-Za-z_$][A-Za-z0-9_$]*)*[?!:]?")
_HUMP: Final = re.compile(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_UUID: Final = re.compile(rb"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CUT: Final = re.compile(rb"[-._/+: ]")
_SHELL: Final = re.compile(rb"[$|]|^(?:echo|awk|cat|grep|sed|cut) ")
"""A command of the shell in backticks."""
_KEY_SIZES: Final = (16, 24, 32)
"""Bytes of a key of AES: in samples that went to production, digits."""
_COMPOUND: Final = re.compile(
    rb"(?:my|some)?(?:test|root|secret|super|strong|secure|mysql|postgres|oracle|redis|mongo|default|good|great|hard|top)+(?:password|passwd|pwd|pass|secret)"
)
"""`testpassword`, `mysqlrootpassword`: words about a password that are one, and no field of a form."""
_SUPER: Final = re.compile(rb"(?i)(?:super|top|very|ultra)[-_ ]?(?:super|top|very)?[-_ ]?secret[-_ ]?\w{0,16}")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{8,512}={0,2}")
_LOGIN: Final = re.compile(rb"""[\w.@+-]{1,64}:[^\x00-\x1f\x7f]{3,256}""")
_SEQUENCES: Final = b"01234567890 abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm 9876543210 fedcba"
_PAIRS: Final = frozenset(
    b"th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea "
    b"ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie "
    b"wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab "
    b"gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa ef cu rn sc gi da yo cr cl du "
    b"ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys "
    b"ob mm fu ph og ms ye ud mb ip ub oi rl gu dr hr cc tw ft wn nu af hu nn eo vo rv nf xp gn sm fl iz ok nl my gl aw ju oa "
    b"eq sy sl ps jo lf nv je nk kn gs dy hy ze ks xt bs ik dd pt sk ws xt ow er ass wor pas key tok sec".split()
)


def secret(value: bytes, means: Meaning, *, quoted: bool = True) -> bool:
    """True when `value`, assigned to a name of this meaning, lets somebody in. Linear in the value."""
    if not 4 <= len(value) <= LONGEST or placeholder(value) or about(value):
        return False
    if means != "password" and b"," in value:
        return False
    if means == "salt":
        return len(value) >= 12 and generated(value)
    if means == "password":
        return _chosen(value, quoted=quoted) or (len(value) >= 8 and generated(value))
    if value.isdigit():
        return len(value) in _KEY_SIZES and len(set(value)) > 3
    if means == "secret":
        return len(value) >= 8 and (generated(value) or _mixed(value) or (quoted and _made_up(value)))
    return (len(value) >= 16 and generated(value)) or login(value)


def login(value: bytes) -> bool:
    """True for base64 of a user, a colon and a password, as HTTP's Basic and the files of registries have them."""
    if _BASE64.fullmatch(value) is None:
        return False
    try:
        plain = b64decode(value + b"=" * (-len(value) % 4), validate=True)
        plain.decode()
    except ValueError:
        return False
    return _LOGIN.fullmatch(plain) is not None


def about(value: bytes) -> bool:
    """True for what refers to a secret or is something else: templates, calls, paths, versions, patterns, our own samples."""
    if b"?" in value and not value.replace(b"?", b"").strip():
        return True
    if len(set(value)) < 3 and not value.isdigit():
        return True
    if _REFERENCE.fullmatch(value) or _OTHER.fullmatch(value):
        return True
    if _DRIVE.fullmatch(value) or _TEMPLATE.search(value) or _ADDRESS.match(value) or _PLACE.fullmatch(value):
        return True
    if _ROOTED.fullmatch(value):
        return not (len(value) >= 24 and generated(value))
    low = value.lower()
    return low in _WORDS or any(
        word in low
        for word in (
            b"example",
            b"changeme",
            b"change_me",
            b"change-me",
            b"placeholder",
            b"your_",
            b"your-",
            b"<your",
            b"xxxx",
            b"****",
            b"dummy",
            b"redacted",
            b"replace",
            b"todo",
            b"insert",
            b"....",
            b"sample",
            b"enter_",
            b"yourpass",
            b"yourtoken",
            b"yoursecret",
            b"yourkey",
            b"yourapi",
            b"_here",
            b"-here",
            b"not-a-",
            b"not_a_",
            b"fake",
        )
    )


def _chosen(value: bytes, *, quoted: bool) -> bool:
    """What a person may have chosen as a password."""
    if b" " in value:
        return (
            value.count(b" ") < 6
            and _SHELL.search(value) is None
            and any(48 <= c < 58 for c in value)
            and not value.endswith((b".", b":", b"?", b"!"))
        )
    if value.isdigit():
        return True
    if not value.isascii():
        return False
    letters = value.isalpha()
    if letters:
        if value.isupper() or (value[:1].isupper() and value[1:].islower()):
            return not english(value)  # a constant, a label
        if value.islower():
            return len(value) <= 24 and (meaning(value) in {None, "salt"} or _COMPOUND.fullmatch(value) is not None)
        return not named(value)
    if _IDENTIFIER.fullmatch(value):
        if not any(48 <= c < 58 for c in value):
            return not named(value) and not quoted_name(value)
        if not quoted and b"." in value:
            return False
        return quoted or not _numbered(value)
    return not (value.endswith((b":", b",")) or (b"=" in value[:-2] and b"(" in value))


def _made_up(value: bytes) -> bool:
    """Small letters only that are no words, or the words that stand for a secret until there is one: `supersecret`."""
    if _SUPER.fullmatch(value):
        return True
    return 10 <= len(value) <= 24 and value.isalpha() and value.islower() and _read(value) * 5 <= 2


def _numbered(value: bytes) -> bool:
    """True for an identifier with a number at its end, such as the name of a second password."""
    body = value.rstrip(b"0123456789")
    return not any(48 <= c < 58 for c in body) and (b"_" in body or meaning(body) is not None)


def quoted_name(value: bytes) -> bool:
    """True when a value without digits is made of words: `user-password`, `login.password.label`."""
    return all(english(part) for part in re.split(rb"[^A-Za-z]+", value) if len(part) > 2)


def named(value: bytes) -> bool:
    """True for an identifier by its humps: two or more, of three letters and more on average."""
    humps = _HUMP.findall(value)
    return sum(map(len, humps)) >= 3 * len(humps) and english(value)


def identifier(value: bytes) -> bool:
    """True for a plain name of a program: words joined by underscores, dots or humps."""
    return _IDENTIFIER.fullmatch(value) is not None and (b"_" in value or b"." in value) and english(value)


def wordlike(value: bytes) -> bool:
    """True for what could be a word of prose or code: letters only that read like words, or a plain name."""
    return value.replace(b"-", b"").replace(b"_", b"").rstrip(b".").isalpha() and english(value)


def numbered(value: bytes) -> bool:
    """True for words with a number of three digits and more, as persons choose them: `mySecretKey12345`."""
    return len(value) >= 10 and value.isalnum() and len(value) - len(value.rstrip(b"0123456789")) >= 3


def _mixed(value: bytes) -> bool:
    """Letters with digits or signs, as no identifier has them."""
    if b" " in value or value.isalpha() or value.isdigit() or not value.isascii() or slug(value):
        return False
    if _IDENTIFIER.fullmatch(value):
        return numbered(value) or (not english(value) and any(48 <= c < 58 for c in value))
    return any(c in b"0123456789!#$%^&*+=~@" for c in value) and not value.endswith((b":", b","))


def english(value: bytes) -> bool:
    """True when the pairs of letters are those of words: more than half are among the commonest."""
    return _read(value) * 20 >= 11


def _read(value: bytes) -> float:
    """How many of the pairs of letters are among the commonest; 1 where there are none."""
    low = value.lower()
    pairs = [low[at : at + 2] for at in range(len(low) - 1) if low[at : at + 2].isalpha()]
    return sum(pair in _PAIRS for pair in pairs) / len(pairs) if pairs else 1.0


def slug(value: bytes) -> bool:
    """True for words, numbers and versions joined by signs: `gpl-2.0-or-later`, `my_service_v2`, `docs-20021231`."""
    parts = _CUT.split(value.replace(b"_", b"-"))
    if len(parts) < 2:
        return False
    read = sum(len(part) for part in parts if len(part) >= 3 and part.isalpha() and english(part))
    if (
        len(parts) >= 4
        and len({len(part) for part in parts}) >= 3
        and all(len(part) <= 4 or part.isalpha() for part in parts)
    ):
        return True
    odd = max((len(part) for part in parts if not part.isalpha() and not part.isdigit()), default=0)
    return (
        read * 2 >= len(value) - len(parts) - sum(len(part) for part in parts if part.isdigit())
        and odd <= 8
        and read > 0
    )


def generated(value: bytes) -> bool:
    """True for what a generator writes and no person: many different characters in no order that words have."""
    if _UUID.fullmatch(value):
        return True
    kinds = len(set(value))
    size = len(value)
    if slug(value):
        return False
    if size < 8 or kinds < min(8, size * 0.6) or b" " in value or not value.isascii():
        return False
    low = value.lower()
    if b"abcdefghij" in low or b"0123456789" in low or b"qwertyuiop" in low:
        return False
    if any(low[at : at + 6] in _SEQUENCES for at in range(0, size - 5, 3)) and kinds < 20:
        return False
    digits = sum(48 <= c < 58 for c in value)
    if digits == size:
        return False
    runs = _HUMP.findall(value)
    if digits == 0 or len(runs) <= 2:
        return (
            size >= 16
            and not english(value)
            and (digits > 0 or len(runs) > size // 4 or value.islower() or value.isupper())
        )
    if len(runs) * 5 < size and english(value):
        return False
    return not (english(value) and digits <= 4 and len(runs) * 4 <= size)
