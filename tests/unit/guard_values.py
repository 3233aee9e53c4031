"""Sensitive values made here, with checksums computed the slow way, and the code contexts they stand in."""

from __future__ import annotations

import random
import string

UPPER_DIGITS = string.ascii_uppercase + "234567"
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"

CARD_PREFIXES = [
    *[("62", n) for n in (16, 17, 18, 19)],
    ("4", 16),
    ("4", 19),
    *[(str(n), 16) for n in range(51, 56)],
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("3528", 16),
    ("36", 14),
    ("6011", 16),
    ("650", 16),
    ("95588", 19),
    ("6759", 12),
    ("5018", 13),
]

# {v} is a number that may also stand bare; the language says what must parse it afterwards.
NUMBER_CONTEXTS = [
    ("python", 'CARD = "{v}"\n'),
    ("python", "CARD = {v}\n"),
    ("python", 'def test_pay():\n    assert pay(card="{v}", amount=10)\n'),
    ("python", "# 测试卡号：{v}\nx = 1\n"),
    ("java", 'class A {{ String card = "{v}"; }}\n'),
    ("java", "class A {{ long card = {v}L; }}\n"),
    ("java", "class A {{ /** 例如 {v} */ int x; }}\n"),
    ("xml", '<card no="{v}"/>\n'),
    ("xml", "<card>{v}</card>\n"),
    ("yaml", "card: {v}\n"),
    ("yaml", 'card: "{v}"\n'),
    ("properties", "test.card={v}\n"),
    ("sql", "INSERT INTO card VALUES ({v}, '张三');\n"),
    ("sql", "SELECT * FROM card WHERE no = '{v}';\n"),
    ("json", '{{"card": {v}, "n": [1, 2]}}'),
    ("json", '{{"card": "{v}"}}'),
    ("csv", "1,{v},2026-01-01\n"),
]


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def luhn_digit(body: str) -> str:
    """The digit that completes a card, found by trying all ten with the definition of ISO/IEC 7812-1."""

    def total(number: str) -> int:
        added = 0
        for place, character in enumerate(reversed(number)):
            value = int(character) * (2 if place % 2 else 1)
            added += value // 10 + value % 10
        return added

    return next(d for d in string.digits if total(body + d) % 10 == 0)


def card(rng: random.Random) -> str:
    prefix, length = rng.choice(CARD_PREFIXES)
    body = prefix + digits(rng, length - len(prefix) - 1)
    made = body + luhn_digit(body)
    return card(rng) if made.endswith("000000") else made


def grouped(rng: random.Random, number: str) -> str:
    separator = rng.choice(" -")
    if len(number) == 15:
        cuts = (4, 6, 5)
    elif len(number) == 14:
        cuts = (4, 6, 4)
    elif len(number) in (16, 17, 18, 19):
        cuts = (4, 4, 4, 4, len(number) - 16)
    else:
        return number
    parts, at = [], 0
    for cut in cuts:
        parts.append(number[at : at + cut])
        at += cut
    return separator.join(filter(None, parts))


def person(rng: random.Random) -> str:
    """A resident identity number: the check character by ISO 7064 MOD 11-2's recursive definition."""
    region = rng.choice(["1101", "3101", "3301", "4403", "4401", "5101", "6501", "3502", "6101", "6201"])
    year, month, day = rng.randint(1930, 2019), rng.randint(1, 12), rng.randint(1, 28)
    body = f"{region}{rng.randint(1, 30):02}{year:04}{month:02}{day:02}{rng.randint(0, 999):03}"
    rest = 0
    for character in body:
        rest = (rest + int(character)) * 2 % 11
    check = (12 - rest) % 11
    return body + ("X" if check == 10 else str(check))


def one_off(rng: random.Random, number: str) -> str:
    """The same number with one digit changed (not the first two, which say whose it is)."""
    place = rng.randrange(2, len(number))
    if number[place] in "Xx":
        return number[:place] + rng.choice(string.digits)
    other = rng.choice([d for d in string.digits if d != number[place]])
    return number[:place] + other + number[place + 1 :]


