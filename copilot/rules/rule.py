"""One rule as data, and the reading of the rule files.

A rule is a tree-sitter query whose capture `@site` is the place that is reported; where it judges more than that place (a
routine by its name), `@reach` is what it judges: a change anywhere in it asks for the finding. Beside the predicates of tree-sitter
(`#eq?`, `#match?`, `#any-of?`) a query may use those of `predicates.py`. There are three packs of them. The security rules
(`<language>.toml`) have one table a rule:

    [[rule]]
    id = "sql-built"                  # stable, unique in its language
    cwe = 89
    severity = "error"                # error, warning, information
    confidence = "high"               # how often it is right: high, medium, low
    unsure = "medium"                 # the same where it is not known what is put in; left out: no finding then
    triggers = ["execute"]            # one of these stands in every text that it can find something in (`re:…`: a pattern)
    beside = ["re:(?i)sql"]           # and one of these; left out: nothing more
                                      # in both, "words:NAME" stands for a list of `words.toml`
    far = true                        # what makes it a finding may stand in another routine of the file
    places = ["execute"]              # one of these stands in all that a pattern of the query matches: it is asked there alone;
                                      # `true`: the triggers; left out: wherever a change reaches
    en = "…"
    zh = "…"
    query = '''(call …) @site'''

The bank's pack (`bank/<ID>.toml`) has one file a rule, and so have the rules of a bank's own (any folder of such files):

    id = "MONEY01"                    # the file's name
    severity = "error"
    en = "…"                          # its title
    zh = "…"
    why_en = '''…'''                  # why it matters, for its page
    why_zh = '''…'''
    security = ["sql-built"]          # security rules whose findings are this rule's in a review
    [[part]]                          # one way to break it: as a [[rule]] above, without id and severity, with a language
    language = "java"
    policy = "gm"                     # it fires only where the bank's settings ask for this policy; left out: always
    [[example]]                       # for its page: `bad` breaks the rule, `good` does not
    language = "java"
    bad = '''…'''
    good = '''…'''
    [[repair]]                        # puts its findings right: `repairing.py`
    language = "java"

Beside the rules, `words.toml` has lists of words by name, for triggers that several rules share:

    personal = ["re:(?i)card|passw"]  # `beside = ["words:personal", "customer"]`: one of these, or `customer`

The lists of the bank's pack (`bank/words.toml`: amounts, payments, personal, stores) are there for every rule. A folder of a
bank's own may have a file of that name, whose lists come before ours of the same name. A list names no other list.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from copilot.errors import UsageError
from copilot.messages import locale, say
from copilot.types import Severity, Span

Confidence = Literal["high", "medium", "low"]

PREFIX: Final = "security."
"""What the `rule` of every finding of a security rule begins with."""

SECURITY: Final = "security"
BANK: Final = "bank"
"""The packs that are shipped; any other name of a pack is a folder of rule files."""

WORDS: Final = "words.toml"
"""The file of a pack that is no rule but has lists of words by name."""
_NAMED: Final = "words:"

READ_AS: Final = {"typescript": "javascript", "tsx": "javascript"}
"""Languages whose rules are another's: their trees have the same nodes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, or a part of one; `name` is what a finding carries: `security.<language>.<id>`, of a pack its id alone.

    `policy`: the policy of a bank without which it says nothing ("": it always speaks).
    """

    name: str
    cwe: int
    severity: Severity
    confidence: Confidence
    unsure: Confidence | None
    triggers: tuple[str, ...]
    beside: tuple[str, ...]
    en: str
    zh: str
    query: str
    policy: str = ""
    far: bool = False
    places: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What is wrong and what to do instead, in the language of this process."""
        text = self.zh if locale() == "zh" else self.en
        return f"{text} (CWE-{self.cwe})" if self.cwe else text


