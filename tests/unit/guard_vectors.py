"""Texts with one sensitive value of each kind that rules know, in the surroundings in which a model writes them."""

from __future__ import annotations

import json
import random
import string
import textwrap
from base64 import b64encode, urlsafe_b64encode

from guard_values import (
    ALNUM,
    CARD_PREFIXES,
    CONNECTIONS,
    NUMBER_CONTEXTS,
    PROVIDER_KEYS,
    SECRET_CONTEXTS,
    card,
    grouped,
    password,
    person,
    token,
)

CODE = '''def transfer(source, target, amount):
    """Move money between two accounts of one customer."""
    if amount <= 0:
        raise ValueError("amount must be positive")
    source.balance -= amount
    target.balance += amount  # 余额以分为单位
    return Receipt(source.number, target.number, amount)


class Limits:
    DAILY = 50_000

    def allows(self, amount: int) -> bool:
        return amount <= self.DAILY
'''
PROSE = (
    "The function checks its arguments first, then moves the amount; both accounts belong to one customer, so no fee is "
    "due. If the daily limit is reached, the transfer waits for the next day - nothing is lost, and the customer is told."
)


def blob(rng: random.Random, count: int) -> str:
    return b64encode(rng.randbytes(count)).decode()


def pem(rng: random.Random, *, width: int = 64, size: int = 1190, name: str = "RSA PRIVATE KEY") -> str:
    body = "\n".join(textwrap.wrap(blob(rng, size), width))
    return f"-----BEGIN {name}-----\n{body}\n-----END {name}-----"


def jwt(rng: random.Random, claims: int = 120) -> str:
    parts = [
        json.dumps({"alg": "RS256", "typ": "JWT", "kid": token(rng, ALNUM, 8)}),
        json.dumps({"sub": token(rng, ALNUM, claims)}),
    ]
    coded = [urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join((*coded, urlsafe_b64encode(rng.randbytes(256)).decode().rstrip("=")))


def values(rng: random.Random) -> list[str]:
    """Lines or blocks of code, each with one value."""
    made = [
        rng.choice(SECRET_CONTEXTS).format(v=before + prefix + token(rng, alphabet, count)).rstrip("\n")
        for _, before, prefix, alphabet, count in PROVIDER_KEYS
    ]
    made += [line.format(p=password(rng)) for line in CONNECTIONS]
    for _ in range(len(CARD_PREFIXES)):
        _, context = rng.choice(NUMBER_CONTEXTS)
        made.append(context.format(v=rng.choice((card(rng), grouped(rng, card(rng)), person(rng)))).rstrip("\n"))
    key = pem(rng)
    small = pem(rng, size=48, name="PRIVATE KEY")
    lines = key.split("\n")
    ssh = pem(rng, width=70, size=1700, name="OPENSSH PRIVATE KEY")
    member = urlsafe_b64encode(rng.randbytes(64)).decode().rstrip("=")
    made += [
        key,
        small,
        ssh,
        pem(rng, width=76, name="ENCRYPTED PRIVATE KEY"),
        key.replace("\n", "\n\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0011\n\n", 1),
        'KEY = """' + key + '"""',
        'PRIVATE_KEY="' + key.replace("\n", "\\n") + '"',
        "key = (\n    " + "\n    ".join(f'"{line}\\n"' for line in lines) + "\n)",
        "String key =\n    " + " +\n    ".join(f'"{line}\\n"' for line in lines) + ";",
        "key: |\n" + textwrap.indent(key, "  "),
        "\n".join(lines[:9]),  # cut by max_tokens, or with no end at all
        "\n".join(lines[4:]),  # the cursor stood inside of it
        lines[3][20:] + "\n" + "\n".join(lines[4:]),
        "\n".join(small.split("\n")[1:]),
        "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 6\n"
        + "\n".join(textwrap.wrap(blob(rng, 279), 64))
        + "\nPrivate-Lines: 14\n"
        + "\n".join(textwrap.wrap(blob(rng, 590), 64))
        + "\nPrivate-MAC: "
        + token(rng, "0123456789abcdef", 40),
        f'token = "{jwt(rng)}"',
        f'headers = {{"Authorization": "Bearer {jwt(rng, 2000)}"}}',
        f'{{"kty": "EC", "crv": "P-521", "d": "{member}"}}',
        "DefaultEndpointsProtocol=https;AccountName=core;AccountKey=" + blob(rng, 64),
        f'aws_secret_access_key = "{token(rng, ALNUM + "/+", 40)}"',
        'con = DriverManager.getConnection(\n    "jdbc:oracle:thin:@//db:1521/orcl"\n  , "scott"\n  , "'
        + password(rng)
        + '")',
        f"export CORE_API_KEY={token(rng, ALNUM, 32)} \\",
        f"#   db.password={password(rng)}",
        f'"Authorization: Basic {b64encode(b"svc:" + password(rng).encode()).decode()}"',
        f'header = btoa("svc:{password(rng)}")',
        f"openssl rsa -passin pass:{password(rng)} -in k.pem",
        f"INSERT INTO users (name, password, age) VALUES ('ada', '{password(rng)}', 36);",
        f'db = mysqli_connect("h", "svc", "{password(rng)}", "core")',
        f"dsn: svc:{password(rng)}@db.bank.example:3306/core",
        f"jwk = {{kty: 'EC', crv: 'P-521', d: '{member}'}}",
        f"  password: {b64encode(password(rng).encode()).decode()}",
        "pay(" + ", ".join(f'"{card(rng)}"' for _ in range(5)) + ")",
    ]
    return made


def surrounded(rng: random.Random, value: str) -> dict[str, str]:
    """The value where models write it. Names of surroundings to texts; `arguments` is the inside of a tool call's JSON."""
    code = CODE * rng.randint(1, 3)
    at = rng.randrange(code.count("\n"))
    lines = code.split("\n")
    above, below = "\n".join(lines[:at]), "\n".join(lines[at:])
    indented = value if "\n" in value else "    " + value
    minified = ";".join(f"v{n}=f({n},'{token(rng, string.ascii_letters, 9)}')" for n in range(rng.randint(20, 160)))
    inside = f"{above}\n{indented}\n{below}"
    coded = json.dumps({"path": "a.py", "text": inside}, ensure_ascii=rng.random() < 0.5)
    return {
        "in code": inside,
        "alone": value,
        "at the very end": f"{above}\n{value}",
        "fenced": f"Here it is:\n\n```python\n{inside}\n```\n\n{PROSE}\n",
        "in prose": f"{PROSE} {value} {PROSE}",
        "in a long line": f"{minified};{value};{minified}" if "\n" not in value else f"{minified}\n{value}\n{minified}",
        "cut off": f"{above}\n{value[: rng.randrange(1, len(value) + 1)]}",
        "quoted": "\n".join(f"> {line}" for line in inside.split("\n")),
        "arguments": coded,
        "escaped arguments": "".join(
            c if rng.random() < 0.8 or not c.isalnum() or coded[max(0, n - 1)] == "\\" or "\\u" in coded[max(0, n - 5) : n]
            else f"\\u{ord(c):04x}"
            for n, c in enumerate(coded)
        ),
    }  # fmt: skip


def chunks(rng: random.Random, text: str) -> list[str]:
    """A text cut at random: mostly in pieces like tokens, sometimes character by character, sometimes in large parts."""
    most = rng.choice((1, 4, 8, 8, 8, 40, 400))
    pieces, at = [], 0
    while at < len(text):
        size = rng.randint(1, most)
        pieces.append(text[at : at + size])
        at += size
    return pieces
