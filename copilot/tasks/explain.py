"""Explanation: what a model is asked about lines of code, and what keeps its words to what the code says.

An explanation changes nothing, so its proof is about words: it says something, in the reader's language, and every
name that it sets as code exists. Absent on purpose: an embedded explanation (a derivation has nothing to tell), and
judging whether what is said is true.
"""

from __future__ import annotations

import asyncio
import builtins
import keyword
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from copilot import messages
from copilot.config import Settings
from copilot.edits import lf
from copilot.messages import say
from copilot.syntax.languages import language_of
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.outline import outline
from copilot.tasks import answers, generate_prompt
from copilot.types import (
    Candidate,
    Check,
    Context,
    Declined,
    Document,
    ExplainOptions,
    Message,
    Offer,
    Project,
    Prompt,
    Request,
    Span,
    Task,
)
from copilot.verify.names import JAVA_LANG
from prompts.templates import Library, fenced

_SELECTION: Final = 16_000
_MARK: Final = "<<< the lines to explain >>>"
_ANSWER: Final = 900
_FILES: Final = 3_000
_SECONDS: Final = 0.7
_BYTES: Final = 400_000
_LANGUAGES: Final = {"en": "English", "zh": "Simplified Chinese (简体中文)"}


def offers(document: Document, span: Span) -> list[Offer]:
    """An explanation of the selection, else of the function or class at the caret."""
    if document.text[span.start : span.end].strip():
        first, last = (document.text.count(b"\n", 0, at) + 1 for at in (span.start, max(span.start, span.end - 1)))
        return [Offer(Task.EXPLAIN, _title(first, last), span, ExplainOptions())]
    symbol = outline(document).at(span)
    if symbol is None:
        return []
    return [Offer(Task.EXPLAIN, say("Explain {name}", name=symbol.qualified), symbol.span, ExplainOptions())]


def _title(first: int, last: int) -> str:
    if first == last:
        return say("Explain line {line}", line=first)
    return say("Explain lines {first}-{last}", first=first, last=last)


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:
    """The prompt: the file around the lines, the lines, the question."""
    document = request.document
    span = _lines(document, request.span)
    selection = document.text[span.start : span.end]
    if not selection.strip():
        return Declined(say("select the lines to explain"))
    if len(selection) > _SELECTION:
        return Declined(say("the selection is too long to explain"))
    language = document.language or ""
    values = {
        "language": language,
        "path": generate_prompt.shown_path(document.path),
        "snippets": generate_prompt.snippets(context.snippets, language),
        "code": fenced(generate_prompt.around(document, span, _MARK), language),
        "selection": fenced(lf(selection.decode("utf-8", "replace")), language),
        "tongue": _LANGUAGES[wanted(request, settings)],
        "instruction": request.instruction.strip(),
        "attempts": generate_prompt.attempts(request.attempts, "markdown"),
    }
    template = library.choose("explain", document.language)
    return Prompt(
        template=template.reference,
        max_tokens=_ANSWER,
        messages=tuple(Message(role, text) for role, text in library.render(template, values)),
    )


def _lines(document: Document, span: Span) -> Span:
    """Whole lines; a caret on a name's line means the definition around it."""
    if not document.text[span.start : span.end].strip() and (symbol := outline(document).at(span)) is not None:
        span = symbol.span
    return Span(line_start(document.text, span.start), line_end(document.text, span.end))


def wanted(request: Request, settings: Settings) -> str:
    """The language of the explanation: what was asked, else what settings say, else the locale's."""
    asked = request.options.lang if isinstance(request.options, ExplainOptions) else "auto"
    if asked == "auto":
        asked = settings.ui.locale
    return messages.locale() if asked == "auto" else asked


_WRAPPED: Final = re.compile(r"\s*(`{3,}|~{3,})(?:markdown|md|text)?[ \t]*\n(.*)\n\1\s*", re.DOTALL)


def read(text: str, request: Request) -> Candidate | None:
    """The explanation as Markdown, without thoughts and without a fence around all of it; None when nothing is left."""
    told = answers.plain(text).strip()
    if (whole := _WRAPPED.fullmatch(told)) is not None and f"\n{whole[1]}" not in whole[2]:
        told = whole[2].strip()
    if not told:
        return None
    span = _lines(request.document, request.span)
    first, last = (request.document.text.count(b"\n", 0, at) + 1 for at in (span.start, max(span.start, span.end)))
    return Candidate((), "", 0.5, title=_title(first, last), prose=told)


