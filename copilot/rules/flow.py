"""How much is known of a value inside one function: is it constant, a parameter, or what a request says?

Names are followed to what binds them before the place of use, in the function, then around it. Where a binding surely
comes last (its block is around the use), what stood before does not count. Absent on purpose: flow between functions,
attributes of objects (they are unknown, which no rule calls certain).
"""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.names import Level, Names
from copilot.syntax.parsing import Node, Tree
from copilot.syntax.tree import descendants
from copilot.types import Document

_DEEPEST: Final = 24
_NUMBERS: Final = re.compile(r"(?:[^%]|%%|%[-+ 0#]{0,4}\d{0,4}(?:\.\d{1,4})?[diouxXeEfFgG])*")
_NAMELIKE: Final = re.compile(r"(?i)table|column|schema|dialect|placeholder|_meta\b")
"""Members that name parts of a schema: no value can be bound there, and code holds them, not callers."""
_PIECE: Final = re.compile(
    r"(?i)schema\Z|sql\Z|columns?\Z|fields\Z|tables?\Z|clause\Z|projection|placeholders?\Z|dialect|table_?name\Z|^(?:base_?)?(?:select|joins?)\Z"
)
"""Routines that hand out a piece of a statement when they are asked with nothing."""


__all__ = ["Flow", "Level"]


class Flow(Names):
    """Reads values of one document; everything is looked up on first need."""

    def __init__(self, document: Document, tree: Tree) -> None:
        super().__init__(document, tree)
        self._busy: set[tuple[str, int, int]] = set()

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
        if kind in grammar.members or kind in grammar.items or kind in grammar.calls:
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
        if kind in {"keyword_argument", "pair"}:
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
        if target is not None and target.type in self.grammar.members:
            target = target.child_by_field_name(self.grammar.members[target.type][1]) or target
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
        if grammar.clean.fullmatch(name) or (_PIECE.search(name) and not self.arguments(node)):
            return Level.CONSTANT
        inside = max((self.level(part, depth + 1) for part in self.arguments(node)), default=Level.CONSTANT)
        receiver = self.receiver(node)
        owner = self.level(receiver, depth + 1) if receiver is not None else Level.CONSTANT
        if (
            name in {"map", "mapToObj"}
            and self.arguments(node)[0:1]
            and self.arguments(node)[0].type == "lambda_expression"
        ):
            body = self.arguments(node)[0].child_by_field_name("body")
            return self.level(body, depth + 1) if body is not None else Level.UNKNOWN  # `.map(each -> "?")`
        if name in {"get", "getOrDefault"} and receiver is not None and self._is_table(receiver):
            return max((self.level(part, depth + 1) for part in self.arguments(node)[1:]), default=Level.CONSTANT)
        if name in {"get", "getOrDefault"} and owner is Level.CONSTANT and receiver is not None:
            inside = max((self.level(part, depth + 1) for part in self.arguments(node)[1:]), default=Level.CONSTANT)
        if name in grammar.through:
            static = receiver is not None and receiver.type == "identifier" and self.read(receiver)[:1].isupper()
            module = receiver is not None and self.read(receiver) in {
                "os.path",
                "json",
                "shlex",
                "textwrap",
                "urllib.parse",
            }
            return inside if static or module or receiver is None else max(inside, owner)
        return max(owner, Level.UNKNOWN) if owner >= Level.GIVEN else Level.UNKNOWN

    def _is_table(self, node: Node) -> bool:
        """Whether a name is a fixed table of the code: `SORTS.get(key)` gives what stands there."""
        return node.type == "identifier" and self.read(node).isupper() and len(self.read(node)) > 2

    def _member(self, node: Node, depth: int) -> Level:
        owner_field, name_field = self.grammar.members[node.type]
        owner, name = node.child_by_field_name(owner_field), node.child_by_field_name(name_field)
        text = self.read(name) if name is not None else ""
        if (text.isupper() and len(text) > 1) or text in {"__tablename__", "__table__", "__name__", "db_table"}:
            return Level.CONSTANT
        if (
            text in {"value", "name"}
            and owner is not None
            and owner.type in self.grammar.calls
            and self.called(owner)[:1].isupper()
        ):
            return Level.CONSTANT  # one of an enumeration's: any other is refused when it is made
        held = self.level(owner, depth + 1) if owner is not None else Level.UNKNOWN
        return held if held >= Level.GIVEN and not _NAMELIKE.search(text) else Level.UNKNOWN

    def _named(self, node: Node, depth: int) -> Level:
        name = self.read(node)
        if self._is_tested(name, node):
            return Level.CONSTANT
        values, given = self.bound(name, node)
        if not values and given is Level.UNKNOWN and name.isupper() and len(name) > 1:
            return Level.CONSTANT  # brought in from elsewhere, by its name a constant
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

    # Strings that are built.

    def built(self, node: Node, depth: int = 0) -> Level:
        """What is put into a string that is built here; CONSTANT where none is built, or of constants only."""
        kind, grammar = node.type, self.grammar
        if depth > _DEEPEST:
            return Level.CONSTANT
        if kind in grammar.strings:
            return self.level(node, depth)
        if kind in {"binary_operator", "binary_expression"}:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            sign = node.child_by_field_name("operator")
            if left is None or right is None or sign is None or self.read(sign) not in {"+", "%"}:
                return Level.CONSTANT
            if self.read(sign) == "%":
                if not self.is_text(left) or _NUMBERS.fullmatch(self.constant(left) or "%s"):
                    return Level.CONSTANT  # `%d` takes numbers only
                return self.level(right, depth + 1)
            if self.is_text(left) or self.is_text(right):
                return max(self.level(left, depth + 1), self.level(right, depth + 1))
            return Level.CONSTANT
        if kind in grammar.calls:
            name = self.called(node)
            inside, receiver = self.arguments(node), self.receiver(node)
            if receiver is not None and receiver.type in grammar.calls and self.called(receiver) == "SQL":
                return self.built(receiver, depth + 1)  # psycopg's composable quotes what is put in
            if name in grammar.makers and not (name == "join" and "path" in (self.read(receiver) if receiver else "")):
                own = self.built(receiver, depth + 1) if receiver is not None else Level.CONSTANT
                return max([own, *(self.level(part, depth + 1) for part in inside)])
            if name in {"replace", "replaceAll", "replaceFirst"} and receiver is not None and len(inside) > 1:
                put = self.level(inside[1], depth + 1) if self.is_text(receiver) else Level.CONSTANT
                return max(put, self.built(receiver, depth + 1))
            if name in grammar.through:
                parts = [*inside, receiver] if receiver is not None else inside
                return max((self.built(part, depth + 1) for part in parts), default=Level.CONSTANT)
            return Level.CONSTANT
        if kind == "identifier":
            return self._built_before(node, depth)
        if kind in {
            "parenthesized_expression",
            "conditional_expression",
            "ternary_expression",
            "await",
            "cast_expression",
        }:
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
                self.read(part)
                for part in descendants(node, "string_content", "string_fragment", "multiline_string_fragment")
            )
        if node.type in self.grammar.literals or node.type == "unary_operator":
            return self.read(node)
        if node.type == "identifier" and depth < 4:
            values, given = self.bound(self.read(node), node)
            if len(values) == 1 and values[0] is not None and given is Level.CONSTANT:
                return self.constant(values[0], depth + 1)
        return None
