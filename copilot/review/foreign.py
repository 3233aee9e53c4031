"""Reads what other tools found: SARIF 2.1.0, reviewdog's rdjson and rdjsonl, Checkstyle's XML.

A file is foreign input: its size is bounded, XML may bring no document type (so no entity, inner or outer), and what is malformed
is one error that names file and place. Absent on purpose: where a finding belongs in a change (`imported`).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote
from xml.parsers import expat

from copilot import files
from copilot.errors import UnreadableFile, UsageError
from copilot.messages import say
from copilot.types import Severity

LARGEST: Final = 100_000_000
"""Bytes of a file that is read."""
MOST: Final = 100_000
"""Findings of a file that are taken."""
_MESSAGE: Final = 2_000
_LEVELS: Final = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "note": Severity.INFORMATION,
    "info": Severity.INFORMATION,
    "none": Severity.HINT,
    "ignore": Severity.HINT,
}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+")
_HOST: Final = re.compile(r"\A//[^/]*")
_BASES: Final = 8
"""So many bases stand on one another."""
_CWE: Final = re.compile(r"(?i)\bcwe[-_/:]*0*(\d{1,5})\b")


class Claim(NamedTuple):
    """A finding of a tool: `path` as it writes it, lines from 1 (0: it names none), what it shows of them, and the CWE numbers that it names."""

    tool: str
    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    end_line: int
    quote: str = ""
    cwes: frozenset[int] = frozenset()


class _Wrong(Exception):
    """What is wrong, and where in the file."""


def read(path: Path) -> list[Claim]:
    """The findings of a file. Raises UsageError, which names the file and the place."""
    try:
        data = files.content(path, limit=LARGEST)
    except UnreadableFile as wrong:
        raise UsageError(str(wrong)) from None
    try:
        found = list(islice(_claims(data), MOST + 1))
        why = say("more than {most} findings", most=MOST) if len(found) > MOST else ""
    except _Wrong as wrong:
        why = str(wrong)
    if why:
        raise UsageError(say("{name} cannot be imported: {why}", name=path, why=why))
    return found


def _claims(data: bytes) -> Iterator[Claim]:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        if data[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
            return _checkstyle(data)
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise _Wrong(say("byte {at} is no text", at=wrong.start)) from None
    if not text.strip():
        raise _Wrong(say("it is empty"))
    try:
        whole = json.loads(text)
    except RecursionError:
        raise _Wrong(say("nested too deeply")) from None
    except ValueError as wrong:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1 and _is_row(lines[0]):
            return _jsonl(text)
        place = f"{wrong.lineno}:{wrong.colno}" if isinstance(wrong, json.JSONDecodeError) else "1:1"
        raise _Wrong(say("{place}: no JSON", place=place)) from None
    if isinstance(whole, Mapping) and "runs" in whole:
        return _sarif(whole)
    if isinstance(whole, Mapping) and "diagnostics" in whole:
        return _rdjson(whole)
    if isinstance(whole, Mapping) and "location" in whole:
        return iter([_diagnostic(whole, {}, "$")])
    raise _Wrong(say("neither SARIF nor rdjson nor Checkstyle"))


def _is_row(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


# Values of JSON, with the place that an error names.


def _of(row: Any, kind: type, where: str) -> Any:
    if not isinstance(row, kind) or isinstance(row, bool):
        raise _Wrong(say("{place}: not what the format has there", place=where))
    return row


def _get(row: Mapping[str, Any], name: str, kind: type, where: str, default: Any = None) -> Any:
    """A field of a type; the default where it is not there (or null), an error where that is None."""
    value = row.get(name)
    if value is None:
        if default is None:
            raise _Wrong(say("{place}: not what the format has there", place=f"{where}.{name}"))
        return default
    return _of(value, kind, f"{where}.{name}")


def _table(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A field that adds to a finding; what is no object there is nothing."""
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def _line(row: Mapping[str, Any], name: str, where: str, default: int) -> int:
    line: int = _get(row, name, int, where, default)
    if line < 0:
        raise _Wrong(say("{place}: not what the format has there", place=f"{where}.{name}"))
    return line


