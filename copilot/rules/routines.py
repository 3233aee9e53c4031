"""The routines of a document as rules on conduct see them: marks, class, calls in order, who calls whom in the file.

A routine is read when it is asked about, and kept: most questions are about one of many. Calls belong to the innermost named
routine (a lambda is part of what is around it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.syntax.tree import descendants, enclosing

_ROUTINES: Final = {
    "python": "(function_definition) @routine",
    "java": "[(method_declaration) (constructor_declaration)] @routine",
}
_INSIDE: Final = {
    "python": "(function_definition) @routine (call) @call (comment) @comment",
    "java": """
        [(method_declaration) (constructor_declaration)] @routine
        [(method_invocation) (object_creation_expression)] @call
        [(line_comment) (block_comment)] @comment
    """,
}
_TYPED: Final = "[(field_declaration) (local_variable_declaration) (formal_parameter) (resource)] @typed"
_KINDS: Final = {
    "python": frozenset({"function_definition"}),
    "java": frozenset({"method_declaration", "constructor_declaration"}),
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
_TESTERS: Final = (b"pytest", b"unittest", b"junit", b"mockito", b"testng", b"django.test", b"nose")
_SELF: Final = re.compile(r"(?:\w+\.)?this|self|cls|")


class Call(NamedTuple):
    """A call: its last name, what stands before the dot (without blanks), its node."""

    name: str
    receiver: str
    node: Node


class Routine:
    """One routine. `marks`: its annotations and modifiers, or decorators; `owner`: the class around it; `outer`: a routine
    around it; `calls`: those that are its own, in the order in which they end.
    """

    def __init__(self, node: Node, routines: Routines) -> None:
        self.node, self._routines = node, routines
        name = node.child_by_field_name("name")
        self.name = routines.flow.read(name) if name is not None else ""
        self.marks = routines.marks(node)
        self.owner = enclosing(node.parent, *_CLASSES[routines.language]) if node.parent is not None else None
        outer = routines.flow.around(node)
        self.outer = routines.of(outer) if outer is not None else None
        if outer is not None and self.owner is not None and self.owner.start_byte < outer.start_byte:
            self.owner = None  # a function of its own inside a method

    @cached_property
    def calls(self) -> list[Call]:  # noqa: D102 - told above
        return [self._routines.call(each) for each in self._routines.calls(self.node)]

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
        self._known: dict[int, Routine] = {}
        self._captures: dict[int, dict[str, list[Node]]] = {}
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
        return self.says(_TESTERS) and _TEST.search(self.text) is not None

    @cached_property
    def all(self) -> dict[int, Routine]:
        """By the id of their nodes, in order."""
        query = compiled(self.language, _ROUTINES[self.language])
        nodes = QueryCursor(query).captures(self.flow.tree.root_node).get("routine", ())
        return {node.id: self._routine(node) for node in sorted(nodes, key=lambda node: node.start_byte)}

    def _routine(self, node: Node) -> Routine:
        known = self._known.get(node.id)
        if known is None:
            known = self._known[node.id] = Routine(node, self)
        return known

    def of(self, node: Node) -> Routine | None:
        """The named routine around a node (or of that node)."""
        around = enclosing(node, *_KINDS[self.language])
        return self._routine(around) if around is not None else None

    def _inside(self, node: Node) -> dict[str, list[Node]]:
        """The routines, calls and comments in a node."""
        if node.id not in self._captures:
            query = compiled(self.language, _INSIDE[self.language])
            self._captures[node.id] = QueryCursor(query).captures(node)
        return self._captures[node.id]

    def calls(self, routine: Node) -> list[Node]:
        """The calls of a routine without those of routines in it, in the order in which they end."""
        held = self._inside(routine)
        nested = [(each.start_byte, each.end_byte) for each in held.get("routine", ()) if each.id != routine.id]
        return [
            call
            for call in sorted(held.get("call", ()), key=lambda node: (node.end_byte, -node.start_byte))
            if not any(start <= call.start_byte and call.end_byte <= end for start, end in nested)
        ]

    def call(self, node: Node) -> Call:
        """A call's parts."""
        receiver = self.flow.receiver(node)
        return Call(self.flow.called(node), re.sub(r"\s", "", self.flow.read(receiver)) if receiver else "", node)

    def marks(self, node: Node) -> str:
        """The annotations and modifiers, or decorators, of a routine or class."""
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
        marks = self.marks(node) if self.language == "python" else ""
        return marks + self.flow.text[node.start_byte : body.start_byte].decode("utf-8", "replace")

    def title(self, node: Node | None) -> str:
        """The name of a class."""
        name = node.child_by_field_name("name") if node is not None else None
        return self.flow.read(name) if name is not None else ""

    @cached_property
    def types(self) -> dict[str, str]:
        """The declared types of names, the file as one scope (Java)."""
        found = {}
        if self.language != "java":
            return {}
        query = compiled(self.language, _TYPED)
        for node in QueryCursor(query).captures(self.flow.tree.root_node).get("typed", ()):
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

    def code(self, node: Node) -> str:
        """The text of a node without comments and without what is only logged."""
        if node.id not in self._codes:
            held = self._inside(node)
            logs = [each for each in held.get("call", ()) if self.is_log(self.call(each))]
            cuts = sorted((each.start_byte, each.end_byte) for each in [*held.get("comment", ()), *logs])
            kept, at = [], node.start_byte
            for start, end in cuts:
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
