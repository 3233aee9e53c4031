r"""Puts an insecure statement right as data says: `repairs/<language>.toml`, one table a repair; those of the bank's
rules stand in their own files, with a `language` in place of `rule`.

    [[repair]]
    rule = "yaml-load"                 # whose findings it answers
    sure = 0.9                         # how probable it is that this is what is wanted; below a half it is only offered
    query = '''(call …) @site'''       # as a rule's query, with the predicates of `predicates.py`
    replace = { name = "safe_load" }   # capture to its new text; `{capture}` stands for the old text, `{indent}` for the line's
    remove = ["flag"]                  # captures that go, with the comma beside them
    append = { arguments = "x=1" }     # one more argument of a captured argument list
    import = "secrets"                 # what the new text needs (Java: the full name of a class); a file that calls something
                                       # else so has no such repair
    bind = "sql"                       # values of the capture `sql` become parameters (`binding.py`)
    en = "…"                           # what it does; left out: from the old text to the new one
    zh = "…"

It answers a finding whose place is the query's `@site`. Absent on purpose: proof, and what no template can say (where a
value's list of allowed ones lies, which key signs a token): those have no repair here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final, NamedTuple

from copilot.messages import locale, say
from copilot.rules import binding, matching
from copilot.rules.findings import FIRST
from copilot.rules.flow import Flow
from copilot.rules.predicates import Judge
from copilot.rules.rule import PREFIX, policies
from copilot.syntax import importing
from copilot.syntax import tree as trees
from copilot.syntax.lines import line_start
from copilot.syntax.outline import outline
from copilot.syntax.parsing import Node, Tree
from copilot.types import Document, Edit, Finding, Span

_HOLE: Final = re.compile(r"\{(\w+)\}")
_SHOWN: Final = 60


class Repaired(NamedTuple):
    """One way to put a finding right."""

    edits: tuple[Edit, ...]
    title: str
    sure: float


@dataclass(frozen=True, slots=True)
class _Repair:
    rule: str
    sure: float
    query: str
    replace: Mapping[str, str]
    remove: tuple[str, ...]
    append: Mapping[str, str]
    needs: str
    bind: str
    en: str
    zh: str


@cache
def _repairs(language: str) -> tuple[_Repair, ...]:
    """The repairs of a language. Raises KeyError or ValueError for a damaged file."""
    place = resources.files("copilot.rules").joinpath("repairs", f"{language}.toml")
    rows = tomllib.loads(place.read_text("utf-8"))["repair"] if place.is_file() else ()
    own = [_read(row, f"{PREFIX}{language}.{row['rule']}") for row in rows]
    return (*own, *(_read(row, each.id) for each in policies() for spoken, row in each.repairs if spoken == language))


def _read(row: Mapping[str, Any], rule: str) -> _Repair:
    return _Repair(
        rule=rule,
        sure=row["sure"],
        query=row["query"],
        replace=row.get("replace", {}),
        remove=tuple(row.get("remove", ())),
        append=row.get("append", {}),
        needs=row.get("import", ""),
        bind=row.get("bind", ""),
        en=row.get("en", ""),
        zh=row.get("zh", ""),
    )


def repairs(document: Document, finding: Finding) -> list[Repaired]:
    """Ways to put a finding of the rules right, in the order of the file; none for most rules."""
    tree = trees.of(document)
    found: list[Repaired] = []
    if tree is None:
        return found
    judge = Judge(Flow(document, tree))
    for repair in _repairs(document.language or ""):
        if repair.rule != finding.rule or (repair.needs and _is_taken(document, tree, repair.needs)):
            continue
        query = FIRST + "\n" + repair.query
        found_by = matching.matches(document.language or "", query, tree.root_node, judge, finding.span)
        for pattern, captures in found_by:
            site = captures["site"][0]
            if pattern and (site.start_byte, site.end_byte) == (finding.span.start, finding.span.end):
                edits = tuple(_edits(document, repair, {name: nodes[0] for name, nodes in captures.items()}))
                if edits and not _overlap(edits):
                    found.append(Repaired(edits, _title(document, repair, edits), repair.sure))
                break
    return found


def _edits(document: Document, repair: _Repair, captures: Mapping[str, Node]) -> Iterator[Edit]:
    if repair.bind:
        yield from binding.edits(document, repair.bind, captures)
    for name, template in repair.replace.items():
        node = captures[name]
        yield Edit(document.path, Span(node.start_byte, node.end_byte), _filled(document, template, captures, node))
    for name in repair.remove:
        yield _without(document, captures[name])
    for name, text in repair.append.items():
        yield _appended(document, captures[name], text)
    if repair.needs:
        yield from _imported(document, repair.needs)


def _filled(document: Document, template: str, captures: Mapping[str, Node], node: Node) -> str:
    row = document.text[line_start(document.text, node.start_byte) : node.start_byte].decode("utf-8", "replace")
    indent = row[: len(row) - len(row.lstrip())]
    old = {name: (each.text or b"").decode("utf-8", "replace") for name, each in captures.items()}
    return _HOLE.sub(lambda hole: {**old, "indent": indent}[hole[1]], template)


def _without(document: Document, node: Node) -> Edit:
    """An argument taken out, with the comma before it, or behind it when it is the first."""
    text, start, end = document.text, node.start_byte, node.end_byte
    before = re.search(rb",\s*\Z", text[:start])
    if before is not None:
        return Edit(document.path, Span(before.start(), end), "")
    behind = re.match(rb"\s*,\s*", text[end:])
    return Edit(document.path, Span(start, end + (behind.end() if behind is not None else 0)), "")


def _appended(document: Document, node: Node, text: str) -> Edit:
    """One more argument before the closing bracket of a list."""
    given = [each for each in node.named_children if not each.is_extra]  # no comment behind the last one
    last = given[-1] if given else None
    at = last.end_byte if last is not None else node.start_byte + 1
    return Edit(document.path, Span(at, at), f", {text}" if last is not None else text)


def _imported(document: Document, needs: str) -> list[Edit]:
    return [] if _is_imported(document, needs) else importing.edits(document, [_need(document, needs)])


def _need(document: Document, needs: str) -> importing.Need:
    package, _, name = needs.rpartition(":" if ":" in needs else ".")
    return (
        importing.Need(needs) if ":" not in needs and document.language == "python" else importing.Need(package, name)
    )


def _is_imported(document: Document, needs: str) -> bool:
    need = _need(document, needs)
    every = any(row.module == need.module and row.name == "*" and not row.static for row in outline(document).imports)
    return need in importing.needs_of(document) or (every and document.language == "java")


def _is_taken(document: Document, tree: Tree, needs: str) -> bool:
    """Whether the file uses the name that an import would bind for something else."""
    if _is_imported(document, needs):
        return False
    name = _need(document, needs).binds.encode()
    return name in document.text and any(
        node.text == name and (node.parent is None or node.parent.child_by_field_name("attribute") != node)
        for node in trees.descendants(tree.root_node, "identifier", "type_identifier")
    )


def _overlap(edits: tuple[Edit, ...]) -> bool:
    spans = sorted(edit.span for edit in edits)
    return any(first.end > second.start for first, second in pairwise(spans))


def _title(document: Document, repair: _Repair, edits: tuple[Edit, ...]) -> str:
    told = repair.zh if locale() == "zh" else repair.en
    if told:
        return told
    first = edits[0]
    old = document.text[first.span.start : first.span.end].decode("utf-8", "replace").strip(" ,\n")
    new = first.new.strip(" ,\n")
    if not new:
        return say("Remove '{old}'", old=old[:_SHOWN])
    if not old:
        return say("Insert '{new}'", new=new[:_SHOWN])
    return say("Change '{old}' to '{new}'", old=old[:_SHOWN], new=new[:_SHOWN])
