"""Personal financial data: recall of generated values, false alarms on twins with a wrong checksum, and restoring.

    python tests/bench/guard_personal.py [--seed N] [--show] [--folder CODE …]

Values are made from the definitions of their formats, with checksums derived in another way than the product's. The seed
kept apart (`--seed 2`) is looked at only after a change. With folders: findings in real code, by kind and MB.
"""

from __future__ import annotations

import argparse
import base64
import random
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from report import Figure, publish

from copilot.guard.detect import detect
from copilot.guard.kinds import BY_NAME

VALUES: Final = 10_000
PROVINCES: Final = [
    "11",
    "12",
    "13",
    "14",
    "15",
    "21",
    "22",
    "23",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "45",
    "46",
    "50",
    "51",
    "52",
    "53",
    "54",
    "61",
    "62",
    "63",
    "64",
    "65",
]
CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ALNUM: Final = string.digits + string.ascii_uppercase


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def luhn_total(number: str) -> int:
    return sum(sum(divmod(int(d) * (1 + place % 2), 10)) for place, d in enumerate(reversed(number)))


def card(rng: random.Random) -> str:
    prefix, sizes = rng.choice(
        [("62", (16, 17, 18, 19)), ("4", (16, 19)), ("51", (16,)), ("55", (16,)), ("2221", (16,)), ("2720", (16,)),
         ("34", (15,)), ("37", (15,)), ("3528", (16,)), ("3589", (16, 19)), ("36", (14,)), ("6011", (16,)), ("65", (16,)),
         ("9558", (16, 19)), ("622", (16, 19)), ("8171", (16,)), ("6212", (19,))]
    )  # fmt: skip
    size = rng.choice(sizes)
    body = prefix + digits(rng, size - len(prefix) - 1)
    made = next(body + d for d in string.digits if luhn_total(body + d) % 10 == 0)
    return card(rng) if made.endswith("000000") else made


def day(rng: random.Random, first: int = 1930, last: int = 2015) -> str:
    year = rng.randint(first, last)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if leap and rng.random() < 0.1:
        return f"{year}0229"
    month = rng.randint(1, 12)
    most = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return f"{year}{month:02}{rng.choice([1, most, rng.randint(1, most)]):02}"


def region(rng: random.Random) -> str:
    return rng.choice(PROVINCES) + f"{rng.randint(1, 35):02}{rng.randint(1, 35):02}"


def resident(rng: random.Random) -> str:
    body = region(rng) + day(rng) + digits(rng, 3)
    rest = 0
    for character in body:
        rest = (rest + int(character)) * 2 % 11
    check = (12 - rest) % 11
    return body + ("X" if check == 10 else str(check))


def resident_old(rng: random.Random) -> str:
    return region(rng) + day(rng, 1920, 1990)[2:] + digits(rng, 3)


def mobile(rng: random.Random) -> str:
    heads = "130 131 135 138 139 145 147 149 150 152 155 159 162 165 166 167 170 173 176 178 180 185 189 190 191 193 195 198 199"
    number = rng.choice(heads.split()) + digits(rng, 8)
    if number.endswith("00000"):
        return mobile(rng)
    shape = rng.random()
    if shape < 0.15:
        return rng.choice(["+86", "+86 ", "+86-", "0086", "86"]) + number
    if shape < 0.3:
        sign = rng.choice(" -")
        return rng.choice(["", "+86" + sign]) + sign.join((number[:3], number[3:7], number[7:]))
    return number


def credit(rng: random.Random) -> str:
    org = "".join(rng.choices(rng.choice([string.digits, CREDIT]), k=8))
    body = (
        rng.choice(["91", "92", "93", "11", "12", "51", "52", "A1", "N1", "Y1"])
        + region(rng)
        + org
        + organisation_check(org)
    )
    total = sum(CREDIT.index(c) * 3**place for place, c in enumerate(body))
    made = next((body + c for c in CREDIT if (total + CREDIT.index(c) * 3**30) % 31 == 0), None)
    assert made is not None  # 3 to the power of 30 is 1 modulo 31
    return made


