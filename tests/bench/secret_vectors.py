"""Made secrets in made code, and code that only looks so: two sets with nothing in common, for `guard_secrets.py`.

`vectors("open")` is what the rules were developed against; `vectors("apart")` has other syntaxes, other names, other
makers of values and other negatives, written before any tuning and looked at last. Every value is random: none is real.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

import guard_lines
import guard_lines_apart

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
B64 = ALNUM + "+/"
URL = ALNUM + "-_"
WORDS = [
    "tiger",
    "summer",
    "winter",
    "dragon",
    "monkey",
    "shadow",
    "master",
    "welcome",
    "river",
    "silver",
    "garden",
    "orange",
    "coffee",
    "planet",
    "rocket",
    "window",
    "bridge",
    "mountain",
    "letter",
    "yellow",
    "purple",
    "castle",
    "forest",
    "harbor",
    "candle",
    "pepper",
    "guitar",
    "turtle",
    "falcon",
    "copper",
]
OTHERS = [
    "sunshine",
    "lantern",
    "meadow",
    "thunder",
    "velvet",
    "walnut",
    "compass",
    "breeze",
    "marble",
    "ginger",
    "saffron",
    "cobalt",
    "juniper",
    "magnet",
    "tundra",
    "pebble",
    "canyon",
    "zephyr",
    "quartz",
    "maple",
    "ember",
    "prairie",
    "orchid",
    "beacon",
]


class Vector(NamedTuple):
    """One text; `secret` is the value in it that must be found, empty where nothing may be."""

    group: str
    text: str
    secret: str


def pick(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def _chosen(rng: random.Random) -> str:
    word = rng.choice(WORDS)
    return rng.choice(
        [
            word,
            word + str(rng.randint(1, 2030)),
            word.title() + rng.choice("!@#$") + str(rng.randint(1, 999)),
            word.title() + str(rng.randint(10, 99)) + "!",
            str(rng.randint(100000, 99999999)),
            pick(rng, ALNUM, rng.randint(8, 16)),
            pick(rng, ALNUM + "!@#%^*_-+", rng.randint(9, 20)) + "7",
        ]
    )


def _chosen_apart(rng: random.Random) -> str:
    word, other = rng.choice(OTHERS), rng.choice(OTHERS)
    leet = word.translate(str.maketrans("aeios", "43105"))
    return rng.choice(
        [
            word + other,
            leet.title() + "#" + str(rng.randint(1, 99)),
            f"{word.title()}-{other.title()}-{rng.randint(10, 9999)}",
            str(rng.randint(1, 99)) + word.upper() + rng.choice("*!?@"),
            pick(rng, string.ascii_lowercase + string.digits, rng.randint(8, 12)) + "k3",
            "P" + pick(rng, ALNUM + "$!.:", rng.randint(10, 22)) + "z9",
            f"{word[:4]}@{rng.randint(1990, 2026)}",
        ]
    )


def _made(rng: random.Random) -> str:
    return rng.choice(
        [pick(rng, ALNUM, rng.randint(20, 48)), pick(rng, HEX, rng.choice([32, 40, 64])), pick(rng, B64, 42) + "=="]
    )


def _made_apart(rng: random.Random) -> str:
    return rng.choice(
        [
            pick(rng, URL[:-2], rng.randint(24, 60)) + "-" + pick(rng, URL[:-2], 9),
            "-".join(pick(rng, HEX, n) for n in (8, 4, 4, 4, 12)),
            pick(rng, string.ascii_uppercase + "234567", 32),
            pick(rng, ALNUM, 22) + "." + pick(rng, ALNUM, 16),
            pick(rng, B64, 86) + "==",
        ]
    )


PASSWORD_NAMES = [
    "password",
    "passwd",
    "pwd",
    "db_password",
    "dbPassword",
    "DB_PASSWORD",
    "adminPass",
    "user.password",
    "root-password",
    "passphrase",
    "PASSWORD",
    "mysql_pwd",
    "ldapPassword",
]
PASSWORD_NAMES_APART = [
    "smtp_pass",
    "keystorePassphrase",
    "ldapBindPwd",
    "MASTER_PASSWORD",
    "oldPassword2",
    "sftpPasswd",
    "redis.passwd",
    "jenkins-password",
    "Pwd",
    "trustStorePassword",
    "db_pass",
    "userPasswd",
]
SECRET_NAMES = [
    "secret",
    "api_key",
    "apiKey",
    "API_KEY",
    "token",
    "access_token",
    "authToken",
    "client_secret",
    "SECRET_KEY",
    "secret-key",
    "jwt_secret",
    "accessKeySecret",
]
SECRET_NAMES_APART = [
    "webhook_secret",
    "encryptionKey",
    "bot_token",
    "jwtSigningKey",
    "GITLAB_TOKEN",
    "app.secret",
    "x-api-key",
    "refreshToken",
    "consumerSecret",
    "AUTH_KEY",
    "hmac_key",
    "api_token",
]


NAMES_OF_VALUES = [
    "user",
    "settings",
    "config",
    "request",
    "self",
    "props",
    "args",
    "options",
    "env",
    "credentials",
    "session",
]

# group, prefix, alphabet, count, after
PROVIDERS: list[tuple[str, Callable[[random.Random], str]]] = [
    ("aws", lambda r: r.choice(["AKIA", "ASIA"]) + pick(r, string.ascii_uppercase + "234567", 16)),
    ("github", lambda r: r.choice(["ghp_", "gho_", "ghu_", "ghs_"]) + pick(r, ALNUM, 36)),
    ("gitlab", lambda r: "glpat-" + pick(r, URL, 19) + "x"),
    ("slack", lambda r: f"xoxb-{pick(r, string.digits, 12)}-{pick(r, string.digits, 12)}-{pick(r, ALNUM, 24)}"),
    ("stripe", lambda r: "sk_live_" + pick(r, ALNUM, 24)),
    ("google", lambda r: "AIza" + pick(r, URL, 34) + "a"),
    ("sendgrid", lambda r: f"SG.{pick(r, URL, 21)}a.{pick(r, URL, 42)}b"),
    ("npm", lambda r: "npm_" + pick(r, ALNUM, 36)),
    ("aliyun", lambda r: "LTAI" + pick(r, ALNUM, 20)),
    ("tencent", lambda r: "AKID" + pick(r, ALNUM, 32)),
    ("openai", lambda r: "sk-proj-" + pick(r, ALNUM, 48)),
    ("jwt", lambda r: f"eyJhbGciOiJIUzI1NiJ9.eyJ{pick(r, URL, 60)}.{pick(r, URL, 42)}a"),
    ("newrelic", lambda r: "NRAK-" + pick(r, string.ascii_uppercase + string.digits, 27)),
    ("telegram", lambda r: f"{r.randint(10**8, 10**10)}:AA{pick(r, URL, 32)}a"),
    ("discord", lambda r: f"M{pick(r, ALNUM, 23)}.{pick(r, ALNUM, 6)}.{pick(r, URL, 37)}a"),
    ("linear", lambda r: "lin_api_" + pick(r, ALNUM, 40)),
    ("vault", lambda r: "hvs." + pick(r, ALNUM, 90)),
    ("terraform", lambda r: f"{pick(r, ALNUM, 14)}.atlasv1.{pick(r, URL, 66)}a"),
    ("mailgun", lambda r: "key-" + pick(r, HEX, 32)),
    ("square", lambda r: "EAAA" + pick(r, URL, 59) + "a"),
]
PROVIDERS_APART: list[tuple[str, Callable[[random.Random], str]]] = [
    ("anthropic", lambda r: f"sk-ant-api03-{pick(r, ALNUM, 93)}AA"),
    ("notion", lambda r: "ntn_" + pick(r, ALNUM, 46)),
    ("airtable", lambda r: f"pat{pick(r, ALNUM, 14)}.{pick(r, HEX, 64)}"),
    ("figma", lambda r: f"figd_{pick(r, ALNUM, 40)}"),
    ("mapbox", lambda r: f"sk.eyJ{pick(r, ALNUM, 80)}.{pick(r, ALNUM, 22)}"),
    ("doppler", lambda r: "dp.pt." + pick(r, ALNUM, 43)),
    ("pulumi", lambda r: "pul-" + pick(r, HEX, 40)),
    ("rubygems", lambda r: "rubygems_" + pick(r, HEX, 48)),
    ("nuget", lambda r: "oy2" + pick(r, string.ascii_lowercase + "234567", 43)),
    ("clojars", lambda r: "CLOJARS_" + pick(r, HEX, 60)),
    ("sonar", lambda r: "sqp_" + pick(r, HEX, 40)),
    ("grafana", lambda r: f"glc_{pick(r, B64[:-2], 60)}"),
    ("volcengine", lambda r: "AKLT" + pick(r, ALNUM, 43)),
    ("baidu", lambda r: "ALTAK" + pick(r, ALNUM, 21)),
    ("sentry", lambda r: "sntryu_" + pick(r, HEX, 64)),
    ("azure-ad", lambda r: f"{pick(r, ALNUM, 2)}_8Q~{pick(r, ALNUM, 34)}"),
    ("okta-header", lambda r: "00" + pick(r, ALNUM, 40)),
    ("heroku", lambda r: "HRKU-" + "-".join(pick(r, HEX, n) for n in (8, 4, 4, 4, 12))),
    ("cloudflare", lambda r: f"v1.0-{pick(r, HEX, 24)}-{pick(r, HEX, 146)}"),
    ("square", lambda r: "sq0csp-" + pick(r, URL, 42) + "a"),
]
PROVIDER_LINES = [
    'x = "{v}"',
    "export API_KEY={v}",
    'client = Client("{v}")',
    "token: {v}",
    "-H 'Authorization: Bearer {v}'",
]
PROVIDER_LINES_APART = [
    "val k = '{v}'",
    "# old: {v}",
    '"apiToken": "{v}",',
    "Authorization: Bearer {v}",
    "<key>{v}</key>",
]


def vectors(which: str, seed: int = 7, each: int = 4) -> list[Vector]:
    """All vectors of one set, the same for the same seed."""
    return list(_all(random.Random(f"{which} {seed}"), apart=which == "apart", each=each))


def _all(rng: random.Random, *, apart: bool, each: int) -> Iterator[Vector]:
    lines = guard_lines_apart if apart else guard_lines
    chosen, made = (_chosen_apart, _made_apart) if apart else (_chosen, _made)
    passwords, secrets = (PASSWORD_NAMES_APART, SECRET_NAMES_APART) if apart else (PASSWORD_NAMES, SECRET_NAMES)
    for line in lines.QUOTED:
        for names, maker, group in ((passwords, chosen, "password"), (secrets, made, "secret")):
            for name in rng.sample(names, min(len(names), 2 * each)):
                value = maker(rng)
                yield Vector(f"{group} quoted", line.format(n=name, v=value), value)
    for line in lines.BARE:
        for names, maker, group in ((passwords, chosen, "password"), (secrets, made, "secret")):
            for name in rng.sample(names, min(len(names), 2 * each)):
                value = _one_word(rng, maker)
                yield Vector(f"{group} bare", line.format(n=name, v=value), value)
    for line in lines.PASSWORD_ONLY:
        for _ in range(2 * each):
            value = _one_word(rng, chosen)
            yield Vector("password forms", line.format(v=value), value)
    for group, provider in PROVIDERS_APART if apart else PROVIDERS:
        for line in PROVIDER_LINES_APART if apart else PROVIDER_LINES:
            value = provider(rng)
            text = f"Authorization: SSWS {value}" if group == "okta-header" else line.format(v=value)
            yield Vector(f"provider {group}", text, value)
    for line in lines.NEGATIVES:
        for _ in range(5 * each):
            yield Vector("negative", _negative(rng, line, [*passwords, *secrets], apart=apart), "")


def _one_word(rng: random.Random, maker: Callable[[random.Random], str]) -> str:
    value = maker(rng)
    return value if not set(value) & set("#$;&:@!*?'\"^%") else _one_word(rng, maker)


def _negative(rng: random.Random, line: str, names: list[str], *, apart: bool) -> str:
    name = rng.choice([n for n in names if "." not in n and not n.startswith("x-")]).replace("-", "_")
    return line.format(
        n=name, N=name.upper(), M=name.title().replace("_", ""), m=name.lower(), o=rng.choice(NAMES_OF_VALUES), w=rng.choice(OTHERS if apart else WORDS),
        W=rng.choice(WORDS).upper(), num=rng.randint(1, 9999), hex40=pick(rng, HEX, 40), hex64=pick(rng, HEX, 64), b64=pick(rng, B64, 86) + "==",
        uuid="-".join(pick(rng, HEX, n) for n in (8, 4, 4, 4, 12)),
    )  # fmt: skip
