"""What the names of a document are bound to at a place: assignments, loops, parameters; everything is looked up once."""

from __future__ import annotations

from bisect import bisect_left
from enum import IntEnum
from typing import NamedTuple

from copilot.rules.grammar import GRAMMARS, PYTHON
from copilot.syntax.parsing import Node, QueryCursor, Tree, compiled
from copilot.syntax.tree import descendants, enclosing
from copilot.types import Document


class Level(IntEnum):
    """What is known of a value, harmless first."""

    CONSTANT = 0
    UNKNOWN = 1
    GIVEN = 2
    """A parameter of the function, or made of one."""
    ASKED = 3
    """What a request or a person says."""


class _Binding(NamedTuple):
    start: int
    end: int
    scope: int
    whole: Node
    value: Node | None
    more: bool


class Names:
    """The bindings of one document."""

    def __init__(self, document: Document, tree: Tree) -> None:
        self.document, self.tree = document, tree
        self.text = document.text
        self.grammar = GRAMMARS.get(document.language or "", PYTHON)
        self._bindings: dict[str, list[_Binding]] | None = None
        self._parameters: dict[int, dict[str, tuple[Node, Level]]] = {}

    def read(self, node: Node) -> str:
        """The text of a node."""
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def around(self, node: Node) -> Node | None:
        """The function around a node, None at the top of the file."""
        return enclosing(node.parent, *self.grammar.routines) if node.parent is not None else None

    def bound(self, name: str, node: Node) -> tuple[list[Node | None], Level]:
        """The values that a name may have at a node (None: one that is not told), and what a parameter adds to them."""
        scope = self.around(node)
        before = node.start_byte
        rows = self._all().get(name, [])
        while True:
            number = scope.id if scope is not None else -1
            here = [
                row
                for row in rows
                if row.scope == number and row.start < before and not row.start <= node.start_byte < row.end
                if row.whole.type != "for_in_clause" or self._is_inside(row.whole.parent, node)
            ]
            values: list[Node | None] = []
            for row in reversed(here):
                values.append(row.value)
                if not row.more and self._is_around(row, node):
                    return values, Level.CONSTANT
            if scope is None:
                return (values, Level.CONSTANT) if values else ([], Level.UNKNOWN)
            given = self.parameters(scope).get(name)
            if given is not None:
                return values, given[1]
            if values:
                return values, Level.CONSTANT
            scope = self.around(scope)
            before = len(self.text) + 1

    def _is_around(self, row: _Binding, node: Node) -> bool:
        whole = row.whole
        if whole.type in {"for_in_clause", "as_pattern", "resource"} and whole.parent is not None:
            whole = whole.parent
        if whole.type.startswith(("for_", "enhanced_for")):
            return whole.start_byte <= node.start_byte < whole.end_byte
        block = enclosing(whole, *self.grammar.blocks)
        return block is not None and block.start_byte <= node.start_byte < block.end_byte

    @staticmethod
    def _is_inside(outer: Node | None, node: Node) -> bool:
        return outer is not None and outer.start_byte <= node.start_byte < outer.end_byte

    def _all(self) -> dict[str, list[_Binding]]:
        if self._bindings is None:
            query = compiled(self.document.language or "", self.grammar.bindings)
            scopes = self._scopes()
            starts = [start for start, _, _ in scopes]
            self._bindings = {}
            for _, captures in QueryCursor(query).matches(self.tree.root_node):
                more = "more" in captures
                whole = captures["more" if more else "set"][0]
                value = captures["value"][0] if "value" in captures else None
                while more and whole.type == "method_invocation" and self._is_chained(whole):
                    value = whole = whole.parent or whole  # sb.append(…).append(…)
                names = captures.get("name") or list(
                    descendants(captures["each"][0], "identifier", "shorthand_property_identifier_pattern")
                )
                scope = _innermost(scopes, starts, whole.start_byte)
                for name in names:
                    row = _Binding(whole.start_byte, whole.end_byte, scope, whole, value, more)
                    if whole.type == "for_in_clause" and whole.parent is not None:
                        row = row._replace(start=whole.parent.start_byte - 1, end=0)  # what it binds stands before it
                    elif whole.type.startswith(("for", "enhanced_for", "with")):
                        row = row._replace(end=row.start)  # its body is inside
                    self._bindings.setdefault(self.read(name), []).append(row)
            for rows in self._bindings.values():
                rows.sort(key=lambda row: row.start)
        return self._bindings

    @staticmethod
    def _is_chained(call: Node) -> bool:
        outer = call.parent
        return outer is not None and outer.type == call.type and outer.child_by_field_name("object") == call

    def _scopes(self) -> list[tuple[int, int, int]]:
        query = compiled(self.document.language or "", " ".join(f"({kind}) @r" for kind in self.grammar.routines))
        found = QueryCursor(query).captures(self.tree.root_node).get("r", [])
        return sorted((node.start_byte, node.end_byte, node.id) for node in found)

    def parameters(self, routine: Node) -> dict[str, tuple[Node, Level]]:
        """The parameters of a routine with what is known of them."""
        if routine.id not in self._parameters:
            self._parameters[routine.id] = dict(self._read_parameters(routine))
        return self._parameters[routine.id]

    def _read_parameters(self, routine: Node) -> list[tuple[str, tuple[Node, Level]]]:
        held = routine.child_by_field_name("parameters")
        if held is None:
            return []
        outer = routine.parent
        marks = b""
        if outer is not None and outer.type == "decorated_definition":
            marks = self.text[outer.start_byte : routine.start_byte]
        asked = self.grammar.handlers.search(marks.decode("utf-8", "replace")) is not None
        found = []
        for n, part in enumerate(held.named_children if held.type != "identifier" else [held]):
            name = self._name_of(part)
            if name is not None:
                first = n == 0 and self.document.language == "python" and self.read(name) in {"self", "cls"}
                level = Level.UNKNOWN if first else self._parameter(part, asked=asked)
                found.append((self.read(name), (part, level)))
        return found

    def _name_of(self, parameter: Node) -> Node | None:
        if parameter.type == "identifier":
            return parameter
        inside = list(descendants(parameter, "identifier", "shorthand_property_identifier_pattern"))
        own = parameter.child_by_field_name("name")
        # Java's modifiers, with their annotations, stand before the name; Python's default values behind it.
        return own or (inside[-1 if self.document.language == "java" else 0] if inside else None)

    def _parameter(self, part: Node, *, asked: bool) -> Level:
        """What is known of a parameter by its type and marks. `asked`: its routine answers requests."""
        text = self.read(part)
        kind = part.child_by_field_name("type")
        typed = self.read(kind) if kind is not None else ""
        if typed and self.grammar.harmless.match(typed):
            return Level.CONSTANT
        if asked and "Depends" not in text and typed in {"", "str", "str | None", "Optional[str]"}:
            return Level.ASKED
        marked = self.document.language == "java" and self.grammar.handlers.search(text) is not None
        return Level.ASKED if marked else Level.GIVEN


def _innermost(scopes: list[tuple[int, int, int]], starts: list[int], at: int) -> int:
    """The routine around an offset; -1 at the top."""
    n = bisect_left(starts, at) - 1
    while n >= 0:
        if scopes[n][1] > at:
            return scopes[n][2]
        n -= 1
    return -1
