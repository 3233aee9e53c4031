"""Texts of Java members: constructors, accessors, equals/hashCode/toString, stubs and delegation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from copilot.context.lineage import imports
from copilot.context.members import Inherited, Wanted, accessor_name
from copilot.engines.embedded.generate_imports import Need
from copilot.engines.embedded.generate_plan import Member
from copilot.syntax.classes import Field, Shape
from copilot.types import Document

_WIDTH: Final = 112
_PRIMITIVES: Final = frozenset({"int", "long", "short", "byte", "char", "boolean"})
_FLOATS: Final = {"double": "Double", "float": "Float"}


def written(wanted: Wanted, shape: Shape, doc: Document) -> tuple[list[Member], list[Need]]:
    """The members' texts in the order of `wanted.names`, and the java.util types they use."""
    return _WRITERS[wanted.kind](wanted, _Tools(doc, shape))


class _Tools:
    """The class to write for, and java.util types as its file can name them; those used are in `needs`."""

    def __init__(self, doc: Document, shape: Shape) -> None:
        self.doc = doc
        self.shape = shape
        self.needs: list[Need] = []

    def named(self, name: str) -> str:
        """`Objects`, or `java.util.Objects` where the short name means something else."""
        row = imports(self.doc).get(name)
        own = f" {name} ".encode() in self.doc.text and row is None
        if (row is not None and row.module != "java.util") or own:
            return f"java.util.{name}"
        self.needs.append(("java.util", name))
        return name


_Written = tuple[list[Member], list[Need]]


def _constructor(wanted: Wanted, tools: _Tools) -> _Written:
    base = [(i.ancestor.substitute(p.annotation or ""), p.name) for i in wanted.inherited for p in i.method.parameters]
    own = {f.name for f in wanted.fields}
    base = [(kind, f"super{name[:1].upper()}{name[1:]}" if name in own else name) for kind, name in base]
    body = [f"super({', '.join(name for _, name in base)});"] if base else []
    body += [f"this.{f.name} = {f.name};" for f in wanted.fields]
    parameters = [f"{kind} {name}" for kind, name in (*base, *((f.type, f.name) for f in wanted.fields))]
    head = _signature(f"{_access(tools.shape)}{tools.shape.name}", parameters, "")
    return [Member("\n\t".join([f"{head} {{", *body]) + "\n}", "start")], []


def _access(shape: Shape) -> str:
    """A public class gets a public constructor, any other the access of the class."""
    word = next((w for w in ("public", "protected", "private") if w in shape.modifiers), "")
    return f"{'protected' if 'abstract' in shape.modifiers and word else word} ".lstrip()


def _accessors(wanted: Wanted, _tools: _Tools) -> _Written:
    members = []
    for f in wanted.fields:
        getter, setter = accessor_name(f, "java", "get"), accessor_name(f, "java", "set")
        if getter in wanted.names:
            members.append(Member(f"public {f.type} {getter}() {{\n\treturn {f.name};\n}}"))
        if setter in wanted.names:
            members.append(Member(f"public void {setter}({f.type} {f.name}) {{\n\tthis.{f.name} = {f.name};\n}}"))
    return members, []


def _equals(wanted: Wanted, tools: _Tools) -> _Written:
    shape = tools.shape
    taken = {f.name for f in wanted.fields}
    other = next(n for n in ("other", "object", "candidate", "compared") if n not in taken)
    that = next(n for n in ("that", "another", "counterpart") if n not in taken)
    kind = shape.name + (f"<{', '.join('?' for _ in shape.type_parameters)}>" if shape.type_parameters else "")
    tests = [f"super.equals({other})"] if wanted.through else []
    tests += [_same(f, that, tools) for f in wanted.fields]
    hashes = ["super.hashCode()"] if wanted.through else []
    hashes += [
        f"{tools.named('Arrays')}.{_deep(f, 'HashCode')}({f.name})" if _is_array(f) else f.name for f in wanted.fields
    ]
    equals = [
        "@Override",
        f"public boolean equals(Object {other}) {{",
        f"\tif (this == {other}) {{",
        "\t\treturn true;",
        "\t}",
        f"\tif ({other} == null || getClass() != {other}.getClass()) {{",
        "\t\treturn false;",
        "\t}",
        f"\t{kind} {that} = ({kind}) {other};",
        f"\treturn {_joined(tests, ' && ', chr(10) + chr(9) * 3 + '&& ')};",
        "}",
    ]
    row = f"{tools.named('Objects')}.hash({_joined(hashes, ', ', ',' + chr(10) + chr(9) * 3)})"
    hashed = f"@Override\npublic int hashCode() {{\n\treturn {row};\n}}"
    return [Member("\n".join(equals)), Member(hashed)], tools.needs


