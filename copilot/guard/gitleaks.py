"""Reads rule files in the format of gitleaks (TOML, version 8), which many banks own already. We ship none.

Taken: `[[rules]]` with id, regex, path, keywords, entropy, secretGroup, `[rules.allowlist]` and `[[rules.allowlists]]`;
`[allowlist]` and `[[allowlists]]` with targetRules. Descriptions, tags and commits say nothing about a prompt and are
passed over. Refused, because the file would then mean something else here: `[extend]` (it needs a file that is not ours to
ship), rules of several parts (`required`), a path without a regex, unknown keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from copilot.guard.pack_rules import BadRule, Exempt, Rule, Target

_TOP: Final = frozenset(
    {"title", "description", "minVersion", "version", "name", "rules", "allowlist", "allowlists", "extend"}
)
_RULE: Final = frozenset(
    [
        "id",
        "description",
        "regex",
        "path",
        "secretGroup",
        "entropy",
        "keywords",
        "tags",
        "allowlist",
        "allowlists",
        "skipReport",
        "severity",
        "required",
    ]
)
_LIST: Final = frozenset(
    {"description", "condition", "commits", "paths", "regexes", "regexTarget", "stopwords", "targetRules"}
)
_TARGETS: Final[Mapping[str, Target]] = {target: target for target in get_args(Target)}
KIND: Final = "provider-key"


def rules(table: Mapping[str, Any], bad: Callable[[BadRule], None]) -> list[Rule]:
    """The rules of a file; `bad` is told of each that cannot be taken, and may raise. Raises BadRule for the file itself."""
    if "extend" in table:
        reason = "[extend] builds on another file: give a pack that stands for itself"
        raise BadRule("extend", reason)
    if unknown := sorted(set(table) - _TOP):
        raise BadRule(unknown[0], "this key is not known in the gitleaks format")
    everywhere = [_exempt("allowlist", one) for one in _lists(table)]
    found: list[Rule] = []
    names: set[str] = set()
    for number, row in enumerate(_tables(table.get("rules", []), "rules"), 1):
        name = row.get("id")
        try:
            if not isinstance(name, str) or not name:
                raise BadRule(f"rule {number}", "it has no id")  # noqa: TRY301 -- one way for all that is wrong
            if name in names:
                raise BadRule(name, "this id stands twice")  # noqa: TRY301
            names.add(name)
            found.append(_rule(name, row, everywhere))
        except BadRule as error:
            bad(error)
    return found


def _rule(name: str, row: Mapping[str, Any], everywhere: list[Exempt]) -> Rule:
    if unknown := sorted(set(row) - _RULE):
        raise BadRule(name, f"the key {unknown[0]} is not known")
    if row.get("required"):
        raise BadRule(name, "rules of several parts (required) are not taken")
    if not row.get("regex"):
        raise BadRule(name, "it has no regex: a path alone says nothing about a text")
    own = [_exempt(name, one) for one in _lists(row)]
    for_all = [one for one in everywhere if not one.rules or name in one.rules]
    return Rule(
        name,
        _typed(name, row, "regex", str, ""),
        KIND,
        keywords=_words(name, row, "keywords"),
        group=_typed(name, row, "secretGroup", int, 0),
        entropy=float(_typed(name, row, "entropy", (int, float), 0.0)),
        path=_typed(name, row, "path", str, ""),
        exempt=(*own, *for_all),
    )


def _lists(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    old = table.get("allowlist")
    return [*([] if old is None else _tables(old, "allowlist")), *_tables(table.get("allowlists", []), "allowlists")]


def _tables(value: object, name: str) -> list[Mapping[str, Any]]:
    rows: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(row, dict) for row in rows):
        raise BadRule(name, "it must be a table")
    return rows


def _exempt(name: str, row: Mapping[str, Any]) -> Exempt:
    if unknown := sorted(set(row) - _LIST):
        raise BadRule(name, f"the key {unknown[0]} of its allow-list is not known")
    target: Target | None = _TARGETS.get(row.get("regexTarget") or "secret")
    if target is None:
        raise BadRule(name, f"regexTarget {row['regexTarget']}: there are {', '.join(_TARGETS)}")
    condition = str(row.get("condition") or "OR").upper()
    if condition not in {"OR", "AND", "||", "&&"}:
        raise BadRule(name, f"condition {condition}: there are OR and AND")
    every = condition in {"AND", "&&"}
    if every and row.get("commits"):
        return Exempt()  # one of several conditions that a text in a prompt never meets
    return Exempt(
        _words(name, row, "regexes"),
        target,
        _words(name, row, "stopwords"),
        _words(name, row, "paths"),
        every=every,
        rules=_words(name, row, "targetRules"),
    )


def _words(name: str, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadRule(name, f"{key} must be a list of texts")
    return tuple(value)


def _typed(name: str, row: Mapping[str, Any], key: str, kind: Any, default: Any) -> Any:
    value = row.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadRule(name, f"{key} has the wrong type")
    return value