def organisation_check(code: str) -> str:
    total = sum(ALNUM.index(c) * w for c, w in zip(code, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return next(c for c in "0123456789X" if (total + (10 if c == "X" else int(c))) % 11 == 0)


def organisation(rng: random.Random) -> str:
    code = "".join(rng.choices(rng.choice([string.digits, CREDIT]), k=8))
    return code + rng.choice(["-", ""]) + organisation_check(code)


IBANS: Final = "DE18n GB4a14n FR10n11c2n NL4a10n CH5n12c ES20n IT1a10n12c SA2n18c AE3n16n MT4a5n18c NO11n PL24n SE20n KZ3n13c BE12n"


def iban(rng: random.Random) -> str:
    row = rng.choice(IBANS.split())
    sets = {"n": string.digits, "a": string.ascii_uppercase, "c": ALNUM}
    body = "".join("".join(rng.choices(sets[kind], k=int(n))) for n, kind in re.findall(r"(\d+)([nac])", row[2:]))
    for check in range(2, 99):
        rest = 0
        for character in body + row[:2] + f"{check:02}":
            value = str(ALNUM.index(character))
            rest = (rest * 10 ** len(value) + int(value)) % 97
        if rest == 1:
            made = f"{row[:2]}{check:02}{body}"
            return made if rng.random() < 0.6 else " ".join(made[at : at + 4] for at in range(0, len(made), 4))
    return iban(rng)


def track(rng: random.Random) -> str:
    number = card(rng)
    when = f"{rng.randint(26, 35)}{rng.randint(1, 12):02}{rng.choice(['101', '201', '220'])}{digits(rng, 10)}"
    return rng.choice([f"%B{number}^LI/MING^{when}?", f";{number}={when}?", f"{number}={when}", f"{number}D{when}"])


def expiry(rng: random.Random) -> str:
    month, year = f"{rng.randint(1, 12):02}", rng.randint(25, 39)
    return rng.choice([f"{month}/{year}", f"{month}{year}", f"{month}/20{year}", f"20{year}-{month}"])


def account(rng: random.Random) -> str:
    made = rng.choice("1356") + digits(rng, rng.choice([11, 14, 16, 17, 18]))
    shaped = re.match(r"35|3[0689]|6(?:2|5|011|4)|5[1-5]|34|37|5018|5020|6304|6759|676", made)
    return account(rng) if shaped or len(set(made)) < 4 else made


Maker = Callable[[random.Random], str]
# Kind: how values are made, names in code, names in Chinese, whether the value proves itself.
KINDS: Final[dict[str, tuple[Maker, tuple[str, ...], tuple[str, ...], bool]]] = {
    "resident-id": (resident, ("id_card", "id_no", "value"), ("身份证号", "证件号码"), True),
    "resident-id-15": (resident_old, ("id_card", "id_no", "old_id_card"), ("身份证号", "身份证"), False),
    "bank-card": (card, ("card_no", "pan", "value"), ("卡号", "银行卡"), True),
    "mobile-number": (mobile, ("mobile", "phone", "contact_tel"), ("手机号", "联系电话"), False),
    "credit-code": (credit, ("credit_code", "uscc", "value"), ("统一社会信用代码", "税号"), True),
    "iban": (iban, ("iban", "payee_iban", "value"), ("国际账号", "IBAN"), True),
    "organisation-code": (organisation, ("org_code", "organization_code"), ("组织机构代码", "机构代码"), True),
    "track-data": (track, ("track2", "track_data"), ("磁道数据", "二磁道"), False),
    "card-code": (lambda rng: digits(rng, rng.choice([3, 3, 4])), ("cvv", "cvv2", "cvn2", "card_cvc"), ("安全码", "CVV码"), False),
    "card-expiry": (expiry, ("card_expiry", "exp_date", "valid_thru"), ("有效期", "卡有效期至"), False),
    "payment-pin": (lambda rng: digits(rng, 6), ("pin", "pay_password", "trade_pwd"), ("支付密码", "交易密码", "取款密码"), False),
    "one-time-code": (lambda rng: digits(rng, rng.choice([4, 6])), ("sms_code", "otp", "verify_code"), ("验证码", "短信验证码"), False),
    "passport": (
        lambda rng: rng.choice(["E", "G", "D", "S", "P"]) + digits(rng, 8) if rng.random() < 0.6 else rng.choice(["EA", "EB", "DE"]) + digits(rng, 7),
        ("passport_no", "passport"), ("护照号", "护照号码"), False,
    ),
    "travel-permit": (lambda rng: rng.choice("CHM") + digits(rng, 8), ("permit_no", "travel_permit"), ("通行证号", "回乡证号"), False),
    "account-number": (account, ("account_no", "acct_no", "account_number"), ("账号", "账户"), False),
    "bic": (
        lambda rng: "".join(rng.choices(string.ascii_uppercase, k=4)) + rng.choice(["CN", "DE", "US", "HK"])
        + "".join(rng.choices(ALNUM, k=rng.choice([2, 5]))), ("swift_code", "bic"), ("SWIFT代码", "BIC"), False,
    ),
}  # fmt: skip

CONTEXTS: Final = {
    "python": '{n} = "{v}"\n',
    "java": 'private String {c} = "{v}";\n',
    "json": '{{"id": 7, "{c}": "{v}", "n": [1, 2]}}',
    "xml": "<user><{c}>{v}</{c}></user>",
    "yaml": "user:\n  {n}: {v}\n",
    "insert": "INSERT INTO t (id, {n}, name) VALUES (1, '{v}', '张三');",
    "where": "SELECT * FROM t WHERE {n} = '{v}' AND state = 1",
    "log": "2026-01-02 10:11:12 INFO [main] user=42 {n}={v}, ok\n",
    "comment": "x = 1  # 客户的{z}{v}，已核对\n",
    "csv": "id,{n},name\n1,{v},li\n2,,wang\n",
    "url": "GET /pay?{c}={v}&t=1",
    "format": 'print("{n}: {{}}".format("{v}"))',
    "javadoc": " * @param {c} the {z}, e.g. {v}\n",
    "assertion": 'assertEquals("{v}", user.get{t}());',
    "markdown": "| id | {n} |\n|---|---|\n| 1 | {v} |\n",
}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))