@dataclass(frozen=True, slots=True)
class Example:
    """What breaks a rule and what does not, for its page."""

    language: str
    bad: str
    good: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule of the bank's pack: what its page tells. `parts`: the rules that find it, by language; `security`: security rules
    (without language) whose findings are its own in a review; `repairs`: tables for `repairing.py`, by language.
    """

    id: str
    severity: Severity
    en: str
    zh: str
    why_en: str
    why_zh: str
    security: tuple[str, ...]
    parts: tuple[tuple[str, Rule], ...]
    examples: tuple[Example, ...]
    repairs: tuple[tuple[str, Mapping[str, Any]], ...]

    @property
    def title(self) -> str:
        """Its title in the language of this process."""
        return self.zh if locale() == "zh" else self.en


def languages() -> tuple[str, ...]:
    """The languages that have security rules of their own."""
    return tuple(
        sorted(entry.name[:-5] for entry in resources.files("copilot.rules").iterdir() if entry.name.endswith(".toml"))
    )


@cache
def rules(language: str, pack: str = SECURITY) -> tuple[Rule, ...]:
    """The rules of a language in a pack, none where there are none.

    Raises KeyError or ValueError for a damaged rule file of ours, UsageError for one of the bank's own.
    """
    own = READ_AS.get(language, language)
    if pack != SECURITY:
        return tuple(rule for policy in policies(pack) for spoken, rule in policy.parts if spoken == own)
    place = resources.files("copilot.rules").joinpath(f"{own}.toml")
    if not place.is_file():
        return ()
    return tuple(
        _rule(row, f"{PREFIX}{own}.{row['id']}", Severity(row["severity"]), _lists())
        for row in tomllib.loads(place.read_text("utf-8"))["rule"]
    )


@lru_cache(maxsize=8)
def called(
    language: str, pack: str, text: bytes, around: bytes | None = None, whole: bytes | None = None
) -> tuple[Rule, ...]:
    """The rules of which a trigger word stands in a text, in their order.

    `around`: the text and what is around it (None: nothing more), where what stands beside the trigger is looked for; `whole`:
    the same for rules that look far, all whose words may stand anywhere in it. Raises as `rules`.
    """
    held = rules(language, pack)
    if not held:
        return ()
    near = said(language, pack, text)
    wide = near if around is None else said(language, pack, around)
    far = near if whole is None else said(language, pack, whole)
    return tuple(
        rule
        for rule in held
        if (far if rule.far else near).any(rule.triggers)
        and (not rule.beside or (far if rule.far else wide).any(rule.beside))
    )


class _Words(NamedTuple):
    """The words of a pack: plain ones in one automaton, and its `plain` words in their order; patterns of re2 by the word."""

    automaton: BytesAhoCorasick
    plain: tuple[str, ...]
    patterns: Mapping[str, re.Pattern[bytes]]


class Said:
    """Which words of a pack's rules stand in a text, and where. Plain ones are looked for in one pass, patterns each when it is asked
    about: one automaton of all of them has a state for each set of words that texts hold, and is made anew with every text.
    """

    def __init__(self, language: str, pack: str, text: bytes) -> None:
        self._words, self._text = _words(READ_AS.get(language, language), pack), text
        self._known: dict[str, bool] = {}

    @cached_property
    def _found(self) -> list[tuple[int, int, int]]:
        return self._words.automaton.find_matches_as_indexes(self._text, overlapping=True)

    @cached_property
    def _held(self) -> frozenset[str]:
        return frozenset(self._words.plain[n] for n in {n for n, _, _ in self._found})

    def any(self, words: tuple[str, ...]) -> bool:
        """Whether one of some words does."""
        return not self._held.isdisjoint(words) or any(
            self._matches(word) for word in words if word in self._words.patterns
        )

    def _matches(self, word: str) -> bool:
        if word not in self._known:
            self._known[word] = self._words.patterns[word].search(self._text) is not None
        return self._known[word]

    def places(self, words: tuple[str, ...], within: Sequence[Span] | None = None) -> list[Span]:
        """Where some words stand inside ranges that do not overlap (None: anywhere), in order."""
        ranges = within if within is not None else (Span(0, len(self._text)),)
        plain = (
            {n for n, word in enumerate(self._words.plain) if word in words} if not self._held.isdisjoint(words) else ()
        )
        found = [
            Span(start, end)
            for n, start, end in (self._found if plain else ())
            if n in plain and any(each.start <= start and end <= each.end for each in ranges)
        ]
        for word in words:
            if (pattern := self._words.patterns.get(word)) is not None:
                found += (
                    Span(*one.span()) for each in ranges for one in pattern.finditer(self._text, each.start, each.end)
                )
        return sorted(found)


@lru_cache(maxsize=16)
def said(language: str, pack: str, text: bytes) -> Said:
    """Which words of a pack's rules stand in a text; kept for the last few."""
    return Said(language, pack, text)


