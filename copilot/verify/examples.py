"""Examples as proof: those that a docstring or an instruction shows are run in the sandbox against the code.

`told` reads examples out of prose (`f(3) == 9`, `f(3) -> 9`, "f(3) returns 9", "f(-1) raises ValueError"); sessions
(`>>>`) are doctest's. Running happens in the project's own interpreter and takes a bounded time. Absent on purpose:
which functions they are about and what a failure means (`copilot/tasks`).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copilot.messages import say
from copilot.verify import isolation, sandbox
from copilot.verify.isolation import Level

DRIVER: Final = Path(__file__).with_name("examples_driver.py")
_MOST: Final = 24
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Claim:
    """An example outside a session: `call` gives `wanted`, or raises the exception named `raises`."""

    call: str
    wanted: str = ""
    raises: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A text with `>>>` examples; `name` is what it documents."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """How one example went: what was run, what came out, what was wanted (where that is known apart).

    `of` names the session that it belongs to.
    """

    source: str
    ok: bool
    got: str = ""
    wanted: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One run. `broken`: the module could not be imported. `stopped`: the process ended before the last example, why."""

    results: tuple[Result, ...]
    broken: str
    stopped: str
    level: Level


_MEANS: Final = re.compile(
    r"\s*(?:==|=>|->|→|⇒|=(?![=<>])"
    r"|(?:should|must|shall|will|has\s+to)?\s*(?:always\s+)?(?:return|give|yield|equal|evaluate\s+to|be)s?\b(?:\s+to\b)?|is\b"
    r"|应该?返回|应当返回|返回|得到|等于|结果[是为])\s*[:：]?\s*",
    re.IGNORECASE,
)
_RAISES: Final = re.compile(
    r"\s*(?:(?:should|must|shall|will)?\s*(?:raise|throw)s?\b(?:\s+an?\b)?|应该?抛出|应当抛出|抛出|引发)\s*`?([A-Za-z_][\w.]*)",
    re.IGNORECASE,
)
_END: Final = re.compile(r"[;；，。、`\n]|[,.](?=\s|$)|\s(?:and|or|but|while|for|when|if|because|以及|和|而)\b|\s+#|$")


def has_session(text: str) -> bool:
    """True for a text with at least one `>>>` example."""
    return re.search(r"^[ \t]*>>> ?\S", text, re.MULTILINE) is not None


def told(text: str, names: Iterable[str]) -> tuple[Claim, ...]:
    """The examples that prose tells of functions or classes called `names`, in order, each once."""
    wanted = [name for name in dict.fromkeys(names) if name]
    if not wanted:
        return ()
    prose = "\n".join(row for row in text.split("\n") if not row.lstrip().startswith((">>>", "...")))
    calls = re.compile(rf"(?<![\w.])((?:[A-Za-z_]\w*\.)*(?:{'|'.join(map(re.escape, wanted))}))\(")
    found: dict[Claim, None] = {}
    for match in calls.finditer(prose):
        call, end = _call(prose, match.start(1), match.end())
        if call is None or re.search(r"(?:\bdef|\bclass|\bnew|@)\s*$", prose[: match.start(1)]):
            continue
        if not _is_closed(call, wanted):
            continue
        claim = _claim(call, prose[end : end + _LONGEST])
        if claim is not None:
            found[claim] = None
    return tuple(found)[:_MOST]


def _call(text: str, start: int, opened: int) -> tuple[str | None, int]:
    """The call expression that begins at `start`, attribute calls on its result included, and where it ends."""
    end = _closed(text, opened)
    while end is not None and (more := re.compile(r"(?:\.\w+)?[\[(]|\.\w+\b(?!\()").match(text, end)) is not None:
        if more[0][-1] not in "([":
            end = more.end()
            continue
        further = _closed(text, more.end())
        if further is None:
            break
        end = further
    if end is None or end - start > _LONGEST:
        return None, opened
    call = text[start:end]
    return (call if _expression(call) is not None else None), end


def _closed(text: str, at: int) -> int | None:
    """Where the bracket that was opened before `at` is closed; strings are stepped over."""
    depth, quote = 1, ""
    while at < len(text) and text[at] != "\n":
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return None


