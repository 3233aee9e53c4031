"""Answers that hold a place open instead of filling it: `pass`, dots, a comment to write the code here.

Worth nothing as a completion: they end the question without an answer. Absent on purpose: code that is left out of the
middle of an answer (`answers.elided`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_COMMENT: Final = re.compile(r"(?:#|//|--|\*>|/\*+|\*(?!/)|<!--|;;)\s*(.*?)\s*(?:\*/|-->)?\Z")
_NOTHING: Final = frozenset({"pass", "...", "pass;", ";", "continue", "{}", "/**", "/*", "*/", '"""', "'''"})
_WORDS: Final = re.compile(
    r"\b(?:to-?do|fixme|xxx|your (?:\w+ )?(?:code|implementation|logic|condition|query)|(?:add|write|put|insert|place|fill in|"
    r"complete|implement)\b.{0,60}\b(?:here|code|implementation|logic|below|this|function|method|body)|auto-generated|"
    r"implementation (?:here|goes)|not implemented|goes here|code here|implement (?:me|this))\b|"
    r"(?:在此|在这里|此处|待实现|待补充|请实现|你的代码|您的代码|实现代码|补全代码|添加.{0,12}代码)",
    re.IGNORECASE,
)


def is_placeholder(rows: Sequence[str], *, empty: bool, idle: bool) -> bool:
    """True when rows do nothing and say so. `empty`: they are all that their block would hold, so that a comment alone is
    nothing; `idle`: in this block (of a class, of a handler) a `pass` is code.
    """
    spoken, done = [], []
    for row in rows:
        bare = row.strip()
        comment = _COMMENT.match(bare)
        if comment is not None:
            spoken.append(comment[1])
        elif bare:
            done.append(bare)
    if any(row not in _NOTHING for row in done):
        return False
    if not done:
        return bool(spoken) and (empty or any(_WORDS.search(row) for row in spoken))
    return not idle or any(_WORDS.search(row) for row in spoken)