# SARIF.


def _sarif(whole: Mapping[str, Any]) -> Iterator[Claim]:
    for n, row in enumerate(_get(whole, "runs", list, "$")):
        where = f"$.runs[{n}]"
        run = _of(row, dict, where)
        driver = _get(_get(run, "tool", dict, where), "driver", dict, f"{where}.tool")
        tool = _get(driver, "name", str, f"{where}.tool.driver")
        rules = [_of(rule, dict, f"{where}.tool.driver.rules") for rule in _get(driver, "rules", list, where, [])]
        by_id = {str(rule.get("id")): rule for rule in rules}
        for m, result in enumerate(_get(run, "results", list, where, [])):
            yield from _result(
                _of(result, dict, f"{where}.results[{m}]"), f"{where}.results[{m}]", tool, rules, by_id, run
            )


def _result(
    row: Mapping[str, Any],
    where: str,
    tool: str,
    rules: list[dict[str, Any]],
    by_id: Mapping[str, dict[str, Any]],
    run: Mapping[str, Any],
) -> Iterator[Claim]:
    if str(row.get("kind") or "fail") not in {"fail", "review", "open"} or row.get("suppressions"):
        return
    if str(row.get("baselineState")) in {"absent", "unchanged"}:
        return
    index = _get(row, "ruleIndex", int, where, -1)
    rule = rules[index] if 0 <= index < len(rules) else by_id.get(str(row.get("ruleId")), {})
    name = _get(row, "ruleId", str, where, "") or str(rule.get("id", "")) or tool
    level = row.get("level") or _table(rule, "defaultConfiguration").get("level") or "warning"
    message = _text(_get(row, "message", dict, where), rule)
    places = _get(row, "locations", list, where, [])
    at = f"{where}.locations[0]"
    place = _get(_of(places[0], dict, at), "physicalLocation", dict, at, {}) if places else {}
    region = _get(place, "region", dict, at, {})
    first = _line(region, "startLine", f"{at}.region", 0)
    last = max(first, _line(region, "endLine", f"{at}.region", first))
    quote = _get(_get(region, "snippet", dict, at, {}), "text", str, at, "") if last == first else ""
    tags = json.dumps([rule.get("properties"), rule.get("relationships"), row.get("taxa")], default=str)
    cwes = frozenset(int(each) for each in _CWE.findall(tags + message + name))
    path = _located(_get(place, "artifactLocation", dict, at, {}), run, at)
    yield Claim(tool, name, _severity(level), message, path, first if path else 0, last, quote, cwes)


def _located(artifact: Mapping[str, Any], run: Mapping[str, Any], where: str) -> str:
    """The path of an artifact: its own, or that of the one among those of the run that it stands for, under its base."""
    known = run.get("artifacts")
    index = artifact.get("index")
    if not artifact.get("uri") and isinstance(index, int) and isinstance(known, list) and 0 <= index < len(known):
        artifact = _table(_of(known[index], dict, where), "location")
    path = _path(_get(artifact, "uri", str, where, ""))
    bases = _table(run, "originalUriBaseIds")
    for _ in range(_BASES):
        base = _table(bases, str(artifact.get("uriBaseId")))
        if not path or path.startswith("/") or not base:
            break
        path = posixpath.join(_path(str(base.get("uri") or "")), path)
        artifact = base
    return path


def _text(message: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """The text of a message, from the rule's `messageStrings` where it names one, with its arguments put in."""
    text = message.get("text") or message.get("markdown")
    if not text and message.get("id"):
        text = _table(_table(rule, "messageStrings"), str(message["id"])).get("text")
    given = message.get("arguments")
    words = [str(each) for each in given] if isinstance(given, list) else []
    return re.sub(
        r"\{(\d+)\}", lambda hole: words[int(hole[1])] if int(hole[1]) < len(words) else hole[0], str(text or "")
    )[:_MESSAGE]


def _severity(level: object) -> Severity:
    return _LEVELS.get(str(level).lower(), Severity.WARNING)


def _path(uri: str) -> str:
    """The path of a URI, absolute where that is; empty for one that is of no file."""
    scheme, colon, rest = uri.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):  # a letter alone is a drive
        return unquote(uri, errors="surrogateescape")
    if scheme.lower() != "file":
        return ""
    return unquote(_HOST.sub("", rest), errors="surrogateescape")


