"""Inline completion as a task: how a raw model answer becomes one line, and what proves a candidate.

A candidate is one edit that starts at or before the caret, ends on the caret's line, and adds no line. Absent on
purpose: proposing (`copilot/engines`), and taking more than the line from an answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final

from copilot import edits as texts
from copilot.config import Settings
from copilot.context.gather import between
from copilot.context.tokens import lex
from copilot.messages import say
from copilot.syntax import tree
from copilot.syntax.lines import line_end, line_start
from copilot.types import Candidate, Check, CompleteOptions, Document, Edit, Project, Request, Span
from copilot.verify import syntax

THRESHOLDS: Final = {"quiet": 0.8, "normal": 0.5, "eager": 0.35}
"""The least confidence that is shown, by profile."""

_REACH: Final = 4_000
"""Bytes around the caret in which its line is looked for; a longer line is data."""

_CONTROL: Final = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|</s>|<(?:fim_(?:prefix|middle|suffix|pad)|file_sep|repo_name|endoftext|EOT|EOD|PRE|MID|SUF)>"
    r"|\[/?(?:INST|PREFIX|SUFFIX|MIDDLE)\]"
)
_THOUGHT: Final = re.compile(r"<(think|thinking)>.*?(?:</\1>|\Z)", re.DOTALL)
_FENCE: Final = re.compile(
    r"^[ \t]*(?:```|~~~)[^\n`]*\n(.*?)(?:^[ \t]*(?:```|~~~)[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_PROSE: Final = re.compile(
    r"(?:sure|certainly|of course|okay|here(?:'s| is| are)|sorry|i(?:'m| am| can| cannot| can't| would|'ll| will)|"
    r"as an ai|note|explanation|to complete|you (?:can|should|could)|the (?:completed?|completion|missing|following|code|"
    r"line|answer)|this (?:code|line|function|method|completes|will|is)|let me|in this)\b(?=[^=([{;]*(?:[.:!?]\s*$|\s\w+\s\w+))",
    re.IGNORECASE,
)
_PROSE_ZH: Final = re.compile(r"(?:好的|当然|以下|下面|这是|这里|抱歉|对不起|说明|注意|补全)[^=([{;]*")
_BEGUN: Final = re.compile(r"[^\W\d]\w{2,}\Z")
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


def rounds(settings: Settings) -> int:  # noqa: ARG001 - the protocol's
    """One: a completion that came late is worth nothing."""
    return 1


def satisfied(request: Request, candidate: Candidate, settings: Settings) -> bool:  # noqa: ARG001 - the protocol's
    """The first proven candidate: engines yield the surest first."""
    return True


async def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:  # noqa: ARG001 - the protocol's
    """`confidence` by profile, `line` (one edit on the caret's line), `applies`, `syntax` (no new ERROR or MISSING)."""
    profile = request.options.profile if isinstance(request.options, CompleteOptions) else settings.completion.profile
    least = THRESHOLDS[profile]
    said = say("{confidence} of at least {least}", confidence=f"{candidate.confidence:.2f}", least=least)
    yield Check("confidence", candidate.confidence >= least, said)
    yield _line(candidate, request)
    yield syntax.applies(request.document, candidate.edits)
    yield await asyncio.to_thread(_syntax, request.document, candidate.edits)


def _line(candidate: Candidate, request: Request) -> Check:
    """One edit of this document, around the caret, within its line, that brings no line end."""
    if len(candidate.edits) != 1 or candidate.edits[0].path != request.document.path:
        return Check("line", passed=False, detail=say("a completion is one edit of the open file"))
    edit, caret = candidate.edits[0], request.span.start
    row = (edit.span.start <= caret <= edit.span.end) and not _breaks(
        between(request.document, edit.span.start, edit.span.end)
    )
    if not row or _breaks(edit.new.encode()):
        return Check("line", passed=False, detail=say("a completion stays on its line"))
    return Check("line", passed=True)


def _breaks(text: bytes) -> bool:
    return b"\n" in text or b"\r" in text


def _syntax(doc: Document, edits: tuple[Edit, ...]) -> Check:
    """No ERROR or MISSING node that the line as typed did not have. The tree is edited, so the cost is the line's.

    Error recovery around a half-typed line may hide what is open elsewhere (a block still without its `}`), and a
    right line uncovers it. So a line also passes that makes the faults fewer and adds none to the text without it.
    """
    before = tree.of(doc)
    after = texts.apply(doc, edits)
    if before is None or not _parsed_after(doc, after, edits):
        return Check("syntax", passed=False, detail=say("no tree to judge by"))
    fresh = tree.new_faults(doc, after, edits)
    if fresh and _uncovered(doc, after, edits[0]):
        fresh = ()
    return Check("syntax", not fresh, "" if not fresh else say("the line would not parse"))


def _parsed_after(doc: Document, after: Document, edits: tuple[Edit, ...]) -> bool:
    """Parse `after` from the edited tree of `doc`; False when there is none to judge by."""
    known = tree.of(doc)
    if known is not None:
        edit = edits[0]
        tree.reuse(after, tree.edit_tree(known, doc.text, edit.span, edit.new.encode()))
    return tree.of(after) is not None


def _uncovered(doc: Document, after: Document, edit: Edit) -> bool:
    """The faults of `after` are fewer than those of `doc`, and none is new against the text with an empty line."""
    typed, done = tree.of(doc), tree.of(after)
    if typed is None or done is None or len(tree.faults(done)) >= len(tree.faults(typed)):
        return False
    row = _row(doc, edit.span)
    emptied = (Edit(doc.path, row, ""),)
    bare = texts.apply(doc, emptied)
    if not _parsed_after(doc, bare, emptied):
        return False
    line = between(doc, row.start, edit.span.start).decode() + edit.new + between(doc, edit.span.end, row.end).decode()
    back = Edit(doc.path, Span(row.start, row.start), line)
    return not tree.new_faults(bare, after, (back,))


def _row(doc: Document, span: Span) -> Span:
    """The line of `span` without its line end."""
    return Span(line_start(doc.text, span.start), line_end(doc.text, span.end))


def read(text: str, request: Request) -> Candidate | None:
    """A raw model answer as a candidate for the caret's line; None when it holds nothing for it.

    Taken off: control words of any model family, thoughts, a code fence, a sentence before the code, what repeats the
    line before the caret, what already stands behind it, and everything after the first line.
    """
    caret = request.span.end
    ahead = between(request.document, max(caret - _REACH, 0), caret).decode("utf-8", "ignore")
    below = between(request.document, caret, caret + _REACH).decode("utf-8", "ignore")
    line = re.split(r"[\r\n]", ahead)[-1]
    rest = re.split(r"[\r\n]", below, maxsplit=1)[0]
    answer = _first_line(_code(text), line, ahead)
    answer = _without_rest(answer, rest, request.document.language)
    following = next((row.strip() for row in below[len(rest) :].splitlines() if row.strip()), "")
    whole = (line + answer + rest).strip()
    if not answer.strip() or (whole == following and sum(c.isalnum() for c in whole) > 3):
        return None
    edit = Edit(request.document.path, Span(caret, caret), answer)
    return Candidate((edit,), "replay", 1.0, title=say("complete the line"))


def _code(text: str) -> str:
    """The code of an answer: no thoughts, control words, fence or sentence around it; lines end in LF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (thought := _THOUGHT.match(text.lstrip())) is not None:
        text = text.lstrip()[thought.end() :].lstrip("\n")
    while (control := _CONTROL.search(text)) is not None:
        # Before the code it is a lead-in, behind it the end of the answer.
        text = text[control.end() :] if not text[: control.start()].strip() else text[: control.start()]
    fence = _FENCE.search(text)
    if fence is not None:
        return fence[1]
    if (inline := re.fullmatch(r"\s*`([^`\n]+)`\s*", text)) is not None:
        return inline[1]
    lines = text.split("\n")
    while lines and _is_prose(lines[0]):
        lines.pop(0)
        while lines and not lines[0].strip():
            lines.pop(0)
    return "\n".join(lines)


def _is_prose(line: str) -> bool:
    words = line.strip()
    return bool(_PROSE.match(words)) or bool(_PROSE_ZH.fullmatch(words))


def _first_line(answer: str, line: str, ahead: str) -> str:
    """What an answer says for the caret's line, of which `line` is already there."""
    rows = answer.split("\n")
    typed = line.strip()
    known = {row.strip() for row in ahead.splitlines()[-40:-1]} if typed else set()
    # A model that repeats the code above the caret: go on where the caret's line is reached.
    for number, row in enumerate(rows):
        if len(typed) > 2 and row.strip().startswith(typed):
            again = row.strip()[len(typed) :]
            return (again.lstrip() if line[-1].isspace() else again).rstrip()
        if row.strip() and row.strip() not in known:
            break
        if row.strip() in known and number == len(rows) - 1:
            return ""
    if not typed:
        row = next((row for row in rows if row.strip()), "")
        return (row.lstrip() if line else row).rstrip()
    row = rows[0].rstrip()
    begun = _BEGUN.search(line)
    if begun is not None and row.startswith(begun[0]):
        return row[len(begun[0]) :]  # the model wrote the word from its start
    return row.lstrip() if line[-1].isspace() else row


def _without_rest(answer: str, rest: str, language: str | None) -> str:
    """The answer without what stands behind the caret already: the same text, or a bracket that closes nothing here."""
    there = rest.strip()
    if not there:
        return answer
    if there[0] in _PAIRS:
        return _until_closer(answer, there[0], language)
    if len(there) > 1 and answer.rstrip().endswith(there):
        return answer.rstrip()[: -len(there)].rstrip()
    overlap = next((n for n in range(min(len(there), len(answer)), 0, -1) if answer.endswith(there[:n])), 0)
    # A shared letter is chance; a shared quote, comma or semicolon is the one that is there.
    if overlap > 2 or (overlap and not answer[-overlap:].strip().isalnum()):
        return answer[:-overlap]
    return answer


def _until_closer(answer: str, closer: str, language: str | None) -> str:
    """The answer up to the first `closer` that it did not open itself (brackets in strings do not count)."""
    depth = at = 0
    for word in lex(answer, language).words:
        found = answer.find(word, at)
        if found < 0 or word == "\n":
            continue
        if word == _PAIRS[closer]:
            depth += 1
        elif word == closer:
            if depth == 0:
                return answer[:found]
            depth -= 1
        at = found + len(word)
    return answer
