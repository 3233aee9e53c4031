"""The proof that code names nothing that nobody defines: check `exists`. What a model makes up looks like the rest.

Held are only the words that a proposal brings in. A member counts as missing when what stands before its dot is surely
known (a module or class whose every source the index has, or a module of the standard library), and its name stands
nowhere in those sources; a called name when no file at all has the word. Whatever is dynamic, inherited from elsewhere
or not certain is let through: a false alarm costs a good answer. Absent on purpose: types of longer expressions.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from copilot import edits as texts
from copilot.context import modules, rows, symbols
from copilot.context import place as places
from copilot.context.excerpt import Sources
from copilot.context.index import Index
from copilot.context.listing import relative
from copilot.context.receivers import Meanings
from copilot.context.symbols import Unit
from copilot.messages import say
from copilot.syntax import tree as trees
from copilot.syntax.lines import line_start
from copilot.syntax.outline import Symbol, outline
from copilot.syntax.tree import Node, enclosing
from copilot.syntax.window import Window, window
from copilot.types import Check, Document, Edit, Project, Span
from copilot.verify import names, platform

_DYNAMIC: Final = re.compile(
    rb"__getattr__|__getattribute__|__dict__|setattr|globals\(\)|locals\(\)|__class_getitem__|exec\(|import_module"
    rb"|lazy_loader|sys\.modules|create_autospec|namedtuple|TypedDict"
)
_GENERATED: Final = re.compile(
    rb"@\s*(?:Data|Value|Getter|Setter|Builder|SuperBuilder|With|Accessors|Delegate|Slf4j|Log4j2?|CommonsLog|Log"
    rb"|RecordBuilder|AutoValue|Entity|Mapper|Generated|UtilityClass|FieldNameConstants)\b"
)
"""Annotations whose processors write members."""

_PLAIN_DECORATORS: Final = re.compile(
    r"@(?:dataclasses\.)?dataclass\b|@(?:typing\.)?final\b|@(?:\w+\.)?total_ordering\b"
)
_OBJECT: Final[dict[str, frozenset[str]]] = {
    "python": frozenset(dir(object)) | frozenset(dir(type)) | {"__annotations__", "__wrapped__"},
    "java": frozenset({
        "getClass", "hashCode", "equals", "clone", "toString", "notify", "notifyAll", "wait", "finalize", "class",
        "values", "valueOf", "name", "ordinal", "compareTo", "getDeclaringClass", "describeConstable", "length", "this",
        "super", "annotationType", "new",
    }),
}  # fmt: skip
_ROOTS: Final = frozenset(
    {"object", "ABC", "Generic", "Protocol", "Object", "Serializable", "Cloneable", "abc", "typing"}
)
_LONGEST_SOURCE: Final = 2_000_000
_MEMBER_OR_CALL: Final = re.compile(r"\.|\w\s*\(")
_CALL: Final = re.compile(r"(?<![\w.@])([^\W\d]\w*)\s*\(")
_LEAST: Final = 3
_NEAR: Final = 8_000
"""Bytes between the first and the last edit for which a window of a large document is enough."""


def exist(doc: Document, edits: tuple[Edit, ...], index: Index, project: Project) -> Check:
    """Check `exists`: every member and called name that the edits bring in is defined somewhere, as far as is known."""
    if doc.language not in ("python", "java"):
        return Check("exists", passed=True, detail=say("names are not checked for this language"))
    missing = sorted(set(_missing(doc, tuple(e for e in edits if e.path == doc.path), index, project)))
    if missing:
        return Check("exists", passed=False, detail=say("nothing defines {names}", names=", ".join(missing)))
    return Check("exists", passed=True)


def _missing(doc: Document, edits: tuple[Edit, ...], index: Index, project: Project) -> Iterator[str]:
    root: Path | None = getattr(index, "root", None)
    path = relative(root, doc.path) if root is not None else None
    if root is None or path is None or not edits:
        return
    status = index.status()
    if status.state != "ready" or not status.files:
        return  # where no other file is known, nobody knows what they define
    if doc.language == "python" and not any(_MEMBER_OR_CALL.search(_written(doc, edit)) for edit in edits):
        return
    outside = _outside(doc, edits)
    first, last = min(e.span.start for e in edits), max(e.span.end for e in edits)
    part = window(doc, first) if last - first < _NEAR else Window(doc, 0)
    bare, placed = part.document, part.edits(edits)
    after = texts.apply(bare, placed)
    tree = trees.of(after)
    if tree is None:
        return
    inserted = tuple(names.inserted_spans(bare, placed))
    uses = [use for use in _uses(tree.root_node, inserted, doc.language or "") if not _word(use[1]).search(outside)]
    if uses:
        caret = inserted[0].start
        here = places.place(bare, path, after.text[:caret].decode("utf-8", "replace"), "", caret)
        own = modules.python(root, path) if doc.language == "python" else ""
        judge = _Judge(after, Meanings(here, index, own), Sources(index, root), project)
        yield from (
            f"{receiver}.{name}".lstrip(".") for receiver, name, node in uses if judge.lacks(receiver, name, node)
        )
    yield from _unheard(doc, edits, index, outside)


def _written(doc: Document, edit: Edit) -> str:
    """What an edit writes, with what stands before it on its line."""
    row = doc.text[line_start(doc.text, edit.span.start) : edit.span.start]
    return row.decode("utf-8", "replace") + edit.new


def _outside(doc: Document, edits: tuple[Edit, ...]) -> bytes:
    """The text without what the edits bring in."""
    kept, at = [], 0
    for edit in sorted(edits, key=lambda e: e.span.start):
        kept.append(doc.text[at : edit.span.start])
        at = edit.span.end
    return b"\n".join([*kept, doc.text[at:]])


def _uses(root: Node, inserted: tuple[Span, ...], language: str) -> Iterator[tuple[str, str, Node]]:
    """`(text before the dot, name, node)` of the members read or called in the inserted text."""
    kinds = ("attribute",) if language == "python" else ("method_invocation", "field_access")
    for node in trees.touching(root, inserted):
        if node.type not in kinds:
            continue
        name = node.child_by_field_name({"attribute": "attribute", "field_access": "field"}.get(node.type, "name"))
        owner = node.child_by_field_name("object")
        if name is None or node.has_error or (owner is None and node.type != "method_invocation"):
            continue
        span = Span(name.start_byte, name.end_byte)
        if owner is None:
            if any(where.contains(span) for where in inserted):
                yield "", (name.text or b"").decode("utf-8", "replace"), node
            continue
        if any(where.contains(span) for where in inserted) and not _is_assigned(node):
            receiver = (owner.text or b"").decode("utf-8", "replace")
            if re.fullmatch(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*", receiver):
                yield receiver, (name.text or b"").decode("utf-8", "replace"), node


def _is_assigned(node: Node) -> bool:
    at, parent = node, node.parent
    while parent is not None and parent.type in ("pattern_list", "tuple_pattern", "list_pattern"):
        at, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("assignment", "assignment_expression", "for_statement", "augmented_assignment"):
        return parent.child_by_field_name("left") == at
    return parent.type in ("delete_statement", "as_pattern_target", "with_item")


class _Judge:
    """Says whether a member is surely missing."""

    def __init__(self, after: Document, meanings: Meanings, sources: Sources, project: Project) -> None:
        self.after, self.meanings, self.sources, self.project = after, meanings, sources, project
        self.language = after.language or ""
        self.shape = outline(after)

    def lacks(self, receiver: str, name: str, node: Node) -> bool:
        """True when what `receiver` stands for surely has no member `name`."""
        if not receiver:
            return self.calls_nothing(name, node)
        if name in _OBJECT[self.language] or (name.startswith("__") and name.endswith("__")):
            return False
        if self.language == "python" and self._shadowed(receiver, node):
            return False
        module = self.meanings.module_of(receiver) if self.language == "python" else None
        if module is not None:
            return self._module_lacks(module, name)
        if self.language == "python" and (told := self._platform(receiver)):
            return platform.lacks(told, name, self.project.python)
        if receiver in ("self", "cls", "this", "super"):
            owner = self._own_class(node)
            return owner is not None and self._own_lacks(owner, name, frozenset())
        types = self._types(receiver, node)
        return bool(types) and all(self._type_lacks(unit, name) for unit in types)

    def calls_nothing(self, name: str, node: Node) -> bool:
        """True when a Java method that is called without a dot is none of the class around, of its bases or imports."""
        if any(row.static for row in self.meanings.stars) or name in self.meanings.bound or name in _OBJECT["java"]:
            return False
        owners = [
            s
            for s in self.shape.symbols
            if s.kind in symbols.TYPES and s.span.contains(Span(node.start_byte, node.end_byte))
        ]
        return bool(owners) and all(self._own_lacks(owner, name, frozenset()) for owner in owners)

    def _own_class(self, node: Node) -> Symbol | None:
        """The class of this document around a node."""
        inside = [
            s
            for s in self.shape.symbols
            if s.kind in symbols.TYPES and s.span.contains(Span(node.start_byte, node.end_byte))
        ]
        return min(inside, key=lambda s: len(s.span)) if inside else None

    def _own_lacks(self, owner: Symbol, name: str, seen: frozenset[str]) -> bool:
        """As `_type_lacks` for a class of this document, whose text is known not to have the name elsewhere."""
        text = self.after.text[owner.span.start : owner.span.end]
        if (
            _DYNAMIC.search(self.after.text) if self.language == "python" else _GENERATED.search(self.after.text)
        ) or len(seen) > 8:
            return False
        if self.language == "python" and (
            b"metaclass" in text or any(not _PLAIN_DECORATORS.match("@" + d) for d in owner.decorators)
        ):
            return False
        for base in owner.bases:
            plain = re.match(r"[\w.]+", base)
            short = plain[0].rpartition(".")[2] if plain else ""
            if short in _ROOTS:
                continue
            own = [s for s in self.shape.symbols if s.name == short and s.kind in symbols.TYPES]
            if own and short not in seen:
                if not self._own_lacks(own[0], name, seen | {short}):
                    return False
                continue
            found = [unit for unit in self.meanings.dotted(plain[0]) if unit.is_type] if plain else []
            if len(found) != 1 or not self._type_lacks(found[0], name):
                return False
        return True

    def _shadowed(self, receiver: str, node: Node) -> bool:
        """Whether the function around binds the first word anew, so that the import is not what is meant."""
        head = receiver.partition(".")[0]
        function = enclosing(node, "function_definition", "lambda")
        while function is not None:
            parameters = function.child_by_field_name("parameters")
            given = (parameters.text or b"") if parameters is not None else b""
            word = re.escape(head)
            if re.search(rf"[(,*]\s*{word}\s*[:=,)]".encode(), given) or re.search(
                rf"(?:\b(?:for|as)\s+|^\s*){word}\b\s*(?:=(?!=)|in\b|:)".encode(), function.text or b"", re.MULTILINE
            ):
                return head not in ("self", "cls") and self.meanings.bound.get(head) is not None
            function = enclosing(function.parent, "function_definition", "lambda") if function.parent else None
        return False

    def _platform(self, receiver: str) -> str:
        """The module of the standard library that a name is bound to by an import; empty otherwise."""
        row = self.meanings.bound.get(receiver.partition(".")[0])
        if row is None or "." in receiver or row.module.startswith("."):
            return ""
        module = row.module if row.name is None and (row.alias or "." not in row.module) else ""
        return module if module.partition(".")[0] in sys.stdlib_module_names else ""

    def _module_lacks(self, module: str, name: str) -> bool:
        index = self.sources.index
        held = symbols.module_files(index, module, "python")
        if not held or index.select("SELECT 1 FROM imports WHERE file=? AND name='*' LIMIT 1", (held[0][0],)):
            return False
        if symbols.module_files(index, f"{module}.{name}", "python"):
            return False
        text = self._text(held[0])
        path = Path(held[0][1])
        if path.stem == "__init__":
            folder = (path if held[0][2] else self.sources.root / path).parent
            if any(folder.glob(f"{name}.*")) or (folder / name).is_dir():
                return False
        return bool(text) and not _DYNAMIC.search(text) and not _word(name).search(text)

    def _types(self, receiver: str, node: Node) -> list[Unit]:
        """The classes that a plain name surely stands for: a class itself, or a variable bound once in its function."""
        if receiver.startswith(("self.", "this.")) and receiver.count(".") == 1:
            return self._field_types(receiver[5:], node)
        if "." in receiver:
            return []
        bound = self.meanings.bound.get(receiver)
        if bound is not None or (self.language == "java" and receiver[:1].isupper()):
            found = self.meanings.name(receiver)
            return found if len(found) == 1 and found[0].is_type else []
        kind = _declared(receiver, node, self.language)
        if not kind:
            known = re.search(
                rf"(?<![\w.]){re.escape(receiver)}(?![\w.])\s*(?:=|:|,|\)|;|->)", self._function_text(node)
            )
            return self._field_types(receiver, node) if self.language == "java" and known is None else []
        found = [unit for unit in self.meanings.dotted(kind) if unit.is_type]
        return found if len(found) == 1 else []

    def _field_types(self, name: str, node: Node) -> list[Unit]:
        """The class of a field of the class around, declared or made by a call of its class, and bound once."""
        owner = self._own_class(node)
        fields = [s for s in self.shape.children(owner) if s.name == name] if owner is not None else []
        if len(fields) != 1 or fields[0].kind not in ("field", "constant"):
            return []
        kind = rows.result(fields[0], self.shape, self.after.text)
        assigned = re.findall(rf"\b(?:self|this)\.{re.escape(name)}\s*=(?!=)".encode(), self.after.text)
        if (
            not kind
            or (kind.startswith("=") and len(assigned) != 1)
            or (self.language == "python" and len(assigned) > 1)
        ):
            return []
        plain = re.match(r"=?\s*([\w.]+)", kind)
        found = [unit for unit in self.meanings.dotted(plain[1]) if unit.is_type] if plain else []
        return found if len(found) == 1 else []

    @staticmethod
    def _function_text(node: Node) -> str:
        function = enclosing(node, "method_declaration", "constructor_declaration", "lambda_expression")
        return (function.text or b"").decode("utf-8", "replace") if function is not None else ""

    def _type_lacks(self, unit: Unit, name: str) -> bool:
        lineage = self.meanings.lineage(unit)
        for owner in lineage:
            text = self.sources.text(owner)
            if not text or len(text) > _LONGEST_SOURCE or _word(name).search(text):
                return False
            if _DYNAMIC.search(text) if self.language == "python" else _GENERATED.search(text):
                return False
            bases = [b.partition("[")[0].partition("<")[0].rpartition(".")[2] for b in owner.bases.split(" ") if b]
            known = {other.name for other in lineage}
            if any(b and b not in known and b not in _ROOTS for b in bases if b.isidentifier()):
                return False
            if self.language == "python" and self._decorated(owner, text):
                return False
        return True

    @staticmethod
    def _decorated(owner: Unit, text: bytes) -> bool:
        head = text[owner.start : owner.head].decode("utf-8", "replace")
        marks = [row for row in head.split("\n") if row.strip().startswith("@")]
        return "metaclass" in head or any(not _PLAIN_DECORATORS.match(row.strip()) for row in marks)

    def _text(self, held: tuple[int, str, int]) -> bytes:
        file, path, package = held
        return self.sources.text(Unit(file, -1, "", "", "", 0, 0, -1, 0, "", "", "", path, "python", "", package))


def _declared(name: str, node: Node, language: str) -> str:
    """The class of a variable that the function around binds exactly once, by annotation or by a call of the class."""
    kinds = ("function_definition",) if language == "python" else ("method_declaration", "constructor_declaration")
    function = enclosing(node, *kinds)
    if function is None:
        return ""
    text = (function.text or b"").decode("utf-8", "replace")
    word = re.escape(name)
    if language == "java":
        found = re.findall(rf"\b([A-Z]\w*)(?:<[^;(){{}}]*>)?\s+{word}\s*[=;,):]", text)
        return found[0] if len(found) == 1 and not re.search(rf"\b{word}\s*->|\bvar\s+{word}\b", text) else ""
    bindings = re.findall(
        rf"(?<![\w.]){word}\s*(?:=(?!=)|:(?!=)|:=)|\b(?:for|as|import|global|nonlocal|del)\s+[^\n]*(?<![\w.]){word}\b|\blambda\b[^:]*\b{word}\b"
        rf"|(?<![\w.]){word}\s*,[^\n]*=(?!=)",
        text,
    )
    if len(bindings) != 1:
        return ""
    typed = re.search(rf"(?<![\w.]){word}\s*:\s*[\"']?([A-Za-z_][\w.]*)[\"']?\s*(?=[=,)\n])", text)
    made = re.search(rf"^\s*{word}\s*=\s*([A-Z]\w*)\((?:[^()\n]|\([^()\n]*\))*\)\s*$", text, re.MULTILINE)
    return typed[1] if typed else (made[1] if made else "")


def _unheard(doc: Document, edits: tuple[Edit, ...], index: Index, outside: bytes) -> Iterator[str]:
    """Called names that nothing binds and that stand in no file of the repository or of what it uses."""
    new = "\n".join(edit.new for edit in edits)
    called = {m[1] for m in _CALL.finditer(new) if len(m[1]) >= _LEAST and not _word(m[1]).search(outside)}
    query = "SELECT 1 FROM words WHERE word=? UNION SELECT 1 FROM definitions WHERE name=?"
    unknown = {name for name in called if not index.select(query, (name, name))}
    if unknown:  # what is bound is asked last: that reads the whole file
        yield from unknown.intersection(names.unbound(doc, edits))


def _word(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w])" + re.escape(name.encode()) + rb"(?![\w])")
