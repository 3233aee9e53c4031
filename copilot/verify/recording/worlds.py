# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""The world in which calls of a target are tried: what fixtures of pytest change around them, learnt while trying."""

from __future__ import annotations

import ast
import itertools
import random
import re
from collections.abc import Iterator

from . import commandline, fakes, stubs
from .code import Code
from .fakes import Fake
from .files import Files
from .invoke import Case
from .targets import Target

_FAKES = 6
_AROUND = 30
_VALUES = 4
_DATE = re.compile(r"\bdate\(\d+, \d+, \d+\)")


class Worlds:
    """For each target the fakes that its calls need; where there are several of one kind, they take turns."""

    def __init__(self, code: Code, files: Files) -> None:
        self._code = code
        self._files = files
        self._kinds: dict[str, dict[str, list[Fake]]] = {}
        self._tried: dict[str, int] = {}
        self._random = random.Random(5)  # noqa: S311

    def begin(self, target: Target) -> None:
        """What the text of the target tells: that it reads the command line."""
        if target.name not in self._kinds:
            self._kinds[target.name] = dict(stubs.clients(self._code, target))
            if commandline.reads(self._code, target):
                rows = commandline.rows(self._code, target, self._files)
                self._kinds[target.name]["sys.argv"] = fakes.arguments(rows)

    def learn(self, target: Target, fake: Fake) -> bool:
        """What a call asked for; False when that is known already, or is too much."""
        kinds = self._kinds.setdefault(target.name, {})
        if fake.key in kinds or len(kinds) >= _FAKES:
            return False
        name = fake.key.partition("environment ")[2]
        kinds[fake.key] = fakes.environment(name, self._values(target, name)) if name else fakes.moments(fake)
        self._tried[target.name] = 0
        return True

    def around(self, target: Target, case: Case) -> Iterator[Case]:
        """The case in each world of the target, or in two by chance when others were tried in all of them."""
        kinds = self._kinds.get(target.name)
        if not kinds:
            yield self._furnished(case, ())
            return
        count = self._tried[target.name] = self._tried.get(target.name, 0) + 1
        worlds = list(itertools.islice(itertools.product(*kinds.values()), _AROUND))
        several = len(worlds) > 1 and count > 2
        for world in self._random.sample(worlds, 2) if several and len(worlds) > 2 else worlds:
            yield self._furnished(case, world)

    @staticmethod
    def on_the_day(case: Case) -> Case:
        """The case with the fixed day itself in the place of a date: where before and after part."""
        text, count = _DATE.subn("date(2024, 3, 15)", case.call, count=1)
        return case._replace(call=text, rank=case.rank + 1) if count else case

    def _furnished(self, case: Case, world: tuple[Fake, ...]) -> Case:
        lines = tuple(line for fake in world for line in fake.line.split("\n"))
        written = self._files.lines(*lines, *case.setup, case.call)
        if not lines and not written:
            return case
        imports = case.imports.union(*(fake.imports for fake in world))
        subjects = (*case.subjects, *(fake.subject for fake in world if fake.subject))
        return case._replace(world=(*written, *lines), imports=imports, subjects=subjects)

    def _values(self, target: Target, name: str) -> list[str]:
        """Values for an environment variable: what the code that names it compares with, numbers where it wants them."""
        found: list[str] = []
        for node in self._code.closure(target):
            text = ast.unparse(node)
            if not re.search(rf"['\"]{name}['\"]", text) and node is not self._code.of(target):
                continue
            for part in ast.walk(node):
                if isinstance(part, ast.Compare):
                    found += [
                        n.value for n in ast.walk(part) if isinstance(n, ast.Constant) and isinstance(n.value, str)
                    ]
            found += ["25", "0"] if re.search(r"\b(int|float|Decimal)\(", text) else []
        fine = [value for value in [*found, "1", "abc"] if value and value != name and value.isprintable()]
        return list(dict.fromkeys(fine))[:_VALUES]