def placed(rng: random.Random, kind: str, context: str, value: str) -> str:
    _, names, chinese, _ = KINDS[kind]
    name = rng.choice(names)
    title = "".join(map(str.title, name.split("_")))
    return CONTEXTS[context].format(n=name, c=camel(name), t=title, z=rng.choice(chinese), v=value)


def wide(value: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in value)


def grouped(rng: random.Random, value: str) -> str:
    if not value.isalnum() or value.startswith(("86", "0086")):
        return value
    sign = rng.choice([" ", "-", "_", ".", "\u00a0", "\u2009", "\u200b", "\u202f"])
    if len(value) == 18 and value[:-1].isdigit() and value[0] != "9":
        cuts: tuple[int, ...] = rng.choice([(6, 8, 4), (6, 4, 4, 4)])
    elif len(value) == 11:
        cuts = rng.choice([(3, 4, 4), (3, 4, 4), (4, 3, 4)])
    elif len(value) == 15:
        cuts = (4, 6, 5)
    elif len(value) == 14:
        cuts = (4, 6, 4)
    else:
        cuts = (4,) * (-(-len(value) // 4))
    parts, at = [], 0
    for cut in cuts:
        parts.append(value[at : at + cut])
        at += cut
    return sign.join(filter(None, parts))


def escaped(rng: random.Random, value: str) -> str:
    return (
        "".join(f"\\u{ord(c):04x}" for c in value) if rng.random() < 0.5 else "".join(f"%{ord(c):02X}" for c in value)
    )


def disguised(rng: random.Random, kind: str, context: str, value: str) -> tuple[str, str]:
    """What a value is written as, and the name of its disguise."""
    pick = rng.random()
    if pick < 0.6 or kind in {"track-data", "bic", "organisation-code", "passport", "travel-permit"}:
        return "plain", value
    if pick < 0.7:
        return "wide", wide(value)
    if kind not in {"resident-id", "bank-card", "mobile-number", "credit-code"}:
        return "plain", value
    if pick < 0.82:
        return "grouped", grouped(rng, value)
    if pick < 0.88:
        return "base64", base64.b64encode(value.encode()).decode()
    if pick < 0.94:
        return "hex", value.encode().hex()
    return "escaped", escaped(rng, value)


def twin(rng: random.Random, kind: str, value: str) -> str:
    """The same value with one character changed, so that its checksum is wrong."""
    places = [n for n, c in enumerate(value) if c.isdigit() and n > 3]
    if not places:
        return value[:-1] + rng.choice([c for c in string.digits if c != value[-1]])
    place = rng.choice(places)
    other = rng.choice([d for d in string.digits if d != value[place]])
    made = value[:place] + other + value[place + 1 :]
    return twin(rng, kind, value) if kind == "iban" and int(value[place]) % 97 == int(other) % 97 else made


def hits(text: str, start: int, end: int) -> set[str]:
    """The kinds found at a place; of organisation codes and the like also what overlaps."""
    return {kind for one in detect(text) if one.start < end and one.end > start for kind in (one.kind, *one.also)}


def generated(seed: int, count: int) -> Iterator[tuple[str, str, str, str, int, int]]:
    """Kind, disguise, context, text, start and end of the value in it."""
    rng = random.Random(seed)
    kinds, contexts = list(KINDS), list(CONTEXTS)
    for number in range(count):
        kind, context = kinds[number % len(kinds)], contexts[number // len(kinds) % len(contexts)]
        how, value = disguised(rng, kind, context, KINDS[kind][0](rng))
        text = placed(rng, kind, context, value)
        start = text.rindex(value)
        yield kind, how, context, text, start, start + len(value)


def recall(seed: int, *, show: bool) -> list[Figure]:
    found, seen = Counter[str](), Counter[str]()
    missed = Counter[tuple[str, str, str]]()
    for kind, how, context, text, start, end in generated(seed, VALUES):
        real = "resident-id" if kind == "resident-id-15" else kind
        seen[kind] += 1
        covered = {k for one in detect(text) if one.start <= start and one.end >= end for k in (one.kind, *one.also)}
        if real in covered or (kind == "track-data" and "track-data" in hits(text, start, end)):
            found[kind] += 1
        else:
            missed[kind, how, context] += 1
            if show and missed[kind, how, context] <= 2:
                print("missed", kind, how, context, ascii(text))
    figures = [Figure("guard.pii_recall_pct", 100 * found.total() / seen.total(), "%", ">=", 99.5)]
    return figures + [Figure(f"guard.pii_recall_pct.{kind}", 100 * found[kind] / seen[kind], "%") for kind in seen]


def twins(seed: int, *, show: bool) -> list[Figure]:
    rng = random.Random(seed + 1)
    proven = [kind for kind, row in KINDS.items() if row[3]]
    flagged, count = Counter[str](), 0
    for number in range(VALUES):
        kind = proven[number % len(proven)]
        value = twin(rng, kind, KINDS[kind][0](rng))
        text = placed(rng, kind, list(CONTEXTS)[number // len(proven) % len(CONTEXTS)], value)
        start = text.rindex(value)
        count += 1
        wrong = hits(text, start, start + len(value))
        if wrong:
            flagged[kind] += 1
            if show:
                print("flagged", kind, sorted(wrong), ascii(text))
    return [
        Figure("guard.pii_false_pct", 100 * flagged.total() / count, "%", "<=", 0.5),
        *(Figure(f"guard.pii_false_pct.{kind}", 100 * flagged[kind] * len(proven) / count, "%") for kind in proven),
    ]


def benign(folders: list[Path], *, show: bool) -> list[Figure]:
    found, size = Counter[str](), 0
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if (
                path.suffix not in {".py", ".java", ".js", ".ts", ".sql", ".md", ".json"}
                or path.stat().st_size > 1_000_000
            ):
                continue
            text = path.read_text("utf-8", errors="replace")
            size += len(text)
            for one in detect(text):
                if BY_NAME[one.kind].family == "personal":
                    found[one.kind] += 1
                    if show:
                        print("real", one.kind, ascii(text[max(0, one.start - 40) : one.end + 12]))
    return [Figure(f"guard.pii_per_mb.{kind}", found[kind] / (size / 1e6), "a MB") for kind in sorted(found)]


def figures() -> list[Figure]:
    import guard_restore  # it makes its values with ours

    return [*recall(1, show=False), *twins(1, show=False), *guard_restore.figures()]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--folder", type=Path, action="append", default=[])
    options = parser.parse_args()
    made = [*recall(options.seed, show=options.show), *twins(options.seed, show=options.show)]
    publish("guard_personal", [*made, *benign(options.folder, show=options.show)])


if __name__ == "__main__":
    main()
