"""A Java class file as readable source: its public and protected signatures, no code.

The format is that of the Java Virtual Machine Specification, chapter 4. Nothing is loaded or run. Broken input raises
ValueError and nothing else. Absent on purpose: private members, synthetic ones, annotations' values.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from copilot.context.signatures_java import Names, Signature

_SIZES: Final = {
    3: 4,
    4: 4,
    5: 8,
    6: 8,
    7: 2,
    8: 2,
    9: 4,
    10: 4,
    11: 4,
    12: 4,
    15: 3,
    16: 2,
    17: 4,
    18: 4,
    19: 2,
    20: 2,
}
_PUBLIC, _PRIVATE, _PROTECTED, _STATIC, _FINAL = 0x1, 0x2, 0x4, 0x8, 0x10
_BRIDGE, _VARARGS, _INTERFACE, _ABSTRACT, _SYNTHETIC, _ANNOTATION, _ENUM = (
    0x40,
    0x80,
    0x200,
    0x400,
    0x1000,
    0x2000,
    0x4000,
)
_MOST_MEMBERS: Final = 600


@dataclass(slots=True)
class Member:
    """A field or method: its flags, name, descriptor or generic signature, and the attributes that matter."""

    flags: int
    name: str
    kind: str
    exceptions: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    deprecated: bool = False


@dataclass(slots=True)
class Shape:
    """What a class file says of its class. Names are with dots, nested ones with `$`."""

    flags: int
    name: str
    base: str
    interfaces: list[str]
    signature: str
    fields: list[Member]
    methods: list[Member]
    nested: list[tuple[str, int]]
    """`(name, flags)` of the classes declared directly inside."""
    record: bool = False


def read(data: bytes) -> Shape:
    """The shape of a class file. Raises ValueError."""
    try:
        return _read(data)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a class file") from error


def source(shape: Shape, nested: Callable[[str], Shape | None]) -> str:
    """The class as Java source with a package line, imports for the types it names, and bodies left out.

    `nested` gives the shape of a class declared inside by its name. Raises ValueError.
    """
    package, _, _ = shape.name.rpartition(".")
    names = Names(package)
    try:
        body = "\n".join(_class(shape, names, nested, 0))
    except (IndexError, RecursionError, KeyError) as error:
        raise ValueError("not a class file") from error
    head = f"package {package};\n\n" if package else ""
    imports = "".join(f"import {full};\n" for full in sorted(names.imports()))
    return f"{head}{imports}\n{body}\n" if imports else f"{head}{body}\n"


def _read(data: bytes) -> Shape:
    if data[:4] != b"\xca\xfe\xba\xbe":
        raise ValueError("not a class file")
    count = struct.unpack_from(">H", data, 8)[0]
    pool: list[tuple[int, bytes] | None] = [None] * count
    at, n = 10, 1
    while n < count:
        tag = data[at]
        if tag == 1:
            size = struct.unpack_from(">H", data, at + 1)[0]
            pool[n] = (tag, data[at + 3 : at + 3 + size])
            at += 3 + size
        else:
            size = _SIZES[tag]
            pool[n] = (tag, data[at + 1 : at + 1 + size])
            at += 1 + size
        n += 2 if tag in (5, 6) else 1

    def text(index: int) -> str:
        entry = pool[index]
        if entry is None or entry[0] != 1:
            raise ValueError("not a class file")
        return entry[1].decode("utf-8", "replace")

    def name(index: int) -> str:
        entry = pool[index]
        if entry is None:
            return ""
        return text(struct.unpack(">H", entry[1])[0]).replace("/", ".")

    flags, this, base, faces = struct.unpack_from(">HHHH", data, at)
    at += 8
    interfaces = [name(i) for i in struct.unpack_from(f">{faces}H", data, at)]
    at += 2 * faces
    fields, at = _members(data, at, text, name)
    methods, at = _members(data, at, text, name)
    shape = Shape(flags, name(this), name(base) if base else "", interfaces, "", fields, methods, [])
    for title, start, _ in _attributes(data, at, text)[0]:
        if title == "Signature":
            shape.signature = text(struct.unpack_from(">H", data, start)[0])
        elif title == "Record":
            shape.record = True
        elif title == "InnerClasses":
            for k in range(struct.unpack_from(">H", data, start)[0]):
                inner, outer, short, access = struct.unpack_from(">HHHH", data, start + 2 + 8 * k)
                if outer and short and name(outer) == shape.name:
                    shape.nested.append((name(inner), access))
                if name(inner) == shape.name:
                    shape.flags = access | (flags & (_INTERFACE | _ABSTRACT | _ANNOTATION | _ENUM))
    return shape


_Text = Callable[[int], str]


def _attributes(data: bytes, at: int, text: _Text) -> tuple[list[tuple[str, int, int]], int]:
    found = []
    (count,) = struct.unpack_from(">H", data, at)
    at += 2
    for _ in range(count):
        title, size = struct.unpack_from(">HI", data, at)
        found.append((text(title), at + 6, size))
        at += 6 + size
    return found, at


def _members(data: bytes, at: int, text: _Text, name: _Text) -> tuple[list[Member], int]:
    found = []
    (count,) = struct.unpack_from(">H", data, at)
    at += 2
    for _ in range(count):
        flags, title, kind = struct.unpack_from(">HHH", data, at)
        attributes, at = _attributes(data, at + 6, text)
        member = Member(flags, text(title), text(kind))
        for label, start, _ in attributes:
            if label == "Signature":
                member.kind = text(struct.unpack_from(">H", data, start)[0])
            elif label == "Exceptions":
                (many,) = struct.unpack_from(">H", data, start)
                member.exceptions = [name(i) for i in struct.unpack_from(f">{many}H", data, start + 2)]
            elif label == "MethodParameters":
                member.parameters = [
                    text(i) if (i := struct.unpack_from(">H", data, start + 1 + 4 * k)[0]) else ""
                    for k in range(data[start])
                ]
            elif label == "Code" and not member.parameters:
                member.parameters = _variables(data, start, text, static=bool(flags & _STATIC))
            elif label == "Deprecated":
                member.deprecated = True
        found.append(member)
    return found, at


def _variables(data: bytes, start: int, text: _Text, *, static: bool) -> list[str]:
    """Names of the first local variables, which are the parameters, where the compiler kept them."""
    (length,) = struct.unpack_from(">I", data, start + 4)
    at = start + 8 + length
    (handlers,) = struct.unpack_from(">H", data, at)
    attributes, _ = _attributes(data, at + 2 + 8 * handlers, text)
    for label, where, _ in attributes:
        if label == "LocalVariableTable":
            (count,) = struct.unpack_from(">H", data, where)
            rows = [struct.unpack_from(">HHHHH", data, where + 2 + 10 * k) for k in range(count)]
            first = sorted((slot, title) for begin, _, title, _, slot in rows if begin == 0)
            return [text(title) for slot, title in first if static or slot > 0]
    return []


def _class(shape: Shape, names: Names, nested: Callable[[str], Shape | None], depth: int) -> Iterator[str]:
    pad = "    " * depth
    short = shape.name.rpartition(".")[2].rpartition("$")[2]
    kind = "class"
    if shape.flags & _ANNOTATION:
        kind = "@interface"
    elif shape.flags & _INTERFACE:
        kind = "interface"
    elif shape.flags & _ENUM:
        kind = "enum"
    elif shape.record:
        kind = "record"
    variables, base, faces = "", shape.base, [names.simple(i) for i in shape.interfaces]
    shown = names.simple(base) if base not in ("", "java.lang.Object", "java.lang.Enum", "java.lang.Record") else ""
    if shape.signature:
        reader = Signature(shape.signature, names)
        variables = reader.variables()
        supers = []
        while reader.at < len(reader.text):
            supers.append(reader.type())
        if len(supers) == 1 + len(faces):
            shown = supers[0] if shown else ""
            faces = supers[1:]
    words = [_access(shape.flags)]
    if shape.flags & _STATIC and depth:
        words.append("static")
    if kind == "class":
        words += [w for bit, w in ((_ABSTRACT, "abstract"), (_FINAL, "final")) if shape.flags & bit]
    head = f"{' '.join(w for w in words if w)} {kind} {short}{variables}".strip()
    if kind == "record":
        head += (
            "(" + ", ".join(f"{_field_type(f, names)} {f.name}" for f in shape.fields if not f.flags & _STATIC) + ")"
        )
    if shown:
        head += f" extends {shown}"
    if kind == "@interface":
        faces = []
    if faces:
        head += (" extends " if kind == "interface" else " implements ") + ", ".join(faces)
    yield f"{pad}{head} {{"
    if kind == "enum":
        constants = [f.name for f in shape.fields if f.flags & _ENUM]
        yield f"{pad}    {', '.join(constants)};"
    yield from (f"{pad}    {line}" for line in _body(shape, names, kind, short))
    if depth < 3:
        for inner, access in shape.nested[:40]:
            if access & (_PUBLIC | _PROTECTED) and not access & _SYNTHETIC and (found := nested(inner)) is not None:
                yield from _class(found, names, nested, depth + 1)
    yield f"{pad}}}"


def _body(shape: Shape, names: Names, kind: str, short: str) -> Iterator[str]:
    for item in shape.fields[:_MOST_MEMBERS]:
        if not _visible(item.flags) or item.flags & _ENUM or (kind == "record" and not item.flags & _STATIC):
            continue
        words = [_access(item.flags), *(w for bit, w in ((_STATIC, "static"), (_FINAL, "final")) if item.flags & bit)]
        yield f"{' '.join(w for w in words if w)} {_field_type(item, names)} {item.name};"
    for item in shape.methods[:_MOST_MEMBERS]:
        if not _visible(item.flags) or item.flags & _BRIDGE or item.name == "<clinit>":
            continue
        if kind == "enum" and item.name in ("<init>", "values", "valueOf"):
            continue
        reader = Signature(item.kind, names)
        variables, types, result = reader.method()
        if item.flags & _VARARGS and types and types[-1].endswith("[]"):
            types[-1] = types[-1][:-2] + "..."
        given = item.parameters if len(item.parameters) == len(types) else []
        shown = ", ".join(f"{t} {given[n] if given and given[n] else f'p{n}'}" for n, t in enumerate(types))
        abstract = item.flags & _ABSTRACT and kind not in ("interface", "@interface")
        words = [
            _access(item.flags),
            "static" if item.flags & _STATIC else "",
            "abstract" if abstract else "",
            variables,
        ]
        if kind == "interface" and not item.flags & (_ABSTRACT | _STATIC):
            words.insert(1, "default")
        named = short if item.name == "<init>" else f"{result} {item.name}"
        thrown = f" throws {', '.join(names.simple(e) for e in item.exceptions)}" if item.exceptions else ""
        if item.deprecated:
            words.insert(0, "@Deprecated")
        yield f"{' '.join(w for w in words if w)} {named}({shown}){thrown};"


def _visible(flags: int) -> bool:
    return bool(flags & (_PUBLIC | _PROTECTED)) and not flags & _SYNTHETIC


def _access(flags: int) -> str:
    return "public" if flags & _PUBLIC else ("protected" if flags & _PROTECTED else "")


def _field_type(item: Member, names: Names) -> str:
    return Signature(item.kind, names).type()
