"""Texts of Python members: constructors, accessors, comparison, representation, stubs and delegation."""

from __future__ import annotations

import re
from collections.abc import Callable
from keyword import iskeyword
from typing import Final

from copilot.context.lineage import Ancestor
from copilot.context.members import Inherited, Wanted, accessor_name
from copilot.engines.embedded.generate_plan import Member
from copilot.syntax.classes import Field, Parameter, Shape
from copilot.types import Document

_WIDTH: Final = 88
_ABSTRACT: Final = re.compile(r"(?:\w+\.)*abstract(?:method|(property|classmethod|staticmethod))$")
_FRESH: Final = ("[", "{", "list(", "dict(", "set(", "defaultdict(", "deque(")
"""First values that one object must not share with the next."""


def written(wanted: Wanted, shape: Shape, doc: Document) -> list[Member]:
    """The members' texts, in the order of `wanted.names`."""
    style = _Style(doc, shape)
    return _WRITERS[wanted.kind](wanted, style)


class _Style:
    """What the file shows of its author's habits."""

    def __init__(self, doc: Document, shape: Shape) -> None:
        text = doc.text
        self.class_name = shape.visible
        self.quote = (
            "'" if text.count(b"'") - 3 * text.count(b"'''") > text.count(b'"') - 3 * text.count(b'"""') else '"'
        )
        methods = [m for m in shape.methods if len(m.parameters) > 1 or m.returns]
        self.typed = any(m.returns or any(p.annotation for p in m.parameters) for m in methods) or (
            not methods and any(f.type for f in shape.fields)
        )

    def returns(self, annotation: str) -> str:
        """` -> annotation` where the class annotates its methods."""
        return f" -> {annotation}" if self.typed else ""


def _constructor(wanted: Wanted, style: _Style) -> list[Member]:
    taken = {f.name for f in wanted.fields}
    base = [p for i in wanted.inherited for p in _substituted(i.method.parameters[1:], i.ancestor)]
    required = [p for p in base if p.default is None]
    optional = [p for p in base if p.default is not None]
    body = []
    if wanted.inherited:
        body.append(f"super().__init__({', '.join(p.name for p in base)})")
    names = {p.name for p in base}
    for field in wanted.fields:
        if field.default is not None and field.default.startswith(_FRESH):
            body.append(f"self.{field.name} = {field.default}")
            continue
        name = _parameter_name(field.name, taken)
        body.append(f"self.{field.name} = {name}")
        if name not in names:
            text = _spelled(name, field.type, field.default)
            (required if field.default is None else optional).append(
                Parameter(name, field.type, field.default, text=text)
            )
    head = _signature("def __init__", ["self", *(p.text for p in required + optional)], style.returns("None"))
    return [Member("\n\t".join([head, *body]), "start")]


def _accessors(wanted: Wanted, style: _Style) -> list[Member]:
    members = []
    for field in wanted.fields:
        public = accessor_name(field, "python", "get")
        typed = style.typed and field.type is not None
        if public in wanted.names:
            returns = f" -> {field.type}" if typed else ""
            members.append(Member(f"@property\ndef {public}(self){returns}:\n\treturn self.{field.name}"))
        if f"{public}.setter" in wanted.names:
            value = f"value: {field.type}" if typed else "value"
            head = f"@{public}.setter\ndef {public}(self, {value}){style.returns('None')}:"
            members.append(Member(f"{head}\n\tself.{field.name} = value"))
    return members


def _comparison(wanted: Wanted, style: _Style) -> list[Member]:
    other = "other: object" if style.typed else "other"
    same = f"if not isinstance(other, {style.class_name}):\n\t\treturn NotImplemented"
    mine, theirs = _row("self", wanted.fields), _row("other", wanted.fields)
    texts = {
        "__eq__": f"def __eq__(self, {other}){style.returns('bool')}:\n\t{same}\n\treturn {mine} == {theirs}",
        "__lt__": f"def __lt__(self, {other}){style.returns('bool')}:\n\t{same}\n\treturn {mine} < {theirs}",
        "__hash__": f"def __hash__(self){style.returns('int')}:\n\treturn hash({mine})",
    }
    return [Member(texts[name]) for name in wanted.names]


