"""The rules of packs: compiled by google-re2, so that no pattern of anybody's takes more than linear time, and matched.

Every rule is woken by its keywords, found in one pass over the lower-case text; rules without keywords are tried first as
one pattern. A woken rule searches the whole text, as the tools for which such rules are written do.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from copilot.guard import words
from copilot.guard.found import Found

if TYPE_CHECKING:
    from copilot.guard.classes import Action

_MEMORY: Final = 8 << 20
"""Bytes that one compiled pattern may take; a larger one (`a{1000}{1000}`) is refused by re2."""
_ALL_MEMORY: Final = 64 << 20
_MOST: Final = 500
"""Places of one rule in one text that are looked at: a text made of hits costs no more."""


Target = Literal["secret", "match", "line"]


@dataclass(frozen=True, slots=True)
class Exempt:
    """What is no finding. `every`: all of the criteria that are given must hold, else any of them does."""

    regexes: tuple[str, ...] = ()
    target: Target = "secret"
    stopwords: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    every: bool = False
    rules: tuple[str, ...] = ()
    """Of a list for the whole pack: the rules it is for; empty: all."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as a pack writes it. `keywords`: one of them must stand in the text, letter case aside; empty: no condition.

    `group`: of the pattern's groups the one that is the secret; 0: the first that matched, else all. `entropy`: bits a
    character that the secret must exceed. `path`: a pattern that the file's path must match; without a path none does.
    """

    name: str
    regex: str
    kind: str
    keywords: tuple[str, ...] = ()
    group: int = 0
    entropy: float = 0.0
    path: str = ""
    exempt: tuple[Exempt, ...] = ()
    grade: str = ""
    action: Action | None = None
    stands: tuple[str, ...] = ()
    """Of words: where they count (`words.PLACES`); empty: anywhere."""
    longer: tuple[str, ...] = ()
    """Of words: longer ones that hold them and are none."""


class BadRule(Exception):
    """A rule that cannot be used: which, and why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


def compiled(pattern: str, name: str, memory: int = _MEMORY) -> Any:
    """A pattern of google-re2. Raises BadRule with re2's own reason."""
    import re2

    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    try:
        # Not `re2.compile`: it keeps the last 128 only, and packs hold more.
        return re2._Regexp(pattern, options)  # noqa: SLF001 -- its constructor, without the cache
    except re2.error as error:
        reason = error.args[0] if error.args else "it is no pattern of re2"
        raise BadRule(name, reason.decode() if isinstance(reason, bytes) else str(reason)) from None


@dataclass(frozen=True, slots=True)
class _Exempt:
    of: Exempt
    regexes: tuple[Any, ...]
    paths: tuple[Any, ...]

    def holds(self, secret: bytes, match: bytes, line: Callable[[], bytes], path: str) -> bool:
        target = {"secret": lambda: secret, "match": lambda: match, "line": line}[self.of.target]
        low = secret.lower()
        said = []
        if self.regexes:
            said.append(any(one.search(target()) is not None for one in self.regexes))
        if self.of.stopwords:
            said.append(any(word.lower().encode() in low for word in self.of.stopwords))
        if self.paths:
            said.append(bool(path) and any(one.search(path) is not None for one in self.paths))
        return bool(said) and (all(said) if self.of.every else any(said))


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule that is ready."""

    rule: Rule
    pattern: Any
    path: Any
    exempt: tuple[_Exempt, ...]

    def found(self, data: bytes, path: str) -> Iterator[tuple[int, int]]:
        """Bytes of each secret."""
        if self.path is not None and (not path or self.path.search(path) is None):
            return
        rule = self.rule
        longer = [one.lower().encode() for one in rule.longer]
        for number, match in enumerate(self.pattern.finditer(data)):
            if number >= _MOST:
                return
            start, end = _secret(match, rule.group)
            if start >= end:
                continue
            secret = data[start:end]
            if rule.entropy and entropy(secret) <= rule.entropy:
                continue
            at, to = match.span()
            if (rule.stands or longer) and not words.counts(data, start, end, rule.stands, longer):
                continue

            def line(at: int = at, to: int = to) -> bytes:
                stop = data.find(b"\n", to)
                return data[data.rfind(b"\n", 0, at) + 1 : len(data) if stop == -1 else stop]

            if not any(one.holds(secret, data[at:to], line, path) for one in self.exempt):
                yield start, end


def _secret(match: Any, group: int) -> tuple[int, int]:
    if group:
        start, end = match.span(group)
        return int(start), int(end)
    for number in range(1, match.re.groups + 1):
        start, end = match.span(number)
        if end > start:
            return int(start), int(end)
    start, end = match.span()
    return int(start), int(end)


def entropy(value: bytes) -> float:
    """Shannon's entropy in bits a byte."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())


