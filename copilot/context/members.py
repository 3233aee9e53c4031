"""Which members a class lacks, kind by kind, and why some cannot be derived.

The decision only: what text they get is the engine's business, what may be offered and how it is proved the task's.
A member that is there already is never wanted again. Absent on purpose: guessing. A base whose source is unknown
makes everything that depends on it a `Declined`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Final, cast

from copilot.context.lineage import Ancestor, Unknown, unknown
from copilot.messages import say
from copilot.syntax.classes import Field, Method, Shape
from copilot.types import Declined

SECRET: Final = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "pin",
    "cvv",
    "cvc",
    "token",
    "private_key",
    "credential",
)
"""Words in a field's name that keep it out of a text representation, which ends in logs."""

_WRITES_ITSELF: Final = frozenset({"constructor", "equals", "hash", "string", "ordering"})
_DATA_DECORATORS: Final = frozenset(
    {"dataclass", "attrs", "attr", "define", "frozen", "mutable", "s", "dataclass_transform"}
)
_DATA_BASES: Final = frozenset({"NamedTuple", "TypedDict", "BaseModel", "BaseSettings", "Struct", "SQLModel"})

LOMBOK: Final[dict[str, frozenset[str]]] = {
    "Data": frozenset({"constructor", "getters", "setters", "accessors", "equals", "string"}),
    "Value": frozenset({"constructor", "getters", "setters", "accessors", "equals", "string"}),
    "Getter": frozenset({"getters", "accessors"}),
    "Setter": frozenset({"setters", "accessors"}),
    "AllArgsConstructor": frozenset({"constructor"}),
    "RequiredArgsConstructor": frozenset({"constructor"}),
    "Builder": frozenset({"constructor"}),
    "SuperBuilder": frozenset({"constructor"}),
    "EqualsAndHashCode": frozenset({"equals"}),
    "ToString": frozenset({"string"}),
}
"""Lombok annotation to the kinds it writes at compile time."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """A method of a base, and the base it stands in."""

    method: Method
    ancestor: Ancestor


@dataclass(frozen=True, slots=True)
class Wanted:
    """Members to write. `names` as they will read in the class (`equals`, `balance.setter`), in that order.

    `fields` feed them; `inherited` are the methods to implement or override, or the constructor of the base that
    must be called (`kind` is `constructor`); `through`: the base has an own version that must take part.
    """

    kind: str
    names: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    inherited: tuple[Inherited, ...] = ()
    through: bool = False


Bases = tuple[Ancestor | Unknown, ...]
Decide = Callable[[str, Shape, Bases, frozenset[str]], Wanted | Declined]

_LANGUAGES: Final = {"python": "copilot.context.members_python", "java": "copilot.context.members_java"}
"""Language to the module whose `DECISIONS` (kind to decision) knows it; a further language is a row and a module."""


def wanted(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str] = frozenset()) -> Wanted | Declined:
    """What `kind` would add to the class. `chosen` narrows fields or methods to those names (empty: all)."""
    if not shape.sound:
        return Declined(say("{name} has a syntax error that must be repaired first", name=shape.name))
    decide = _decisions(shape.language).get(kind)
    if decide is None:
        return Declined(say("needs a model"), say("{kind} cannot be derived for this language", kind=kind))
    if reason := written_elsewhere(kind, shape):
        return Declined(reason)
    return decide(kind, shape, bases, chosen)


def _decisions(language: str) -> dict[str, Decide]:
    name = _LANGUAGES.get(language)
    return cast("dict[str, Decide]", import_module(name).DECISIONS) if name else {}


def is_private(name: str) -> bool:
    """A single or double leading underscore, but not a dunder."""
    return name.startswith("_") and not name.endswith("__") and bool(name.strip("_"))


def accessor_name(field: Field, language: str, verb: str) -> str:
    """`get`/`set` + name as JavaBeans spells it (`is` for a boolean); the public name in Python."""
    name = field.name
    if language == "python":
        return name.lstrip("_")
    if field.type == "boolean":
        if name.startswith("is") and name[2:3].isupper():
            return name if verb == "get" else "set" + name[2:]
        verb = "is" if verb == "get" else verb
    return verb + (name if name[1:2].isupper() else name[:1].upper() + name[1:])


def written_elsewhere(kind: str, shape: Shape) -> str:
    """Why the language or a library writes this kind itself, or an empty string."""
    name = shape.name
    if shape.kind != "class" and kind not in ("implement", "override"):
        return say("{name} is not a plain class ({kind}): the language writes its members", name=name, kind=shape.kind)
    if kind in _WRITES_ITSELF and shape.language == "python":
        data = next((d for d in shape.decorators if d.partition("(")[0].rpartition(".")[2] in _DATA_DECORATORS), None)
        data = data or next((b.name for b in shape.bases if b.name.rpartition(".")[2] in _DATA_BASES), None)
        if data:
            data = data.partition("(")[0]
            return say("{name} is a data class ({data}): its library writes these members", name=name, data=data)
    if shape.language == "java":
        for annotation in shape.decorators:
            if kind in LOMBOK.get(annotation.partition("(")[0].rpartition(".")[2], ()):
                return say("{name} leaves this to Lombok (@{annotation})", name=name, annotation=annotation)
    return ""


def base_unknown(shape: Shape, base: str) -> Declined:
    """The refusal because of a base whose source is not known."""
    return Declined(
        say("the base class {base} is not known here", base=base),
        say("what {name} inherits decides what it needs", name=shape.name),
    )


def already(shape: Shape, what: str) -> Declined:
    """The refusal because the class has it."""
    return Declined(say("{name} already has {what}", name=shape.name, what=what))


def no_fields(shape: Shape) -> Declined:
    """The refusal because nothing is there to derive from."""
    return Declined(say("{name} has no fields to derive this from", name=shape.name))


def narrow(fields: Iterable[Field], chosen: frozenset[str]) -> tuple[Field, ...]:
    """The fields that `chosen` names, or all when it names none of them."""
    every = tuple(fields)
    return tuple(f for f in every if chosen & {f.name, f.name.lstrip("_")}) or every


def ancestors(bases: Bases) -> list[Ancestor]:
    """The bases whose source is known."""
    return [base for base in bases if isinstance(base, Ancestor)]


def is_secret(name: str) -> bool:
    """True when a field's name says that its value must not be printed."""
    snake = "".join("_" + c.lower() if c.isupper() else c for c in name).strip("_")
    return any(f"_{word}_" in f"_{snake}_" for word in SECRET)


