"""What a dotted name in a body stands for: `run` for `subprocess.run` where the file imports it so, `print` for nothing
where the function has a parameter of that name.

Absent on purpose: what a variable holds, and what other files define.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Final

from copilot.syntax.outline import Outline
from copilot.syntax.tree import Node
from copilot.verify.names import JAVA_LANG
from copilot.verify.usage import Places, binds, places

_GLOBAL: Final = {
    "python": frozenset(dir(builtins)),
    "java": JAVA_LANG | {"java", "javax"},
    "javascript": frozenset({"console", "Date", "Math", "Number", "String", "Boolean", "fetch", "crypto", "isNaN",
                             "parseInt", "parseFloat"}),
}  # fmt: skip
"""Heads of names that need no import."""

_HOMES: Final = {
    "Files": "java.nio.file", "Instant": "java.time", "LocalDate": "java.time", "LocalDateTime": "java.time",
    "ZonedDateTime": "java.time", "UUID": "java.util", "BigDecimal": "java.math",
}  # fmt: skip
"""Of Java's packages that are imported whole, the types that facts are told of."""

_FUNCTIONS: Final = frozenset(
    {"function_definition", "lambda", "method_declaration", "constructor_declaration", "compact_constructor_declaration",
     "lambda_expression", "function_declaration", "function_expression", "arrow_function", "method_definition",
     "generator_function_declaration", "generator_function"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Where the names of a function stand. `around` covers the functions around it and its parameters, too; `imports`
    are a name and what it stands for; `known` are the names that the file itself defines.
    """

    language: str
    around: Places
    imports: dict[str, str]
    known: frozenset[str]

    def meaning(self, name: str) -> str:
        """The dotted name as its module calls it, a builtin by its own; empty for what the file or the body defines."""
        head, dot, rest = name.partition(".")
        if self.bound(head):
            return ""
        if head in self.imports:
            return self.imports[head] + dot + rest
        return name if head in _GLOBAL[self.language] and head not in self.known else ""

    def bound(self, name: str) -> bool:
        """True when the function, or one around it, has a parameter or variable of that name."""
        return any(map(binds, self.around.get(name, ())))

    def imported(self, modules: tuple[str, ...]) -> bool:
        """True when the file imports one of the modules, or from it."""
        return any(f"{one}.".startswith(f"{module}.") for one in self.imports.values() for module in modules)


def names_of(found: Outline, body: Node | None) -> Names:
    """The names for the body of a definition of `found`."""
    function, at = body, body
    while at is not None:
        function = at if at.type in _FUNCTIONS else function
        at = at.parent
    language = found.language if found.language in {"python", "java"} else "javascript"
    imports: dict[str, str] = {}
    for one in found.imports:
        module = one.module.removeprefix("node:")
        if one.name == "*":
            imports |= {name: f"{module}.{name}" for name, home in _HOMES.items() if home == module}
        elif one.name is None:
            head = one.alias or (module.partition(".")[0] if language == "python" else module)
            imports[head] = module if one.alias else head
            imports.setdefault(module, module)  # so that `imported` sees `urllib.request`
        else:
            imports[one.alias or one.name] = f"{module}.{one.name}"
    known = {one.name for one in found.symbols if one.parent is None or language == "java"}
    return Names(language, places(function), imports, frozenset(known))
