"""The routines of a document as rules on conduct see them: marks, class, calls in order, who calls whom in the file.

Everything is read in one pass and kept. Calls belong to the innermost named routine (a lambda is part of what is around it).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.syntax.tree import descendants, enclosing

_QUERIES: Final = {
    "python": "(function_definition) @routine (call) @call (comment) @comment",
    "java": """
        [(method_declaration) (constructor_declaration)] @routine
        [(method_invocation) (object_creation_expression)] @call
        [(line_comment) (block_comment)] @comment
        [(field_declaration) (local_variable_declaration) (formal_parameter) (resource)] @typed
    """,
}
_CLASSES: Final = {
    "python": ("class_definition",),
    "java": (
        "class_declaration", "record_declaration", "enum_declaration", "interface_declaration", "object_creation_expression",
    ),
}  # fmt: skip
_LOGS: Final = frozenset({
    "trace", "debug", "info", "warn", "warning", "error", "exception", "fatal", "critical", "printStackTrace", "print",
    "println", "printf", "severe", "log", "print_exc", "echo", "fine",
})  # fmt: skip
_LOGGER: Final = re.compile(r"(?i)(?:^|[._])(?:log(?:ger|ging|uru)?|System\.(?:out|err)|traceback|slf4j|app\.logger)\b")
_TEST: Final = re.compile(
    r"(?m)^\s*(?:import|from)\s+(?:static\s+)?(?:pytest|unittest|org\.junit|org\.mockito|org\.testng|django\.test|nose)\b"
)
_SELF: Final = re.compile(r"(?:\w+\.)?this|self|cls|")


class Call(NamedTuple):
    """A call: its last name, what stands before the dot (without blanks), its node."""

    name: str
    receiver: str
    node: Node


@dataclass(eq=False)
class Routine:
    """One routine. `marks`: its annotations and modifiers, or decorators; `owner`: the class around it; `outer`: a routine
    around it.
    """

    node: Node
    name: str
    marks: str
    owner: Node | None
    outer: Routine | None = None
    calls: list[Call] = field(default_factory=list)

    @property
    def body(self) -> Node | None:
        """Its block; None for a routine that is only declared."""
        return self.node.child_by_field_name("body")

    @property
    def is_private(self) -> bool:
        """Whether only its own file calls it."""
        return re.search(r"\bprivate\b", self.marks) is not None or (
            self.name.startswith("_") and not self.name.startswith("__")
        )


class Routines:
    """The routines of one document."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.language = flow.document.language or ""
        self._codes: dict[int, str] = {}
        self._said: dict[tuple[bytes, ...], bool] = {}

    @cached_property
    def text(self) -> str:
        """The whole text."""
        return self.flow.text.decode("utf-8", "replace")

    @cached_property
    def _lowered(self) -> bytes:
        return self.flow.text.lower()

    def says(self, words: tuple[bytes, ...]) -> bool:
        """Whether one of some words (in small letters) stands in the text, in letters of any size."""
        if words not in self._said:
            self._said[words] = any(word in self._lowered for word in words)
        return self._said[words]

    @cached_property
    def is_test(self) -> bool:
        """Whether the file is one of tests, by its imports."""
        return _TEST.search(self.text) is not None

    @cached_property
    def _captures(self) -> dict[str, list[Node]]:
        query = _QUERIES.get(self.language)
        return QueryCursor(compiled(self.language, query)).captures(self.flow.tree.root_node) if query else {}

    @cached_property
    def all(self) -> dict[int, Routine]:
        """By the id of their nodes, in order."""
        found: dict[int, Routine] = {}
        nodes = sorted(self._captures.get("routine", ()), key=lambda node: node.start_byte)
        for node in nodes:
            name = node.child_by_field_name("name")
            outer = self.flow.around(node)
            while outer is not None and outer.id not in found:
                outer = self.flow.around(outer)
            owner = enclosing(node.parent, *_CLASSES[self.language]) if node.parent is not None else None
            if outer is not None and owner is not None and owner.start_byte < outer.start_byte:
                owner = None  # a function of its own inside a method
            found[node.id] = Routine(
                node,
                self.flow.read(name) if name is not None else "",
                self._marks(node),
                owner,
                found[outer.id] if outer is not None else None,
            )
        starts, held = [node.start_byte for node in nodes], [found[node.id] for node in nodes]
        for call in sorted(self._captures.get("call", ()), key=lambda node: (node.end_byte, -node.start_byte)):
            at: Routine | None = held[n] if (n := bisect_right(starts, call.start_byte) - 1) >= 0 else None
            while at is not None and at.node.end_byte < call.end_byte:
                at = at.outer
            if at is not None:
                at.calls.append(self.call(call))
        return found

    def of(self, node: Node) -> Routine | None:
        """The named routine around a node (or of that node)."""
        at: Node | None = node
        while at is not None:
            if at.id in self.all:
                return self.all[at.id]
            at = at.parent
        return None

    def call(self, node: Node) -> Call:
        """A call's parts."""
        receiver = self.flow.receiver(node)
        return Call(self.flow.called(node), re.sub(r"\s", "", self.flow.read(receiver)) if receiver else "", node)

    def _marks(self, node: Node) -> str:
        if self.language == "java":
            return self.flow.read(node.children[0]) if node.children and node.children[0].type == "modifiers" else ""
        outer = node.parent
        if outer is None or outer.type != "decorated_definition":
            return ""
        return self.flow.text[outer.start_byte : node.start_byte].decode("utf-8", "replace")

    def head(self, node: Node | None) -> str:
        """What stands of a class or routine before its body, marks included."""
        body = node.child_by_field_name("body") if node is not None else None
        if node is None or body is None:
            return ""
        marks = self._marks(node) if self.language == "python" else ""
        return marks + self.flow.text[node.start_byte : body.start_byte].decode("utf-8", "replace")

    def title(self, node: Node | None) -> str:
        """The name of a class."""
        name = node.child_by_field_name("name") if node is not None else None
        return self.flow.read(name) if name is not None else ""

    @cached_property
    def types(self) -> dict[str, str]:
        """The declared types of names, the file as one scope (Java)."""
        found = {}
        for node in self._captures.get("typed", ()):
            kind = node.child_by_field_name("type")
            for part in (node, *node.named_children):
                name = part.child_by_field_name("name")
                if name is not None and kind is not None and name.type == "identifier":
                    found[self.flow.read(name)] = self.flow.read(kind)
        return found

    # Calls inside the file.

    @cached_property
    def _named(self) -> dict[tuple[int, str], list[Routine]]:
        found: dict[tuple[int, str], list[Routine]] = {}
        for routine in self.all.values():
            found.setdefault((_key(routine), routine.name), []).append(routine)
        return found

    def own(self, routine: Routine, call: Call) -> list[Routine]:
        """The routines of the same class (in Python of the same module, too) that a call of a routine may mean."""
        if not _SELF.fullmatch(call.receiver) or call.node.type == "object_creation_expression":
            return []
        keys = [_key(routine)]
        at = routine.outer
        while at is not None:
            keys.append(_key(at))
            at = at.outer
        if not call.receiver:
            keys = [-1] if self.language == "python" else keys
        found = [each for key in keys for each in self._named.get((key, call.name), ())]
        if self.language == "java" and len(found) > 1:
            count = len(self.flow.arguments(call.node))
            found = [each for each in found if len(self.flow.parameters(each.node)) == count] or found
        return found

    @cached_property
    def callers(self) -> dict[int, list[tuple[Routine, Call]]]:
        """Who calls a routine (by the id of its node) in this file, itself aside."""
        found: dict[int, list[tuple[Routine, Call]]] = {}
        for routine in self.all.values():
            for call in routine.calls:
                for callee in self.own(routine, call):
                    if callee is not routine:
                        found.setdefault(callee.node.id, []).append((routine, call))
        return found

    def reached(self, routine: Routine, depth: int = 2) -> Iterator[Routine]:
        """A routine and what it calls in the file, to a depth."""
        seen, level = {routine.node.id}, [routine]
        for _ in range(depth + 1):
            yield from level
            level = [
                callee
                for each in level
                for call in each.calls
                for callee in self.own(each, call)
                if callee.node.id not in seen and not seen.add(callee.node.id)  # type: ignore[func-returns-value]
            ]

    # Text.

    def is_log(self, call: Call) -> bool:
        """Whether a call only writes into the program's log or the console."""
        if not call.receiver:
            return call.name in {"print", "println", "printf", "print_exc", "echo"}
        return call.name == "printStackTrace" or (call.name in _LOGS and _LOGGER.search(call.receiver) is not None)

    @cached_property
    def _cuts(self) -> list[tuple[int, int]]:
        logs = [call.node for each in self.all.values() for call in each.calls if self.is_log(call)]
        return sorted((node.start_byte, node.end_byte) for node in [*self._captures.get("comment", ()), *logs])

    def code(self, node: Node) -> str:
        """The text of a node without comments and without what is only logged."""
        if node.id not in self._codes:
            kept, at = [], node.start_byte
            for start, end in self._cuts[bisect_left(self._cuts, (at, 0)) :]:
                if start >= node.end_byte:
                    break
                if start >= at:
                    kept.append(self.flow.text[at:start])
                    at = end
            kept.append(self.flow.text[at : node.end_byte])
            self._codes[node.id] = b" ".join(kept).decode("utf-8", "replace")
        return self._codes[node.id]

    def strings(self, node: Node) -> str:
        """The texts of the strings in a node and of what its names are bound to, joined by lines."""
        found, grammar = [], self.flow.grammar
        for part in descendants(node, "identifier", "field_access", "attribute", *grammar.strings):
            if part.type in grammar.strings:
                found.append(self.flow.read(part))
            else:
                name = self.flow.read(part).rpartition(".")[2]
                for value in self.flow.bound(name, part)[0]:
                    if value is not None and not value.start_byte <= part.start_byte < value.end_byte:
                        found += [self.flow.read(each) for each in descendants(value, *grammar.strings)]
        return "\n".join(found)


def _key(routine: Routine) -> int:
    return routine.owner.id if routine.owner is not None else -1