def implementing(kind: str, shape: Shape, bases: Bases, methods: list[Inherited]) -> Wanted | Declined:
    """`methods` as what is wanted, or why there is nothing (certain) to implement."""
    if not methods:
        base = unknown(bases)
        if base:
            return base_unknown(shape, base)
        return Declined(say("{name} has no abstract methods left to implement", name=shape.name))
    if raw := next((m.ancestor for m in methods if m.ancestor.raw and shape.language == "java"), None):
        return Declined(say("{base} is used without its type arguments", base=raw.shape.name))
    return Wanted(kind, tuple(_signed(m.method, shape.language) for m in methods), inherited=tuple(methods))


def _signed(method: Method, language: str) -> str:
    suffix = f".{method.role}" if language == "python" and method.role in ("setter", "deleter") else ""
    return method.name + suffix


def override(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    """The methods of bases that `chosen` names and the class may override."""
    own = {m.name for m in shape.methods}
    found: list[Inherited] = []
    for name in sorted(chosen):
        for base in bases:
            if isinstance(base, Unknown):
                return base_unknown(shape, base.name)
            methods = [m for m in base.shape.methods if m.name == name and m.role in ("method", "getter")]
            if methods:
                fixed = {"final", "static", "private"} & methods[0].modifiers
                usable = len(methods) == 1 and not fixed and not methods[0].abstract and name not in own
                found += [Inherited(methods[0], base)] if usable else []
                break
    if not found:
        return Declined(
            say("no method to override was found"),
            say("name a method of a base class that {name} does not define yet", name=shape.name),
        )
    return Wanted(kind, tuple(m.method.name for m in found), inherited=tuple(found))
