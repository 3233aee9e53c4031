"""What content review finds and what it leaves alone: generated values in the code they stand in."""

from __future__ import annotations

import random
import string

import pytest
from guard_values import (
    ALNUM,
    CONNECTIONS,
    NUMBER_CONTEXTS,
    PROVIDER_KEYS,
    SECRET_CONTEXTS,
    card,
    grouped,
    one_off,
    password,
    person,
    token,
    uuid,
)

from copilot.guard.detect import detect


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in detect(text)]


def kinds(text: str) -> set[str]:
    return {one.kind for one in detect(text)}


@pytest.mark.parametrize(("language", "context"), NUMBER_CONTEXTS)
def test_cards_are_found_in_code(language, context):
    rng = random.Random(f"card {language} {context}")
    for _ in range(60):
        number = card(rng)
        assert found(context.format(v=number)) == [("bank-card", number)]


@pytest.mark.parametrize(("language", "context"), NUMBER_CONTEXTS)
def test_a_card_with_one_digit_off_is_none(language, context):
    rng = random.Random(f"off {language} {context}")
    for _ in range(60):
        assert "bank-card" not in kinds(context.format(v=one_off(rng, card(rng))))


def test_cards_are_found_in_the_groups_in_which_they_are_printed():
    rng = random.Random(3)
    for _ in range(300):
        number = grouped(rng, card(rng))
        for context in ('CARD = "{}"', "卡号 {}，有效期 12/27", "pan: {}", "<p>{}</p>", "pay({})"):
            assert [one for one in found(context.format(number)) if one[0] != "card-expiry"] == [("bank-card", number)]
            # (Sixteen digits and a group of three may be a card and its security code: those are found alone.)
            off = number[:-1] + str((int(number[-1]) + 1) % 10)
            assert ("bank-card", off) not in found(context.format(off))


@pytest.mark.parametrize(("language", "context"), NUMBER_CONTEXTS)
def test_resident_numbers_are_found_in_code(language, context):
    rng = random.Random(f"id {language} {context}")
    for _ in range(60):
        number = person(rng)
        bare = "L" in context or '"{v}"' not in context
        if bare and number.endswith("X") and language in {"python", "java", "json"}:
            continue  # no number
        assert found(context.format(v=number)) == [("resident-id", number)]
        assert found(context.format(v=number.lower())) == [("resident-id", number.lower())]


def test_a_resident_number_with_one_digit_off_is_none():
    rng = random.Random(5)
    for _ in range(600):
        assert "resident-id" not in kinds(f'id = "{one_off(rng, person(rng))}"')


def test_resident_numbers_are_found_in_groups_and_with_letters_around():
    rng = random.Random(6)
    for _ in range(100):
        n = person(rng)
        for shape in (f"{n[:6]} {n[6:14]} {n[14:]}", f"{n[:6]}-{n[6:14]}-{n[14:]}"):
            assert found(f"身份证号{shape}，男") == [("resident-id", shape)]
        assert found(f"id_{n}.jpg") == [("resident-id", n)]


def test_the_published_example_of_the_standard_is_found():
    assert found("11010519491231002X") == [("resident-id", "11010519491231002X")]
    assert found("440524188001010014") == [], "born in 1880: out of the range that we accept"


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "5555555555554444",
        "378282246310005",
        "30569309025904",
        "6011111111111117",
        "3530111333300000",
        "6759649826438453",
        "6200000000000005",
    ],
)
def test_published_test_cards_are_found(number):
    assert found(f"pan={number}") == [("bank-card", number)]


