"""Which calls do something to the world, one table a language.

`EXACT` is by what a name means (`meaning.py`): a call through an import or a builtin. `METHODS` is for calls on a value, by
the method's name, what the value is called, and what the file must import for that to be a sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "sql write", "sql read", "http", "log", "file write", "file read", "transaction", "process", "print", "environment",
    "environment write",
    "clock", "chance", "sleep",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ByMethod:
    """Calls of one of `methods`. `receivers` are lower-case names without underscores in front, empty for any value;
    `modules`: one of them is imported, empty when none need be; `near`: the value is a variable or an attribute of the
    object itself, nobody else's (`request.session`).
    """

    kind: Kind
    methods: frozenset[str]
    receivers: frozenset[str] = frozenset()
    modules: tuple[str, ...] = ()
    near: bool = False


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _of(kind: Kind, names: str, prefix: str = "") -> dict[str, Kind]:
    return {f"{prefix}{name}": kind for name in names.split()}


_LOGGERS: Final = _set("logger log")
_VERBS: Final = "get post put patch delete head request options"

EXACT: Final[dict[str, dict[str, Kind]]] = {
    "python": {
        **_of("print", "print"),
        **_of("http", _VERBS, "requests."), **_of("http", f"{_VERBS} stream", "httpx."), **_of("http", "aiohttp.request"),
        **_of("http", "urlopen urlretrieve", "urllib.request."),
        **_of("log", "debug info warning warn error exception critical fatal log", "logging."),
        **_of("file write", "remove unlink rename replace makedirs mkdir rmdir", "os."),
        **_of("file write", "copy copy2 copyfile copytree move rmtree", "shutil."),
        **_of("file read", "listdir scandir walk", "os."),
        **_of("environment", "os.getenv os.environ.get"),
        **_of("process", "run Popen call check_call check_output", "subprocess."), **_of("process", "os.system os.popen"),
        **_of("sleep", "time.sleep asyncio.sleep"),
        **_of("clock", "time.time time.monotonic datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today"),
        **_of("chance", "random randint choice choices shuffle sample uniform", "random."),
        **_of("chance", "uuid.uuid4 secrets.token_hex secrets.token_bytes secrets.token_urlsafe os.urandom"),
    },
    "java": {
        **_of("print", "out.println err.println out.print out.printf err.printf", "System."),
        **_of("environment", "System.getenv System.getProperty"),
        **_of("sleep", "Thread.sleep"),
        **_of("clock", "System.currentTimeMillis System.nanoTime"),
        **_of("clock", "LocalDate.now LocalDateTime.now Instant.now ZonedDateTime.now", "java.time."),
        **_of("chance", "Math.random java.util.UUID.randomUUID"),
        **_of("file write", "write writeString delete deleteIfExists createDirectories move copy", "java.nio.file.Files."),
        **_of("file read", "readString readAllLines readAllBytes lines newBufferedReader", "java.nio.file.Files."),
    },
    "javascript": {
        **_of("print", "log error warn info", "console."),
        **_of("http", "fetch axios http.get http.request https.get https.request"), **_of("http", _VERBS, "axios."),
        **_of("clock", "Date.now"),
        **_of("chance", "Math.random crypto.randomUUID crypto.randomBytes"),
        **{
            name: kind
            for module in ("fs.", "fs/promises.", "fs.promises.")
            for name, kind in {
                **_of("file write", "writeFile writeFileSync appendFile appendFileSync unlink unlinkSync mkdir mkdirSync rm rmSync", module),
                **_of("file read", "readFile readFileSync readdir readdirSync", module),
            }.items()
        },
    },
}  # fmt: skip

METHODS: Final[dict[str, tuple[ByMethod, ...]]] = {
    "python": (
        # not `get` and `delete`, which sessions of databases and of web frameworks have, too
        ByMethod("http", _set("post put patch head request"), _set("session client http http_client"),
                 ("requests", "httpx", "aiohttp"), near=True),
        ByMethod("log", _set("debug info warning warn error exception critical fatal log"), _LOGGERS),
        ByMethod("file write", _set("write_text write_bytes unlink mkdir rmdir"), modules=("pathlib",)),
        ByMethod("file read", _set("read_text read_bytes"), modules=("pathlib",)),
    ),
    "java": (
        ByMethod("http", _set("getForObject postForObject getForEntity postForEntity exchange"), _set("resttemplate"),
                 ("org.springframework.web.client",)),
        ByMethod("http", _set("send sendAsync"), _set("httpclient client"), ("java.net.http",)),
        ByMethod("log", _set("trace debug info warn warning error severe fine log"), _LOGGERS),
    ),
    "javascript": (
        ByMethod("log", _set("trace debug info warn error fatal"), _LOGGERS),
    ),
}  # fmt: skip

RUNS_SQL: Final = {
    "python": _set("execute executemany executescript fetch fetchrow fetchval raw"),
    "java": _set("prepareStatement execute executeQuery executeUpdate createNativeQuery update query queryForObject queryForList"),
    "javascript": _set("query execute raw run all exec prepare"),
}  # fmt: skip
"""Methods whose first argument is a statement."""

ENDS: Final = _set("commit rollback")
"""Methods that end a transaction of a store, called without arguments."""

STORES: Final = _set("conn connection con db database session tx transaction trx em entitymanager")
"""What values with transactions are called, beside those on which the body runs SQL."""

HARMLESS: Final = {
    "python": _set("len abs round int float str bool range isinstance divmod pow chr ord repr min max decimal.Decimal "
                   "math.floor math.ceil math.sqrt"),
    "java": _set("Math.max Math.min Math.abs Math.floor Math.ceil Math.sqrt"),
    "javascript": _set("Math.max Math.min Math.abs Math.floor Math.ceil Math.sqrt Math.round Number String Boolean isNaN "
                       "parseInt parseFloat"),
}  # fmt: skip
"""What changes nothing, whatever it is given. Not `list` and `sum`: what they are given may be an iterator, used up then."""
