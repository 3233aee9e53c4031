"""What an answer to a hole says, without its wrapping: fences, sentences, line numbers, marks of a diff, broken ends.

A hole takes the beginning of an answer in any case, so that what is cut off or not closed is read too (`answers.code`
refuses it). Pure; never raises. Absent on purpose: which rows fill the hole (`infill`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from copilot.tasks import answers

_FENCES: Final = ("```", "~~~")
_TICKED: Final = re.compile(r"`([^`\n]+)`")
_BROKEN: Final = re.compile(r"(?:<[|｜](?:[\w▁]{0,30}[|｜]?)?|</s|\[/?(?:SUFF?I?X?|PREF?I?X?|MIDD?L?E?|INST?)|▁<?)\Z")
"""The beginning of a control word at the very end: the answer was cut off inside it."""

_WORDS: Final = (
    "<fim_prefix>",
    "<fim_middle>",
    "<fim_suffix>",
    "<fim_pad>",
    "<file_sep>",
    "<repo_name>",
    "<endoftext>",
)
_TAGS: Final = "code|answer|completion|output|response|infill|fill|middle|result|solution"
_TAG: Final = re.compile(rf"\s*<({_TAGS})>[ \t]*\n?", re.IGNORECASE)
_END_TAG: Final = re.compile(rf"</(?:{_TAGS})>\s*\Z", re.IGNORECASE)
_END: Final = 80
"""Characters in which an end tag is looked for."""

_TAGGING: Final = frozenset({"xml", "html", "tsx", "javascript", "typescript", "vue", "svelte", "markdown"})
"""Languages in which a tag is code."""

_LEAST: Final = 3
_ADDED: Final = re.compile(r"\+[ \t]{2,}\S")
"""A single row with a plus sign that is no operator."""


@dataclass(frozen=True, slots=True)
class Bare:
    """The code of an answer. `fenced`: it came in a fence, so that its first row is whole and its margin its own."""

    text: str
    fenced: bool


def bare(text: str, language: str | None = None, *, inside_text: bool = False) -> Bare:
    """What a raw answer says, finished or not. `inside_text`: the hole lies in a string or a comment, where a sentence is
    the answer.
    """
    answer = _without_broken_end(answers.plain(text))
    if language not in _TAGGING:
        answer = _without_tag(answer)
    ahead = _ahead_of_a_lone_fence(answer)
    if ahead is not None:
        return Bare(ahead, fenced=False)
    found = answers.blocks(answer)
    if found:
        own = [block for block in found if block.language == language and block.text.strip()]
        block = (own or found)[0]
        is_diff = block.language == "diff" and language != "diff"
        return Bare(_without_marks(_without_ticks(block.text), sure=is_diff), fenced=True)
    lone = answer.strip()
    inline = _TICKED.fullmatch(f"`{lone.strip('`')}`") if lone.startswith("`") else None
    if inline is not None:
        return Bare(inline[1], fenced=False)
    if inside_text:
        return Bare(answer, fenced=False)
    rows = answer.split("\n")
    told = "\n".join(rows[answers.first_code(rows) :])
    if not told.strip():
        ticked = _TICKED.findall(answer)
        return Bare(ticked[0] if len(ticked) == 1 else "", fenced=False)
    return Bare(_without_marks(_without_ticks(told), sure=False), fenced=False)


def _without_tag(answer: str) -> str:
    """What stands in the tag that holds an answer, and an answer whose tag was opened in the prompt without its end."""
    opened = _TAG.match(answer)
    if opened is not None:
        end = answer.lower().find(f"</{opened[1].lower()}>", opened.end())
        return (answer[opened.end() : end] if end >= 0 else answer[opened.end() :]).rstrip(" \t")
    tail = answer.rstrip()[-_END:]
    closed = _END_TAG.search(tail)
    return answer.rstrip()[: len(answer.rstrip()) - len(tail) + closed.start()] if closed is not None else answer


def _without_broken_end(text: str) -> str:
    cut = _BROKEN.search(text)
    if cut is not None:
        return text[: cut.start()]
    for word in _WORDS:
        for size in range(len(word) - 1, _LEAST, -1):
            if text.endswith(word[:size]):
                return text[:-size]
    return text


def _ahead_of_a_lone_fence(answer: str) -> str | None:
    """The code before a closing fence that nothing opened, None where there is none."""
    rows = answer.split("\n")
    marks = [number for number, row in enumerate(rows) if row.strip().startswith(_FENCES)]
    if len(marks) % 2 == 0 or rows[marks[0]].strip() not in _FENCES:
        return None
    ahead = rows[: marks[0]]
    start = answers.first_code(ahead)
    told = "\n".join(ahead[start:])
    return told if told.strip() else None


def _without_ticks(text: str) -> str:
    """Code whose last row ends in a closing fence."""
    end = text.rstrip()
    return end[:-3] if end.endswith(_FENCES) and end.count(end[-3:]) == 1 else text


def _without_marks(text: str, *, sure: bool) -> str:
    """Code without line numbers, and without the marks of a diff; a row that a diff takes out is none.

    A diff is told by its tag (`sure`), or by a plus sign before every row.
    """
    text = answers.unnumbered(text)
    rows = text.split("\n")
    filled = [row for row in rows if row.strip()]
    is_added = len(filled) > 1 or (filled and _ADDED.match(filled[0]) is not None)
    if not filled or not (sure or (is_added and all(row[0] == "+" and row[:2] != "++" for row in filled))):
        return text
    kept = [row for row in rows if not row.startswith(("-", "@@", "+++", "\\"))]
    return "\n".join(row[1:] if row[:1] in ("+", " ") else row for row in kept)
