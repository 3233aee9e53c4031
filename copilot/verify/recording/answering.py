# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, S307

"""Stand-ins as text: a `Mock` whose answers suit what code does with them (`standins.py` says what), and its variations."""

from __future__ import annotations

import ast
import builtins
import json
import random
import re
from collections.abc import Iterator
from typing import Any

from .express import Expr, reference
from .files import value_of
from .place import AENTER, AWAIT, CALL, EACH, ENTER, JSON, Place

_WIDEST = 6
_MOMENTS = {
    "date": ("date(2024, 3, 15)", "date(2024, 2, 29)", "date(2024, 12, 31)"),
    "datetime": ("datetime(2024, 3, 15, 10, 30)", "datetime(2024, 2, 29)", "datetime(2024, 12, 31, 23, 59)"),
}
_STANDINS = 16
_OPTIONS = 4
_TOGETHER = 6
_REFUSED = 400


def answers(place: Place, names: dict[str, Any]) -> Iterator[Expr]:
    """Stand-ins that answer differently: first as what is read suggests, then each answer in its turn, then some together."""
    plain = _Rendering({}, names)
    base = plain.whole(place)
    seen = {base.text}
    yield base
    choices = list(plain.choices.items())
    turns = [{at: turn} for turn in range(1, _OPTIONS) for at, count in choices if turn < count]
    chance = random.Random(3)  # noqa: S311
    turns += [
        {at: chance.randrange(count) for at, count in choices} for _ in range(_TOGETHER if len(choices) > 1 else 0)
    ]
    for turn in turns:
        found = _Rendering(turn, names).whole(place)
        if found.text not in seen and len(seen) < _STANDINS:
            seen.add(found.text)
            yield found


