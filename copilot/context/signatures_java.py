"""Java's descriptors and generic signatures (Java Virtual Machine Specification, 4.3 and 4.7.9) as source text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_PRIMITIVES: Final = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "Z": "boolean", "V": "void",
}  # fmt: skip
_DEEPEST: Final = 60


class Names:
    """Simple names for full ones, as far as they are not taken twice."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.known: dict[str, str] = {}

    def simple(self, full: str) -> str:
        """How a class is written in the source."""
        outer, _, rest = full.partition("$")
        short = outer.rpartition(".")[2]
        if self.known.setdefault(short, outer) != outer:
            return full.replace("$", ".")
        return f"{short}.{rest.replace('$', '.')}" if rest else short

    def imports(self) -> Iterator[str]:
        """The classes that need an import."""
        for full in self.known.values():
            package = full.rpartition(".")[0]
            if package not in ("", "java.lang", self.package):
                yield full


class Signature:
    """Reads descriptors and generic signatures from left to right."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names, self.at, self.depth = text, names, 0, 0

    def variables(self) -> str:
        """`<T extends A>` at the start, or nothing."""
        if self.text[self.at : self.at + 1] != "<":
            return ""
        self.at += 1
        found = []
        while self.text[self.at] != ">":
            colon = self.text.index(":", self.at)
            name, bounds = self.text[self.at : colon], []
            self.at = colon
            while self.text[self.at] == ":":
                self.at += 1
                if self.text[self.at] not in ":>" and (bound := self.type()) != "Object":
                    bounds.append(bound)
            found.append(f"{name} extends {' & '.join(bounds)}" if bounds else name)
        self.at += 1
        return f"<{', '.join(found)}>"

    def method(self) -> tuple[str, list[str], str]:
        """`(type variables, parameter types, result)`."""
        variables, types = self.variables(), []
        self.at += 1
        while self.text[self.at] != ")":
            types.append(self.type())
        self.at += 1
        return variables, types, self.type()

    def type(self) -> str:
        """One type."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("not a class file")
        try:
            return self._type()
        finally:
            self.depth -= 1

    def _type(self) -> str:
        char = self.text[self.at]
        self.at += 1
        if char in _PRIMITIVES:
            return _PRIMITIVES[char]
        if char == "[":
            return self.type() + "[]"
        if char == "T":
            end = self.text.index(";", self.at)
            name, self.at = self.text[self.at : end], end + 1
            return name
        if char != "L":
            raise ValueError("not a class file")
        start = self.at
        while self.text[self.at] not in ";<":
            self.at += 1
        shown = self.names.simple(self.text[start : self.at].replace("/", "."))
        while self.text[self.at] != ";":
            if self.text[self.at] == "<":
                shown += self._arguments()
            else:  # `.Inner` of a parameterised class
                self.at += 1
                start = self.at
                while self.text[self.at] not in ";<.":
                    self.at += 1
                shown += "." + self.text[start : self.at]
        self.at += 1
        return shown

    def _arguments(self) -> str:
        self.at += 1
        found = []
        while self.text[self.at] != ">":
            char = self.text[self.at]
            if char == "*":
                self.at += 1
                found.append("?")
            elif char in "+-":
                self.at += 1
                found.append(f"? {'extends' if char == '+' else 'super'} {self.type()}")
            else:
                found.append(self.type())
        self.at += 1
        return f"<{', '.join(found)}>"
