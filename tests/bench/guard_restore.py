"""Restoring: values masked in code, the code edited as a model edits it, and put right again. `guard.restore_errors`.

An edit writes surrogates where the developer's values stood: quoted, glued to words, inside larger strings, twice, with
other separators or none, and some with a digit changed, which must stay as they are. The same edit with the values
themselves is what must come out, for the answer whole and for the answer in random pieces.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Final

from guard_personal import card, credit, iban, mobile, organisation, resident, resident_old
from report import Figure

from copilot.guard import Policy, Reviewed, review

EDITS: Final = 1_000
KEY: Final = bytes(range(32))
FRAMES: Final = (
    'card = "{}"\n',
    "pay({}, 10)\n",
    "# 客户{}的记录\n",
    "path = f'/img/id_{}.jpg'\n",
    "return [{}]\n",
    "<no>{}</no>",
    "| {} | x |\n",
    'assertEquals("{}", user.getNo());\n',
)
FILLERS: Final = (
    "x = 1000\n",
    "for i in range(10):\n    pass\n",
    "# REDACTED\n",
    "y = '10 00'\n",
    "RED = 'R'\n",
    "1",
    "ZZ",
    "9199 ",
)


def password(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_letters, k=6)) + "".join(rng.choices(string.digits, k=4)) + "x"


def plain(form: str) -> str:
    return "".join(filter(str.isalnum, form))


def parted(sign: str) -> Callable[[str], str]:
    def laid(value: str) -> str:
        bare = plain(value)
        return sign.join(bare[at : at + 4] for at in range(0, len(bare), 4))

    return laid


LAYOUTS: Final[tuple[Callable[[str], str], ...]] = (str, str, plain, parted(" "), parted("-"), parted("_"))


def question(rng: random.Random) -> tuple[str, list[str]]:
    """Code with values in it, and the values."""
    makers = (card, card, resident, resident_old, mobile, credit, iban, organisation)
    rows, values = [], []
    names = {resident_old: "id_card", mobile: "phone", organisation: "org_code", iban: "iban"}
    for maker in rng.sample(makers, rng.randint(1, 5)):
        value = maker(rng)
        rows.append(f'{names.get(maker, "value")} = "{value}"\n')
        values.append(value)
    if rng.random() < 0.5:
        secret = password(rng)
        rows.append(f"db = 'redis://:{secret}@h'\n")
        values.append(secret)
    rng.shuffle(rows)
    return "".join(rows), values


def changed(rng: random.Random, surrogate: str) -> str:
    places = [at for at, character in enumerate(surrogate) if character.isdigit()][
        -8:
    ]  # not the country's code of a mobile
    at = rng.choice(places)
    other = rng.choice([digit for digit in string.digits if digit != surrogate[at]])
    return surrogate[:at] + other + surrogate[at + 1 :]


def answer(rng: random.Random, reviewed: Reviewed) -> tuple[str, str]:
    """What a model writes, and what the developer must read."""
    written, meant = [], []
    pairs = list(reviewed.surrogates.items())
    for _ in range(rng.randint(2, 8)):
        if rng.random() < 0.4:
            filler = rng.choice(FILLERS[:5])
            written.append(filler)
            meant.append(filler)
        surrogate, value = rng.choice(pairs)
        frame = rng.choice(FRAMES)
        if rng.random() < 0.15:
            other = changed(rng, surrogate)
            known = {plain(one) for one in reviewed.surrogates}
            if plain(other) in known:
                continue
            written.append(frame.format(other))
            meant.append(frame.format(other))
            continue
        same = surrogate.startswith("REDACTED_") or len(plain(surrogate)) != len(plain(value)) or value[:1] == "+"
        layout = str if same else rng.choice(LAYOUTS)
        written.append(frame.format(layout(surrogate)))
        meant.append(frame.format(layout(value)))
    return "".join(written), "".join(meant)


def streamed(rng: random.Random, reviewed: Reviewed, text: str) -> str:
    """The answer restored as it comes in pieces."""
    out, held, at = "", "", 0
    while at < len(text):
        step = rng.randint(1, 9)
        held, at = held + text[at : at + step], at + step
        ready = len(held) - reviewed.held(held)
        out += reviewed.restored(held[:ready])
        held = held[ready:]
    return out + reviewed.restored(held)


def errors(seed: int, *, show: bool = False) -> int:
    rng = random.Random(seed)
    wrong = 0
    for number in range(EDITS):
        code, values = question(rng)
        reviewed = review([code], Policy(key=KEY if number % 2 else b""))
        masked = reviewed.texts[0]
        given, meant = answer(rng, reviewed)
        checks = {
            "masked": not any(value in masked for value in values),
            "same": reviewed.restored(masked) == code,
            "again": not review([masked], Policy(key=b"another node")).surrogates,
            "whole": reviewed.restored(given) == meant,
            "stream": streamed(rng, reviewed, given) == meant,
        }
        if not all(checks.values()):
            wrong += 1
            if show:
                failed = [name for name, held in checks.items() if not held]
                print(
                    failed,
                    ascii(code),
                    ascii(masked),
                    ascii(given),
                    ascii(meant),
                    ascii(reviewed.restored(given)),
                    sep="\n  ",
                )
    return wrong


def figures() -> list[Figure]:
    return [Figure("guard.restore_errors", errors(1), "of 1000", "<=", 0)]


if __name__ == "__main__":
    print(errors(2, show=True))