@pytest.mark.parametrize(
    "text",
    [
        "1700000000000",
        "ts = 1732306150123456",
        "20261122103000123456",
        "0.4111111111111111",
        "4111111111111111.5",
        "0x4111111111111111",
        "a4111111111111111",
        "4111111111111111b",
        "41111111111111114111111111111111",
        "550e8400-e29b-41d4-a716-501800000009",
        "4000000000000000",
        "4611686018427387904",
        "1234 5678 4111 1111 1111 1111 2222",
        "4111 1111-1111 1111",
        "4111  1111  1111  1111",
        "version 6.22202123456.7894",
        "110101199013320016",
        "991234199003078515",
        "tel 6281234567890",
        "sha = 6222021234567894deadbeef",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(("rule", "before", "prefix", "alphabet", "count"), PROVIDER_KEYS)
def test_provider_keys_are_found_in_code(rule, before, prefix, alphabet, count):
    rng = random.Random(prefix + before)
    for context in SECRET_CONTEXTS * 3:
        secret = prefix + token(rng, alphabet, count)
        text = context.format(v=before + secret)
        assert [(one.rule, text[one.start : one.end]) for one in detect(text)] == [(rule, secret)]


@pytest.mark.parametrize(
    ("rule", "before", "prefix", "alphabet", "count"), [r for r in PROVIDER_KEYS if not r[1] and len(r[2]) < 12]
)
def test_a_provider_key_that_is_too_short_or_inside_a_word_is_none(rule, before, prefix, alphabet, count):
    rng = random.Random(7)
    short = token(rng, alphabet, min(count // 3, 11))
    assert found(f'x = "{prefix}{short}"') == []
    assert found(f"x{prefix}{token(rng, alphabet, count)}") == []
    masked = found(f'mask = "{prefix}{"X" * count}"')
    assert masked == [] or prefix == "LTAI5t", "the prefix of that one holds two characters of the random part"


@pytest.mark.parametrize(
    "address",
    [
        "https://open.feishu.cn/open-apis/bot/v2/hook/",
        "https://open.larksuite.com/open-apis/bot/v2/hook/",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
    ],
)
def test_the_secret_of_a_webhook_is_found_and_its_host_kept(address):
    secret = uuid(random.Random(address))
    assert found(f'WEBHOOK = "{address}{secret}"') == [("provider-key", secret)]
    assert found(f'TRACE = "https://bank.example/hook/{secret}"') == []


def test_json_web_tokens_are_found_whole():
    jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    assert found(f"Authorization: Bearer {jwt}\n") == [("provider-key", jwt)]
    assert found(f'"{jwt.rpartition(".")[0]}"') == []


def test_secrets_are_found_by_the_name_they_are_assigned_to():
    rng = random.Random(8)
    for name in ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "secretKey", "accessKeySecret", "client_secret"):
        for line in ('{n} = "{v}"', "{n}={v}", "{n}: {v}", '"{n}": "{v}"', "{n} => '{v}'"):
            secret = token(rng, ALNUM + "/+", 40)
            assert found(line.format(n=name, v=secret)) == [("provider-key", secret)]
    assert found("client_secret = os.environ['CLIENT_SECRET_OF_THE_2ND_APPLICATION']") == []
    assert found("secret_key = generate_secret_key_for_user_2024_and_2025(user)") == []


def test_account_keys_of_azure_are_found():
    rng = random.Random(9)
    key = token(rng, ALNUM + "+/", 86) + "=="
    text = f"DefaultEndpointsProtocol=https;AccountName=core;AccountKey={key};EndpointSuffix=core.windows.net"
    assert found(text) == [("provider-key", key)]


@pytest.mark.parametrize("line", CONNECTIONS)
def test_passwords_of_connections_are_found_and_nothing_else(line):
    rng = random.Random(line)
    for _ in range(30):
        secret = password(rng)
        assert found(line.format(p=secret)) == [("password", secret)], secret


@pytest.mark.parametrize("line", CONNECTIONS)
@pytest.mark.parametrize(
    "value",
    [
        "${DB_PASSWORD}",
        "<password>",
        "changeme",
        "****",
        "$DB_PASS",
        "{password}",
        "your_password",
        "%DB_PASS%",
        "password",
    ],
)
def test_a_placeholder_is_no_password(line, value):
    assert found(line.format(p=value)) == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("mongodb://app:p@ss:w@rd@m1:27017/core", "p@ss:w@rd"),
        ('jdbc:oracle:thin:scott/\\"p@ss\\"@db:1521/x', "p@ss"),
        ("jdbc:sqlserver://db;user=sa;password={a;b};", "a;b"),
        ("connect(user='u', password='it is long')", "it is long"),
        ("redis://:123456@cache", "123456"),
        ("http://a:b1@h/p?mail=x@y.example", "b1"),
        ("amqp://a:first1@h1,amqp://b:x@h2", "first1"),
        ("postgres://app:${PW}x9@h/db", "${PW}x9"),
    ],
)
def test_passwords_in_unusual_writing_are_found_whole(text, secret):
    assert found(text)[0] == ("password", secret)


@pytest.mark.parametrize(
    "text",
    [
        "connect(host=host, user=user, password=password)",
        "connect(user=user, password=settings.password)",
        "connect(user=user, password=get_password(user))",
        "username = password = port = None",
        "user = input(); password = getpass()",
        "http://localhost:8080/users/@me",
        "https://bank.example/a:b/c@d",
        'scheme = "https://" + user + ":" + pw + "@" + host',
        "redis://[:password]@host:port",
        "spring.datasource.password=ENC(3m4v2bQ1qg==)",
        "spring.datasource.password={cipher}AQBx0a",
        'ds.setPassword("${db.password}");',
        "ds.setPassword(password);",
        "if password == 'x': pass",
        "@Autowired private DataSource ds; // user@bank.example",
    ],
)
def test_code_about_passwords_is_left_alone(text):
    assert found(text) == []


def test_offsets_are_code_points_whatever_the_text():
    text = "# 卡号🏦 é ﹣\nredis://:s3cr3t-x@h 𝟜 4111111111111111\r\n"
    assert found(text) == [("password", "s3cr3t-x"), ("bank-card", "4111111111111111")]
    broken = "\ud83c 4111111111111111"
    assert found(broken) == [("bank-card", "4111111111111111")]


def test_what_overlaps_is_one_place():
    text = "postgres://app:pre_ghp_" + "a1B2c3D4e5" * 3 + "F6g7H8@db/core"
    assert found(text) == [("provider-key", text[15:-8])]


def test_random_text_of_every_byte_is_reviewed_without_an_error():
    rng = random.Random(10)
    for _ in range(300):
        text = "".join(chr(rng.choice([rng.randrange(128), rng.randrange(0x10FFFF)])) for _ in range(400))
        for one in detect(text):
            assert 0 <= one.start < one.end <= len(text)


def test_every_string_of_printable_characters_alone_is_no_secret():
    assert found(string.printable * 20) == []