def rounds(settings: Settings) -> int:
    """Two: in the second a model is told which name it made up."""
    return 2 if settings.model.samples else 1


def satisfied(request: Request, candidate: Candidate, settings: Settings) -> bool:  # noqa: ARG001 - the protocol's
    """The first that is proven is shown."""
    return True


async def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:
    """`told`, `language`, `entities`."""
    prose = _without_blocks(candidate.prose)
    yield _told(candidate.prose, prose)
    yield _in_language(prose, wanted(request, settings))
    yield await _entities(prose, request, project)


_BLOCK: Final = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_INLINE: Final = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")


def _without_blocks(text: str) -> str:
    return _BLOCK.sub("\n", text)


def _told(text: str, prose: str) -> Check:
    if not text.strip():
        return Check("told", passed=False, detail=say("it is empty"))
    words = re.findall(r"[\u4e00-\u9fff]|[^\W\d_]{2,}", _INLINE.sub(" ", prose))
    if len(words) < 3:
        return Check("told", passed=False, detail=say("it holds only code"))
    return Check("told", passed=True, detail=say("words: {count}", count=len(words)))


def _in_language(prose: str, language: str) -> Check:
    """Chinese has Chinese characters and English hardly any; names in backticks do not count."""
    bare = _INLINE.sub(" ", prose)
    chinese, letters = len(re.findall(r"[\u4e00-\u9fff]", bare)), len(re.findall(r"[A-Za-z]", bare))
    share = chinese * 2 / max(1, chinese * 2 + letters)  # a character says as much as some letters
    right = share > 0.3 if language == "zh" else share < 0.2
    name = {"en": "English", "zh": "中文"}[language]
    return Check("language", passed=right, detail="" if right else say("it is not in {language}", language=name))


_NAME: Final = re.compile(r"[^\W\d]\w*")
_STRING: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_SPOKEN: Final = (
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends"
    " final finally float for goto if implements import instanceof int interface long native new package private"
    " protected public return short static strictfp super switch synchronized this throw throws transient try void"
    " volatile while var record sealed permits yield true false null self cls args kwargs java javax util lang"
    " append extend items keys values get split join strip format sort sorted copy add remove pop update encode"
    " decode lower upper startswith endswith equals hashCode toString length size contains isEmpty put stream map"
    " filter collect None True False select from where and or not in is NaN UTF utf"
)
_WORDS: Final = (
    frozenset(keyword.kwlist)
    | frozenset(keyword.softkwlist)
    | frozenset(dir(builtins))
    | frozenset(sys.stdlib_module_names)
    | JAVA_LANG
    | frozenset(_SPOKEN.split())
)
"""Words of the languages themselves: keywords, what is built in, and the commonest methods of their standard types."""


async def _entities(prose: str, request: Request, project: Project) -> Check:
    """Every name set as code stands in the file, in the repository or in the language."""
    told = {name for span in _INLINE.finditer(prose) for name in _NAME.findall(_STRING.sub(" ", span[2]))}
    known = set(_NAME.findall(request.document.text.decode("utf-8", "replace")))
    known |= set(_NAME.findall(request.instruction)) | set(_NAME.findall(str(request.document.path)))
    missing = {name for name in told if name not in known and name not in _WORDS and len(name) > 1}
    if missing:
        missing = await asyncio.to_thread(_nowhere, missing, project.root, request.document.language)
    if missing:
        detail = say("names that are not in the code: {names}", names=", ".join(sorted(missing)))
        return Check("entities", passed=False, detail=detail)
    return Check("entities", passed=True, detail=say("names: {count}, all in the code", count=len(told)))


def _nowhere(wanted: set[str], root: Path, language: str | None) -> set[str]:
    """Those of the names that no source file of the language below the root holds, within limits."""
    left, until, seen = set(wanted), time.monotonic() + _SECONDS, 0
    pending = [str(root)]
    while pending and left and seen < _FILES and time.monotonic() < until:
        try:
            entries = sorted(os.scandir(pending.pop(0)), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                pending.append(entry.path)
            elif language_of(Path(entry.name)) == language and entry.stat(follow_symlinks=False).st_size <= _BYTES:
                try:
                    left -= set(_NAME.findall(Path(entry.path).read_text("utf-8", "replace")))
                except OSError:
                    continue
    return left
