"""Hard-coded passwords by syntax: what a name, a link and a value must be, and what is none."""

from __future__ import annotations

import random

import pytest
from guard_values import ALNUM, HEX, token, uuid

from copilot.guard.detect import detect
from copilot.guard.secret_names import meaning
from copilot.guard.secret_values import english, generated


def found(text: str) -> list[str]:
    return [text[one.start : one.end] for one in detect(text)]


FORMS = [
    'password = "{v}"',
    "self.db_password = '{v}'",
    'connect(host="h", passwd="{v}", timeout=1)',
    'def login(user, password: str = "{v}"):',
    'if password == "{v}":',
    'if ("{v}".equals(password)) {{',
    '{{"dbPassword": "{v}"}}',
    "'password' => '{v}',",
    'config["password"] = "{v}"',
    'props.put("db.password", "{v}");',
    "os.getenv('DB_PASSWORD', '{v}')",
    "const password = process.env.DB_PASSWORD || '{v}';",
    '@Value("${{db.password:{v}}}")',
    "const password: string = `{v}`;",
    'var dbPassword string = "{v}"',
    'password := "{v}"',
    'public string Password {{ get; set; }} = "{v}";',
    'char password[] = "{v}";',
    'user.setPassword("{v}");',
    'password = SecretStr("{v}")',
    "<password>{v}</password>",
    '<property name="password" value="{v}"/>',
    '<property name="db.password">{v}</property>',
    "app.password={v}",
    "password: {v}",
    'password: "{v}"',
    "export DB_PASSWORD={v}",
    "ENV DB_PASSWORD {v}",
    "docker run -e DB_PASSWORD={v} image",
    "      - name: DB_PASSWORD\n        value: {v}",
    "CREATE LOGIN app WITH PASSWORD = '{v}';",
    'ALTER USER app IDENTIFIED BY "{v}";',
    "ALTER ROLE app WITH PASSWORD '{v}';",
    "mysql -u root -p{v} core",
    "curl -u admin:{v} https://h.bank.example/",
    "sshpass -p '{v}' ssh h",
    "machine h.bank.example login app password {v}",
    "db.bank.example:5432:core:app:{v}",
    'HTTPBasicAuth("svc", "{v}")',
    "# 数据库密码：{v}",
    "CORE_PASSWORD={v} \\",
    "CORE_PASSWORD={v} && ./run.sh",
    "#      password: {v}",
    "#server.ssl.key-store-password={v}",
    "// db.password = {v}",
    "\\set APP_PASS {v}",
    '@TestPropertySource(properties = {{\n    "app.sync.password={v}",\n}})',
    "- **password**: {v}",
    'db = MySQLdb.connect("h", "svc", "{v}", "core")',
    '$db = new mysqli($host, "svc", "{v}");',
    '$db = new PDO($dsn, "svc", "{v}");',
    'server.login("svc@bank.example", "{v}")',
    "dsn=svc:{v}@db.bank.example:3306/core",
    "INSERT INTO users (name, password) VALUES ('ada', '{v}');",
    "INSERT INTO `users` (`id`, `password`, `role`) VALUES\n  (1, '{v}', 'x');",
    "openssl req -new -passout pass:{v} -out k.pem",
    'h = base64.b64encode(b"svc:{v}").decode()',
    "headers.auth = btoa('svc:{v}');",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_password_is_found_alone_in_every_syntax(form):
    rng = random.Random(form)
    for _ in range(20):
        secret = "tiger" + token(rng, ALNUM, 6) + "7q"
        assert found(form.format(v=secret)) == [secret]


@pytest.mark.parametrize(
    "name", ["api_key", "apiKey", "client_secret", "AUTH_TOKEN", "x-api-key", "jwt.secret", "appSecret"]
)
def test_other_secrets_must_look_generated(name):
    rng = random.Random(name)
    for secret in (token(rng, ALNUM, 32), token(rng, HEX, 40), uuid(rng)):
        assert found(f'{name} = "{secret}"') == [secret]
    for word in ("session_token", "my-service-account", "refreshTokenLabel", "bearer", "docs-20240131"):
        assert found(f'{name} = "{word}"') == []


@pytest.mark.parametrize(
    "text",
    [
        'password_field = "login_input_2"',
        'tokenType = "Bearer99x"',
        "max_tokens = 4096",
        'csrf_token_name = "csrf_a8f5f167f44f4964"',
        'key_path = "/etc/ssl/private/server2.pem"',
        'publicKeyToken="1fc8b3b9a1e18e3b"',
        'commit = "a8f5f167f44f4964e6c998dee827110ca8f5f167"',
        '<input type="password" name="password" id="field2">',
        '"password": "请输入密码"',
        '{ "key.password", "\\u91D1\\u9470\\u5BC6\\u78BC" }',
        "password: string;",
        "password: Optional[str] = None",
        "password = settings.password2",
        "password = get_password(user, 2)",
        'password = f"{user.name}"',
        'password = password.encode("latin1")',
        'fields = ["login", "password", "encoding"]',
        "Pass `strict=True2` to enable it.",
        "nodes that are identified by their name2",
        "the --username and --password options",
        'PASSWORD_KEY = "password_key"',
        'token = "[-!#$%0-9a-zA-Z]+"',
        'NONCE = ObjectIdentifier("1.3.6.1.5.5.7.48.1.2")',
        "password: ${{ secrets.DB_PASSWORD2 }}",
        "password: !vault |",
        "# 请输入密码：",
        "密码：至少 8 位",
    ],
)
def test_what_is_about_secrets_and_holds_none_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize("weak", ["tiger", "123456", "hunter22", "Welcome1!", "correct horse battery 9"])
def test_a_weak_password_is_a_password(weak):
    assert found(f'password = "{weak}"') == [weak]


@pytest.mark.parametrize(
    "text",
    [
        'if config.User == "" || config.Password == "" {',
        "client.login(username=user.name, password=user.name)",
        'scm.url_with_credentials("ssh://git@code.bank.example/a/b.git")',
        'scm.url_with_credentials("git@code.bank.example:a/b.git")',
        "config.consumer_secret = @consumer_secret",
        "user: lib/1.2@team/channel",
        "image: registry/app:build12@sha256:9f2c7a1e9f2c7a1e",
        "mailto:ada.lovelace@bank.example/x",
        'Value uint `key:"value3,range=(1:5]"`',
        'head = "PuTTY-User-Key-File-2: " . $type . "\\r\\nEncryption: ";',
        'self.pwd = "C:\\\\"',
        "password: hash",
        "sysPassword=###CORE_PWD2###",
        "password=@@CORE_PWD2@@",
        "set passwd=%RANDOM%@%RANDOM%",
        "Passwd=`echo $line | awk '{print $2}'`",
        "Basic authentication is a scheme of HTTP.",
        "Basic YWJjZGVmZ2hpamtsbW5vcA==",
        "INSERT INTO t (password_hint, name) VALUES ('first pet 2', 'ada77');",
        'connect(host, "svc", password)',
        "openssl rsa -passin pass:$KEY_PASS2 -in k.pem",
        'password_confirmation: "the same once more"',
        "INSERT INTO t (name, password) VALUES ('ada77', ?);",
    ],
)
def test_what_looks_like_a_link_to_a_value_and_is_none_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Authorization: Basic c3ZjOmhlbGxv", "c3ZjOmhlbGxv"),
        ('{"auth": "c3ZjOmhlbGxv"}', "c3ZjOmhlbGxv"),
        ("data:\n  password: c2FsbW9u=\n", "c2FsbW9u="),
        ('cipher.setCipherKey(Base64.decode("9Kd2mVq7Rw4xTz1bNc5yHg=="));', "9Kd2mVq7Rw4xTz1bNc5yHg=="),
        ('const key = CryptoJS.enc.Utf8.parse("8203951746203957");', "8203951746203957"),
        ('String AES_KEY = "8203951746203957";', "8203951746203957"),
        ("verifyPassword: 'Qx7!rtPm2'", "Qx7!rtPm2"),
        ("secret: 'supersecret',", "supersecret"),
        ("      password: 'mysqlrootpassword',", "mysqlrootpassword"),
        ("secret.key=mySuperSecretKey123456", "mySuperSecretKey123456"),
        ("SA_PASSWORD=S0meVeryHardPassword", "S0meVeryHardPassword"),
        ('password: "password123"', "password123"),
        ('{kty: "EC", d: "' + "q7Rk2mXp9T" * 5 + '"}', "q7Rk2mXp9T" * 5),
    ],
)
def test_further_shapes_of_values_are_found(text, value):
    assert found(text) == [value]


