# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905, BLE001, N815

"""What the code compares its input with, and inputs made of it: an operand that stands in the input is replaced by the
other operand.

Input-to-state correspondence, after Aschermann et al., "REDQUEEN: Fuzzing with Input-to-State Correspondence", NDSS
2019: a cheap substitute for symbolic execution. A check digit that the code computes is thus written where the wrong one
stood. Comparisons are seen by replacing them in the code objects of the functions, as faults are planted.
"""

from __future__ import annotations

import ast
import copy
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from .fault import Mutant, Planted
from .mutants import Living, twins
from .stubs import keys_of

COMPARED = "__bank_copilot_compared__"
TESTED = "__bank_copilot_tested__"
FETCHED = "__bank_copilot_fetched__"
MAX_SEEN = 40
_MAX_DERIVED = 12
_KEYS = 4
_PLACES = 6
_LONGEST = 40
_LARGE = 1e15

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge,
    "In": lambda a, b: a in b, "NotIn": lambda a, b: a not in b,
}  # fmt: skip
_ORDER = frozenset({"Lt", "LtE", "Gt", "GtE"})
_PLAIN = (str, int, float)


class Seen(NamedTuple):
    """One comparison: what stood left, and what it was held against."""

    operator: str
    left: Any
    right: Any


class Log:
    """The comparisons of one call, each pair once."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.decided: set[tuple[int, bool]] = set()
        """Places of comparisons with what came out: new ones are progress even where no new line is reached."""

    def clear(self) -> None:
        """Forget everything: a call begins."""
        self.seen.clear()
        self.decided.clear()

    def compared(self, name: str, place: int, left: Any, right: Any) -> Any:
        """`left <name> right`, noted."""
        self._note(name, left, right)
        result = _OPERATORS[name](left, right)
        if isinstance(result, bool):
            self.decided.add((place, result))
        return result

    def tested(self, holder: Any, name: str, *arguments: Any) -> Any:
        """`holder.startswith(argument)` and its like, noted."""
        if isinstance(holder, str) and len(arguments) == 1:
            for each in arguments[0] if isinstance(arguments[0], tuple) else arguments:
                if isinstance(each, str) and each:
                    near = holder[: len(each)] if name == "startswith" else holder[-len(each) :]
                    self._note("Eq", near, each)
        return getattr(holder, name)(*arguments)

    def fetched(self, holder: Any, key: Any) -> Any:
        """`holder[key]`, noted where it is a dictionary."""
        if isinstance(holder, dict):
            self._note("In", key, holder)
        return holder[key]

    def _note(self, name: str, left: Any, right: Any) -> None:
        if len(self.seen) >= MAX_SEEN:
            return
        if name in ("In", "NotIn"):
            if isinstance(right, str):
                self.seen += [Seen("Eq", left, char) for char in right[:1]] if isinstance(left, str) and left else []
            elif isinstance(right, (dict, set, frozenset, list, tuple)) and type(left) in _PLAIN:
                try:
                    others = [key for key in list(right)[:60] if type(key) is type(left) and key != left]
                except Exception:
                    return
                self.seen += [Seen("Eq", left, key) for key in others[:_KEYS]]
        elif type(left) in _PLAIN and type(right) in _PLAIN and all(each == each for each in (left, right)):  # noqa: PLR0124 -- NaN
            self.seen.append(Seen(name, left, right))


class _Spy(ast.NodeTransformer):
    """Comparisons, prefix tests and look-ups become calls that take part in the log and give the same result."""

    _shared = False

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if not all(type(op).__name__ in _OPERATORS for op in node.ops) or (len(node.ops) > 1 and self._shared):
            return node
        parts: list[ast.expr] = []
        left = node.left
        for number, (op, right) in enumerate(zip(node.ops, node.comparators)):
            last = number + 1 == len(node.ops)
            name = f"__bank_copilot_{node.lineno}_{node.col_offset}_{number}__"
            # a < b < c: the middle is evaluated once, and the right only if the left holds
            held = right if last else ast.NamedExpr(ast.Name(name, ast.Store()), right)
            place = node.lineno * 1000 + node.col_offset + number
            parts.append(_call(node, COMPARED, [ast.Constant(type(op).__name__), ast.Constant(place), left, held]))
            left = ast.Name(name, ast.Load())
        return parts[0] if len(parts) == 1 else ast.copy_location(ast.BoolOp(ast.And(), parts), node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node

    def _in_scope(self, node: Any) -> Any:
        """A comprehension has a scope of its own, in which a chain of comparisons cannot keep its middle."""
        before, self._shared = self._shared, True
        self.generic_visit(node)
        self._shared = before
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _in_scope

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ("startswith", "endswith")
            and len(node.args) == 1
            and not node.keywords
            and not isinstance(node.args[0], ast.Starred)
        ):
            return _call(node, TESTED, [node.func.value, ast.Constant(node.func.attr), *node.args])
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, (ast.Slice, ast.Tuple, ast.Constant)):
            return _call(node, FETCHED, [node.value, node.slice])
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node  # defaults are values by now, annotations nobody's comparison


def _call(place: ast.expr, name: str, arguments: list[ast.expr]) -> ast.expr:
    call = ast.Call(func=ast.Name(name, ast.Load()), args=arguments, keywords=[])
    return ast.copy_location(call, place)


def instrumented(tree: ast.Module, path: str, functions: Living) -> list[Mutant]:
    """Every function of the file with its comparisons seen, ready to be planted all at once."""

    def spied(node: Any) -> Any:
        twin = copy.deepcopy(node)
        decorators, twin.decorator_list = twin.decorator_list, []
        returns, twin.returns = twin.returns, None
        twin = _Spy().visit(twin)
        twin.decorator_list, twin.returns = decorators, returns
        return ast.fix_missing_locations(twin)

    return twins(tree, path, spied, functions)


@contextmanager
def listening(functions: Sequence[Mutant], log: Log) -> Iterator[None]:
    """While the block runs, comparisons in these functions go through the log."""
    names = {COMPARED: log.compared, TESTED: log.tested, FETCHED: log.fetched}
    with ExitStack() as stack:
        for each in functions:
            for function in each.functions:
                function.__globals__.update(names)
            stack.enter_context(Planted(each))
        yield


def derived(text: str, seen: list[Seen]) -> Iterator[str]:
    """The text of a call with an operand of a comparison in its place; the latest comparison, the one that ended the
    call, first.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    fixed = keys_of(tree) if "Mock(" in text else ()
    places = [
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) in _PLAIN and id(n) not in fixed
    ]
    made = 0
    for one in reversed(seen):
        for place in places:
            for new in _replaced(place.value, one):
                if made == _MAX_DERIVED:
                    return
                old, place.value = place.value, new
                yield ast.unparse(tree)
                place.value = old
                made += 1


