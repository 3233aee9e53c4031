"""State that threads share: what a class or a module holds, where it is changed, and what guards it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Final

from copilot.rules.flow import Flow
from copilot.rules.matching import Arguments, Captures
from copilot.rules.money import Money
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.syntax.tree import descendants, enclosing

_CHANGES: Final = (
    "put|putAll|putIfAbsent|add|addAll|addFirst|addLast|remove|removeAll|removeIf|clear|compute|computeIfAbsent|computeIfPresent|merge|replace|set|push|pop"
    "|offer|poll|append|extend|insert|update|setdefault|discard|popitem|sort|reverse|appendleft|popleft|difference_update|intersection_update"
)
_CHANGING: Final = frozenset(_CHANGES.split("|"))
_SINGLETON: Final = re.compile(
    r"@(?:Service|Component|Controller|RestController|Repository|Configuration|Singleton|ApplicationScoped|WebServlet|ControllerAdvice|RestControllerAdvice"
    r"|KafkaListener|DubboService|Named|Stateless|WebService|Aspect|Endpoint|ServerEndpoint)\b|extends\s+(?:HttpServlet|GenericServlet|Action|MultiActionController)\b"
)
_APART: Final = re.compile(r"@(?:Scope|RequestScope|SessionScope|RequestScoped|Prototype)\b(?!\s*\(\s*\"singleton)")
_GUARD: Final = re.compile(r"(?i)lock|mutex|semaphore|synchroni[sz]ed|atomic\(")
_HANDLER: Final = re.compile(
    r"@(?:\w+\.)*(?:route|get|post|put|delete|patch|api_route|websocket|task|shared_task|before_request|after_request|on_event|middleware|view|api_view|csrf_exempt|login_required"
    r"|require_POST|require_GET|require_http_methods|message_handler|listener|job|scheduled_job|exception_handler|action|rpc|subscribe|consumer|agent)\b"
)
_VIEW: Final = re.compile(
    r"(?:View|Resource|Handler|ViewSet|Endpoint|Servicer|Consumer|MethodView|Thread|Controller)\b"
)
_STARTS: Final = re.compile(
    r"(?i)^(?:init\w*|start\w*|afterPropertiesSet|load\w*|reload\w*|refresh\w*|configure|setUp|main|destroy|stop|close|shutdown|register\w*)$"
)


class Sharing:
    """Where the held state of one document is changed."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._changed: dict[str, list[Node]] | None = None
        self._module: dict[str, bool] | None = None

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
            if (
                own is not None
                and _STARTS.match(self.flow.read(own))
                and not (static and self.flow.read(own).startswith("register"))
            ):
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
        return bool(uses) and safe >= uses

    def singleton(self, node: Node) -> bool:
        """Whether the class around a field has one object that all requests share."""
        holder = enclosing(node, "class_declaration")
        body = holder.child_by_field_name("body") if holder is not None else None
        if holder is None or body is None:
            return False
        head = self.flow.text[holder.start_byte : body.start_byte].decode("utf-8", "replace")
        return _SINGLETON.search(head) is not None and _APART.search(head) is None

    # Python.

    def handles(self, node: Node) -> bool:
        """Whether the function around a place answers requests or runs as a task."""
        routine = self.flow.around(node)
        while routine is not None and routine.type == "lambda":
            routine = self.flow.around(routine)
        if routine is None:
            return False
        outer = routine.parent
        if outer is not None and outer.type == "decorated_definition":
            marks = self.flow.text[outer.start_byte : routine.start_byte].decode("utf-8", "replace")
            if _HANDLER.search(marks):
                return True
        names = list(self.flow.parameters(routine))
        if names and (names[0] == "request" or names[:2] == ["self", "request"]):
            return True
        name = routine.child_by_field_name("name")
        held = enclosing(routine.parent, "class_definition") if routine.parent is not None else None
        bases = held.child_by_field_name("superclasses") if held is not None else None
        return (
            bases is not None
            and _VIEW.search(self.flow.read(bases)) is not None
            and name is not None
            and self.flow.read(name)
            in {
                "get",
                "post",
                "put",
                "patch",
                "delete",
                "run",
                "dispatch",
                "on_message",
                "receive",
                "create",
                "update",
                "list",
                "retrieve",
                "destroy",
            }
        ) or (
            name is not None
            and re.search(
                rf"(?:Thread\([^)]*target\s*=\s*|(?:to_thread|run_in_executor|\.submit|\.map|apply_async)\((?:\w+,\s*)?){self.flow.read(name)}\b",
                self._threaded,
            )
            is not None
        )

    @cached_property
    def _threaded(self) -> str:
        """The text where it works with threads of its own; a pool of processes shares nothing."""
        text = self.flow.text.decode("utf-8", "replace")
        return text if re.search(r"Thread|to_thread|run_in_executor|dummy", text) else ""

    def of_module(self, node: Node) -> bool:
        """Whether a name in a function is bound by the module to something that can be changed, and by no one nearer."""
        name = self.flow.read(node)
        mutable = self._of_module(name)
        bound = node.parent is not None and node.parent.type in {"assignment", "augmented_assignment"}
        if mutable is None or not (bound or mutable):
            return False
        routine = self.flow.around(node)
        if routine is None:
            return False
        body = self.flow.read(routine)
        declared = re.search(rf"^\s*global\b[^\n]*\b{re.escape(name)}\b", body, re.MULTILINE) is not None
        if bound:
            return declared
        if name in self.flow.parameters(routine):
            return False
        bound_here = re.search(rf"^\s*{re.escape(name)}\s*(?::[^=\n]+)?=[^=]", body, re.MULTILINE) is not None
        return declared or not bound_here

    def _of_module(self, name: str) -> bool | None:
        """Whether anything that the module binds a name to can be changed; None where it binds it to nothing."""
        if self._module is None:
            self._module = {}
            for each in self.flow.tree.root_node.named_children:
                first = each.named_children[0] if each.type == "expression_statement" and each.named_children else None
                if first is not None and first.type == "assignment":
                    left, right = (first.child_by_field_name(side) for side in ("left", "right"))
                    if left is not None and right is not None:
                        held = self.flow.read(left)
                        self._module[held] = self._module.get(held, False) or _is_mutable(self.flow.read(right))
        return self._module.get(name)

    def guarded(self, node: Node) -> bool:
        """Whether a place stands in a `with` of a lock, or behind a lock that the function takes."""
        at = enclosing(node, "with_statement")
        while at is not None:
            head = self.flow.read(at).partition(":\n")[0]
            if _GUARD.search(head):
                return True
            at = enclosing(at.parent, "with_statement") if at.parent is not None else None
        routine = self.flow.around(node)
        before = (
            self.flow.text[routine.start_byte : node.start_byte].decode("utf-8", "replace")
            if routine is not None
            else ""
        )
        return re.search(r"\.acquire\(", before) is not None

    def class_changed(self, node: Node) -> bool:
        """Whether methods change what a class holds, and no object binds its own."""
        name, holder = self.flow.read(node), enclosing(node, "class_definition")
        if holder is None:
            return False
        text = self.flow.read(holder)
        own = re.escape(name)
        if re.search(rf"\bself\.{own}\s*(?::[^=\n]+)?=[^=]", text) or re.search(r"(?i)lock\(\)", text):
            return False
        who = rf"self\.{own}"  # by the class's own name it is a register that is meant
        return (
            re.search(rf"{who}\.(?:{_CHANGES})\(|{who}\[[^\]]*\]\s*[-+*/|]?=[^=]|del {who}\[|{who}\s*[-+|]=", text)
            is not None
        )

    def default_used(self, name: Node) -> bool:
        """Whether a function changes, keeps or gives away the default of a parameter."""
        routine = self.flow.around(name)
        body = routine.child_by_field_name("body") if routine is not None else None
        if body is None:
            return False
        own, text = re.escape(self.flow.read(name)), self.flow.read(body)
        if re.search(
            rf"^\s*{own}\s*=\s*(?:list|dict|set|copy\.\w+|deepcopy|\[\*|\{{\*|{own}\.copy|{own}\s+or|sorted|tuple)",
            text,
            re.MULTILINE,
        ):
            return False
        return re.search(
            rf"\b{own}\.(?:{_CHANGES})\(|\b{own}\[[^\]]*\]\s*[-+*/|]?=[^=]|\b{own}\s*[-+|]=|\breturn\s+{own}\s*$|\bself\.\w+\s*=\s*{own}\s*$|\bdel\s+{own}\[",
            text, re.MULTILINE,
        ) is not None  # fmt: skip


