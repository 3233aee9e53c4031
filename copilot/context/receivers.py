"""What a name or an expression in a file means: the definitions it may stand for, and the types it may have.

Names go through the file's imports, its package and the index; an expression through the results that definitions
declare. Nothing is guessed: what is not certain gives nothing. Absent on purpose: ranking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from copilot.context import modules, symbols
from copilot.context.index import Index
from copilot.context.place import Place
from copilot.context.symbols import Unit
from copilot.syntax.outline import Import

_STEP: Final = re.compile(r"\s*\.\s*|(?<=[)\]])\s*\.\s*")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_WRAPPERS: Final = frozenset(
    {"Optional", "Union", "List", "list", "Sequence", "Iterable", "Iterator", "Type", "type", "Annotated", "Final",
     "ClassVar", "Awaitable", "Generator", "AsyncIterator", "Collection", "Set", "set", "frozenset", "tuple", "Tuple",
     "None", "Any", "str", "int", "float", "bool", "bytes", "dict", "Dict", "Mapping"}
)  # fmt: skip
_DEEPEST: Final = 4
_ROOTS: Final = 3
_ANCESTORS: Final = 12


class Meanings:
    """Answers for one place; keeps what it looked up."""

    def __init__(self, place: Place, index: Index, root_module: str) -> None:
        self.place, self.index, self.module = place, index, root_module
        self.package = place.path.endswith("__init__.py")
        self.bound: dict[str, Import] = {}
        self.stars: list[Import] = []
        for row in place.imports:
            if row.name == "*":
                self.stars.append(row)
            else:
                self.bound[row.alias or row.name or _head(row)] = row
        self._names: dict[str, list[Unit]] = {}
        self._inherited: list[Unit] | None = None
        self._members: dict[tuple[int, int], list[Unit]] = {}
        self._bases: dict[tuple[int, int], list[Unit]] = {}

    def name(self, name: str) -> list[Unit]:
        """What a plain name defined elsewhere means here."""
        if name not in self._names:
            self._names[name] = self._look_up(name)
        return self._names[name]

    def imported(self, row: Import) -> list[Unit]:
        """The definition that an import names; of a whole module, nothing (`module_of` is for those)."""
        if row.name in (None, "*"):
            return []
        return self.in_module(self.absolute(row.module), row.name or "")

    def module_of(self, name: str) -> str | None:
        """The module that a dotted name stands for; None when it is none."""
        head, _, rest = name.partition(".")
        row = self.bound.get(head)
        if row is None or self.place.language == "java":
            return None
        if row.name is None:
            module = row.module if row.alias else (name if f"{name}.".startswith(f"{row.module}.") else head)
            if row.alias and rest:
                module = f"{module}.{rest}"
        else:
            home = self.absolute(row.module)
            module = ".".join(p for p in (home, row.name, rest) if p)
        return module if symbols.module_files(self.index, module, self.place.language) else None

    def absolute(self, module: str) -> str:
        """A module as the index names it."""
        if self.place.language == "python":
            return modules.absolute(module, self.module, package=self.package)
        if module.startswith("."):
            return modules.script(module, self.place.path)
        return module

    def in_module(self, module: str, name: str) -> list[Unit]:
        """A definition of a module; in Java the module may end in the types around the name."""
        if self.place.language == "java":
            parts = module.split(".")
            cut = next((n for n, part in enumerate(parts) if part[:1].isupper()), len(parts))
            module, name = ".".join(parts[:cut]), ".".join([*parts[cut:], name])
        return symbols.in_module(self.index, module, name, self.place.language)

    def expression(self, text: str, depth: int = 0) -> list[Unit]:
        """The types of an expression (`self.store.find(x)`): the classes whose members stand behind its dot."""
        steps = [step for step in _STEP.split(_flat(text.strip())) if step]
        if not steps:
            return []
        for size in range(len(steps), 0, -1):  # the longest start that is a module
            if all("(" not in step for step in steps[:size]):
                module = self.module_of(".".join(_bare(s) for s in steps[:size]))
                if module is not None and size < len(steps):
                    found = self.in_module(module, _bare(steps[size]))
                    return self._walk(self._value(found, called="(" in steps[size]), steps[size + 1 :])
        head, called = _bare(steps[0]), "(" in steps[0]
        rest = steps[1:]
        if head in ("self", "this", "cls", "super"):
            if rest and head != "super":
                field = self.place.variables.get(f"self.{_bare(rest[0])}")
                if field is not None:
                    return self._walk(self.typed(field, depth + 1), rest[1:])
            return self._walk(self.own_bases(), rest)
        kind = self.place.variables.get(head)
        if kind is not None and not called:
            return self._walk(self.typed(kind, depth + 1), rest)
        if (known := self.name(head)) or self.place.language != "java":
            return self._walk(self._value(known, called=called), rest)
        return self._walk(self.own_bases(), steps)  # a field or method that the class inherits

    def typed(self, text: str, depth: int = 0) -> list[Unit]:
        """The classes that a type text names, wrappers such as Optional looked through; `=f`: what f gives."""
        if depth >= _DEEPEST:
            return []
        if text.startswith(("=", "@")):
            return self.expression(text[1:] + ("()" if text[0] == "=" else ""), depth + 1) if text[1:] else []
        found: list[Unit] = []
        for name in re.findall(r"[^\W\d][\w.]*", text):
            if name not in _WRAPPERS:
                found += [unit for unit in self.dotted(name) if unit.is_type]
        return found[:_ROOTS]

    def dotted(self, name: str) -> list[Unit]:
        """What `a.b.C` or `C` means."""
        head, _, last = name.rpartition(".")
        if not head:
            return self.name(name)
        module = self.module_of(head)
        if module is not None:
            return self.in_module(module, last)
        return [m for owner in self.dotted(head) if owner.is_type for m in self.members(owner) if m.name == last]

    def own_bases(self) -> list[Unit]:
        """The bases, in other files, of the class around the caret."""
        owner = next((s for s in self.place.around if s.kind in symbols.TYPES), None)
        if owner is None:
            return []
        return [unit for base in owner.bases for unit in self.dotted(_plain(base)) if unit.is_type]

    def inherited(self) -> list[Unit]:
        """The members, in other files, that the class around the caret inherits."""
        if self._inherited is None:
            self._inherited = [m for base in self.own_bases() for m in self.members(base)]
        return self._inherited

    def members(self, unit: Unit) -> list[Unit]:
        """The members of a type, its own and those of its bases."""
        return [member for owner in self.lineage(unit) for member in self.own_members(owner)]

    def own_members(self, unit: Unit) -> list[Unit]:
        """The members that a type defines itself."""
        if unit.key not in self._members:
            self._members[unit.key] = symbols.members(self.index, unit)
        return self._members[unit.key]

    def lineage(self, unit: Unit) -> list[Unit]:
        """A type and the bases that the index knows, nearest first, at most `_ANCESTORS`; loops end."""
        found = {unit.key: unit}
        waiting = [unit]
        while waiting and len(found) < _ANCESTORS:
            current = waiting.pop(0)
            if current.key not in self._bases:
                names = [_plain(base) for base in current.bases.split(" ") if base]
                self._bases[current.key] = [
                    u for name in names if name for u in resolved(self.index, current, name)[:1]
                ]
            for base in self._bases[current.key]:
                if base.key not in found:
                    found[base.key] = base
                    waiting.append(base)
        return list(found.values())

    def _walk(self, types: Iterable[Unit], steps: list[str]) -> list[Unit]:
        types = [unit for unit in types if unit.is_type]
        for step in steps[:_DEEPEST]:
            name = _bare(step)
            following: list[Unit] = []
            for owner in types[:_ROOTS]:
                for member in self.members(owner):
                    if member.name == name:
                        following += [member] if member.is_type else self.results(member)
                        break
            types = following
        return list({unit.key: unit for unit in types}.values())

    def _value(self, units: Iterable[Unit], *, called: bool) -> list[Unit]:
        """What a name's definitions give: a class itself (or its object), a function's result, a variable's type."""
        found: list[Unit] = []
        for unit in units:
            if unit.is_type:
                found.append(unit)
            elif called == unit.is_code:
                found += self.results(unit)
        return found

    def results(self, unit: Unit) -> list[Unit]:
        """The classes of what a definition gives: a function's result, a field's type."""
        text = unit.result
        if text.startswith("="):
            return [
                found
                for target in resolved(self.index, unit, text[1:])
                for found in ([target] if target.is_type else [])
            ]
        found: list[Unit] = []
        for name in re.findall(r"[^\W\d][\w.]*", text):
            if name == "Self":
                found += symbols.by_keys(self.index, [(unit.file, unit.parent)]).values()
            elif name not in _WRAPPERS:
                found += [u for u in resolved(self.index, unit, name) if u.is_type]
        return found[:_ROOTS]

    def _look_up(self, name: str) -> list[Unit]:
        row = self.bound.get(name)
        if row is not None:
            return self.imported(row)
        if any(s.name == name and s.parent is None for s in self.place.outline.symbols):
            return []  # its own file's
        if self.place.language == "java":
            found = symbols.in_module(self.index, self.place.outline.module or "", name, "java")
            for star in self.stars:
                found = found or self.in_module(star.module, name)
            return found
        for star in self.stars:
            if found := self.in_module(self.absolute(star.module), name):
                return found
        return []