def _plain(path: str) -> str:
    """A path where a format has one, and some tools write a URI."""
    return _path(path) if path.startswith("file:") else path


# rdjson and rdjsonl.


def _rdjson(whole: Mapping[str, Any]) -> Iterator[Claim]:
    source = _get(whole, "source", dict, "$", {})
    for n, row in enumerate(_get(whole, "diagnostics", list, "$")):
        where = f"$.diagnostics[{n}]"
        yield _diagnostic(_of(row, dict, where), {"source": source, "severity": whole.get("severity")}, where)


def _jsonl(text: str) -> Iterator[Claim]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = say("line {line}", line=number)
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                raise _Wrong(say("{place}: no JSON", place=where)) from None
            yield _diagnostic(_of(row, dict, where), {}, where)


def _diagnostic(row: Mapping[str, Any], over: Mapping[str, Any], where: str) -> Claim:
    source = _get(row, "source", dict, where, {}) or over.get("source") or {}
    code = _get(row, "code", dict, where, {})
    location = _get(row, "location", dict, where)
    span = _get(location, "range", dict, where, {})
    start, end = _get(span, "start", dict, where, {}), _get(span, "end", dict, where, {})
    first = _line(start, "line", where, 0)
    last = _line(end, "line", where, first)
    if end.get("column") == 1 and last > first:
        last -= 1  # the end is exclusive
    tool = _get(source, "name", str, where, "rdjson")
    name = _get(code, "value", str, where, "") or tool
    message = _get(row, "message", str, where)
    given = row.get("severity") or over.get("severity")
    severity = {1: "error", 2: "warning", 3: "info"}.get(given, given) if isinstance(given, int) else given
    cwes = frozenset(int(each) for each in _CWE.findall(f"{message} {name} {code.get('url', '')}"))
    path = _plain(_get(location, "path", str, where))
    return Claim(tool, name, _severity(severity), message[:_MESSAGE], path, first, max(first, last), "", cwes)


# Checkstyle.


def _checkstyle(data: bytes) -> Iterator[Claim]:
    found: list[Claim] = []
    names: list[str] = []
    depth: list[str] = []
    parser = expat.ParserCreate()

    def wrong(why: str) -> _Wrong:
        return _Wrong(f"{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}: {why}")

    def doctype(*_: object) -> None:
        raise wrong(say("a document type is not read: it could bring in entities"))

    def started(tag: str, fields: dict[str, str]) -> None:
        if not depth and tag != "checkstyle":
            raise wrong(say("neither SARIF nor rdjson nor Checkstyle"))
        depth.append(tag)
        if tag == "file":
            names[:] = [_plain(fields.get("name", ""))]
        elif tag == "error":
            try:
                line = int(fields.get("line", "0"))
            except ValueError:
                raise wrong(say("{place}: not what the format has there", place="line")) from None
            if names and len(found) <= MOST:
                found.append(_error(fields, names[0], max(0, line)))

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = started
    parser.EndElementHandler = lambda _: depth.pop()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _Wrong(f"{error.lineno}:{error.offset + 1}: {expat.ErrorString(error.code)}") from None
    return iter(found)


def _error(fields: Mapping[str, str], path: str, line: int) -> Claim:
    source = fields.get("source", "")
    tool, _, name = source.rpartition(".")
    tool = "checkstyle" if tool.startswith("com.puppycrawl") else tool.rpartition(".")[2]
    message = fields.get("message", "")
    cwes = frozenset(int(each) for each in _CWE.findall(f"{message} {source}"))
    return Claim(
        tool or "checkstyle",
        name or "checkstyle",
        _severity(fields.get("severity", "error")),
        message[:_MESSAGE],
        path,
        line,
        line,
        "",
        cwes,
    )
