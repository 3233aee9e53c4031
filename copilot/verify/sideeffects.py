"""What a body does to the world, told by the names it calls and the literals it hands over; no name, no claim.

Absent on purpose: what called functions of the project do.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from copilot.syntax.tree import Node
from copilot.verify.contract import own, quotable, source
from copilot.verify.usage import calls

Kind = Literal[
    "sql write", "sql read", "http", "log", "file write", "file read", "transaction", "process", "print", "environment",
    "environment write",
    "clock", "chance", "sleep",
]  # fmt: skip
Effect = tuple[Kind, str]

_SQL: Final = re.compile(
    r"(?is)^\W*(?:(insert\s+into|update|delete\s+from|merge\s+into|replace\s+into|create\s+table(?:\s+if\s+not\s+exists)?"
    r"|drop\s+table(?:\s+if\s+exists)?|truncate\s+table|alter\s+table)|select\b.*?\bfrom)\s+([A-Za-z_][\w.]*)"
)
_RUNS_SQL: Final = frozenset(
    {"execute", "executemany", "executescript", "query", "prepareStatement", "executeQuery", "executeUpdate", "fetch",
     "fetchrow", "text", "createQuery", "createNativeQuery", "update", "queryForObject", "raw", "run", "all", "exec"}
)  # fmt: skip
_HTTP: Final = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "request", "send", "exchange", "getForObject", "postForObject"}
)
_HTTP_OF: Final = frozenset(
    {
        "requests",
        "httpx",
        "session",
        "http",
        "aiohttp",
        "axios",
        "resttemplate",
        "webclient",
        "httpclient",
        "http_client",
    }
)
_LOG_OF: Final = frozenset({"logger", "log", "logging", "_logger", "_log", "__logger"})
_LEVELS: Final = frozenset(
    {"debug", "info", "warn", "warning", "error", "exception", "critical", "fatal", "trace", "log", "severe", "fine"}
)
_WRITES: Final = frozenset(
    {"write_text", "write_bytes", "unlink", "mkdir", "rmdir", "touch", "os.remove", "os.unlink", "os.rename", "os.replace",
     "os.makedirs", "os.mkdir", "os.rmdir", "shutil.copy", "shutil.copyfile", "shutil.copytree", "shutil.move",
     "shutil.rmtree", "Files.write", "Files.writeString", "Files.delete", "Files.deleteIfExists", "Files.createDirectories",
     "Files.move", "Files.copy", "fs.writeFileSync", "fs.writeFile", "fs.unlink", "fs.unlinkSync", "fs.mkdir", "fs.mkdirSync"}
)  # fmt: skip
_READS: Final = frozenset(
    {"read_text", "read_bytes", "Files.readString", "Files.readAllLines", "Files.readAllBytes", "Files.lines",
     "fs.readFileSync", "fs.readFile", "Files.newBufferedReader", "os.listdir", "os.scandir"}
)  # fmt: skip
_ENDS: Final = frozenset({"commit", "rollback"})
_EXACT: Final[dict[str, Kind]] = {
    "print": "print", "System.out.println": "print", "System.err.println": "print", "System.out.print": "print",
    "System.out.printf": "print", "console.log": "print", "console.error": "print", "console.warn": "print",
    "os.getenv": "environment", "os.environ.get": "environment", "System.getenv": "environment",
    "System.getProperty": "environment", "os.system": "process", "subprocess.run": "process", "subprocess.Popen": "process",
    "subprocess.call": "process", "subprocess.check_call": "process", "subprocess.check_output": "process",
    "os.popen": "process", "time.sleep": "sleep", "asyncio.sleep": "sleep", "Thread.sleep": "sleep",
    "time.time": "clock", "time.monotonic": "clock", "datetime.now": "clock", "datetime.utcnow": "clock",
    "datetime.datetime.now": "clock", "datetime.datetime.utcnow": "clock", "date.today": "clock",
    "datetime.date.today": "clock", "LocalDate.now": "clock", "LocalDateTime.now": "clock", "Instant.now": "clock",
    "System.currentTimeMillis": "clock", "System.nanoTime": "clock", "Date.now": "clock", "random.random": "chance",
    "random.randint": "chance", "random.choice": "chance", "uuid.uuid4": "chance", "uuid4": "chance", "Math.random": "chance",
    "UUID.randomUUID": "chance", "secrets.token_hex": "chance", "secrets.token_bytes": "chance", "os.urandom": "chance",
    "urlopen": "http", "urllib.request.urlopen": "http", "urllib.request.urlretrieve": "http", "fetch": "http",
}  # fmt: skip
_HARMLESS: Final = frozenset(
    {"len", "min", "max", "sum", "sorted", "abs", "round", "int", "float", "str", "bool", "tuple", "list", "dict", "set",
     "frozenset", "range", "enumerate", "zip", "any", "all", "isinstance", "divmod", "pow", "chr", "ord", "repr", "reversed",
     "Decimal", "math.floor", "math.ceil", "math.sqrt", "Math.max", "Math.min", "Math.abs", "Math.floor", "Math.ceil"}
)  # fmt: skip


def effects(body: Node | None, scopes: tuple[str, ...]) -> tuple[Effect, ...]:
    """The distinct effects in text order."""
    found: dict[Effect, None] = {}
    for node in own(body, scopes) if body is not None else ():
        if node.type in {"assignment", "delete_statement"}:
            left = node.child_by_field_name("left") or next(iter(node.named_children), None)
            if (
                left is not None
                and left.type == "subscript"
                and source(left.child_by_field_name("value")) == "os.environ"
            ):
                found["environment write", "os.environ"] = None
    for name, node in calls(body, scopes):
        receiver, _, last = name.rpartition(".")
        owner = receiver.rpartition(".")[2]
        if sql := _sql(node) if last in _RUNS_SQL else None:
            found[sql] = None
        elif kind := _EXACT.get(name):
            found[kind, name] = None
        elif name in {"open", "io.open"}:
            found[_opened(node), name] = None
        elif last in _HTTP and owner.lower() in _HTTP_OF:
            found["http", name] = None
        elif last in _LEVELS and owner.lower() in _LOG_OF:
            found["log", name] = None
        elif last in _ENDS and receiver and not _arguments(node):
            found["transaction", name] = None
        elif name in _WRITES or (receiver and last in _WRITES):
            found["file write", name] = None
        elif name in _READS or (receiver and last in _READS):
            found["file read", name] = None
    return tuple(found)


def is_pure(body: Node | None, scopes: tuple[str, ...]) -> bool:
    """True when the body surely changes nothing outside: it binds local names only and calls only what is harmless."""
    if body is None:
        return False
    local = {source(n.child_by_field_name("name")) for n in own(body, scopes) if n.type == "variable_declarator"}
    for node in own(body, scopes):
        if node.type in {
            "call",
            "call_expression",
            "method_invocation",
            "new_expression",
            "object_creation_expression",
        }:
            if next((name for name, one in calls(node, scopes) if one == node), "") not in _HARMLESS:
                return False
        elif node.type in {"yield", "await", "global_statement", "nonlocal_statement", "delete_statement", "with_statement",
                           "yield_expression", "await_expression", "import_statement", "import_from_statement",
                           "update_expression", "function_definition", "class_definition", "lambda"}:  # fmt: skip
            return False
        elif node.type in {
            "assignment",
            "augmented_assignment",
            "assignment_expression",
            "augmented_assignment_expression",
            "for_statement",
            "for_in_statement",
        }:
            left = node.child_by_field_name("left")
            if left is None and node.type == "for_statement":
                continue  # Java's and JavaScript's, whose parts are looked at by themselves
            if left is None or left.type not in {"identifier", "pattern_list", "tuple_pattern"}:
                return False
            if "expression" in node.type and source(left) not in local:
                return False  # a field, or a variable of the module
            if any(inner.type in {"attribute", "subscript"} for inner in own(left, ())):
                return False
    return True


def _arguments(node: Node) -> list[Node]:
    holder = node.child_by_field_name("arguments")
    return [child for child in holder.named_children if "comment" not in child.type] if holder is not None else []


def _sql(node: Node) -> Effect | None:
    """What the statement in the first argument does with which table."""
    first = next(iter(_arguments(node)), None)
    if first is None or "string" not in first.type:
        return None
    match = _SQL.match(source(first).lstrip("rfbRFB"))
    if match is None or not quotable(match[2]):
        return None
    return ("sql write" if match[1] else "sql read", match[2])


def _opened(node: Node) -> Kind:
    mode = ""
    for at, argument in enumerate(_arguments(node)):
        if argument.type == "keyword_argument" and source(argument.child_by_field_name("name")) == "mode":
            mode = source(argument.child_by_field_name("value"))
        elif at == 1 and argument.type == "string":
            mode = source(argument)
    return "file write" if set(mode) & set("wax+") else "file read"