def resolved(index: Index, unit: Unit, name: str) -> list[Unit]:
    """What `name` means in the file of another definition: its own file first, then that file's imports."""
    last = name.rpartition(".")[2]
    own = index.select("SELECT n FROM definitions WHERE file=? AND name=? AND parent=-1", (unit.file, last))
    if own and "." not in name:
        return list(symbols.by_keys(index, [(unit.file, own[0][0])]).values())
    head = name.partition(".")[0]
    for module, target in index.select("SELECT module, target FROM imports WHERE file=? AND name=?", (unit.file, head)):
        home = module
        if unit.language == "python":
            home = modules.absolute(module, unit.module, package=unit.path.endswith(("__init__.py", "__init__.pyi")))
            if "." in name:
                home = f"{home}.{target}" if target else home
        elif module.startswith("."):
            home = modules.script(module, unit.path)
        wanted = last if "." in name else target
        if wanted and (found := symbols.in_module(index, home, wanted, unit.language)):
            return found
    if unit.language == "java":
        found = symbols.in_module(index, unit.module, name, "java")
        for (module,) in index.select("SELECT module FROM imports WHERE file=? AND name='*'", (unit.file,)):
            found = found or symbols.in_module(index, module, name, "java")
        return found
    return []


def _head(row: Import) -> str:
    return row.module.partition(".")[0]


def _plain(base: str) -> str:
    """A base as a dotted name, without its arguments."""
    found = re.match(r"[\w.]+", base)
    return found[0] if found else ""


def _bare(step: str) -> str:
    found = _WORD.search(step)
    return found[0] if found else ""


def _flat(text: str) -> str:
    """An expression with what stands in brackets taken out, so that only its own dots are left."""
    depth, kept = 0, []
    for char in text:
        if char in ")]" and depth:
            depth -= 1
        if not depth:
            kept.append(char)
        if char in "([":
            depth += 1
    return "".join(kept)