def _representation(wanted: Wanted, style: _Style) -> list[Member]:
    q = style.quote
    parts = [f"{f.name.lstrip('_')}={{self.{f.name}!r}}" for f in wanted.fields]
    line = f"return f{q}{{type(self).__name__}}({', '.join(parts)}){q}"
    if len(line) > _WIDTH - 8:
        rows = [f"\t\tf{q}{part}{', ' if n < len(parts) - 1 else ''}{q}" for n, part in enumerate(parts)]
        line = "\n".join(["return (", f"\t\tf{q}{{type(self).__name__}}({q}", *rows, f"\t\tf{q}){q}", "\t)"])
    return [Member(f"def __repr__(self){style.returns('str')}:\n\t{line}")]


def _implemented(wanted: Wanted, _style: _Style) -> list[Member]:
    return [Member(f"{_head(i)}\n\traise NotImplementedError") for i in wanted.inherited]


def _overridden(wanted: Wanted, _style: _Style) -> list[Member]:
    members = []
    for inherited in wanted.inherited:
        method = inherited.method
        if method.role == "getter":
            body = f"return super().{method.name}"
        else:
            static = "staticmethod" in method.decorators
            passed = ", ".join(_passed(method.parameters if static else method.parameters[1:]))
            wait = "await " if "async" in method.modifiers else ""
            back = "" if (method.returns or "") == "None" else "return "
            body = f"{back}{wait}super().{method.name}({passed})"
        members.append(Member(f"{_head(inherited)}\n\t{body}"))
    return members


def _head(inherited: Inherited) -> str:
    """Decorators and signature of a base's method as the subclass must write them."""
    method, ancestor = inherited.method, inherited.ancestor
    decorators = []
    for decorator in method.decorators:
        abstract = _ABSTRACT.match(decorator)
        if abstract and abstract.group(1):
            decorators.append(abstract.group(1))
        elif not abstract:
            decorators.append(decorator)
    lines = [f"@{d}" for d in decorators]
    start = f"{'async ' if 'async' in method.modifiers else ''}def {method.name}{method.type_parameters}"
    returns = f" -> {ancestor.substitute(method.returns)}" if method.returns else ""
    parameters = [p.text for p in _substituted(method.parameters, ancestor)]
    return "\n".join([*lines, _signature(start, parameters, returns)])


def _substituted(parameters: tuple[Parameter, ...], ancestor: Ancestor) -> list[Parameter]:
    """The parameters with the base's type parameters replaced; names and defaults stay."""
    done = []
    for p in parameters:
        annotation = ancestor.substitute(p.annotation) if p.annotation else None
        stars = {"args": "*", "kwargs": "**"}.get(p.kind, "")
        text = p.text if p.kind == "mark" else stars + _spelled(p.name, annotation, p.default)
        done.append(Parameter(p.name, annotation, p.default, p.kind, text))
    return done


def _passed(parameters: tuple[Parameter, ...]) -> list[str]:
    """The arguments that hand every parameter on; what follows `*` goes by keyword."""
    passed, keyword = [], False
    for p in parameters:
        if p.kind == "mark":
            keyword |= p.text == "*"
        elif p.kind == "plain":
            passed.append(f"{p.name}={p.name}" if keyword else p.name)
        else:
            passed.append({"args": "*", "kwargs": "**"}[p.kind] + p.name)
            keyword |= p.kind == "args"
    return passed


def _spelled(name: str, annotation: str | None, default: str | None) -> str:
    if annotation is None:
        return name if default is None else f"{name}={default}"
    return f"{name}: {annotation}" + ("" if default is None else f" = {default}")


def _signature(start: str, parameters: list[str], returns: str) -> str:
    line = f"{start}({', '.join(parameters)}){returns}:"
    if len(line) <= _WIDTH - 4 or len(parameters) < 2:
        return line
    return "\n".join([f"{start}(", *(f"\t{p}," for p in parameters), f"){returns}:"])


def _parameter_name(field: str, taken: set[str]) -> str:
    """A private field's parameter goes without the underscores, unless that name is taken, reserved or no name."""
    public = field.lstrip("_")
    usable = public.isidentifier() and not iskeyword(public) and public != "self"
    return public if usable and (public == field or public not in taken) else field


def _row(owner: str, fields: tuple[Field, ...]) -> str:
    names = [f"{owner}.{f.name}" for f in fields]
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


_WRITERS: Final[dict[str, Callable[[Wanted, _Style], list[Member]]]] = {
    "constructor": _constructor,
    "getters": _accessors,
    "setters": _accessors,
    "accessors": _accessors,
    "equals": _comparison,
    "hash": _comparison,
    "ordering": _comparison,
    "string": _representation,
    "implement": _implemented,
    "override": _overridden,
}