def ready(rule: Rule) -> Compiled:
    """Compile a rule. Raises BadRule."""
    pattern = compiled(rule.regex, rule.name)
    if rule.group > pattern.groups:
        raise BadRule(rule.name, f"secretGroup {rule.group}: the pattern has {pattern.groups} groups")
    exempt = tuple(
        _Exempt(
            one,
            tuple(compiled(regex, rule.name) for regex in one.regexes),
            tuple(compiled(path, rule.name) for path in one.paths),
        )
        for one in rule.exempt
    )
    return Compiled(rule, pattern, compiled(rule.path, rule.name) if rule.path else None, exempt)


@dataclass(frozen=True)
class Matcher:
    """Some compiled rules, looked for together."""

    rules: Sequence[Compiled]

    @cached_property
    def _woken(self) -> tuple[Any, list[list[int]]]:
        """The automaton of all keywords, and the rules of each."""
        from ahocorasick_rs import BytesAhoCorasick, Implementation

        of: dict[bytes, list[int]] = {}
        for number, one in enumerate(self.rules):
            for keyword in one.rule.keywords:
                of.setdefault(keyword.lower().encode(), []).append(number)
        words = sorted(of)
        automaton = BytesAhoCorasick(words, implementation=Implementation.DFA) if words else None
        return automaton, [of[word] for word in words]

    @cached_property
    def _keyless(self) -> tuple[Any, list[int]]:
        """The rules without keywords, and one pattern for them all: most texts match none of them, and one pass says so.
        (Not `re2.Set`: where its automaton needs more memory than it may, it says that nothing matched.)
        """
        numbers = [number for number, one in enumerate(self.rules) if not one.rule.keywords]
        if len(numbers) < 2:
            return None, numbers
        regexes = "|".join(f"(?:{self.rules[number].rule.regex})" for number in numbers)
        try:
            return compiled(regexes, "all", memory=_ALL_MEMORY), numbers
        except BadRule:  # too many for one: each by itself
            return None, numbers

    def warm(self) -> None:
        """Make everything now, not with the first text."""
        self.found("x")

    def found(self, text: str, path: str = "") -> list[Found]:
        """What the rules find in a text, in code points and no order."""
        data = text.encode("utf-8", "replace")
        wake: set[int] = set()
        automaton, of = self._woken
        if automaton is not None:
            for word in {hit[0] for hit in automaton.find_matches_as_indexes(data.lower(), overlapping=True)}:
                wake.update(of[word])
        any_of, numbers = self._keyless
        if any_of is None or any_of.search(data) is not None:
            wake.update(numbers)
        places = [
            (start, end, self.rules[number].rule)
            for number in sorted(wake)
            for start, end in self.rules[number].found(data, path)
        ]
        if not places:
            return []
        points = (lambda at: at) if len(data) == len(text) else (lambda at: len(data[:at].decode("utf-8", "ignore")))
        return [Found(points(start), points(end), rule.name, rule.kind) for start, end, rule in places]
