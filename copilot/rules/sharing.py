"""State that threads share: what a class of Java holds, where it is changed, and what guards it (for Python: `held.py`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from copilot.rules.flow import Flow
from copilot.rules.held import CHANGES, Held
from copilot.rules.matching import Arguments, Captures
from copilot.rules.money import Money
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.syntax.tree import descendants, enclosing

_CHANGING: Final = frozenset(CHANGES.split("|"))
_SINGLETON: Final = re.compile(
    r"@(?:Service|Component|Controller|RestController|Repository|Configuration|Singleton|ApplicationScoped|WebServlet|ControllerAdvice|RestControllerAdvice"
    r"|KafkaListener|DubboService|Named|Stateless|WebService|Aspect|Endpoint|ServerEndpoint|RocketMQMessageListener|GrpcService)\b"
    r"|implements\s[^{]*\b(?:HandlerInterceptor|Filter|MessageListener|WebFilter)\b|extends\s+(?:HttpServlet|GenericServlet|Action|MultiActionController)\b"
)
_APART: Final = re.compile(r"@(?:Scope|RequestScope|SessionScope|RequestScoped|Prototype)\b(?!\s*\(\s*\"singleton)")
_STARTS: Final = re.compile(
    r"(?i)^(?:init\w*|start\w*|afterPropertiesSet|load\w*|reload\w*|refresh\w*|configure|setUp|main|destroy|stop|close|shutdown|register\w*)$"
)


_LATER: Final = re.compile(
    r"(?i)^(?:init\w*|start\w*|configure\w*|setUp|main|register\w*|on\w+Event|set[A-Z]\w*|customize\w*)$"
)
"""Routines with parameters that are called while the program starts."""
_REFRESHES: Final = re.compile(
    r"@(?:Scheduled|EventListener|Bean|PostConstruct|Autowired|Inject|Value|Before|Test|PreDestroy|Override\s+public\s+void\s+run\(String)"
)


class Sharing:
    """Where the held state of one document is changed."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._changed: dict[str, list[Node]] | None = None

    def changes(self, name: str) -> list[Node]:
        """The places of a Java file that change what a name holds."""
        if self._changed is None:
            self._changed = {}
            query = compiled(
                "java",
                """
                (method_invocation object: [(identifier) @name (field_access field: (identifier) @name)] name: (identifier) @how) @at
                (assignment_expression left: [(identifier) @name (field_access field: (identifier) @name) (array_access array: (identifier) @name)]) @at
                (update_expression [(identifier) @name (field_access field: (identifier) @name)]) @at
                """,
            )
            for _, captures in QueryCursor(query).matches(self.flow.tree.root_node):
                if "how" in captures and self.flow.read(captures["how"][0]) not in _CHANGING:
                    continue
                self._changed.setdefault(self.flow.read(captures["name"][0]), []).append(captures["at"][0])
        return self._changed.get(name, [])

    def field_changed(self, declarator: Node, *, static: bool) -> bool:
        """Whether methods change a field without a guard: after it is made, and not only while the program starts."""
        name = declarator.child_by_field_name("name")
        holder = enclosing(declarator, "class_body", "enum_body", "interface_body")
        if name is None or holder is None:
            return False
        for at in self.changes(self.flow.read(name)):
            routine = enclosing(
                at, "method_declaration", "constructor_declaration", "static_initializer", "field_declaration"
            )
            if (
                routine is None
                or routine.type != "method_declaration"
                or not holder.start_byte <= at.start_byte < holder.end_byte
            ):
                continue
            own = routine.child_by_field_name("name")
            called = self.flow.read(own) if own is not None else ""
            if (
                static
                and re.match(r"private\s+static\b", self.flow.read(routine)[:40])
                and b"static {" in self.flow.text
            ):
                continue  # a part of how the class is made
            starts = _LATER if self.flow.parameters(routine) else _STARTS
            if starts.match(called) and not (static and called.startswith(("register", "set"))):
                continue
            head = self.flow.text[routine.start_byte : at.start_byte].decode("utf-8", "replace")
            if re.search(r"@PostConstruct|@Autowired|@Inject|@Value|@Before|@Test", head):
                continue
            if re.match(r"(?:@\w+(?:\([^)]*\))?\s*)*[\w\s]*\bsynchronized\b", head.partition("(")[0]) or re.search(
                r"\.(?:lock|writeLock\(\)\.lock|acquire|tryLock)\(", head
            ):
                continue
            if self._shadowed(self.flow.read(name), at) or enclosing(at, "synchronized_statement") is not None:
                continue
            if (
                not static
                and at.type == "assignment_expression"
                and own is not None
                and re.match("set[A-Z]", self.flow.read(own))
            ):
                continue
            return True
        return False

    def field_asked(self, declarator: Node) -> bool:
        """Whether a routine that is given something keeps it, or what it finds by it, in a field (of any type)."""
        name = declarator.child_by_field_name("name")
        holder = enclosing(declarator, "class_body")
        if name is None or holder is None:
            return False
        own = self.flow.read(name)
        for at in self.changes(own):
            routine = enclosing(at, "method_declaration", "constructor_declaration", "lambda_expression", "class_body")
            if at.type != "assignment_expression" or routine is None or routine.type != "method_declaration":
                continue
            if not holder.start_byte <= at.start_byte < holder.end_byte or self._shadowed(own, at):
                continue
            head = self.flow.text[routine.start_byte : at.start_byte].decode("utf-8", "replace")
            called = routine.child_by_field_name("name")
            if (
                called is None
                or not self.flow.parameters(routine)
                or _LATER.match(self.flow.read(called))
                or _REFRESHES.search(head)
                or re.search(
                    rf"\bsynchronized\b|\block\(|\b{re.escape(own)}\s*==\s*null|run\(\s*(?:String\b|ApplicationArguments)",
                    head,
                )
            ):
                continue
            return True
        return False

    def _shadowed(self, name: str, at: Node) -> bool:
        routine = self.flow.around(at)
        if at.type != "update_expression" and "this." in self.flow.read(at)[:6]:
            return False
        return routine is not None and (
            name in self.flow.parameters(routine)
            or any(
                self.flow.read(held) == name
                for each in descendants(routine, "variable_declarator", "enhanced_for_statement")
                for held in each.children_by_field_name("name")
            )
        )

    def used_under_guard(self, declarator: Node) -> bool:
        """Whether every use of a formatter is under a lock, or of a copy."""
        name = declarator.child_by_field_name("name")
        if name is None:
            return False
        own = re.escape(self.flow.read(name))
        text = self.flow.text.decode("utf-8", "replace")
        uses = len(re.findall(rf"\b{own}\s*\.", text))
        safe = len(re.findall(rf"\b{own}\s*\.\s*clone\(", text)) + len(
            re.findall(rf"synchronized\s*\(\s*(?:\w+\.)?{own}\s*\)", text)
        )
        return bool(uses) and (safe >= uses or self._is_locked(own))

    def _is_locked(self, own: str) -> bool:
        """Whether every routine that uses a field is synchronized, or takes a lock before."""
        locked = []
        for use in re.finditer(rb"\b" + own.encode() + rb"\s*\.", self.flow.text):
            at = self.flow.tree.root_node.descendant_for_byte_range(use.start(), use.start())
            routine = enclosing(at, "method_declaration") if at is not None else None
            if routine is not None:
                head = self.flow.text[routine.start_byte : use.start()].decode("utf-8", "replace")
                locked.append(re.search(r"\bsynchronized\b|\.lock\(|\.acquire\(", head) is not None)
        return bool(locked) and all(locked)

    def singleton(self, node: Node) -> bool:
        """Whether the class around a field has one object that all requests share."""
        holder = enclosing(node, "class_declaration", "enum_declaration")
        body = holder.child_by_field_name("body") if holder is not None else None
        if holder is None or body is None:
            return False
        if holder.type == "enum_declaration":
            return True
        head = self.flow.text[holder.start_byte : body.start_byte].decode("utf-8", "replace")
        if _SINGLETON.search(head):
            return _APART.search(head) is None
        name = holder.child_by_field_name("name")
        made = (
            rb"\bstatic\s+(?:final\s+|volatile\s+)*" + re.escape(self.flow.text[name.start_byte : name.end_byte])
            if name
            else b""
        )
        return bool(made) and re.search(made + rb"\s+(?i:instance\w*)\s*[=;]", self.flow.text) is not None


