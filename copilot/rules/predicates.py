r"""The predicates of rule queries that tree-sitter does not have.

(#named? @callee "os.system" "*.execute")  its dotted name, imports followed, is one of these (`*.` any owner)
(#unnamed? @callee …)
(#declared? @owner "Random" …)          a variable is declared of one of these types
(#shell-list? @value)                   begins a command with a shell and its `-c`
(#unwrapped? @site)                     the function wraps no key (there ECB of one block is right)
(#built? @value)                        a string is built here, of more than constants
(#reaches? @value "unknown")            at least so much is put in: unknown, given, asked
(#argument? @arguments "shell" "True")  has a keyword argument whose text matches
(#no-argument? @arguments "Loader" …)   has none of these
(#value? @value "(?i)md5")              is constant and its text matches
(#fixed? @value)                        is constant and says something (a string, bytes, an array)
(#sql? @value)                          its constant parts are SQL
(#pathlike? @value)                     is a path by its text
(#module? @name "random")               a name stands for this module
(#has? @site "regex")                   the function around (at the top: the file) has it; `#lacks?`: has not
(#file-has? "regex")                    the file has it; `#file-lacks?`
(#before? @site "regex") (#after? …)    the text of the statement before (behind) the place matches
(#secured? @site)                       no name around says that it is no security: an etag, a checksum, a key of a cache
(#handmade? @name)                      see ciphers.py
(#placed? @value)                       see placed.py
(#literal-key? @value)                  see literal_keys.py
(#handled? @site) (#answered? @owner) (#answering? @name)  see answers.py
(#made? @owner "regex") (#unmade? …)    a name is bound to a value whose text matches; to none
(#pasted? @site)                        see mappers.py
(#shows? @value) (#personal? @name) (#told? @name) (#logger? @owner)  see personal.py
(#secret? @site)                        the statement or the function is named after a token, password, key …
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from copilot.rules import banking, conduct
from copilot.rules.answers import is_answered, is_handled, is_told
from copilot.rules.ciphers import is_handmade
from copilot.rules.flow import Flow, Level
from copilot.rules.literal_keys import is_literal
from copilot.rules.mappers import pasted
from copilot.rules.matching import Arguments, Captures
from copilot.rules.personal import Personal, is_logger
from copilot.rules.placed import is_placed
from copilot.rules.purposes import is_plain, is_secret
from copilot.rules.told import Told
from copilot.syntax.outline import imports
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants
from copilot.types import Document, Span

_LEVELS: Final = {"unknown": Level.UNKNOWN, "given": Level.GIVEN, "asked": Level.ASKED}
_PICKED: Final = re.compile(r"\b(?:const|let|var)\s+\{([^}]*)\}\s*=\s*require\(\s*['\"](?:node:)?([\w/@.-]+)['\"]")
"""What the outline does not read: names picked from a required module."""
_SQL: Final = re.compile(
    r"(?i)(?<![\w-])(?:select\s|insert\s+(?:or\s+\w+\s+)?into\s|update\s+\S+\s+set|delete\s+from|create\s+(?:\w+\s+){0,3}(?:table|view"
    r"|index|user|database|role|schema)|drop\s+\w+\s|alter\s+\w+\s|merge\s+into|replace\s+into|truncate\s|grant\s|revoke\s"
    r"|exec(?:ute)?\s|call\s+\w|where\s|order\s+by|union\s|from\s+\S+\s+(?:where|join)|pragma\s|set\s+\w+\s*=|values\s*\()"
)
_LITERAL: Final = re.compile(
    r"['\"]|\bbytes\(|new\s+byte\[|\{\s*(?:\(byte\))?\s*-?(?:0x)?[0-9a-fA-F]+\s*,|Buffer\.alloc\("
)
_SHELL: Final = re.compile(r"\"(?:/bin/|/usr/bin/)?(?:sh|bash|cmd(?:\.exe)?)\"\s*,\s*\"[-/][cC]\"")
_WRAPS: Final = r"WRAP_MODE|\.wrap\(|\.unwrap\("

Predicate = Callable[[Arguments, Captures], bool | Level | list[Span]]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


class Judge:
    """Answers the predicates of one document; `levels` keeps how much is known of what a match put in, `places`
    what is reported instead of the whole site.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.levels: dict[tuple[int, int], Level] = {}
        self.places: dict[tuple[int, int], list[Span]] = {}
        self._imports: dict[str, str] | None = None
        self._text: str | None = None
        self._arounds: dict[int, str] = {}
        self.personal = Personal(flow)
        self.told = Told(self.personal)
        self._by_name: dict[str, Predicate] = {
            "named?": self._is,
            "unnamed?": lambda given, captures: not self._is(given, captures),
            "declared?": lambda given, captures: bool(self._types(given, captures)),
            "shell-list?": lambda given, captures: any(
                _SHELL.search(text) for text in self._texts(captures[given[0][0]][0], 0)
            ),
            "unwrapped?": lambda given, captures: not self._in_function((given[0], (_WRAPS, "string")), captures),
            "built?": lambda given, captures: self.flow.built(captures[given[0][0]][0]),
            "reaches?": self._reaches,
            "argument?": self._argument,
            "no-argument?": self._no_argument,
            "value?": self._value,
            "sql?": self._sql,
            "fixed?": self._fixed,
            "pathlike?": self._pathlike,
            "module?": self._module,
            "has?": self._in_function,
            "lacks?": lambda given, captures: not self._in_function(given, captures),
            "file-has?": lambda given, _: _pattern(given[0][0]).search(self.text) is not None,
            "file-lacks?": lambda given, _: _pattern(given[0][0]).search(self.text) is None,
            "before?": self._before,
            "after?": self._after,
            "secret?": lambda given, captures: is_secret(self.flow, captures[given[0][0]][0]),
            "secured?": lambda given, captures: not is_plain(self.flow, captures[given[0][0]][0]),
            "handmade?": lambda given, captures: is_handmade(self.flow, captures[given[0][0]][0]),
            "literal-key?": lambda given, captures: is_literal(self.flow, captures[given[0][0]][0]),
            "handled?": lambda given, captures: is_handled(self.flow, captures[given[0][0]][0]),
            "answered?": lambda given, captures: is_answered(self.flow, captures[given[0][0]][0]),
            "answering?": lambda given, captures: is_told(self.flow, captures[given[0][0]][0]),
            "placed?": lambda given, captures: is_placed(self.flow, captures[given[0][0]][0]),
            "made?": self._made,
            "unmade?": lambda given, captures: not self._made(given, captures),
            "logger?": lambda given, captures: is_logger(
                self.flow, self.qualified(captures[given[0][0]][0]), captures[given[0][0]][0]
            ),
            "pasted?": lambda given, captures: pasted(self.flow, captures[given[0][0]][0]),
            "shows?": lambda given, captures: self.personal.shows(captures[given[0][0]][0]),
            "personal?": lambda given, captures: self.personal.is_named(self.flow.read(captures[given[0][0]][0])),
            "told?": lambda given, captures: self.told.tells(captures[given[0][0]][0]),
        }
        self._more = [conduct.predicates, banking.predicates]

    def __call__(self, predicate: str, args: Arguments, pattern_index: int, captures: Captures) -> bool:
        """tree-sitter's call for one predicate of one match. Raises KeyError for a name that nobody knows."""
        if any(not captures.get(value) for value, kind in args if kind == "capture"):
            return False  # an optional part that is not there
        answer = self._named(predicate)(args, captures)
        if isinstance(answer, list):
            self.places[pattern_index, captures["site"][0].id] = answer
            return bool(answer)
        if isinstance(answer, Level):
            if answer is Level.CONSTANT:
                return False
            key = (pattern_index, captures["site"][0].id)
            self.levels[key] = max(answer, self.levels.get(key, Level.CONSTANT))
            return True
        return answer

    def _named(self, predicate: str) -> Predicate:
        """A predicate; those of whole groups are made when one of them is asked: most documents call for few rules."""
        while predicate not in self._by_name and self._more:
            self._by_name.update(self._more.pop(0)(self.flow))
        return self._by_name[predicate]

    @property
    def names(self) -> frozenset[str]:
        """The predicates that are known."""
        while self._more:
            self._by_name.update(self._more.pop(0)(self.flow))
        return frozenset(self._by_name)

    @property
    def text(self) -> str:
        """The whole text."""
        if self._text is None:
            self._text = self.flow.text.decode("utf-8", "replace")
        return self._text

    # Names.

    def qualified(self, node: Node) -> str:
        """A dotted name with what imports say of its first word."""
        text = self.flow.read(node)
        head, dot, rest = text.partition(".")
        return self._known().get(head, head) + dot + rest

    def _known(self) -> dict[str, str]:
        if self._imports is None:
            self._imports = dict(_imports(self.flow.document))
        return self._imports

    def _is(self, given: Arguments, captures: Captures) -> bool:
        name = re.sub(r"\s", "", self.qualified(captures[given[0][0]][0]))
        return any(
            name == wanted if not wanted.startswith("*.") else name.endswith(wanted[1:]) for wanted, _ in given[1:]
        )

    def _made(self, given: Arguments, captures: Captures) -> bool:
        node = captures[given[0][0]][0]
        values, _ = self.flow.bound(self.flow.read(node), node)
        return any(value is not None and _pattern(given[1][0]).search(self.flow.read(value)) for value in values)

    def _types(self, given: Arguments, captures: Captures) -> set[str]:
        name = self.flow.read(captures[given[0][0]][0])
        found = re.findall(rf"(?<![\w.])([A-Z]\w*)(?:<[^;(){{}}]*>)?(?:\[\])?\s+{re.escape(name)}\s*[=;,):]", self.text)
        return {word for word, _ in given[1:]}.intersection(found)

    # Values.

    def _reaches(self, given: Arguments, captures: Captures) -> Level:
        level = self.flow.level(captures[given[0][0]][0])
        return level if level >= _LEVELS[given[1][0]] else Level.CONSTANT

    def _value(self, given: Arguments, captures: Captures) -> bool:
        text = self.flow.constant(captures[given[0][0]][0])
        return text is not None and _pattern(given[1][0]).search(text) is not None

    def _sql(self, given: Arguments, captures: Captures) -> bool:
        node = captures[given[0][0]][0]
        return any(_SQL.search(text) for text in self._texts(node, 0))

    def _texts(self, node: Node, depth: int) -> Iterator[str]:
        """The text of an expression and of what the names in it are bound to."""
        yield self.flow.read(node)
        if depth < 3:
            for name in descendants(node, "identifier"):
                for value in self.flow.bound(self.flow.read(name), name)[0]:
                    if value is not None and not value.start_byte <= name.start_byte < value.end_byte:
                        yield from self._texts(value, depth + 1)

    def _fixed(self, given: Arguments, captures: Captures) -> bool:
        node = captures[given[0][0]][0]
        if node.type in self.flow.grammar.members:  # a constant of a class: `self.IV`
            last = self.flow.read(node).rpartition(".")[2]
            values = self.flow.bound(last, node)[0] if last.isupper() else []
            return bool(values) and all(
                value is not None
                and self.flow.level(value) is Level.CONSTANT
                and _LITERAL.search(self.flow.read(value))
                for value in values
            )
        if node.type in {"keyword_argument", "none", "null_literal", "null", "lambda"}:
            return False
        return self.flow.level(node) is Level.CONSTANT and _LITERAL.search(" ".join(self._texts(node, 0))) is not None

    def _pathlike(self, given: Arguments, captures: Captures) -> bool:
        return any("Path(" in text or " / " in text for text in self._texts(captures[given[0][0]][0], 1))

    def _module(self, given: Arguments, captures: Captures) -> bool:
        node, wanted = captures[given[0][0]][0], given[1][0]
        plain = any(one.name is None and one.module == wanted for one in imports(self.flow.document))
        return plain and self.qualified(node) == wanted and not self.flow.bound(self.flow.read(node), node)[0]

    def _argument(self, given: Arguments, captures: Captures) -> bool:
        for part in captures[given[0][0]][0].named_children:
            name, value = part.child_by_field_name("name"), part.child_by_field_name("value")
            if part.type == "keyword_argument" and name is not None and self.flow.read(name) == given[1][0]:
                return value is not None and _pattern(given[2][0]).search(self.flow.read(value)) is not None
        return False

    def _no_argument(self, given: Arguments, captures: Captures) -> bool:
        wanted = {word for word, _ in given[1:]}
        for part in captures[given[0][0]][0].named_children:
            name = part.child_by_field_name("name") if part.type == "keyword_argument" else None
            if part.type == "dictionary_splat" or (name is not None and self.flow.read(name) in wanted):
                return False
        return True

    # Surroundings.

    def _in_function(self, given: Arguments, captures: Captures) -> bool:
        node = captures[given[0][0]][0]
        routine = self.flow.around(node)
        number = routine.id if routine is not None else -1
        if number not in self._arounds:
            self._arounds[number] = self.flow.read(routine) if routine is not None else self.text
        return _pattern(given[1][0]).search(self._arounds[number]) is not None

    def _statement(self, captures: Captures, name: str) -> tuple[Node, Node]:
        node = captures[name][0]
        at = node
        while at.parent is not None and not at.type.endswith(("_statement", "_declaration")):
            at = at.parent
            if at.type in self.flow.grammar.blocks:
                return node, node
        return node, at

    def _before(self, given: Arguments, captures: Captures) -> bool:
        node, whole = self._statement(captures, given[0][0])
        text = self.flow.text[whole.start_byte : node.start_byte].decode("utf-8", "replace")
        return _pattern(given[1][0]).search(text) is not None

    def _after(self, given: Arguments, captures: Captures) -> bool:
        node, whole = self._statement(captures, given[0][0])
        text = self.flow.text[node.end_byte : whole.end_byte].decode("utf-8", "replace")
        return _pattern(given[1][0]).search(text) is not None


def _imports(document: Document) -> Iterator[tuple[str, str]]:
    """Bound names with what they stand for."""
    for one in imports(document):
        module = one.module.removeprefix("node:")
        if one.name is None and one.alias:
            yield one.alias, module
        elif one.name is not None and one.name != "*":
            yield one.alias or one.name, f"{module}.{one.name}"
    if document.language not in {"python", "java"}:
        for row in _PICKED.finditer(document.text.decode("utf-8", "replace")):
            for part in row[1].split(","):
                words = re.split(r"\s*:\s*", part.strip())
                yield words[-1], f"{row[2]}.{words[0]}"
