"""What a module or a class of Python holds: who changes it while others use it, and what guards it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

CHANGES: Final = (
    "put|putAll|putIfAbsent|add|addAll|addFirst|addLast|remove|removeAll|removeIf|clear|compute|computeIfAbsent|computeIfPresent|merge|replace|set|push|pop"
    "|offer|poll|append|extend|insert|update|setdefault|discard|popitem|sort|reverse|appendleft|popleft|difference_update|intersection_update"
)
_GUARD: Final = re.compile(r"(?i)lock|mutex|semaphore|synchroni[sz]ed|atomic\(")
_HANDLER: Final = re.compile(
    r"@(?:\w+\.)*(?:route|get|post|put|delete|patch|api_route|websocket|task|shared_task|before_request|after_request|on_event|middleware|view|api_view|csrf_exempt|login_required"
    r"|require_POST|require_GET|require_http_methods|message_handler|listener|job|scheduled_job|exception_handler|action|rpc|subscribe|consumer|agent)\b"
)
_VIEW: Final = re.compile(
    r"(?:View|Resource|Handler|ViewSet|Endpoint|Servicer|Consumer|MethodView|Thread|Controller)\b"
)
_SERVICE: Final = re.compile(r"(?:Service|Facade)\b")
_CONTEXT: Final = re.compile(r"(?i)context|session|current|request|holder|tenant|principal")
_DEPENDS: Final = re.compile(r"\b(?:Depends|Security)\(\s*(\w+)")
_GIVEN: Final = re.compile(r"=\s*(?:Header|Query|Cookie|Body|Depends|Path|Form)\(")
_VIEW_ROUTINES: Final = frozenset({
    "get", "post", "put", "patch", "delete", "run", "dispatch", "on_message", "receive", "create", "update", "list", "retrieve",
    "destroy",
})  # fmt: skip


class Held:
    """Where the held state of one document is changed."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._module: dict[str, bool] | None = None

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
        given = routine.child_by_field_name("parameters")
        if given is not None and _GIVEN.search(self.flow.read(given)):
            return True
        held = enclosing(routine.parent, "class_definition") if routine.parent is not None else None
        bases = held.child_by_field_name("superclasses") if held is not None else None
        if self._serves(held, name) or self._is_interleaved(routine, node):
            return True
        return (
            bases is not None
            and _VIEW.search(self.flow.read(bases)) is not None
            and name is not None
            and self.flow.read(name) in _VIEW_ROUTINES
        ) or (
            name is not None
            and re.search(
                rf"(?:Thread\([^)]*target\s*=\s*|(?:to_thread|run_in_executor|\.submit|\.map|apply_async)\((?:\w+,\s*)?){self.flow.read(name)}\b",
                self._threaded,
            )
            is not None
        )

    @cached_property
    def _depended(self) -> frozenset[str]:
        """The functions that handlers of requests depend on."""
        if b"Depends(" not in self.flow.text and b"Security(" not in self.flow.text:
            return frozenset()
        return frozenset(_DEPENDS.findall(self.flow.text.decode("utf-8", "replace")))

    def depended(self, node: Node) -> bool:
        """Whether handlers of requests depend on the function around a place, which does not say so itself."""
        routine = self.flow.around(node)
        name = routine.child_by_field_name("name") if routine is not None else None
        return name is not None and self.flow.read(name) in self._depended and not self.handles(node)

    def _serves(self, held: Node | None, name: Node | None) -> bool:
        """Whether a routine is one of a service's that others call."""
        title = held.child_by_field_name("name") if held is not None else None
        return (
            title is not None
            and name is not None
            and _SERVICE.search(self.flow.read(title)) is not None
            and not self.flow.read(name).startswith("__")
        )

    def _is_interleaved(self, routine: Node, node: Node) -> bool:
        """Whether a coroutine lets others run (`await`) before it writes back what it read there before."""
        before = self.flow.text[routine.start_byte : node.start_byte]
        read = before.find(self.flow.text[node.start_byte : node.end_byte])
        return before.startswith(b"async ") and -1 < read < before.rfind(b"await ")

    def class_set(self, node: Node) -> bool:
        """Whether what a function is given is kept by a class (`Context.user = name`): `node` is what the value is bound to."""
        routine = self.flow.around(node)
        value = node.parent.child_by_field_name("right") if node.parent is not None else None
        owner = node.child_by_field_name("object")
        if routine is None or value is None or owner is None:
            return False
        given = set(self.flow.parameters(routine)) - {"self", "cls"}
        if not any(self.flow.read(each) in given for each in [value, *descendants(value, "identifier")]):
            return False
        name = self.flow.read(owner)
        held = enclosing(node, "class_definition")
        title = held.child_by_field_name("name") if held is not None else None
        own = self.flow.read(title) if title is not None else ""
        if name in {"cls", "self.__class__", "type(self)"}:
            return _CONTEXT.search(own) is not None or _SERVICE.search(own) is not None
        known = re.search(rf"(?m)^class {re.escape(name)}\b", self.flow.text.decode("utf-8", "replace")) is not None
        return known and (_CONTEXT.search(name) is not None or (own == name and _SERVICE.search(own) is not None))

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
            re.search(rf"{who}\.(?:{CHANGES})\(|{who}\[[^\]]*\]\s*[-+*/|]?=[^=]|del {who}\[|{who}\s*[-+|]=", text)
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
            rf"\b{own}\.(?:{CHANGES})\(|\b{own}\[[^\]]*\]\s*[-+*/|]?=[^=]|\b{own}\s*[-+|]=|\breturn\s+{own}\s*$|\bself\.\w+\s*=\s*{own}\s*$|\bdel\s+{own}\[",
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