def predicates(flow: Flow, _: Money) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """The predicates about shared state, of one document.

    (#singleton? @site)         the class around has one object that all requests share (Java)
    (#changed? @site "static")  methods change the field of a declarator without a guard (Java)
    (#asked-for? @site)         a routine keeps what it is given in the field of a declarator (Java)
    (#class-set? @left)         a function keeps what it is given in a class (Python)
    (#unguarded-use? @site)     a formatter is used without a lock (Java)
    (#handles? @site)           the function around answers requests, or is a task or a thread (Python)
    (#depended? @site)          handlers depend on the function around, which does not say so itself (Python)
    (#of-module? @name)         names what the module holds and can change (Python)
    (#unguarded? @site)         no lock is held (Python)
    (#class-changed? @name)     methods change what the class holds (Python)
    (#default-used? @name)      the function changes, keeps or gives away the default of a parameter (Python)
    """
    sharing, held = Sharing(flow), Held(flow)
    return {
        "singleton?": lambda given, captures: sharing.singleton(captures[given[0][0]][0]),
        "changed?": lambda given, captures: sharing.field_changed(
            captures[given[0][0]][0], static=given[1][0] == "static"
        ),
        "asked-for?": lambda given, captures: sharing.field_asked(captures[given[0][0]][0]),
        "class-set?": lambda given, captures: held.class_set(captures[given[0][0]][0]),
        "unguarded-use?": lambda given, captures: not sharing.used_under_guard(captures[given[0][0]][0]),
        "handles?": lambda given, captures: held.handles(captures[given[0][0]][0]),
        "depended?": lambda given, captures: held.depended(captures[given[0][0]][0]),
        "of-module?": lambda given, captures: held.of_module(captures[given[0][0]][0]),
        "unguarded?": lambda given, captures: not held.guarded(captures[given[0][0]][0]),
        "class-changed?": lambda given, captures: held.class_changed(captures[given[0][0]][0]),
        "default-used?": lambda given, captures: held.default_used(captures[given[0][0]][0]),
    }