def test_a_private_key_in_base64_is_found_whatever_its_signs_cut():
    rng = random.Random(9)
    key = "MIIEpAIBAAKCAQEA" + "pI+Q/sk+Z" + token(rng, ALNUM, 40) + "+" + token(rng, ALNUM + "+/", 1500)
    (one,) = detect(f'$config["rsa"] = "{key}";')
    assert one.kind == "private-key"


def test_names_are_read_by_their_words():
    assert {
        name: meaning(name.encode())
        for name in ("dbPassword", "DB_PASS", "api-key", "sessionToken", "compass", "monkey")
    } == {
        "dbPassword": "password",
        "DB_PASS": "password",
        "api-key": "secret",
        "sessionToken": "secret",
        "compass": None,
        "monkey": None,
    }
    for name in ("passwordEncoder", "token_type", "key_path", "maxTokens", "public_key", "secretName", "is_password"):
        assert meaning(name.encode()) is None, name


def test_a_generator_is_told_from_words():
    rng = random.Random(4)
    made = [token(rng, ALNUM, 24).encode() for _ in range(500)]
    assert sum(map(generated, made)) >= 495
    for words in (
        b"account-service-v2",
        b"RefreshTokenRequestHandler",
        b"gpl-2.0-or-later",
        b"abcdefghijklmnopqrstuvwxyz0123",
    ):
        assert not generated(words)
    assert english(b"administrator")
    assert not english(b"xqzvkjwpfh")


