"""Values about unit tests which options, candidates and checks carry (`types.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class TestStyle:
    """How a project's tests are written. The default: plain pytest functions, names imported from their module.

    `classes` is a pattern for names of test classes (`Test{}`, `{}Test`), empty where tests are functions; `single`: one
    class holds all tests of a file. `base` is how the class of `unittest` is written. `camel`: `testThis`, not `test_this`.
    `imports` is how code is reached: `names` (`from a.b import f`), `module` (`from a import b`), `dotted` (`import a.b`),
    or after `as `, the other name in `import a.b as c` (nothing after it: the module's own last name).
    `annotated`: tests say `-> None`. `fixtures` are (class of the code under test, fixture that makes one), the nearest first.
    """

    __test__ = False  # pytest would collect the name

    framework: Literal["pytest", "unittest"] = "pytest"
    classes: str = ""
    single: bool = False
    base: str = "unittest.TestCase"
    camel: bool = False
    imports: str = "names"
    annotated: bool = False
    fixtures: tuple[tuple[str, str], ...] = ()


PLAIN: Final = TestStyle()


@dataclass(frozen=True, slots=True)
class Gap:
    """What proven tests leave open at a line (from 1) of the code: it never runs, or it may read `new` where it reads `old`
    and nothing fails.
    """

    kind: Literal["line", "fault"]
    line: int
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A comparison that did not hold: `test` by its name, `line` (from 1) of the test file, the number of the row where it
    has a table (-1: none); both sides as source text (empty: there is none), and what that of the left and right needs:
    (module, name), an empty name for the module itself.
    """

    test: str
    line: int
    row: int
    left: str
    right: str
    imports: tuple[tuple[str, str], ...] = ()
