"""Characters that make code read otherwise than it runs: bidi controls, invisible characters, look-alike letters.

Runs only on text that is not ASCII and holds such a character. What people write stays unsuspected: Chinese, Japanese
and Korean in comments and strings, emoji with their joiners and selectors, ideographic variants, flags, joiners between
letters of scripts that need them, a byte order mark at the start, Greek letters in formulas (`Δt`, `μ_max`, `αx`), words
of other alphabets. A word is a look-alike only if all its foreign letters look like ASCII ones and it mixes them with
ASCII, or if as a whole it reads like another name of the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard.found import Found

_BIDI: Final = "\u202a-\u202e\u2066-\u2069"
_HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_RUN: Final = re.compile(f"[{_BIDI}{_HIDDEN}]+")
_OPEN: Final = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
_CLOSE: Final = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
_CONTROLS: Final = _OPEN | {"\u202c", "\u2069"}
_PIECE: Final = re.compile(r"""["'`\n]|/\*|\*/|//""")
"""Where a literal, a comment or a line starts or ends: a control that is open there reaches into other code."""

_EMOJI: Final = (
    "\u00a9\u00ae\u203c\u2049\u2100-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"  # pictures, arrows, signs
)
_EMOJI_BEFORE: Final = re.compile(rf"[{_EMOJI}]\ufe0f?|[0-9#*]\ufe0f?")
_PICTURE: Final = re.compile(rf"[{_EMOJI}0-9#*]")
_IDEOGRAPH: Final = re.compile("[\u2e80-\u2fff\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_JOINED: Final = re.compile("[\u0600-\u08ff\u0900-\u0dff\u0e80-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
"""Letters of scripts in which a joiner or its contrary belongs to the spelling: Arabic, Persian, those of India."""
_UNSPACED: Final = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Letters of scripts without blanks between words, where a line may be broken at a space of no width: Thai, Lao, Khmer."""
_LEFTWARD: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters written from right to left, which marks of direction belong to."""
_BASE: Final = re.compile("[\u1000-\u109f\u1820-\u18aa\ua840-\ua877]")
"""What variation selectors may follow beside ideographs and emoji."""
_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
_FILLED: Final = re.compile("[\u1100-\u11ff]")

_LIKE: Final = {
    # Cyrillic
    **dict(zip("аеорсухіѕјһԁԛԝгѵԍ", "aeopcyxisjhdqwrvg", strict=True)),
    **dict(zip("АВЕЅІЈКМНОРСТУХҮԌԚԜЗѴҺ", "ABESIJKMHOPCTYXYGQW3Vh", strict=True)),
    **dict(zip("ӏӀӕӔԀ", "lIæÆd", strict=True)),
    # Greek
    **dict(zip("αγικνορτυχωηεσ", "ayikvoptuxwneo", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϜϳϲ", "ABEZHIKMNOPTYXCFjc", strict=True)),
    # Armenian, Coptic, Cherokee, Lisu
    **dict(zip("օսհոցզյԼՍՕք", "ouhngqjLUOp", strict=True)),
    **dict(zip("ⲟⲞⲣⲢⲤⲥⲔⲘⲚⲦ", "oOpPCcKMNT", strict=True)),
    **dict(zip("ᎪᏴᏟᎬᏀᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "ABCEGHJKLMPRSTVWZ", strict=True)),
    **dict(zip("ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "BPdDTGKJCZFMNLSRVHWXYAEIOU", strict=True)),
    # Latin letters of phonetics and small capitals
    **dict(zip("ɑɡɩɪʏʜʟɴʀꜱᴀʙᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢıȷſ", "agiiyhlnrsabcdejkmoptuvwzijf", strict=True)),
}
_LIKE_MATH: Final = {
    chr(code): letter
    for code in range(0x1D400, 0x1D6A4)
    for letter in ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(code - 0x1D400) % 52]]
}
_LIKE_WIDE: Final = {chr(0xFEE0 + ord(c)): c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_ALIKE: Final = {**_LIKE, **_LIKE_MATH, **_LIKE_WIDE}
_SKELETON: Final = str.maketrans(_ALIKE)
_SCRIPTS: Final = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u058f\u13a0-\u13ff\u1d00-\u1d7f\u1e00-\u1fff\u2c80-\u2cff\ua4d0-\ua4ff"
    "\ua640-\ua69f\ua720-\ua7ff\uab70-\uabbf\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d6a3"
)
"""Letters that an identifier may hold beside ASCII; ideographs end a word."""
_LETTER: Final = re.compile(
    "[\u0131\u017f\u0237\u0251-\u02af\u0370-\u058f\u13a0-\u13ff\u1d00-\u1d7f\u2c80-\u2cff\ua4d0-\ua4ff\ua730-\ua73f\uff21-\uff5a"
    "\U0001d400-\U0001d6a3]"
)
"""The keys of _ALIKE and some around them: a few ranges, for each character is compared with every part of a class."""
_REST: Final = re.compile(f"[A-Za-z0-9_{_SCRIPTS}]*+")
_BEGINS: Final = re.compile(f"[A-Za-z0-9_{_SCRIPTS}]")
_PART: Final = re.compile(rf"[A-Za-z{_SCRIPTS}]+")
_ASCII: Final = re.compile(r"[A-Za-z]")
_ELSEWHERE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]+")
_SPELLED: Final = frozenset("ıȷſ")
"""Letters of living spellings: look-alikes only where the other name stands in the text."""
_GREEK: Final = re.compile("[\u0370-\u03ff]")
_FORMULA: Final = re.compile("[αγκνρτυχωηεσ]")

_HIDDEN_RANGES: Final = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
)  # fmt: skip
HIDDEN: Final = (*(chr(c).encode() for a, z in _HIDDEN_RANGES for c in range(a, z + 1)), b"\xf3\xa0")
"""In UTF-8, what wakes `hidden`."""
ALIKE: Final = tuple(sorted({letter.encode()[: 3 if ord(letter) > 0xFFFF else 4] for letter in _ALIKE}))
"""In UTF-8, what wakes `alike`."""


def hidden(text: str) -> Iterator[Found]:
    """Bidi controls and invisible characters, one place for those that stand together."""
    lines: dict[int, bool] = {}
    for run in _RUN.finditer(text):
        at = run.start()
        for start, end, bidi in _kept(text, at, run.end()):
            if not bidi:
                yield Found(start, end, "invisible-character", "invisible-character")
                continue
            line = text.rfind("\n", 0, at) + 1
            if line not in lines:
                stop = text.find("\n", at)
                lines[line] = _balanced(text, line, len(text) if stop == -1 else stop)
            yield Found(start, end, "bidi-balanced" if lines[line] else "bidi-unbalanced", "bidi-control")


def _kept(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Stretches of suspicious characters in a run of hidden ones, each all bidi controls or none."""
    at = start
    while at < end:
        flag = _FLAG.match(text, at - 1) if at else None
        if flag is not None:
            at = flag.end()
            continue
        if _fits(text, at):
            at += 1
            continue
        bidi = text[at] in _CONTROLS
        begun = at
        while at < end and (text[at] in _CONTROLS) == bidi and not _fits(text, at):
            at += 1
        yield begun, at, bidi


def _fits(text: str, at: int) -> bool:
    """True for an invisible character that the spelling around it asks for."""
    char, before, after = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if char == "\ufeff":
        return at == 0
    if char in "\ufe0e\ufe0f":
        return _PICTURE.match(before) is not None or _IDEOGRAPH.match(before) is not None
    if "\ufe00" <= char <= "\ufe0d" or "\U000e0100" <= char <= "\U000e01ef":
        return _IDEOGRAPH.match(before) is not None or (char == "\ufe00" and _BASE.match(before) is not None)
    if "\u180b" <= char <= "\u180f":
        return _BASE.match(before) is not None
    if char == "\u200d" and _PICTURE.match(after) and _EMOJI_BEFORE.match(text, at - 1 - (before == "\ufe0f")):
        return not after.isascii()
    if char in "\u200c\u200d":
        return _JOINED.match(before) is not None and (_JOINED.match(after) is not None or not after.isalnum())
    if char == "\u200b":
        return _UNSPACED.match(before) is not None and _UNSPACED.match(after) is not None
    if char in "\u115f\u1160":
        return _FILLED.match(before) is not None or _FILLED.match(after) is not None
    return char in "\u061c\u200e\u200f" and bool(_LEFTWARD.match(before) or _LEFTWARD.match(after))


def _balanced(text: str, start: int, end: int) -> bool:
    """True when what controls open on a line is closed before the literal, the comment or the line ends."""
    open_: list[str] = []
    at = start
    while at < end:
        char = text[at]
        if char in _OPEN:
            open_.append(_CLOSE[char])
        elif char in _CONTROLS:
            if not open_ or open_.pop() != char:
                return False
        elif open_ and _PIECE.match(text, at):
            return False
        at += 1
    return not open_


def alike(text: str) -> Iterator[Found]:
    """Words whose foreign letters look like ASCII."""
    names: set[str] | None = None
    for start, end in _words(text):
        written = text[start:end]
        if not (reads := written.translate(_SKELETON)).isascii():
            parts = [part for part in _PART.findall(written) if not part.isascii()]
            if not any(_mixed(part) for part in parts):
                continue
        elif not _mixed_name(written):
            if not _whole(written):
                continue
            if names is None:
                names = set(_ELSEWHERE.findall(text))
            if reads not in names:
                continue
        yield Found(start, end, "look-alike-letters", "look-alike")


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Words that hold a look-alike letter. (One pattern for all of a word would try each place of the text.)"""
    end = 0
    for letter in _LETTER.finditer(text):
        start = letter.start()
        if start < end or letter[0] not in _ALIKE:
            continue
        while start > end and _BEGINS.match(text, start - 1):
            start -= 1
        rest = _REST.match(text, letter.end())
        end = letter.end() if rest is None else rest.end()
        yield start, end


def _mixed_name(written: str) -> bool:
    """True when a part of a name (between underscores and digits) mixes, or a part is Cyrillic in a Latin name."""
    parts = _PART.findall(written)
    if any(_mixed(part) for part in parts):
        return True
    latin = any(part.isascii() for part in parts)
    return latin and any(not part.isascii() and not _GREEK.match(part) and part[0] in _LIKE for part in parts)


def _mixed(part: str) -> bool:
    """True for a run of letters with ASCII ones and others, all of which look like ASCII ones."""
    ascii_ = len(_ASCII.findall(part))
    others = [letter for letter in part if not letter.isascii()]
    if not ascii_ or not others or not all(letter in _ALIKE for letter in others) or _SPELLED.issuperset(others):
        return False
    # `dα`, `αx`: formulas. A word has more letters.
    return ascii_ >= 3 or not any(_FORMULA.match(letter) for letter in others)


def _whole(written: str) -> bool:
    """True for a name that may stand for another one as a whole: not full-width letters, which Chinese text is full of."""
    return len(written) > 1 and not any(letter in _LIKE_WIDE for letter in written)


def escaped(value: str) -> str:
    r"""Hidden characters as a program's text writes them: `\u202e`, `\U000e0041`."""
    return "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in value)