@pytest.mark.parametrize(
    "key",
    [
        "NRAK-" + "7QK2M9XPA4TZB1CV6RNJ3WLHD5E",
        "lin_api_" + "q7Rk2mXp9Ta4Zb1Cv6Nj3WlHd5EfGs8YuIoPqLtB",
        "pul-" + "9f2c7a1e" * 5,
        "1234567890:AA" + "Hk3_x9Qw-Zb7Lm2Np4Rt6Vy8Jc1Fd5GsE",
        "Ab3dE6gH9kLm2N.atlasv1." + "q7Rk2mXp9T" * 6 + "ab3d",
        "x1A8Q~" + "q7Rk2mXp9Ta4Zb1Cv6Nj3WlHd5EfGs8YuI",
        "access_token$production$" + "q7rk2mxp9ta4zb1c$" + "9f2c7a1e" * 4,
    ],
)
def test_keys_of_further_providers_are_found_whole(key):
    assert found(f'x = "{key}"') == [key]
    assert found(f"x = {key}\n") == [key]


def test_password_hashes_and_private_keys_without_their_lines_are_found():
    rng = random.Random(6)
    hashed = "$2y$10$" + token(rng, ALNUM + "./", 53)
    assert found(f"admin:{hashed}\n") == [hashed]
    key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" + token(rng, ALNUM + "+/", 1600)
    (one,) = detect(f'String merchantKey = "{key}";')
    assert one.kind == "private-key"