def _is_mutable(text: str) -> bool:
    return (
        re.match(
            r"\{|\[|(?:dict|list|set|defaultdict|OrderedDict|deque|Counter|collections\.\w+|WeakValueDictionary|TTLCache|LRUCache)\(",
            text,
        )
        is not None
    )


def predicates(flow: Flow, _: Money) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """The predicates about shared state, of one document.

    (#singleton? @site)         the class around has one object that all requests share (Java)
    (#changed? @site "static")  methods change the field of a declarator without a guard (Java)
    (#unguarded-use? @site)     a formatter is used without a lock (Java)
    (#handles? @site)           the function around answers requests, or is a task or a thread (Python)
    (#of-module? @name)         names what the module holds and can change (Python)
    (#unguarded? @site)         no lock is held (Python)
    (#class-changed? @name)     methods change what the class holds (Python)
    (#default-used? @name)      the function changes, keeps or gives away the default of a parameter (Python)
    """
    sharing = Sharing(flow)
    return {
        "singleton?": lambda given, captures: sharing.singleton(captures[given[0][0]][0]),
        "changed?": lambda given, captures: sharing.field_changed(
            captures[given[0][0]][0], static=given[1][0] == "static"
        ),
        "unguarded-use?": lambda given, captures: not sharing.used_under_guard(captures[given[0][0]][0]),
        "handles?": lambda given, captures: sharing.handles(captures[given[0][0]][0]),
        "of-module?": lambda given, captures: sharing.of_module(captures[given[0][0]][0]),
        "unguarded?": lambda given, captures: not sharing.guarded(captures[given[0][0]][0]),
        "class-changed?": lambda given, captures: sharing.class_changed(captures[given[0][0]][0]),
        "default-used?": lambda given, captures: sharing.default_used(captures[given[0][0]][0]),
    }
