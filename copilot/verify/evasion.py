"""Corrections that make the complaint go away and leave the mistake: deleted statements, placeholders, gagged checkers.

Judged on the words of the replaced and the new text, for any language. The linter's own fixes are not judged here:
theirs is to delete. Absent on purpose: whether the new code is right, which nobody can tell from the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from copilot.edits import difference
from copilot.messages import say
from copilot.types import Check, Document, Finding
from copilot.verify.diagnostics import LINT, UNDEFINED

_WORD: Final = re.compile(r"[^\W\d]\w*")
_EMPTY: Final = frozenset({"pass", "None", "null", "undefined", "TODO", "FIXME"})
_GAGS: Final = re.compile(
    r"#\s*noqa|#\s*type:\s*ignore|#\s*pyright:|#\s*pylint:|//\s*NOSONAR|@SuppressWarnings|@ts-(?:ignore|expect-error|nocheck)|"
    r"eslint-disable|#\s*pragma:\s*no"
)
_NOTE: Final = re.compile(r"(?:^|(?<=\s))(?:#|//)[^\n]*")
_QUOTED: Final = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")


def kept(before: Document, after: Document, targets: Iterable[Finding]) -> Check:
    """Check `kept`: the correction does not get rid of what was wrong by getting rid of the code, or of the checker."""
    wanted = tuple(targets)
    if wanted and all(each.rule.startswith(LINT) for each in wanted):
        return Check("kept", passed=True)
    change = difference(before, after)
    old = before.text[change.span.start : change.span.end].decode("utf-8", "replace")
    reason = _evasion(old, change.new, [each for each in wanted if each.rule == UNDEFINED], before)
    return Check("kept", passed=not reason, detail=reason)


def _evasion(old: str, new: str, undefined: list[Finding], document: Document) -> str:
    if len(_GAGS.findall(new)) > len(_GAGS.findall(old)):
        return say("it silences the checker")
    was, now = _words(old), _words(new)
    lost, gained = was - now, now - was
    for word in _EMPTY:
        del gained[word]
    slack = 0 if undefined else 1  # a syntax repair may take out one stray word
    if lost.total() > gained.total() + slack:
        return say("it removes code: {words}", words=", ".join(sorted(lost)[:3]))
    for fault in undefined:
        name = document.text[fault.span.start : fault.span.end].decode("utf-8", "replace")
        if re.search(rf"^\s*(?:global\s+)?{re.escape(name)}\s*(?::[^=\n]+)?=\s*{_NOTHING}\s*;?\s*$", new, re.MULTILINE):
            return say("it gives {name} a made-up value", name=name)
        if now["except"] > was["except"]:
            return say("it swallows exceptions")
    return ""


_NOTHING: Final = r"(?:None|null|0(?:\.0)?|\"\"|''|\[\]|\{\}|\(\)|False|True|\.\.\.|object\(\))"


def _words(text: str) -> Counter[str]:
    """The names and keywords of a piece of code, without comments and what is quoted."""
    return Counter(_WORD.findall(_NOTE.sub(" ", _QUOTED.sub('""', text))))