class _Rendering:
    """A stand-in as text. `chosen` says which option each choice takes (the first by default); `choices` counts them."""

    def __init__(self, chosen: dict[str, int], names: dict[str, Any]) -> None:
        self.choices: dict[str, int] = {}
        self._chosen = chosen
        self._names = names
        self._imports: set[tuple[str, str]] = set()

    def whole(self, place: Place) -> Expr:
        """The stand-in for a parameter."""
        text = self._mock(place, "")
        return Expr(text, frozenset(self._imports))

    def _mock(self, place: Place, where: str) -> str:
        rows = self._rows(place, "", where)
        kind = "MagicMock" if place.enters() else "Mock"
        self._imports.add(("unittest.mock", kind))
        told = ", ".join(f"{row!r}: {text}" for row, text in rows)
        return f"{kind}(**{{{told}}})" if rows else f"{kind}()"

    def _rows(self, place: Place, path: str, where: str) -> list[tuple[str, str]]:
        """Entries of the configuration: (dotted path, text of its value)."""
        found: list[tuple[str, str]] = []
        dot = path + "." if path else ""
        for step, name in ((ENTER, "__enter__"), (AENTER, "__aenter__")):
            if step in place.steps:
                entered = self._rows(place.steps[step], f"{dot}{name}.return_value", f"{where}{name}")
                found += entered or ([(f"{dot}{name}.return_value", "None")] if not path else [])
        if CALL in place.steps:
            found += self._called(place.steps[CALL], path, where + "()")
        for name, held in place.attributes():
            found += self._rows(held, f"{dot}{name}", f"{where}.{name}")
        found += self._refused(found, dot) if "raise_for_status" in place.called() else []
        only_read = not place.steps and not path.endswith("_value")
        if not found and path and (only_read or _is_data(place)):
            found.append((path, self._data(place, where, path.rsplit(".", 1)[-1])))
        elif path and found and "none" in place.marks and self._pick(where, 2):
            return [(path, "None")]
        return found

    def _refused(self, rows: list[tuple[str, str]], dot: str) -> list[tuple[str, str]]:
        """What a refused answer does where it is asked to: a stand-in that says 500 and raises nothing would be a lie."""
        statuses = [text for row, text in rows if row in (f"{dot}status_code", f"{dot}status")]
        told = f"{dot}raise_for_status.side_effect"
        if not any(text.isdigit() and int(text) >= _REFUSED for text in statuses) or told in dict(rows):
            return []
        return [(told, f"RuntimeError({statuses[0]})")]

    def _called(self, answer: Place, path: str, where: str) -> list[tuple[str, str]]:
        dot = path + "." if path else ""
        errors = [error for error in map(self._error, answer.raises) if error is not None][:2]
        number = self._pick(where + "!", 1 + len(errors)) if errors else 0
        if number:
            error = errors[number - 1]
            self._imports |= error.imports
            return [(f"{dot}side_effect", error.text)]
        if AWAIT in answer.steps and path:
            self._imports.add(("unittest.mock", "AsyncMock"))
            value = self._value(answer.steps[AWAIT], where + "~")
            return [(path, f"AsyncMock(return_value={value})" if value else "AsyncMock()")]
        return self._rows(answer, f"{dot}return_value", where)

    def _error(self, name: str) -> Expr | None:
        """The exception class of that name, made without arguments."""
        try:
            kind = eval(name, {**vars(builtins), **self._names})
            if not (isinstance(kind, type) and issubclass(kind, Exception)):
                return None
            kind()
            found = reference(kind)
        except Exception:  # a constructor of the project's may raise anything
            return None
        return found

    def _value(self, place: Place, where: str) -> str:
        if place.attributes() or {ENTER, AENTER, CALL} & set(place.steps):
            if "none" in place.marks and self._pick(where, 2):
                return "None"
            return self._mock(place, where)
        return self._data(place, where, "") if _is_data(place) else ""

    def _data(self, place: Place, where: str, name: str, shift: int = 0) -> str:
        """A value that suits what is done with it."""
        if JSON in place.steps:
            return repr(json.dumps(ast.literal_eval(self._data(place.steps[JSON], where + "#", name))))
        parts = place.parts()
        empty = ["None"] if "none" in place.marks or ("truth" in place.marks and (parts or EACH in place.steps)) else []
        if EACH in place.steps:
            number = self._pick(where, 2 + len(empty))
            if number:
                return ["[]", *empty][number - 1]
            each = place.steps[EACH]
            cells = [
                self._element(each, f"{where}*{at}" if each.attributes() else where + "*", name, at) for at in (0, 1)
            ]
            return f"[{', '.join(cells)}]"
        if any(isinstance(key, str) for key, _ in parts):
            empty += ["{}"] if "optional" in place.marks else []
            number = self._pick(where, 1 + len(empty)) if empty else 0
            if number:
                return empty[number - 1]
            rows = [f"{key!r}: {self._data(part, f'{where}[{key}]', str(key), shift)}" for key, part in parts]
            return "{" + ", ".join(rows) + "}"
        if parts:
            number = self._pick(where, 1 + len(empty)) if empty else 0
            if number:
                return empty[number - 1]
            by_index = dict(parts)
            width = min(1 + max(key for key, _ in parts if isinstance(key, int)), _WIDEST)
            cells = [self._data(by_index.get(at, Place()), f"{where}[{at}]", "", shift) for at in range(width)]
            return f"({', '.join(cells)}{',' if width == 1 else ''})"
        if "table" in place.marks:
            return ["{'a': 1, 'b': 2}", "{}"][self._pick(where, 2)]
        options = _scalars(place, name)
        moments = sorted(place.marks & set(_MOMENTS))
        if moments:
            self._imports.add(("datetime", moments[0]))
            options = list(_MOMENTS[moments[0]])
        group = where if place.marks or place.against else "?"
        options += empty
        return options[(self._pick(group, len(options)) + shift) % len(options)]

    def _element(self, place: Place, where: str, name: str, shift: int) -> str:
        return self._mock(place, where) if place.attributes() else self._data(place, where, name, shift)

    def _pick(self, where: str, count: int) -> int:
        self.choices[where] = min(count, _OPTIONS)
        return min(self._chosen.get(where, 0), count - 1)


def _is_data(place: Place) -> bool:
    return bool(place.marks or place.against or place.parts() or EACH in place.steps or JSON in place.steps)


def _scalars(place: Place, name: str) -> list[str]:
    """Values of one place as text, the most natural first."""
    numbers = [one for one in place.against if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if re.search("status|code$", name) and (numbers or not place.against):
        known = [200, 404, 500, *(n for n in numbers if n not in (200, 404, 500)), *(n + 1 for n in numbers)]
        return [repr(n) for n in dict.fromkeys(known)]
    if numbers:
        return [repr(n) for n in dict.fromkeys([n + step for step in (0, 1, -1) for n in numbers])]
    if place.against:
        texts = [repr(one) for one in dict.fromkeys(place.against)]
        return [*texts, "'abc'"] if isinstance(place.against[0], str) else [*texts, repr(not place.against[0])]
    named = value_of(name) if name.isidentifier() and not name.endswith("_value") else ""
    first = [repr(named)] if named else []
    if "number" in place.marks:
        rows = first if isinstance(named, (int, float)) else []
        return list(dict.fromkeys([*rows, "12", "0", "-5", "250"]))
    if place.marks == {"truth"}:
        return ["True", "False"]
    if "text" in place.marks:
        return list(dict.fromkeys([*(first if isinstance(named, str) else []), "'abc'", "''"]))
    return list(dict.fromkeys([*first, "'abc'", "12", "'2024-01-15'"]))