@cache
def _words(language: str, pack: str) -> _Words:
    import re2  # 20 ms: paid by the first look, not by whoever starts up

    named = dict.fromkeys(
        word for rule in rules(language, pack) for word in (*rule.triggers, *rule.beside, *rule.places)
    )
    plain = tuple(word for word in named if not word.startswith("re:"))
    automaton = BytesAhoCorasick([word.encode() for word in plain], implementation=Implementation.DFA)
    return _Words(automaton, plain, {word: re2.compile(word[3:]) for word in named if word.startswith("re:")})


@cache
def policies(pack: str = BANK) -> tuple[Policy, ...]:
    """The rules of the bank's pack, or of a folder, by id.

    Raises UsageError for a folder that is not there or a file in it that is no rule.
    """
    if pack == BANK:
        return tuple(_policies(resources.files("copilot.rules").joinpath("bank")))
    folder = Path(pack)
    if not folder.is_dir():
        raise UsageError(say("{folder} is no folder of rules", folder=pack))
    from copilot.rules import sound  # it runs what is read here

    try:
        found = tuple(_policies(folder))
        sound.check(found)
    except (OSError, TypeError, ValueError) as wrong:
        raise UsageError(say("a rule in {folder} cannot be read: {why}", folder=pack, why=str(wrong))) from None
    return found


def _policies(folder: Traversable) -> Iterator[Policy]:
    lists = {**_lists(), **_named(folder)}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml") and entry.name != WORDS:
            try:
                yield _policy(tomllib.loads(entry.read_text("utf-8")), lists)
            except KeyError as wrong:
                raise ValueError(f"{entry.name}: {wrong} is missing") from wrong
            except (AttributeError, TypeError, ValueError) as wrong:
                raise ValueError(f"{entry.name}: {wrong}") from wrong


@cache
def _lists() -> Mapping[str, tuple[str, ...]]:
    """The lists of words of the bank's pack."""
    return _named(resources.files("copilot.rules").joinpath("bank"))


def _named(folder: Traversable) -> dict[str, tuple[str, ...]]:
    """The lists of words of a folder by name; none where it has no such file. Raises ValueError for one that is damaged."""
    place = folder.joinpath(WORDS)
    if not place.is_file():
        return {}
    try:
        return {name: _spelt(words, {}) for name, words in tomllib.loads(place.read_text("utf-8")).items()}
    except ValueError as wrong:
        raise ValueError(f"{WORDS}: {wrong}") from wrong


def _spelt(words: object, lists: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Words of a rule, with those of a list in place of its name. Raises ValueError for what is no list, and an unknown name."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"triggers and what stands beside them are texts in a list, not {words!r}")
    found: list[str] = []
    for word in words:
        name = word.removeprefix(_NAMED) if word.startswith(_NAMED) else None
        if name is not None and name not in lists:
            raise ValueError(f"{word}: there is no such list ({', '.join(sorted(lists)) or 'a list names no other'})")
        found += lists[name] if name is not None else (word,)
    return tuple(found)


def _policy(row: Mapping[str, Any], lists: Mapping[str, tuple[str, ...]]) -> Policy:
    severity = Severity(row["severity"])
    return Policy(
        id=row["id"],
        severity=severity,
        en=row["en"],
        zh=row["zh"],
        why_en=row["why_en"].strip(),
        why_zh=row["why_zh"].strip(),
        security=tuple(row.get("security", ())),
        parts=tuple((part["language"], _rule(part, row["id"], severity, lists)) for part in row.get("part", ())),
        examples=tuple(Example(each["language"], each["bad"], each["good"]) for each in row.get("example", ())),
        repairs=tuple((each["language"], each) for each in row.get("repair", ())),
    )


def _rule(row: Mapping[str, Any], name: str, severity: Severity, lists: Mapping[str, tuple[str, ...]]) -> Rule:
    places = row.get("places", [])
    return Rule(
        name=name,
        cwe=row.get("cwe", 0),
        severity=severity,
        confidence=row["confidence"],
        unsure=row.get("unsure"),
        triggers=_spelt(row["triggers"], lists),
        beside=_spelt(row.get("beside", []), lists),
        en=row["en"],
        zh=row["zh"],
        query=row["query"],
        far=row.get("far", False),
        places=_spelt(row["triggers"] if places is True else places, lists),
        policy=row.get("policy", ""),
    )