def _replaced(value: Any, one: Seen) -> Iterator[Any]:
    for here, there in ((one.left, one.right), (one.right, one.left)):
        if type(value) is str and type(here) is str and type(there) is str:
            places = [at for at in range(len(value)) if here and value.startswith(here, at)] if here != there else []
            for at in [*places[-1:], *places[:-1]][:_PLACES]:
                yield value[:at] + there + value[at + len(here) :]
        elif type(value) is str and type(here) is int and here == len(value) != there and type(there) is int:
            for size in _near(one.operator, there):
                if 0 <= size <= _LONGEST:
                    yield (value + (value or "0") * size)[:size]
        elif type(value) is str and type(here) is int and type(there) is int and max(abs(here), abs(there)) < _LARGE:
            digits = str(abs(here))
            if re.search(rf"(?<!\d){digits}(?!\d)", value):
                for target in _near(one.operator, there):
                    yield re.sub(rf"(?<!\d){digits}(?!\d)", str(target), value, count=1)
        elif {type(value), type(here), type(there)} <= {int, float} and value == here and there != here:
            for target in _near(one.operator, there):
                whole = type(value) is int and abs(target) < _LARGE and target == int(target)
                yield int(target) if whole else target


def _near(name: str, value: Any) -> list[Any]:
    return [value, value + 1, value - 1] if name in _ORDER else [value]
