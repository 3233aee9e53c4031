"""Matches of an outline query tied together by position into symbols; the captures are listed in `outline.py`.

Absent on purpose: any language.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import Final, cast

from copilot.syntax.parsing import Node
from copilot.syntax.symbols import Call, Import, Kind, Outline, Parameter, ParameterKind, Symbol
from copilot.types import Span

Captures = dict[str, list[Node]]
"""The nodes of one match by capture name."""

_TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})
_CODE: Final = frozenset({"function", "method", "constructor"})
_LONGEST_RECEIVER: Final = 200


class _Draft:
    """A definition while its facts come in."""

    __slots__ = ("body", "captures", "end", "kind", "member", "name", "node_id", "parent", "pattern", "start")

    def __init__(self, pattern: int, kind: str, node: Node, captures: Captures) -> None:
        self.pattern = pattern
        self.kind = kind
        self.node_id = node.id
        self.start, self.end = node.byte_range
        self.captures = captures
        self.name = _name(captures).byte_range
        self.member = kind == "member"
        self.parent = -1


class Reading:
    """Collects the matches of one file, then ties them together by position."""

    def __init__(self, text: bytes, language: str) -> None:
        self.text = text
        self.language = language
        self.drafts: dict[tuple[int, int], _Draft] = {}
        self.extents: dict[int, Node] = {}
        self.docs: dict[int, Span] = {}
        self.parameters: dict[int, tuple[int, str, Captures]] = {}
        self.places: list[int] = []
        """Where the parameters and their separators stand, sorted once all are seen."""
        self.details: dict[tuple[str, tuple[int, int]], None] = {}
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
            key = captures[role][0].id
            if key not in self.parameters or self.parameters[key][0] <= pattern:
                self.parameters[key] = (pattern, role, captures)
                self.places.append(captures[role][0].start_byte)
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
            self.details.update(((role, node.byte_range), None) for node in captures[role])

    def _definition(self, pattern: int, role: str, captures: Captures) -> None:
        node, kind = captures[role][0], role.removeprefix("definition.")
        key = (node.id, -1 if "name.only" in captures else captures["name"][0].start_byte)
        known = self.drafts.get(key)
        if known is None:
            self.drafts[key] = _Draft(pattern, kind, node, captures)
        elif pattern > known.pattern:
            self.drafts[key] = _Draft(pattern, kind, node, known.captures | captures)
        else:
            known.captures = captures | known.captures

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

    def parameter_lists(self, at: int) -> list[Node]:
        """Those of the definitions that byte `at` is in, and of those before it that are indented less than all between."""
        found: list[Node] = []
        least: int | None = None
        for draft in reversed(self._sorted()):
            if draft.start > at or "parameters" not in draft.captures:
                continue
            margin = draft.start - self.text.rfind(b"\n", 0, draft.start) - 1
            if at <= draft.end or least is None or margin < least:
                found.append(draft.captures["parameters"][0])
            least = margin if least is None else min(least, margin)
        return found

    def outline(self) -> Outline:
        """Tie everything together."""
        self.places.sort()
        drafts = self._sorted()
        self._parents(drafts)
        facts = self._details(drafts)
        symbols = self._symbols(drafts, facts)
        listed = sorted(self.imports.items(), key=lambda row: row[0][0].start)
        imports = tuple(Import(*key, static=static) for key, static in listed)
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
            name = _unquoted(self.text[draft.name[0] : draft.name[1]].decode("utf-8", "replace"))
            if kind is None or not name or (draft.member and (around is None or (parent, name) in fields)):
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
        start, end = holder.byte_range
        at = bisect_left(self.places, start)
        if at == len(self.places) or self.places[at] >= end:
            return ()
        kind: ParameterKind = "positional"
        found: list[Parameter] = []
        for child in holder.named_children:
            _, role, captures = self.parameters.get(child.id, (0, "", {}))
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
        if "type.quoted" in captures:
            return _unquoted(self._text(captures["type.quoted"][0]))
        if "type" not in captures:
            return None
        suffix = self._text(captures["type.suffix"][0]) if "type.suffix" in captures else ""
        return self._text(captures["type"][0]) + suffix

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


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] in "\"'`" and text[-1] == text[0] else text


def _name(captures: Captures) -> Node:
    return captures["name.only" if "name.only" in captures else "name"][0]


def _same(one: _Draft, other: _Draft) -> bool:
    return one.start == other.start and one.end == other.end


def _span(node: Node) -> Span:
    return Span(*node.byte_range)
