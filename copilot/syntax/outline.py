"""What a file defines, imports and calls, read from its tree by one query a language.

The code here is the same for every language; `queries/<language>/outline.scm` says what is what. Every pattern has
exactly one anchor capture, and these captures beside it:

| anchor | stands on | beside it |
|---|---|---|
| `@definition.<kind>` | a definition; of several patterns on one definition the last in the file gives the kind | `@name`, `@parameters`, `@body`, `@type` (+ `@type.suffix`), `@value` |
| `@definition.member` | a field that a constructor assigns (`self.x = …`); it belongs to the constructor's class | `@name`, `@type`, `@value` |
| `@extent` | a node that wraps a definition (decorators, `export`) and widens its span | `@extent.of` |
| `@doc` | a documentation comment or string | `@doc.of`: what it documents |
| `@parameter`, `@parameter.varargs`, `@parameter.kwargs` | a child of a `@parameters` node | `@name`, `@type`, `@type.suffix`, `@default` |
| `@separator.positional`, `@separator.keyword` | Python's `/` and `*` among the parameters | |
| `@decorator`, `@modifier` | belongs to the innermost definition around it whose name comes later | |
| `@base`, `@throws` | belongs to the innermost definition around it | |
| `@import` | an import statement, a match for each imported thing | `@import.module`, `@import.name`, `@import.alias`, `@import.static` |
| `@call` | a call | `@call.name`, `@call.receiver` |
| `@module.doc`, `@module.name` | the file's own documentation; its package or namespace | |

A capture that starts with `_` is for predicates only. A `variable` or `constant` inside a function is a local and
left out; a variable in a type is a `field`; a `function` in a type is a `method`.

Absent on purpose: scopes and name resolution, and anything that needs a second file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import Final, cast

from copilot.syntax.parsing import Node, QueryCursor, Recent, of, query
from copilot.syntax.symbols import Call, Import, Kind, Outline, Parameter, ParameterKind, Symbol
from copilot.types import Document, Span

__all__ = ["Call", "Import", "Kind", "Outline", "Parameter", "ParameterKind", "Symbol", "outline"]

Captures = dict[str, list[Node]]

_TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})
_CODE: Final = frozenset({"function", "method", "constructor"})
_LONGEST_RECEIVER: Final = 200
_ANCHORS: Final = (
    "doc.of",
    "extent",
    "parameter",
    "parameter.varargs",
    "parameter.kwargs",
    "separator.positional",
    "separator.keyword",
    "decorator",
    "modifier",
    "base",
    "throws",
    "import",
    "call",
    "module.doc",
    "module.name",
)

_outlines: Final[Recent[Outline]] = Recent()


def outline(document: Document, *, deadline_s: float | None = None) -> Outline:
    """The outline of a document; empty when its language has no query or the parse ran past `deadline_s` seconds."""
    known = _outlines.get(document)
    if known is not None:
        return known
    tree = of(document, deadline_s=deadline_s)
    rules = query(document.language, "outline") if document.language is not None and tree is not None else None
    if tree is None or rules is None:
        return Outline(document.language)
    found = _Reading(document.text, document.language or "")
    roles: dict[int, str] = {}
    for pattern, captures in QueryCursor(rules).matches(tree.root_node):
        role = roles.get(pattern)
        if role is None:
            role = roles[pattern] = _anchor(captures)
        found.see(pattern, role, captures)
    result = found.outline()
    _outlines.put(document, result)
    return result


def _anchor(captures: Captures) -> str:
    for name in captures:
        if name.startswith("definition."):
            return name
    return next((name for name in _ANCHORS if name in captures), "")


class _Draft:
    """A definition while its facts come in."""

    __slots__ = ("body", "captures", "end", "kind", "member", "name", "node_id", "parent", "pattern", "start")

    def __init__(self, pattern: int, kind: str, node: Node, captures: Captures) -> None:
        self.pattern = pattern
        self.kind = kind
        self.node_id = node.id
        self.start, self.end = node.byte_range
        self.captures = captures
        self.name = captures["name"][0].byte_range
        self.member = kind == "member"
        self.parent = -1


class _Reading:
    """Collects the matches of one file, then ties them together by position."""

    def __init__(self, text: bytes, language: str) -> None:
        self.text = text
        self.language = language
        self.drafts: dict[tuple[int, int], _Draft] = {}
        self.extents: dict[int, Node] = {}
        self.docs: dict[int, Span] = {}
        self.parameters: dict[int, tuple[str, Captures]] = {}
        self.details: list[tuple[str, tuple[int, int]]] = []
        self.imports: dict[tuple[Span, str, str | None, str | None], bool] = {}
        self.calls: list[Call] = []
        self.module: str | None = None
        self.module_doc: Span | None = None

    def see(self, pattern: int, role: str, captures: Captures) -> None:
        """Take one match."""
        if role.startswith("definition."):
            self._definition(pattern, role, captures)
        elif role == "call":
            self._call(captures)
        elif role.startswith(("parameter", "separator")):
            self.parameters[captures[role][0].id] = (role, captures)
        elif role == "import":
            self._import(captures)
        elif role == "doc.of":
            self.docs[captures[role][0].id] = _span(captures["doc"][0])
        elif role == "extent":
            self.extents[captures["extent.of"][0].id] = captures[role][0]
        elif role == "module.name":
            self.module = self._text(captures[role][0])
        elif role == "module.doc":
            self.module_doc = _span(captures[role][0])
        elif role:
            self.details += [(role, node.byte_range) for node in captures[role]]

    def _definition(self, pattern: int, role: str, captures: Captures) -> None:
        node, kind = captures[role][0], role.removeprefix("definition.")
        key = (node.id, captures["name"][0].start_byte)
        known = self.drafts.get(key)
        if known is None:
            self.drafts[key] = _Draft(pattern, kind, node, captures)
            return
        known.captures = captures | known.captures
        if pattern > known.pattern:
            known.pattern, known.kind = pattern, kind

    def _call(self, captures: Captures) -> None:
        receiver: str | None = None
        if "call.receiver" in captures:
            start, end = captures["call.receiver"][0].byte_range
            receiver = self.text[start:end].decode("utf-8", "replace") if end - start <= _LONGEST_RECEIVER else ""
        self.calls.append(Call(self._text(captures["call.name"][0]), receiver, _span(captures["call"][0])))

    def _import(self, captures: Captures) -> None:
        def text(name: str) -> str | None:
            return self._text(captures[name][0]) if name in captures else None

        key = (_span(captures["import"][0]), text("import.module") or "", text("import.name"), text("import.alias"))
        self.imports[key] = self.imports.get(key, False) or "import.static" in captures

    def outline(self) -> Outline:
        """Tie everything together."""
        drafts = self._sorted()
        self._parents(drafts)
        facts = self._details(drafts)
        symbols = self._symbols(drafts, facts)
        imports = tuple(Import(*key, static=static) for key, static in self.imports.items())
        return Outline(self.language, symbols, imports, tuple(self.calls), self.module, self.module_doc)

    def _sorted(self) -> list[_Draft]:
        for draft in self.drafts.values():
            if draft.node_id in self.extents:
                draft.start, draft.end = self.extents[draft.node_id].byte_range
        return sorted(self.drafts.values(), key=lambda d: (d.start, -d.end, d.name[0]))

    def _parents(self, drafts: list[_Draft]) -> None:
        stack: list[int] = []
        for index, draft in enumerate(drafts):
            while stack and (drafts[stack[-1]].end < draft.end or _same(drafts[stack[-1]], draft)):
                stack.pop()
            draft.parent = stack[-1] if stack else -1
            stack.append(index)

    def _details(self, drafts: list[_Draft]) -> dict[tuple[int, str], list[str]]:
        """Decorators, modifiers, bases and throws by (draft, role)."""
        starts = [draft.start for draft in drafts]
        facts: dict[tuple[int, str], list[str]] = defaultdict(list)
        for role, (start, end) in self.details:
            at = bisect_right(starts, start) - 1
            while at >= 0 and drafts[at].end < end:
                at = drafts[at].parent
            while at >= 0:  # `int a, b;` is two drafts with one span
                if role in {"base", "throws"} or end <= drafts[at].name[0]:
                    facts[at, role].append(self.text[start:end].decode("utf-8", "replace"))
                if not (at > 0 and _same(drafts[at - 1], drafts[at])):
                    break
                at -= 1
        return facts

    def _symbols(self, drafts: list[_Draft], facts: dict[tuple[int, str], list[str]]) -> tuple[Symbol, ...]:
        symbols: list[Symbol] = []
        placed: dict[int, int] = {}  # draft to symbol; a dropped draft is absent
        fields: set[tuple[int | None, str]] = set()
        for index, draft in enumerate(drafts):
            parent = self._home(drafts, draft, placed, symbols)
            around = symbols[parent] if parent is not None else None
            kind = _kind(draft.kind, around)
            name = self._name(draft.name)
            if kind is None or (draft.member and (around is None or (parent, name) in fields)):
                continue
            if kind in {"field", "constant"}:
                fields.add((parent, name))
            placed[index] = len(symbols)
            qualified = f"{around.qualified}.{name}" if around is not None else name
            symbols.append(self._symbol(draft, kind, name, qualified, parent, facts, index))
        return tuple(symbols)

    def _home(self, drafts: list[_Draft], draft: _Draft, placed: dict[int, int], symbols: list[Symbol]) -> int | None:
        """The symbol that `draft` belongs to: the nearest placed one around it; for a member, the constructor's type."""
        at = draft.parent
        while at >= 0 and at not in placed:
            at = drafts[at].parent
        if at < 0:
            return None
        home = placed[at]
        if not draft.member:
            return home
        return symbols[home].parent if symbols[home].kind == "constructor" else None

    def _symbol(
        self,
        draft: _Draft,
        kind: Kind,
        name: str,
        qualified: str,
        parent: int | None,
        facts: dict[tuple[int, str], list[str]],
        index: int,
    ) -> Symbol:
        captures = draft.captures
        doc = self.docs.get(draft.node_id)
        if doc is None and draft.node_id in self.extents:
            doc = self.docs.get(self.extents[draft.node_id].id)
        return Symbol(
            kind=kind,
            name=name,
            qualified=qualified,
            span=Span(draft.start, draft.end),
            name_span=Span(*draft.name),
            body=_span(captures["body"][0]) if "body" in captures else None,
            docstring=doc,
            parameters=self._parameters(captures["parameters"][0]) if "parameters" in captures else (),
            returns=self._type(captures),
            bases=tuple(facts.get((index, "base"), ())),
            decorators=tuple(text.removeprefix("@") for text in facts.get((index, "decorator"), ())),
            modifiers=tuple(facts.get((index, "modifier"), ())),
            throws=tuple(facts.get((index, "throws"), ())),
            parent=parent,
            value=_span(captures["value"][0]) if "value" in captures else None,
        )

    def _parameters(self, holder: Node) -> tuple[Parameter, ...]:
        kind: ParameterKind = "positional"
        found: list[Parameter] = []
        for child in holder.named_children:
            role, captures = self.parameters.get(child.id, ("", {}))
            if role == "separator.positional":
                found = [_replace_kind(parameter) for parameter in found]
            elif role == "separator.keyword":
                kind = "keyword-only"
            elif role:
                own = kind if role == "parameter" else cast("ParameterKind", role.removeprefix("parameter."))
                default = self._text(captures["default"][0]) if "default" in captures else None
                name = self._text(captures["name"][0])
                found.append(Parameter(name, self._type(captures), default, own, _span(child)))
                if own == "varargs":
                    kind = "keyword-only"
        return tuple(found)

    def _type(self, captures: Captures) -> str | None:
        if "type" not in captures:
            return None
        suffix = self._text(captures["type.suffix"][0]) if "type.suffix" in captures else ""
        return self._text(captures["type"][0]) + suffix

    def _name(self, span: tuple[int, int]) -> str:
        name = self.text[span[0] : span[1]].decode("utf-8", "replace")
        return name[1:-1] if len(name) > 1 and name[0] in "\"'`" and name[-1] == name[0] else name

    def _text(self, node: Node) -> str:
        start, end = node.byte_range
        return self.text[start:end].decode("utf-8", "replace")


def _kind(kind: str, around: Symbol | None) -> Kind | None:
    """The kind in its surroundings; None for a local variable."""
    inside_type = around is not None and around.kind in _TYPES
    if kind in {"variable", "constant"} and around is not None and around.kind in _CODE:
        return None
    if kind == "member" or (kind == "variable" and inside_type):
        return "field"
    if kind == "function" and inside_type:
        return "method"
    return cast("Kind", kind)


def _replace_kind(parameter: Parameter) -> Parameter:
    return Parameter(parameter.name, parameter.annotation, parameter.default, "positional-only", parameter.span)


def _same(one: _Draft, other: _Draft) -> bool:
    return one.start == other.start and one.end == other.end


def _span(node: Node) -> Span:
    return Span(*node.byte_range)
