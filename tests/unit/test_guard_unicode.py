"""Characters that deceive a reader are found; what people write in their languages is not."""

from __future__ import annotations

import random

import pytest

from copilot.guard import Policy, review
from copilot.guard.detect import detect
from copilot.guard.unicode import alike, hidden

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2062\u2064\u206a\u3164\ufe00\ufe0f\ufeff\uffa0"
INVISIBLE += "\U000e0001\U000e0041\U000e0100"
PLACES = (
    'name = "us{}er"\n',
    "if is_admin{}():\n",
    "# check the amount {} first\n",
    "/* begin{} admins only */ return;\n",
    'String level = "user{}"; // done\n',
    "余额 = 取余额(客户{}号)  # 返回余额\n",
)


@pytest.mark.parametrize("char", BIDI)
@pytest.mark.parametrize("place", PLACES)
def test_every_bidi_control_is_found_wherever_it_stands(char, place):
    text = place.format(char)
    assert [(one.kind, text[one.start : one.end]) for one in detect(text)] == [("bidi-control", char)]


@pytest.mark.parametrize("char", INVISIBLE)
@pytest.mark.parametrize("place", PLACES[:5])
def test_every_invisible_character_is_found_in_code(char, place):
    text = place.format(char)
    assert [(one.kind, text[one.start : one.end]) for one in detect(text)] == [("invisible-character", char)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('access = "user\u202e \u2066# Check if admin\u2069 \u2066"', "bidi-unbalanced"),
        ("/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin admins only */", "bidi-unbalanced"),
        ('label = "\u2067שלום\u2069"', "bidi-balanced"),
        ('x = "\u2067" + "\u2069"', "bidi-unbalanced"),
    ],
)
def test_controls_that_reach_out_of_their_literal_or_line_are_told_from_others(text, rule):
    assert {one.rule for one in detect(text)} == {rule}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffimport os\n",
        'face = "👨‍👩‍👧 ❤️ 1️⃣ 👍🏽 ☎︎"',
        'flag = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"',
        "# می‌خواهم و نمی‌دانم",
        "# क्‍ष और शब्द",
        'days = ["ജൂണ്\u200d", "ວັນ\u200bສຸກ"]',
        'format = "j،\u200f G:i"  # שלום\u200e 1',
        "# 葛󠄀城市",
        "# 返回余额（单位：分），若账户不存在则返回 -1。",
        "// 残高を返す。カードは「有効」のみ",
        "# 잔액을 반환한다",
        "客户号 = 取客户号(证件类型, 证件号码)",
        "Δt = t1 - t0; μ_max = σ_x * αx; θ = 2 * π; kΩ = 1; dα = ρ_water",
        "# Проверка остатка на счёте: SQL-запрос, getДанные",
        'title = "Ａ股 ＩＤ 号 ABC"; id = 1; ID = 2',
        "naïve = café + Größe + façade; sıra = ışık",
        "# Ελληνικά: ο λογαριασμός",
    ],
)
def test_what_people_write_is_not_suspected(text):
    assert detect(text) == []


LIKE = {"a": "а", "e": "е", "o": "оο", "p": "рρ", "c": "с", "x": "хχ", "y": "у", "i": "іι", "s": "ѕ", "j": "ј", "d": "ԁ", "h": "һ",
        "A": "АΑ", "B": "ВΒ", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "K": "КΚ", "M": "МΜ", "N": "Ν", "O": "ОΟ", "P": "РΡ", "T": "ТΤ", "X": "ХΧ"}  # fmt: skip
NAMES = (
    "password",
    "is_admin",
    "transferAmount",
    "ACCOUNT_TYPE",
    "checkBalance",
    "user_id",
    "execute",
    "repository",
    "MAX_AMOUNT",
    "approvePayment",
)


def test_names_with_letters_that_only_look_alike_are_found():
    rng = random.Random(7)
    for _ in range(400):
        name = rng.choice(NAMES)
        at = rng.choice([n for n, char in enumerate(name) if char in LIKE])
        fake = name[:at] + rng.choice(LIKE[name[at]]) + name[at + 1 :]
        text = rng.choice(["{n} = {f}(1)\n", "if {f}:  # 检查权限\n", "x.{f}({n})", 'call("{f}")']).format(
            n=name, f=fake
        )
        assert [(one.kind, text[one.start : one.end]) for one in detect(text)] == [("look-alike", fake)]


def test_a_name_of_other_letters_as_a_whole_is_found_where_it_stands_for_another():
    assert [one.kind for one in detect("copy(a); сору(a)")] == ["look-alike"]
    assert detect("# сору и ру") == []


def test_hidden_characters_reach_a_model_as_escapes_and_names_as_they_are():
    text = 'level = "user\u202e"; аdmin = 1\u200b'
    reviewed = review([text], Policy())
    assert reviewed.texts == ('level = "user\\u202e"; аdmin = 1\\u200b',)
    assert (reviewed.verdict.action, reviewed.surrogates) == ("redact", {})
    assert [one.kind for one in reviewed.verdict.detections] == ["bidi-control", "look-alike", "invisible-character"]
    told = review(["аdmin = 1"], Policy())
    assert (told.verdict.action, told.texts[0], len(told.verdict.detections)) == ("allow", "аdmin = 1", 1)
    assert review(["аdmin = 1"], Policy({"look-alike": "deny"})).verdict.action == "deny"


def test_the_detectors_say_the_same_without_the_pass_that_wakes_them():
    rng = random.Random(3)
    for _ in range(2000):
        text = "".join(rng.choice('ab _1\n"/*' + BIDI + INVISIBLE + "аеορΑ中👨ї") for _ in range(rng.randint(1, 24)))
        kinds = {one.kind for one in detect(text)}
        assert ({"bidi-control", "invisible-character"} & kinds != set()) == any(hidden(text))
        assert ("look-alike" in kinds) <= any(alike(text))
