"""Fields that name a person and that their class tells: in the text it makes of itself, or to who asks for it.

`(#told? @name)` holds for a field of a Lombok class (`@Data`, `@ToString`, `@Value`), a record, a dataclass or a class whose
name says that it is an answer, unless the field (or the class for it) says that it is left out or masked. A class that
makes its text itself is judged by that.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.personal import Personal
from copilot.syntax.parsing import Node
from copilot.syntax.tree import enclosing

_SAFE_MARK: Final = re.compile(
    r"(?i)@(?:\w*\.)?(?:ToString\.Exclude|\w*(?:sensitive|desensiti|mask|encrypt|privacy|tuomin|redact)\w*)|@JsonSerialize|@JSONField\([^)]*serialize\s*=\s*false"
    r"|@JSONField\([^)]*serializeUsing"
)
_UNSENT: Final = re.compile(r"@JsonIgnore(?!\w)|WRITE_ONLY|\btransient\b|@JSONField\([^)]*serialize\s*=\s*false")
_ANSWER: Final = re.compile(
    r"(?:VO|Vo|Resp|Response|View|Out|Result|Reply|DTO|Dto|RespVO|Read|Public|Serializer|Schema)$"
)
_ASKED: Final = re.compile(
    r"(?:Request|Req|Create|Update|Form|Command|Cmd|Query|Params?|Input|In|Settings|Config|Properties)(?:DTO|Dto)?$"
    r"|^(?:Login|Regist|Sign|Create|Update|Change|Reset|Verify|Save|Add|Anmeld|Denglu|Zhuce)"
)
_TEXTS: Final = re.compile(r"^(?:java\.lang\.)?(?:String|CharSequence|Long|long|char\[\]|(?:List|Set)<String>|Object)$")
_STRINGS: Final = re.compile(r"\b(?:str|int|bytes|Any|constr|StrictStr|PhoneNumber|PaymentCardNumber)\b")
_HIDDEN: Final = re.compile(
    r"repr\s*=\s*False|exclude\s*=\s*True|Secret(?:Str|Bytes)|\bbool\b|ClassVar|InitVar|write_only|Masked|Mask\b"
)
_LOMBOK: Final = re.compile(r"@(?:lombok\.)?(?:Data|ToString|Value)\b(?!\s*\(\")")


class Told:
    """Answers for one document."""

    def __init__(self, personal: Personal) -> None:
        self.personal, self.flow = personal, personal.flow
        self._classes: dict[int, bool] = {}

    def tells(self, name: Node) -> bool:
        """Whether a field is of the kind and its class tells it: to a log by its text form, or to who asks for it."""
        if not self.personal.is_named(self.flow.read(name)):
            return False
        return self._java(name) if self.flow.document.language == "java" else self._python(name)

    def _java(self, name: Node) -> bool:
        flow = self.flow
        holder = enclosing(name, "class_declaration", "record_declaration")
        if holder is None:
            return False
        field = enclosing(name, "field_declaration", "formal_parameter")
        own = flow.read(field) if field is not None else ""
        typed = field.child_by_field_name("type") if field is not None else None
        if typed is None or not _TEXTS.search(flow.read(typed)):
            return False
        if "static " in own or _SAFE_MARK.search(own) or re.search(r"\b[bB]oolean\b", own):
            return False
        body = holder.child_by_field_name("body")
        head = flow.text[holder.start_byte : body.start_byte if body is not None else None].decode("utf-8", "replace")
        marks, word = head.partition(" class ")[0], flow.read(name)
        if self._has_own_text(holder):
            return False  # its statement is judged
        if holder.type == "record_declaration":
            return True
        if _LOMBOK.search(marks):
            return _is_listed(own, marks, word)
        title = holder.child_by_field_name("name")
        called = flow.read(title) if title is not None else ""
        sends = _ANSWER.search(called) is not None and not (called[-3:].lower() == "dto" and _ASKED.search(called))
        return sends and not _UNSENT.search(own) and not re.search(r"@JsonIgnoreProperties[^)]*\"" + word, marks)

    def _has_own_text(self, holder: Node) -> bool:
        if holder.id not in self._classes:
            wanted = {"toString", "__repr__", "__str__"}
            body = holder.child_by_field_name("body")
            names = (self._routine(part) for part in (body.named_children if body is not None else ()))
            self._classes[holder.id] = any(name in wanted for name in names)
        return self._classes[holder.id]

    def _routine(self, part: Node) -> str:
        if part.type == "decorated_definition":
            part = part.child_by_field_name("definition") or part
        name = part.child_by_field_name("name") if part.type in {"method_declaration", "function_definition"} else None
        return self.flow.read(name) if name is not None else ""

    def _python(self, name: Node) -> bool:
        flow = self.flow
        holder = enclosing(name, "class_definition", "function_definition")
        row = enclosing(name, "assignment")
        if holder is None or holder.type != "class_definition" or row is None:
            return False
        own, typed = flow.read(row), row.child_by_field_name("type")
        if typed is None or not _STRINGS.search(flow.read(typed)) or _HIDDEN.search(own):
            return False
        outer = holder.parent
        marks = (
            flow.text[outer.start_byte : holder.start_byte].decode("utf-8", "replace")
            if outer is not None and outer.type == "decorated_definition"
            else ""
        )
        if self._has_own_text(holder):
            return False
        if re.search(r"@(?:\w+\.)*(?:dataclass|attrs|define|frozen|attr\.s|s)\b", marks):
            return not re.search(r"repr\s*=\s*False", marks)
        title, bases = holder.child_by_field_name("name"), holder.child_by_field_name("superclasses")
        told, called = (flow.read(part) if part is not None else "" for part in (bases, title))
        if re.search(r"\bNamedTuple\b", told):
            return True
        return (
            re.search(r"\b(?:BaseModel|SQLModel|Schema)\b", told) is not None
            and not _ASKED.search(called)
            and _ANSWER.search(called) is not None
        )


def _is_listed(own: str, marks: str, word: str) -> bool:
    """Whether Lombok's text of a class holds a field: what `@ToString` lists and leaves out."""
    told = re.search(r"@ToString\s*\(([^)]*)\)", marks)
    listed = told[1] if told is not None else ""
    if "onlyExplicitlyIncluded" in listed:
        return "@ToString.Include" in own
    some = re.search(r"\bof\s*=\s*(\{[^}]*\}|\"\w*\")", listed)
    left = re.search(r"\bexclude\s*=\s*(\{[^}]*\}|\"\w*\")", listed)
    if some is not None:
        return f'"{word}"' in some[1]
    return left is None or f'"{word}"' not in left[1]