def _joined(parts: list[str], short: str, long: str) -> str:
    line = short.join(parts)
    return line if len(line) <= _WIDTH - 24 else long.join(parts)


def _same(field: Field, that: str, tools: _Tools) -> str:
    name = field.name
    if field.type in _PRIMITIVES:
        return f"{name} == {that}.{name}"
    if field.type in _FLOATS:
        return f"{_FLOATS[field.type]}.compare({name}, {that}.{name}) == 0"
    if _is_array(field):
        return f"{tools.named('Arrays')}.{_deep(field, 'Equals')}({name}, {that}.{name})"
    return f"{tools.named('Objects')}.equals({name}, {that}.{name})"


def _is_array(field: Field) -> bool:
    return (field.type or "").endswith("[]")


def _deep(field: Field, verb: str) -> str:
    """The `Arrays` method for one dimension of an array, or for several."""
    deep = (field.type or "").endswith("[][]")
    return f"deep{verb}" if deep else verb[:1].lower() + verb[1:]


def _string(wanted: Wanted, tools: _Tools) -> _Written:
    shape = tools.shape
    values = [
        f"{tools.named('Arrays')}.{_deep(f, 'ToString')}({f.name})" if _is_array(f) else f.name for f in wanted.fields
    ]
    parts = [
        f'"{shape.name + "{" if n == 0 else ", "}{f.name}=" + {value}'
        for n, (f, value) in enumerate(zip(wanted.fields, values, strict=True))
    ]
    row = _joined([*parts, '"}"'], " + ", "\n\t\t\t+ ")
    return [Member(f"@Override\npublic String toString() {{\n\treturn {row};\n}}")], tools.needs


def _implemented(wanted: Wanted, _tools: _Tools) -> _Written:
    members = []
    for i in wanted.inherited:
        body = f'throw new UnsupportedOperationException("{i.method.name} is not implemented");'
        members.append(Member(f"@Override\n{_head(i)} {{\n\t{body}\n}}"))
    return members, []


def _overridden(wanted: Wanted, _tools: _Tools) -> _Written:
    members = []
    for i in wanted.inherited:
        method = i.method
        # An interface's default method is reached through the interface's name.
        owner = f"{i.ancestor.shape.name}.super" if i.ancestor.shape.kind == "interface" else "super"
        call = f"{owner}.{method.name}({', '.join(p.name for p in method.parameters)});"
        back = "" if method.returns == "void" else "return "
        members.append(Member(f"@Override\n{_head(i)} {{\n\t{back}{call}\n}}"))
    return members, []


def _head(inherited: Inherited) -> str:
    """A base's signature as the subclass must write it: no `abstract` or `default`, its type parameters replaced."""
    method, ancestor = inherited.method, inherited.ancestor
    access = next((f"{w} " for w in ("public", "protected") if w in method.modifiers), "")
    generic = f"{ancestor.substitute(method.type_parameters)} " if method.type_parameters else ""
    parameters = [f"{ancestor.substitute(p.annotation or '')} {p.name}" for p in method.parameters]
    throws = f" throws {', '.join(method.throws)}" if method.throws else ""
    return _signature(
        f"{access}{generic}{ancestor.substitute(method.returns or 'void')} {method.name}", parameters, throws
    )


def _signature(start: str, parameters: list[str], throws: str) -> str:
    line = f"{start}({', '.join(parameters)}){throws}"
    if len(line) <= _WIDTH or len(parameters) < 2:
        return line
    return f"{start}(\n\t\t" + ",\n\t\t".join(parameters) + f"){throws}"


_WRITERS: Final[dict[str, Callable[[Wanted, _Tools], _Written]]] = {
    "constructor": _constructor,
    "getters": _accessors,
    "setters": _accessors,
    "accessors": _accessors,
    "equals": _equals,
    "string": _string,
    "implement": _implemented,
    "override": _overridden,
}
