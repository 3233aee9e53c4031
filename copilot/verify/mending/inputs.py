# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""Inputs that tell candidates apart: the arguments with which the tests call a function, and their neighbours; and what
came of a call, in words.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
import itertools
import math
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .cases import Late

_DEEP = 4
_LONG = 400
_EACH = 24
_WORD = 12


def record(runs: Iterable[Callable[[], Any]], code: types.CodeType, most: int, found: dict[str, Any]) -> None:
    """Note in `found` the arguments (positional, by name) of the calls of a code object while something runs, each shape
    once. Raises Late with those until then.
    """

    def seen(frame: Any, event: str, _arg: Any) -> None:
        if event != "call" or frame.f_code is not code or len(found) >= most:
            return
        sys.setprofile(None)
        try:
            call = _arguments(frame)
            found.setdefault(shown(call), call)
        except Exception:  # noqa: S110 -- what cannot be copied is no input
            pass
        finally:
            sys.setprofile(seen)

    for run in runs:
        sys.setprofile(seen)
        try:
            run()
        except Late:
            raise
        except BaseException:  # noqa: S110 -- how a test ends is no input
            pass
        finally:
            sys.setprofile(None)
        if len(found) >= most:
            break


def _arguments(frame: Any) -> Any:
    code, held = frame.f_code, frame.f_locals
    count = code.co_argcount
    names = code.co_varnames
    args = [held[name] for name in names[:count]]
    named = {name: held[name] for name in names[count : count + code.co_kwonlyargcount]}
    at = count + code.co_kwonlyargcount
    if code.co_flags & inspect.CO_VARARGS:
        args += held[names[at]]
        at += 1
    if code.co_flags & inspect.CO_VARKEYWORDS:
        named.update(held[names[at]])
    return copy.deepcopy((tuple(args), named))


def constants(code: types.CodeType) -> list[Any]:
    """Whole numbers and short texts in a code object and those inside it: where behaviour changes."""
    found: list[Any] = []
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            found += constants(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, (int, str))]
        elif (isinstance(value, int) and not isinstance(value, bool)) or (
            isinstance(value, str) and len(value) <= _WORD
        ):
            found.append(value)
    return list(dict.fromkeys(found))


def neighbours(calls: list[Any], most: int, known: Iterable[Any] = ()) -> list[Any]:
    """Inputs near the recorded ones, one value changed in each, of the kind that was seen: whole numbers stay as they
    are signed, sorted lists sorted. `known` are constants of the code.
    """
    found: dict[str, Any] = {shown(call): call for call in calls}
    known = list(known)
    rows: list[Iterator[Any]] = [_near(call, calls, known) for call in calls[:_EACH]]
    while rows and len(found) < most:
        for row in list(rows):
            fresh = next(row, None)
            if fresh is None:
                rows.remove(row)
            elif len(found) < most:
                found.setdefault(shown(fresh), fresh)
    return list(found.values())[len(calls) :]


def _near(call: Any, calls: list[Any], known: list[Any]) -> Iterator[Any]:
    args, named = call
    options = []
    for at, value in enumerate(args):
        others = [c[0][at] for c in calls if len(c[0]) > at]
        plain = [(at, new) for new in _values(value, others)]
        told = [(at, new) for new in _by_constants(value, known, others)]
        options.append([pair for turn in itertools.zip_longest(told, plain) for pair in turn if pair is not None])
    for turn in itertools.zip_longest(*options):
        for pair in turn:
            if pair is not None:
                at, new = pair
                try:
                    yield copy.deepcopy(((*args[:at], new, *args[at + 1 :]), named))
                except Exception:  # noqa: S112
                    continue


def _values(value: Any, others: list[Any], depth: int = 0) -> list[Any]:
    """Neighbours of a value; `others` are values seen in the same place. None of one at the end of its range."""
    try:
        return _beside(value, others, depth)[:_EACH]
    except Exception:
        return []


