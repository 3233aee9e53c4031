"""How much is known of a value inside one function: is it constant, a parameter, or what a request says?

Names are followed to what binds them before the place of use, in the function, then around it. Where a binding surely
comes last (its block is around the use), what stood before does not count. Absent on purpose: flow between functions,
attributes of objects (they are unknown, which no rule calls certain).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from enum import IntEnum
from typing import Final, NamedTuple

from copilot.rules.grammar import GRAMMARS, PYTHON
from copilot.syntax.parsing import Node, QueryCursor, Tree, compiled
from copilot.syntax.tree import descendants, enclosing
from copilot.types import Document

_DEEPEST: Final = 24
_NAMELIKE: Final = re.compile(r"(?i)table|column|schema|dialect|placeholder|_meta\b")
"""Members that name parts of a schema: no value can be bound there, and code holds them, not callers."""


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


class Flow:
    """Reads values of one document; everything is looked up on first need."""

    def __init__(self, document: Document, tree: Tree) -> None:
        self.document, self.tree = document, tree
        self.text = document.text
        self.grammar = GRAMMARS.get(document.language or "", PYTHON)
        self._bindings: dict[str, list[_Binding]] | None = None
        self._parameters: dict[int, dict[str, tuple[Node, Level]]] = {}
        self._busy: set[tuple[str, int, int]] = set()

    def read(self, node: Node) -> str:
        """The text of a node."""
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def around(self, node: Node) -> Node | None:
        """The function around a node, None at the top of the file."""
        return enclosing(node.parent, *self.grammar.routines) if node.parent is not None else None

    # Levels.

    def level(self, node: Node, depth: int = 0) -> Level:
        """What is known of the value of an expression."""
        kind, grammar = node.type, self.grammar
        if depth > _DEEPEST:
            return Level.UNKNOWN
        if kind in grammar.literals or kind.endswith("comment"):
            return Level.CONSTANT
        if kind in grammar.strings or kind == grammar.holes:
            return self._highest(node, depth)
        if kind in {"identifier", "shorthand_property_identifier"}:
            return self._named(node, depth)
        if kind in {"this", "super", "self"}:
            return Level.UNKNOWN
        if kind in {"type_conversion", "format_specifier", "escape_interpolation", "string_start", "string_end"} or (
            kind.startswith("string_") or kind.endswith(("_type", "type_identifier")) or kind == "escape_sequence"
        ):
            return Level.CONSTANT
        if (
            kind in grammar.members or kind in grammar.items or kind in grammar.calls
        ):
            text = self.read(node)
            told = Level.ASKED if grammar.sources.search(text) else Level.GIVEN if grammar.typed.search(text) else None
            if told is not None:
                return Level.CONSTANT if self._is_cleaned(node) else told
        if kind in grammar.calls:
            return self._called(node, depth)
        if kind in grammar.members:
            return self._member(node, depth)
        if kind in grammar.items:
            owner = node.child_by_field_name(grammar.items[kind])
            return self.level(owner, depth + 1) if owner is not None else Level.UNKNOWN
        if kind in {"conditional_expression", "ternary_expression"}:
            parts = node.named_children
            chosen = (parts[0], parts[-1]) if kind[0] == "c" else parts[1:]
            return max((self.level(part, depth + 1) for part in chosen), default=Level.UNKNOWN)
        if kind == "keyword_argument" or kind == "pair":
            value = node.child_by_field_name("value")
            return self.level(value, depth + 1) if value is not None else Level.UNKNOWN
        if kind in {"list_comprehension", "generator_expression", "set_comprehension", "dictionary_comprehension"}:
            return self.level(node.named_children[0], depth + 1)
        return self._highest(node, depth)

    def _highest(self, node: Node, depth: int) -> Level:
        return max((self.level(part, depth + 1) for part in node.named_children), default=Level.CONSTANT)

    def _is_cleaned(self, node: Node) -> bool:
        """`int(request.args["n"])`: the source stands inside, the call around it is what is asked about."""
        return node.type in self.grammar.calls and self.grammar.clean.fullmatch(self.called(node)) is not None

    def called(self, node: Node) -> str:
        """The last name of what a call calls; the class of `new`."""
        target = (
            node.child_by_field_name("function")
            or node.child_by_field_name("name")
            or node.child_by_field_name("type")
            or node.child_by_field_name("constructor")
        )
        text = self.read(target) if target is not None else ""
        return re.split(r"[.\s]", text.partition("<")[0].strip())[-1]

    def receiver(self, node: Node) -> Node | None:
        """What stands before the dot of a call."""
        target = node.child_by_field_name("function")
        if target is not None and target.type in self.grammar.members:
            return target.child_by_field_name("object")
        return node.child_by_field_name("object")

    def arguments(self, node: Node) -> list[Node]:
        """The arguments of a call, comments aside."""
        held = node.child_by_field_name("arguments")
        if held is None:
            return []
        if held.type == "generator_expression":
            return [held]
        return [part for part in held.named_children if not part.type.endswith("comment")]

    def _called(self, node: Node, depth: int) -> Level:
        name, grammar = self.called(node), self.grammar
        if grammar.clean.fullmatch(name):
            return Level.CONSTANT
        inside = max((self.level(part, depth + 1) for part in self.arguments(node)), default=Level.CONSTANT)
        receiver = self.receiver(node)
        owner = self.level(receiver, depth + 1) if receiver is not None else Level.CONSTANT
        if name in grammar.through:
            static = receiver is not None and receiver.type == "identifier" and self.read(receiver)[:1].isupper()
            module = receiver is not None and self.read(receiver) in {"os.path", "json", "shlex", "textwrap", "urllib.parse"}
            return inside if static or module or receiver is None else max(inside, owner)
        return max(owner, Level.UNKNOWN) if owner >= Level.GIVEN else Level.UNKNOWN

    def _member(self, node: Node, depth: int) -> Level:
        owner_field, name_field = self.grammar.members[node.type]
        owner, name = node.child_by_field_name(owner_field), node.child_by_field_name(name_field)
        text = self.read(name) if name is not None else ""
        if text.isupper() and len(text) > 1:
            return Level.CONSTANT
        held = self.level(owner, depth + 1) if owner is not None else Level.UNKNOWN
        return held if held >= Level.GIVEN and not _NAMELIKE.search(text) else Level.UNKNOWN

    def _named(self, node: Node, depth: int) -> Level:
        name = self.read(node)
        if self._is_tested(name, node):
            return Level.CONSTANT
        values, given = self.bound(name, node)
        key = (name, node.start_byte, 0)
        if key in self._busy:
            return Level.CONSTANT
        self._busy.add(key)
        try:
            found = [self.level(value, depth + 1) for value in values if value is not None]
        finally:
            self._busy.discard(key)
        if None in values:
            found.append(Level.UNKNOWN)
        return max([*found, given]) if found or given is not None else Level.UNKNOWN

    def _is_tested(self, name: str, node: Node) -> bool:
        """Whether the function holds the name against a list or a pattern before this place."""
        around = self.around(node)
        if around is None:
            return False
        before = self.text[around.start_byte : node.start_byte].decode("utf-8", "replace")
        return re.search(self.grammar.tested.format(name=re.escape(name)), before) is not None

    # Names.

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
        decorated = outer is not None and outer.type == "decorated_definition"
        marks = self.text[outer.start_byte : routine.start_byte].decode("utf-8", "replace") if decorated and outer else ""
        asked = bool(marks) and self.grammar.handlers.search(marks) is not None
        found = []
        for n, part in enumerate(held.named_children if held.type != "identifier" else [held]):
            text = self.read(part)
            name = part if part.type == "identifier" else (
                part.child_by_field_name("name") or next(iter(reversed(list(descendants(part, "identifier")))), None)
                if self.document.language == "java"
                else part.child_by_field_name("name") or next(descendants(part, "identifier", "shorthand_property_identifier_pattern"), None)
            )
            if name is None:
                continue
            kind = part.child_by_field_name("type")
            typed = self.read(kind) if kind is not None else ""
            word = self.read(name)
            if typed and self.grammar.harmless.match(typed):
                level = Level.CONSTANT
            elif n == 0 and word in {"self", "cls"}:
                level = Level.UNKNOWN
            elif (asked and "Depends" not in text and typed in {"", "str", "str | None", "Optional[str]"}) or (
                self.document.language == "java" and self.grammar.handlers.search(text)
            ):
                level = Level.ASKED
            else:
                level = Level.GIVEN
            found.append((word, (part, level)))
        return found

    # Strings that are built.

    def built(self, node: Node, depth: int = 0) -> Level:
        """What is put into a string that is built here; CONSTANT where none is built, or of constants only."""
        kind, grammar = node.type, self.grammar
        if depth > _DEEPEST:
            return Level.CONSTANT
        if kind in grammar.strings:
            return self.level(node, depth)
        if kind == "binary_operator" or kind == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            sign = node.child_by_field_name("operator")
            if left is None or right is None or sign is None or self.read(sign) not in {"+", "%"}:
                return Level.CONSTANT
            if self.read(sign) == "%":
                return self.level(right, depth + 1) if self.is_text(left) else Level.CONSTANT
            if self.is_text(left) or self.is_text(right):
                return max(self.level(left, depth + 1), self.level(right, depth + 1))
            return Level.CONSTANT
        if kind in grammar.calls:
            name = self.called(node)
            inside, receiver = self.arguments(node), self.receiver(node)
            if name in grammar.makers and not (name == "join" and "path" in (self.read(receiver) if receiver else "")):
                own = self.built(receiver, depth + 1) if receiver is not None else Level.CONSTANT
                return max([own, *(self.level(part, depth + 1) for part in inside)])
            if name in grammar.through:
                parts = [*inside, receiver] if receiver is not None else inside
                return max((self.built(part, depth + 1) for part in parts), default=Level.CONSTANT)
            return Level.CONSTANT
        if kind == "identifier":
            return self._built_before(node, depth)
        if kind in {"parenthesized_expression", "conditional_expression", "ternary_expression", "await", "cast_expression"}:
            return max((self.built(part, depth + 1) for part in node.named_children), default=Level.CONSTANT)
        return Level.CONSTANT

    def _built_before(self, node: Node, depth: int) -> Level:
        name = self.read(node)
        key = (name, node.start_byte, 1)
        if key in self._busy or self._is_tested(name, node):
            return Level.CONSTANT
        self._busy.add(key)
        try:
            values, _ = self.bound(name, node)
            added = {row.value.id for row in self._all().get(name, []) if row.more and row.value is not None}
            found = [
                self.level(value, depth + 1) if value.id in added else self.built(value, depth + 1)
                for value in values
                if value is not None
            ]
        finally:
            self._busy.discard(key)
        return max(found, default=Level.CONSTANT)

    def is_text(self, node: Node, depth: int = 0) -> bool:
        """Whether an expression is surely a string."""
        if node.type in self.grammar.strings:
            return not self.read(node).startswith(("b'", 'b"'))
        if node.type in {"binary_operator", "binary_expression", "parenthesized_expression"} and depth < _DEEPEST:
            return any(self.is_text(part, depth + 1) for part in node.named_children)
        if node.type in self.grammar.calls:
            return self.called(node) in {"format", "toString", "join", "str"}
        if node.type == "identifier" and depth < 4:
            values, _ = self.bound(self.read(node), node)
            return any(value is not None and value.id != node.id and self.is_text(value, depth + 3) for value in values)
        return False

    def constant(self, node: Node, depth: int = 0) -> str | None:
        """The text of a constant string or number, through a name that is bound once; None for anything else."""
        if node.type in self.grammar.strings:
            if any(True for _ in descendants(node, self.grammar.holes)):
                return None
            return "".join(
                self.read(part) for part in descendants(node, "string_content", "string_fragment", "multiline_string_fragment")
            )
        if node.type in self.grammar.literals or node.type in {"unary_operator"}:
            return self.read(node)
        if node.type == "identifier" and depth < 4:
            values, given = self.bound(self.read(node), node)
            if len(values) == 1 and values[0] is not None and given is Level.CONSTANT:
                return self.constant(values[0], depth + 1)
        return None


def _innermost(scopes: list[tuple[int, int, int]], starts: list[int], at: int) -> int:
    """The routine around an offset; -1 at the top."""
    n = bisect_left(starts, at) - 1
    while n >= 0:
        if scopes[n][1] > at:
            return scopes[n][2]
        n -= 1
    return -1
