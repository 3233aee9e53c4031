"""Made secrets in made code, and code that only looks so: two sets with nothing in common, for `guard_secrets.py`.

`vectors("open")` is what the rules were developed against; `vectors("apart")` has other syntaxes, other names, other
makers of values and other negatives, written before any tuning and looked at last. Every value is random: none is real.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
B64 = ALNUM + "+/"
URL = ALNUM + "-_"
WORDS = (
    "tiger summer winter dragon monkey shadow master welcome river silver garden orange coffee planet rocket window bridge "
    "mountain letter yellow purple castle forest harbor candle pepper guitar turtle falcon copper"
).split()
OTHERS = (
    "sunshine lantern meadow thunder velvet walnut compass breeze marble ginger saffron cobalt juniper magnet tundra "
    "pebble canyon zephyr quartz maple ember prairie orchid beacon"
).split()


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
    return rng.choice([pick(rng, ALNUM, rng.randint(20, 48)), pick(rng, HEX, rng.choice([32, 40, 64])), pick(rng, B64, 42) + "=="])


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


PASSWORD_NAMES = "password passwd pwd db_password dbPassword DB_PASSWORD adminPass user.password root-password passphrase PASSWORD mysql_pwd ldapPassword".split()
PASSWORD_NAMES_APART = "smtp_pass keystorePassphrase ldapBindPwd MASTER_PASSWORD oldPassword2 sftpPasswd redis.passwd jenkins-password Pwd trustStorePassword db_pass userPasswd".split()
SECRET_NAMES = "secret api_key apiKey API_KEY token access_token authToken client_secret SECRET_KEY secret-key jwt_secret accessKeySecret".split()
SECRET_NAMES_APART = "webhook_secret encryptionKey bot_token jwtSigningKey GITLAB_TOKEN app.secret x-api-key refreshToken consumerSecret AUTH_KEY hmac_key api_token".split()

QUOTED = [
    '{n} = "{v}"',
    "{n} = '{v}'",
    '    self.{n} = "{v}"',
    'connect(host="db", {n}="{v}", timeout=3)',
    'def login(user, {n}="{v}"):',
    'if {n} == "{v}":',
    '{{"{n}": "{v}"}}',
    '  "{n}": "{v}",',
    'config["{n}"] = "{v}"',
    'props.setProperty("{n}", "{v}");',
    'map.put("{n}", "{v}");',
    'private static final String {n} = "{v}";',
    "const {n} = '{v}';",
    "  {n}: '{v}',",
    "let {n} = `{v}`;",
    'var {n} string = "{v}"',
    '{n} := "{v}"',
    "${n} = '{v}';",
    "'{n}' => '{v}',",
    "{n}: \"{v}\"",
    'export {n}="{v}"',
    '<property name="{n}" value="{v}"/>',
    '<entry key="{n}">{v}</entry>',
    '{n}: str = "{v}"',
    'public string {n} {{ get; set; }} = "{v}";',
    'os.environ["{n}"] = "{v}"',
    'os.getenv("{n}", "{v}")',
    "define('{n}', '{v}');",
    'const {n} = process.env.X || "{v}";',
    'if ("{v}".equals({n})) {{',
]
BARE = ["{n}={v}", "{n}: {v}", "{n} = {v}", "export {n}={v}", "ENV {n}={v}", "{n}={v} # until June"]
PASSWORD_ONLY = [
    "<password>{v}</password>",
    'user.setPassword("{v}");',
    "CREATE LOGIN app WITH PASSWORD = '{v}';",
    "ALTER USER app IDENTIFIED BY '{v}';",
    "CREATE USER app WITH PASSWORD '{v}';",
    "mysql -u root --password={v} core",
    "curl -u admin:{v} https://h.bank.example/x",
    "machine h.bank.example login app password {v}",
    'auth=("admin", "{v}")',
    "sshpass -p '{v}' ssh host",
    'password="{v}"\n',
    '# 密码：{v}',
    "https://app:{v}@h.bank.example/x",
]
QUOTED_APART = [
    'val {n}: String = "{v}"',
    'let {n}: &str = "{v}";',
    'static NSString *const {n} = @"{v}";',
    'local {n} = "{v}"',
    'my ${n} = "{v}";',
    'final String {n} = "{v}";',
    '  {n} = "{v}"  # terraform',
    "@Value(\"${{{n}:{v}}}\")",
    'constexpr char {n}[] = "{v}";',
    "assert.equal({n}, '{v}')",
    '[ "${n}" = "{v}" ]',
    'this.{n} = "{v}";',
    'builder.{n}("{v}")',
    'new Client({{ {n}: "{v}", region: "x" }})',
    "{n} <- '{v}'",
    'std::string {n}("{v}");',
    '"{{\\"{n}\\": \\"{v}\\"}}"',
    '<add key="{n}" value="{v}" />',
    '<param name="{n}">{v}</param>',
    '- name: {n}\n  value: "{v}"',
    '{{"name": "{n}", "value": "{v}"}}',
    'String {n} = System.getenv().getOrDefault("{n}", "{v}");',
    "def {n} = '{v}'",
    'field({n} = "{v}")',
    "{n} ||= '{v}'",
    "$env:{n} = '{v}'",
    'dict({n}="{v}")',
    '{n}=\'{v}\' ./run.sh',
    'public const string {n} = "{v}";',
    '#define {n} "{v}"',
]
BARE_APART = ["- {n}={v}", "set {n}={v}", "ARG {n}={v}", "      {n}: {v}", "docker run -e {n}={v} image", "{n} : {v}"]
PASSWORD_ONLY_APART = [
    "<Password>{v}</Password>",
    'form.setPasswd("{v}")',
    "SET PASSWORD FOR 'app' = PASSWORD('{v}');",
    "CREATE USER app IDENTIFIED WITH mysql_native_password BY '{v}';",
    "requirepass {v}",
    "keytool -storepass {v} -list",
    "wget --user=x --password={v} http://h",
    'HTTPBasicAuth("svc", "{v}")',
    "echo 'root:{v}' | chpasswd",
    "db.bank.example:5432:core:app:{v}",
    "口令: {v}",
    "redis-cli -h c -a {v} ping",
    'PasswordAuthentication("svc", "{v}".toCharArray())',
]

NAMES_OF_VALUES = "user settings config request self props args options env credentials session".split()
NEGATIVES = [
    '{n} = os.environ["{N}"]', "{n} = get_{m}()", '{n} = "${{{N}}}"', '{n} = "<{m}>"', '"{n}": "{{{{ {m} }}}}"', "{n}: str", "{n}: string;",
    "self.{n} = {n}", "{n}={o}.{m}", "{n}: {o}.{m},", '{n} = "your_{m}"', '{n} = ""', "{n} = None", "{n}: ${{{N}}}", "{n} = {o}[\"{m}\"]",
    '{n} = "********"', '{n} = "changeme"', '{n}_field = "{w}_input"', '{n}Type = "bearer"', "{n}_path = '/etc/{w}/{m}'", '{n}_url = "https://h.example/{w}"',
    '{n}Label = "Your {w}"', '"{n}": "Enter the {w} here"', 'raise ValueError("{n} must not be {w}")', "if not {n}: return", '<input type="password" name="{n}" id="{w}2">',
    "# the {n} is read from {o}", "{n} = {o}.get('{m}')", 'log.info("{n}: %s", {w})', "{n}=$({w} show)", "assert {n} is not None", "public void set{M}(String {n}) {{",
    'sha = "{hex40}"', "commit {hex40}", 'id = "{uuid}"', "max_tokens = {num}", "tokens = {w}.split()", 'integrity="sha512-{b64}"', "{n}: true", '{n}: "string"',
    "import {w}.{m}", "{n}Encoder = {w}", 'csrf_token_name = "{w}_csrf"', 'KEY_{N} = "{m}"', '{n} = Field(..., description="the {w}")', "$this->{n} = ${n};", "key = '{w}_{m}'", "author = '{w} 2024'",
    "{n}=%({m})s", "private String {n};", "expect({n}).toBeDefined()", '@Column(name = "{m}")', "label.{m}=Please enter {w}", "color: #a1b2c3;", 'url = "https://{w}.example:8080/{m}"', 'token = "{W}_TOKEN"',
]
NEGATIVES_APART = [
    "val {n} = System.getenv(\"{N}\")", "let {n} = env::var(\"{N}\").unwrap();", "{n} = var.{m}", "{n} = data.vault.{m}", "{n}: {{{{ .Values.{m} }}}}", "{n}: !vault |", "{n}=ENC(b64{w})", '{n} = "{{{m}}}"',
    '{n} = "not-a-real-{w}"', "{n}: <{w}>", "{n} = sys.argv[2]", "{n} := os.Getenv(\"{N}\")", "{n} = await prompt('{w}')", "const {{ {n} }} = {o};", "@Param {n} the {w} of the user", "{n}_length = {num}", '{n}Regex = "^[A-Za-z0-9]{{8,}}$"', "{n}Expiry = '30d'",
    '"{n}.label": "Passwort"', '{n}_hint = "{w} {w}"', 'throw new Error("{n} invalid: {w}")', "{n}.value = ''", "{n}?.length > 8", "{n} = '%s'", "type {M} = string;", "{n}: PropTypes.string,", "{n}: Optional[str] = None", 'ng-model="{o}.{n}"', "document.getElementById('{n}').value", "{n} = base64.b64decode({w})",
    "SELECT {n} FROM {w} WHERE id = ?", "{n} VARCHAR(255) NOT NULL,", "ALTER TABLE {w} ADD {n} text;", "{n} = bcrypt.hash({w}, 10)", "etag: \"{hex40}\"", "digest = '{hex64}'", "revision: {hex40}", "uuid: {uuid}", "session_id = {uuid}", '{n}Provider = "{w}Service"', "token.type === 'identifier'", "case '{n}': return {w};",
    "{n}ToString({w})", "next_page_token = response.{m}", "pad_token = '<pad>'", "data-key=\"{w}-{num}\"", "primary_key = ['{w}', '{m}']", "{n}File = 'secrets/{w}.txt'", "{n}From: {{ secretKeyRef: {{ name: {w}, key: {m} }} }}", "background-image: url(data:image/png;base64,{b64})", "hint.{m} = 至少八位字符", "# 请输入密码：", "placeholder=\"{n}\"", "{n}: required|min:8",
]  # fmt: skip

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
PROVIDER_LINES = ['x = "{v}"', "export API_KEY={v}", 'client = Client("{v}")', "token: {v}", "-H 'Authorization: Bearer {v}'"]
PROVIDER_LINES_APART = ["val k = '{v}'", "# old: {v}", '"apiToken": "{v}",', "Authorization: Bearer {v}", "<key>{v}</key>"]


def vectors(which: str, seed: int = 7, each: int = 4) -> list[Vector]:
    """All vectors of one set, the same for the same seed."""
    return list(_all(random.Random(f"{which} {seed}"), apart=which == "apart", each=each))


def _all(rng: random.Random, *, apart: bool, each: int) -> Iterator[Vector]:
    chosen, made = (_chosen_apart, _made_apart) if apart else (_chosen, _made)
    passwords, secrets = (PASSWORD_NAMES_APART, SECRET_NAMES_APART) if apart else (PASSWORD_NAMES, SECRET_NAMES)
    for line in QUOTED_APART if apart else QUOTED:
        for names, maker, group in ((passwords, chosen, "password"), (secrets, made, "secret")):
            for name in rng.sample(names, min(len(names), 2 * each)):
                value = maker(rng)
                yield Vector(f"{group} quoted", line.format(n=name, v=value), value)
    for line in BARE_APART if apart else BARE:
        for names, maker, group in ((passwords, chosen, "password"), (secrets, made, "secret")):
            for name in rng.sample(names, min(len(names), 2 * each)):
                value = _one_word(rng, maker)
                yield Vector(f"{group} bare", line.format(n=name, v=value), value)
    for line in PASSWORD_ONLY_APART if apart else PASSWORD_ONLY:
        for _ in range(2 * each):
            value = _one_word(rng, chosen)
            yield Vector("password forms", line.format(v=value), value)
    for group, provider in PROVIDERS_APART if apart else PROVIDERS:
        for line in PROVIDER_LINES_APART if apart else PROVIDER_LINES:
            value = provider(rng)
            text = f"Authorization: SSWS {value}" if group == "okta-header" else line.format(v=value)
            yield Vector(f"provider {group}", text, value)
    for line in NEGATIVES_APART if apart else NEGATIVES:
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
