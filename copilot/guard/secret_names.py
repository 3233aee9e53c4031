"""What a name says about the value that is assigned to it: `db_password` holds a password, `passwordEncoder` does not.

A name is cut into words at separators and humps. The last word that means a secret decides, unless a word after it says
that the name is about secrets and holds none (`password_field`, `token_type`, `secretName`, `maxTokens`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

Meaning = Literal["password", "secret", "key", "salt"]
"""What the value must look like: anything a person may choose, or what a generator writes (`key`: nothing else)."""

_WORD: Final = re.compile(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PASSWORD: Final = re.compile(
    rb"""(?x) [a-z]*(?: password | passwd | passwort | passphrase | passcode | kennwort | pwd | pswd | passw )[0-9]*
      | (?:db|my|user|admin|root|mysql|pg|ssh|require|store|key|ldap|smtp|mail|auth|redis|master|ftp|login|wifi|web|app
         | client|server|proxy|cert|jdbc|ds|sa|su|sys|system|old|new|default)? pass | (?:db|user|admin|root)?pw | psw | upass"""
)
_SECRET: Final = re.compile(
    rb"(?:client|app|api|consumer|shared|jwt|oauth|web|user|my|aws|hmac|access|repo|bot|deploy|device)?(?:secret|token)|creds?|credentials?|psk"
)
_KEYED: Final = frozenset(
    b"api access secret private encryption encrypt decryption crypt cipher aes des hmac signing sign signature master auth "
    b"app account storage shared client consumer service subscription license jwt session admin root security secure token "
    b"application rsa ssh dsa ec hash password aws azure gcp google oauth personal server write read deploy integration "
    b"partner merchant pay mch certificate validation sm4 sm2 sk ak management data rest primary secondary publishable algolia stripe "
    b"sendgrid mailgun twilio datadog newrelic maps".split()
)
_KEYS: Final = re.compile(
    rb"(?:api|access|secret|(?:secure)?auth|encryption|encrypt|signing|master|private|app|shared|aes|ssh|account|license|loggedin|nonce)key"
)
_AUTH: Final = frozenset(
    b"auth authorization authentication authtoken authkey xauth cookie sessionid jsessionid phpsessid".split()
)
_SALT: Final = frozenset(b"salt nonce pepper authsalt noncesalt passwordsalt hashsalt saltkey".split())
_TAIL: Final = frozenset(
    b"value val str string text plain raw default prod production dev development staging stage uat local live real b64 "
    b"base64 hex admin user root db old new current prev previous backup primary secondary main master base enc encoded "
    b"literal const constant bytes char chars array override here equals set put sendkeys fill eq is of for".split()
)
"""Words after the one that decides, after which the name still holds the value itself."""
_NEGATIVE: Final = (
    frozenset(
        b"field fields type types name names label labels path paths file files filename filepath dir directory url uri urls "
        b"endpoint encoder decoder encryptor id ids length len size min max policy policies hint placeholder regex regexp pattern "
        b"prompt error errors message messages msg title count counts limit limits expiry expires expire expiration ttl header "
        b"headers param params parameter parameters column columns attribute attr attrs input inputs form forms page view link "
        b"reset strength validator validators validation provider providers manager service factory class bean enabled enable "
        b"required require exists changed change checker check checks config configuration options option settings setting "
        b"rotation rotate format algorithm algo alg method methods mode scheme store storage source sources ref reference index "
        b"idx position pos start end offset usage used cost price budget kind status state flag list map set dict table visible "
        b"invalid missing valid verify verified verification confirmation mismatch forgotten forgot failed failure callback "
        b"handler listener repository dao dto request response generator generated tokenizer lexer parser stream iterator ring "
        b"version vault arn alias cmd command getter setter hash hashes hashed digest checksum fingerprint issuer "
        b"audience scope scopes grant lifetime time timeout date days age seconds minutes ms hours refresh lookup env envvar var "
        b"variable selector css color icon button btn box element el xpath locator tag textfield edittext textbox widget "
        b"description desc help doc docs comment example sample template key keys prefix suffix separator delimiter char "
        b"characters words word wordlist dictionary rule rules test case cases question history attempts attempt tries retry "
        b"level block code codes based only less manager event events action actions interceptor filter middleware guard auth "
        b"authentication authenticator protected permission permissions ok needed supported support allowed column usage".split()
    )
    - _TAIL
)
_BEFORE: Final = frozenset(
    b"csrf xsrf no has is use show hide toggle forgot forgotten reset invalid missing wrong bad verify check validate compare "
    b"enable disable require requires needs lexer parse next peek page pagination continuation cancellation max min "
    b"num total count cursor sync syntax mismatched unexpected pad eos bos sep mask cls unk prompt completion input output "
    b"public foreign sort partition cache registry hot map dict lookup row index unique composite object s3 "
    b"grant get fetch load find remove delete generate make parse hash encode decode".split()
)
"""Words that make `token` and `key` something else."""


_AGAIN: Final = frozenset(b"verify confirm confirmed repeat repeated retype".split())
"""Before `password`, for one that is typed twice: as likely a label, so that the value must not read like one."""


def words(name: bytes) -> list[bytes]:
    """The words of an identifier, in lower case: `dbPassword_OLD2` gives db, password, old, 2."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=4096)
def meaning(name: bytes) -> Meaning | None:
    """What a name holds, or None when it is about secrets and holds none. Linear in the name."""
    parts = words(name)
    for at in range(len(parts) - 1, -1, -1):
        found = _meaning(parts, at)
        if found is None:
            continue
        after = [word for word in parts[at + 1 :] if not word.isdigit()]
        if found == "password" and (after[:1] == [b"confirmation"] or (at and parts[at - 1] in _AGAIN)):
            return "secret"
        if not _NEGATIVE.isdisjoint(after) and not (found == "password" and after == [b"hash"]):
            return None
        if found in {"secret", "key"} and at and parts[at - 1] in _BEFORE:
            return None
        if (
            parts[0] in {b"is", b"has", b"no", b"show", b"forgot", b"reset", b"max", b"min", b"invalid", b"verify"}
            and at
        ):
            return None
        if found in {"secret", "key"} and b"public" in parts:
            return None
        if parts[at] == b"pass" and any(word not in _TAIL for word in after):
            return None
        unknown = any(word not in _TAIL for word in after)
        return found if not unknown else "secret" if found == "password" else "key"
    return None


def _meaning(parts: list[bytes], at: int) -> Meaning | None:
    word = parts[at]
    if _PASSWORD.fullmatch(word) or (word == b"phrase" and at and parts[at - 1] == b"pass"):
        return "password"
    if word == b"word" and at and parts[at - 1] == b"pass":
        return "password"
    if _SECRET.fullmatch(word):
        return "secret"
    if word == b"key":
        if at and parts[at - 1] in _KEYED:
            return "secret" if parts[at - 1] in {b"secret", b"api", b"access", b"auth"} else "key"
        return "key" if at == 0 and len(parts) == 1 else None
    if _KEYS.fullmatch(word):
        return "secret"
    if word in _AUTH:
        return "key"
    if word == b"verifier" and at and parts[at - 1] in {b"oauth", b"code"}:
        return "key"
    return "salt" if word in _SALT else None