def _claim(call: str, rest: str) -> Claim | None:
    rest = rest.removeprefix("`")
    if (raising := _RAISES.match(rest)) is not None:
        return Claim(call, raises=raising[1].rpartition(".")[2])
    means = _MEANS.match(rest)
    if means is None:
        return None
    value = rest[means.end() :].lstrip("`").split("\n")[0]
    ends = [end.start() for end in _END.finditer(value)]
    for end in sorted(ends, reverse=True):
        given = value[:end].strip().rstrip("`").strip().rstrip(".,")
        node = _expression(given)
        if isinstance(node, ast.Tuple) and not given.startswith("("):
            continue  # a list of sentences, not a value
        if node is not None and _is_value(node):
            return None if _DEPENDS.match(value, end) else Claim(call, given)
    return None


_DEPENDS: Final = re.compile(r"[`\s]*(?:or|if|when|unless|while|或|如果|当)\b")
"""What makes an example no fact: "returns 1 or 2", "returns 0 when it is cached"."""


_BUILDERS: Final = frozenset(
    {"set", "frozenset", "tuple", "list", "dict", "bytes", "bytearray", "range", "date", "datetime"}
)


def _is_closed(call: str, names: list[str]) -> bool:
    """True for a call without variables: `f(x)` in a sentence is not an example."""
    node = _expression(call)
    used = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)] if node is not None else [""]
    return all(name in names or name[:1].isupper() or name in _BUILDERS for name in used)


def _expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_value(node: ast.expr) -> bool:
    """True for a literal, or a value built by a call of something with a capital name (`Decimal("1.5")`)."""
    match node:
        case ast.Constant():
            return node.value is not ...
        case ast.List() | ast.Tuple() | ast.Set():
            return all(map(_is_value, node.elts))
        case ast.Dict():
            return all(key is not None and _is_value(key) for key in node.keys) and all(map(_is_value, node.values))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
            return _is_value(node.operand)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Pow() | ast.Div()):
            return _is_value(node.left) and _is_value(node.right)
        case ast.Call():
            name = ast.unparse(node.func).rpartition(".")[2]
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            return (name[:1].isupper() or name in _BUILDERS) and all(map(_is_value, values))
        case ast.Attribute():
            return ast.unparse(node)[:1].isupper()  # Color.RED
        case _:
            return False


async def run(
    box: sandbox.Box,
    python: Path,
    path: Path,
    module: str,
    *,
    paths: Sequence[Path],
    sessions: Sequence[Session],
    claims: Sequence[Claim],
    limits: sandbox.Limits,
) -> Report:
    """Run the examples against the module at `path` (inside the box); `module` is its name, empty: by its path alone."""
    request = {
        "module": module,
        "path": str(path),
        "paths": [str(each) for each in paths],
        "sessions": [{"name": each.name, "text": each.text} for each in sessions],
        "claims": [{"call": each.call, "wanted": each.wanted, "raises": each.raises} for each in claims],
    }
    ended = await box.run(
        [str(python), "-s", "-B", str(DRIVER)],
        readonly=[*isolation.prefixes(python), DRIVER],
        env={"PYTHONHASHSEED": "0", "TZ": "UTC"},
        stdin=json.dumps(request).encode(),
        limits=limits,
    )
    return _report(ended, claims)


def _report(ended: sandbox.Run, claims: Sequence[Claim]) -> Report:
    """What the lines say. The module ran in that process and may have written anything in their place."""
    wanted = {claim.call: claim.wanted or claim.raises for claim in claims}
    results: list[Result] = []
    broken, current, of, done = None, "", "", False
    for row in _rows(ended.stdout):
        if broken is None:
            broken = str(row.get("imported", ""))
        elif "next" in row:
            current, of = str(row["next"]), str(row.get("of", ""))
        elif "ok" in row:
            hoped = str(row.get("wanted", "")) or wanted.get(current, "")
            results.append(Result(current, row["ok"] is True, str(row.get("got", "")), hoped, of))
        done = done or row.get("done") is True
    stopped = ""
    if not done and not broken:
        if ended.timed_out:
            stopped = say("stopped after {seconds} s", seconds=round(ended.wall_s))
        else:
            stopped = say("the test process died (exit {code})", code=ended.returncode)
        if current:
            stopped = f"{current}: {stopped}"
    return Report(tuple(results), broken or "", stopped, ended.level)


def _rows(stdout: bytes) -> Iterator[dict[str, Any]]:
    """The report's objects; their texts go to a person's screen, so they hold no escape sequences."""
    for line in stdout.splitlines():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            yield {name: _printable(value) if isinstance(value, str) else value for name, value in row.items()}


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)