def _beside(value: Any, others: list[Any], depth: int) -> list[Any]:
    found: list[Any] = []
    same = [o for o in others if type(o) is type(value)]
    found += [o for o in same if o is not value][:3]
    if isinstance(value, bool):
        found += [not value]
    elif isinstance(value, int):
        least = min(same, default=value)
        steps = (value + 1, value - 1, value + 2, value * 2, value // 2, value + 7, 0, 1, value * 10)
        found += [n for n in steps if n >= min(least, 1 if least > 0 else 0 if least == 0 else n)]
    elif isinstance(value, float):
        found += [value + 0.5, value * 2, value / 2, value + 1, float(int(value))]
        found += [-value] if any(o < 0 for o in same) else []
    elif isinstance(value, str):
        found += _texts(value, same)
    elif isinstance(value, list):
        found += _lists(value, same, depth)
    elif isinstance(value, tuple) and type(value) is tuple:
        for at, item in enumerate(value[:4]):
            found += [
                (*value[:at], new, *value[at + 1 :])
                for new in _values(item, [o[at] for o in same if len(o) > at], depth + 1)[:4]
            ]
    elif isinstance(value, dict):
        keys = list(value)
        found += [{k: v for k, v in value.items() if k != key} for key in keys[:3]]
        for key in keys[:3]:
            found += [{**value, key: new} for new in _values(value[key], list(value.values()), depth + 1)[:3]]
    elif isinstance(value, (set, frozenset)):
        found += [type(value)(o for o in value if o is not item) for item in list(value)[:3]]
    elif type(value).__name__ == "Decimal":
        found += [value + 1, value * 2, value / 3, value + type(value)("0.005"), value + type(value)("0.01")]
        found += [-value] if any(o < 0 for o in same) else []
    elif type(value).__name__ in ("date", "datetime"):
        import datetime as dt

        found += [value + dt.timedelta(days=days) for days in (1, -1, 2, 7, 30, 365) if _reachable(value, days)]
    return found


def _reachable(day: Any, days: int) -> bool:
    return bool(1 <= day.toordinal() + days <= type(day).max.toordinal())


def _by_constants(value: Any, known: list[Any], others: list[Any]) -> list[Any]:
    """Values at which code with these constants may part ways."""
    found: list[Any] = []
    if isinstance(value, bool):
        return found
    if isinstance(value, int):
        least = min((o for o in others if type(o) is int), default=value)
        for number in known:
            if isinstance(number, int) and not isinstance(number, bool) and abs(number) > 1:
                found += [value - value % number, number, value - value % number + number, number + 1]
        found = [n for n in found if n >= min(least, 0) and (n > 0 or least <= 0)]
    elif isinstance(value, str) and value:
        for text in known:
            if isinstance(text, str) and text:
                middle = len(value) // 2
                found += [value + text, text + value, value[:middle] + text + value[middle:], value.replace(text, "")]
    return [n for n in dict.fromkeys(found) if n != value][:_EACH]


def _texts(value: str, same: list[str]) -> list[str]:
    found = []
    if value:
        found += [value[1:], value[:-1], value + value[-1], value[::-1], value[0] + value, value[: len(value) // 2]]
        found += [
            value[:at] + value[at + 1] + value[at] + value[at + 2 :]
            for at in (0, len(value) // 2)
            if at + 1 < len(value)
        ]
        found += [value.swapcase()] if any(not o.islower() and not o.isupper() for o in same) else []
        found += [value * 2]
        middle = len(value) // 2
        found += (
            [value[:middle] + value[middle] + value[middle:], value[:middle] + " " + value[middle:]]
            if " " in "".join(same)
            else []
        )
    if any(not o for o in same):
        found += [""]
    return [f for f in found if f != value]


def _lists(value: list[Any], same: list[Any], depth: int) -> list[Any]:
    found: list[Any] = []
    try:
        ordered = all(list(o) == sorted(o) for o in same)
    except TypeError:
        ordered = False
    if value:
        found += [value[1:], value[:-1], [*value, value[-1]], value[::-1], value[:1], [*value, value[0]], value[:2]]
        if depth < 2:
            items = [item for o in same for item in o]
            for at in dict.fromkeys((0, len(value) // 2, len(value) - 1)):
                for new in _values(value[at], items, depth + 1)[:5]:
                    found.append([*value[:at], new, *value[at + 1 :]])
    if any(not o for o in same) or len(value) == 1:
        found.append([])
    if ordered and found:
        found = [f for f in map(_ordered, found) if f is not None and f != value]
    return found


def _ordered(value: list[Any]) -> list[Any] | None:
    try:
        return sorted(value)
    except TypeError:
        return None


UNKNOWN = "…"
"""What came of a call that nothing is known of: it took too long, or its result cannot be told."""


def outcome(function: Any, call: Any) -> str:
    """What a call gives, in words, with what it made of its arguments; `UNKNOWN` where that cannot be said."""
    try:
        args, named = copy.deepcopy(call)
    except BaseException:
        return UNKNOWN
    try:
        result = function(*args, **named)
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        if isinstance(result, types.GeneratorType) or (hasattr(result, "__next__") and not hasattr(result, "read")):
            result = list(itertools.islice(result, 200))
    except Late:
        return UNKNOWN
    except BaseException as error:
        return f"!{type(error).__name__}"
    try:
        told, after = shown(result), shown(args)
        return told if after == shown(call[0]) else f"{told} with {after}"
    except Exception:
        return UNKNOWN


def shown(value: Any, depth: int = 0) -> str:
    """A value as text that is the same for what is equal: no addresses, floats to nine digits."""
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(float(value))
        return f"{value:.9g}" if value != int(value) or abs(value) > 1e15 else f"{value:.1f}"
    if isinstance(value, (int, str, bytes)):
        text = repr(value)
        return text if len(text) <= _LONG else text[: _LONG // 2] + "…" + text[-40:]
    if depth > _DEEP:
        return "…"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{shown(k, depth + 1)}: {shown(v, depth + 1)}" for k, v in list(value.items())[:40]) + "}"
        )
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}({', '.join(sorted(shown(v, depth + 1) for v in value))})"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(shown(v, depth + 1) for v in value[:60])
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if hasattr(value, "__dict__") and not isinstance(value, (type, types.FunctionType, types.ModuleType)):
        held = ", ".join(f"{k}={shown(v, depth + 1)}" for k, v in list(vars(value).items())[:12])
        return f"{type(value).__name__}({held})"
    text = repr(value)
    return type(value).__name__ if " at 0x" in text else text[:_LONG]
