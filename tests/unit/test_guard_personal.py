"""Personal financial data: found where it stands, whatever it is called and written as; left alone where it proves wrong."""

from __future__ import annotations

import base64
import random
import sys
from pathlib import Path

import pytest

from copilot.guard.detect import detect

sys.path.append(str(Path(__file__).parents[1] / "bench"))  # behind all: it has a module `lsp`
from guard_personal import CONTEXTS, KINDS, generated, placed, twin


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in detect(text)]


@pytest.mark.parametrize("kind", KINDS)
def test_generated_values_are_found_in_every_context_and_disguise(kind):
    missed = count = 0
    for made, _, _, text, start, end in generated(3, 6_000):
        if made != kind:
            continue
        count += 1
        kinds = {k for one in detect(text) if one.start < end and one.end > start for k in (one.kind, *one.also)}
        missed += kind.removesuffix("-15") not in kinds
    assert count > 300
    assert missed <= count * 0.005


@pytest.mark.parametrize("kind", [kind for kind, row in KINDS.items() if row[3]])
def test_a_value_with_a_wrong_check_character_is_hardly_ever_taken_for_anything(kind):
    rng = random.Random(kind)
    flagged = 0
    for number in range(600):
        value = twin(rng, kind, KINDS[kind][0](rng))
        flagged += bool(found(placed(rng, kind, list(CONTEXTS)[number % len(CONTEXTS)], value)))
    assert flagged <= 9, "identity numbers: one twin in ten passes another checksum, and few of those look like it"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("11010519491231002X", "resident-id", "11010519491231002X"),
        ("身份证号11010519491231002x的客户", "resident-id", "11010519491231002x"),
        ("born = '110105200002290013'", "resident-id", "110105200002290013"),
        ('idCard = "110105491231002"', "resident-id", "110105491231002"),
        ("old 4 digits visa card 4222222222222", "bank-card", "4222222222222"),
        ("pan=6222 0212 3456 7890 128", "bank-card", "6222 0212 3456 7890 128"),
        ("tel: +86-138-0013-8000", "mobile-number", "+86-138-0013-8000"),
        ("call 138 0013 8000 now", "mobile-number", "138 0013 8000"),
        ("手机号13800138000的客户", "mobile-number", "13800138000"),
        ('x = "13800138000"', "mobile-number", "13800138000"),
        ("IBAN: GB29 NWBK 6016 1331 9268 19", "iban", "GB29 NWBK 6016 1331 9268 19"),
        ("税号91350100M000100Y43，开户", "credit-code", "91350100M000100Y43"),
        ("swift: DEUTDEFF500", "bic", "DEUTDEFF500"),
        ("cvv2:123", "card-code", "123"),
        ("CVV2为123", "card-code", "123"),
        ('{"cvn": "9876"}', "card-code", "9876"),
        ("有效期：12/27", "card-expiry", "12/27"),
        ("【银行】您的验证码是482913，5分钟内有效", "one-time-code", "482913"),
        ('setPin("482913")', "payment-pin", "482913"),
        ("pin_block = 0412AC89ABCDEF67", "payment-pin", "0412AC89ABCDEF67"),
        ("交易密码: 482913", "payment-pin", "482913"),
        ("户名李明，账号 30219384756", "account-number", "30219384756"),
        ("往来港澳通行证C12345678", "travel-permit", "C12345678"),
        ('passport = "EA1234567"', "passport", "EA1234567"),
        ("组织机构代码 D2143569-X", "organisation-code", "D2143569-X"),
        (";4111111111111111=27122011000012345678?", "track-data", ";4111111111111111=27122011000012345678?"),
        ("%B4111111111111111^LI/MING^2712201100001?", "track-data", "%B4111111111111111^LI/MING^2712201100001?"),
        ('assertEquals("482913", form.getSmsCode());', "one-time-code", "482913"),
    ],
)
def test_values_as_people_write_them(text, kind, value):
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "ts = 1700000000000",
        'order_id = "13812345678"',
        "订单号：13812345678",
        "流水号13812345678，金额100",
        "orderNo,amount\n13812345678,100\n",
        "INSERT INTO t (trade_no, n) VALUES (13812345678, 1)",
        "MAX = 13000000000",
        "0.13812345678",
        "id = '110105491331002'",
        "110105200102290012",
        "len(cvv) == 3 and cvv_length = 123",
        "expires = 3600; expiry = 86400",
        "PIN_MODE = 1234; mapping = 4567",
        "GPIO pin 1234",
        "https://bank.example/13812345678",
        "DE89370400440532013001",
        "91350100M000100Y44",
        "bic = 'ABCDXXFF'",
        "author: a@bank.example",
        "account.balance(100)",
        "uuid 550e8400-e29b-41d4-a716-138001380009",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "written",
    [
        "４１１１１１１１１１１１１１１１",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\u20091111\u20091111\u20091111",
        "4\u200b1111111\u200b11111111",
        "4111.1111.1111.1111",
        "4111_1111_1111_1111",
        base64.b64encode(b"4111111111111111").decode(),
        base64.b64encode(b'{"name": "x", "pan": "4111111111111111"}').decode(),
        b"4111111111111111".hex(),
        "%34" + "111111111111111",
        "\\u0034\\u0031" + "1" * 14,
        "&#52;" + "1" * 15,
    ],
)
def test_one_layer_of_disguise_hides_nothing(written):
    text = f'value = "{written}"  # 卡号\n'
    (one,) = [one for one in detect(text) if "bank-card" in {one.kind, *one.also}]
    assert written in text[one.start : one.end] or text[one.start : one.end] in written


def test_two_layers_are_not_unpacked():
    twice = base64.b64encode(base64.b64encode(b"4111111111111111"))
    assert found(f'value = "{twice.decode()}"') == []


def test_secrets_behind_base64_are_found_too():
    pem = b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n"
    key = b"ghp_" + b"aB3dE6gH9k" * 3 + b"F6g7H8"
    for secret, kind in ((pem, "private-key"), (key, "provider-key")):
        code = base64.b64encode(secret).decode()
        lines = "\n".join(code[at : at + 76] for at in range(0, len(code), 76))
        for text in (f'key = "{code}"\n', f"key: |\n{lines}\n"):
            assert [one.kind for one in detect(text)] == [kind]
            assert "".join(found(text)[0][1].split()) == code


def test_a_disguised_value_is_a_place_of_the_original_text():
    text = "注释：\u200b手机　１３８００１３８０００，完\n"
    ((kind, value),) = [row for row in found(text) if row[0] != "invisible-character"]
    assert (kind, value) == ("mobile-number", "１３８００１３８０００")