def token(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def uuid(rng: random.Random) -> str:
    return "-".join(token(rng, HEX, n) for n in (8, 4, 4, 4, 12))


WORD = ALNUM + "_-"

# Rule, what stands before the secret, the secret's prefix, alphabet and length of its random part.
PROVIDER_KEYS = [
    ("aws-access-key", "", "AKIA", UPPER_DIGITS, 16),
    ("aws-access-key", "", "ASIA", UPPER_DIGITS, 16),
    ("google-api-key", "", "AIza", WORD[:-1], 35),
    ("google-client-secret", "", "GOCSPX-", ALNUM, 28),
    ("github-token", "", "ghp_", ALNUM, 36),
    ("github-token", "", "ghs_", ALNUM, 36),
    ("github-token", "", "github_pat_", ALNUM, 60),
    ("gitlab-token", "", "glpat-", ALNUM + "_", 20),
    ("slack-token", "", "xoxb-123456789012-1234567890123-", ALNUM, 24),
    ("stripe-key", "", "sk_live_", ALNUM, 24),
    ("stripe-key", "", "rk_test_", ALNUM, 24),
    ("model-provider-key", "", "sk-", ALNUM, 48),
    ("model-provider-key", "", "sk-proj-", ALNUM, 64),
    ("model-provider-key", "", "sk-ant-api03-", ALNUM, 90),
    ("npm-token", "", "npm_", ALNUM, 36),
    ("pypi-token", "", "pypi-AgEIcHlwaS5vcmc", ALNUM, 120),
    ("aliyun-access-key", "", "LTAI5t", ALNUM, 18),
    ("tencent-secret-id", "", "AKID", ALNUM, 32),
    ("hugging-face-token", "", "hf_", ALNUM, 34),
    ("vault-token", "", "hvs.", ALNUM, 90),
    ("docker-token", "", "dckr_pat_", ALNUM, 27),
    ("twilio-key", "", "SK", HEX, 32),
    ("webhook-url", "https://oapi.dingtalk.com/robot/send?access_token=", "", HEX, 64),
    ("webhook-url", "https://hooks.slack.com/services/T0ABCDEF1/B0ABCDEF2/", "", ALNUM, 24),
]

SECRET_CONTEXTS = [
    'key = "{v}"\n',
    "client = Client('{v}')\n",
    '    private static final String KEY = "{v}";\n',
    "export API_KEY={v}\n",
    "api.key={v}\n",
    "apiKey: {v}\n",
    '<property name="key" value="{v}"/>\n',
    '{{"key": "{v}"}}\n',
    'curl -H "Authorization: Bearer {v}" https://api.bank.example/\n',
    "# 旧密钥 {v}，已停用\n",
]

# {p} is the password. All of them are one connection.
CONNECTIONS = [
    'url = "jdbc:mysql://db:3306/core?user=app&password={p}"',
    "jdbc.url=jdbc:mysql://db:3306/core?useSSL=false&user=app&password={p}&serverTimezone=UTC",
    '<property name="url" value="jdbc:mysql://db/core?user=app&amp;password={p}&amp;x=1"/>',
    "jdbc:postgresql://db:5432/core?user=app&password={p}&ssl=true",
    "jdbc:postgresql://app:{p}@db:5432/core",
    'String u = "jdbc:sqlserver://db:1433;databaseName=core;user=sa;password={p};encrypt=true";',
    'u = "jdbc:db2://db:50000/CORE:user=db2inst1;password={p};"',
    'String u = "jdbc:oracle:thin:scott/{p}@db:1521:orcl";',
    'String u = "jdbc:oracle:thin:scott/{p}@//db:1521/orcl";',
    "url: jdbc:oracle:oci8:scott/{p}@orcl",
    'con = cx_Oracle.connect("scott/{p}@db:1521/orcl")',
    "sqlplus -s scott/{p}@orcl @report.sql",
    'c = "Driver={{ODBC Driver 18 for SQL Server}};Server=db;Database=core;UID=app;PWD={p};Encrypt=yes"',
    'c = "Server=db;Database=core;User Id=app;Password={p};"',
    '"Data Source=db;Initial Catalog=core;User ID=app;Password={p}"',
    'psycopg.connect("host=db dbname=core user=app password={p}")',
    'psycopg.connect(host="db", user="app", password="{p}")',
    "redis://:{p}@cache:6379/0",
    "rediss://app:{p}@cache:6380",
    "mongodb://app:{p}@m1:27017,m2:27017/core?replicaSet=rs0",
    "mongodb+srv://app:{p}@cluster0.bank.example/core",
    "amqp://app:{p}@mq:5672/%2f",
    "BROKER_URL=amqps://app:{p}@mq/core",
    'create_engine("postgresql+psycopg://app:{p}@db/core")',
    "git clone https://ci:{p}@git.bank.example/core.git",
    'dsn := "app:{p}@tcp(127.0.0.1:3306)/core?parseTime=true"',
    "spring.datasource.password={p}",
    "spring.datasource.hikari.password = {p}",
    "jdbc.password={p}",
    'Connection c = DriverManager.getConnection(URL, "app", "{p}");',
    'Connection c = DriverManager.getConnection(\n    "jdbc:mysql://db/core",\n    "app",\n    "{p}");',
    'dataSource.setPassword("{p}");',
    'sasl.jaas.config=org.apache.kafka.X required username="app" password="{p}";',
]

PASSWORD_ALPHABETS = [ALNUM, string.ascii_lowercase, string.digits, ALNUM + "!#$^*_-+.~"]


def password(rng: random.Random) -> str:
    """8 to 16 characters; the first is a letter or digit, as in most of them."""
    made = rng.choice(ALNUM) + token(rng, rng.choice(PASSWORD_ALPHABETS), rng.randint(7, 15))
    return password(rng) if made.lower().startswith(("your", "example", "vault", "env")) else made
