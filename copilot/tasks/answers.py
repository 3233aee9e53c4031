"""Raw model answers read tolerantly: thoughts, control words, fences, prose, line numbers, JSON. The only reader.

Every function is pure, never raises and takes time linear in the answer (a few passes). What is truncated, elided or
ambiguous is None: a guess here would become somebody's code. Absent on purpose: what an answer means for a file
(`fragments.py` lays code over what was shown; the tasks do the rest).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from copilot.edits import lf

LONGEST: Final = 300_000
"""Characters of an answer; a longer one holds nothing: nobody asked for so much."""

_CONTROL: Final = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|</s>"
    r"|\u2581?<(?:fim_(?:prefix|middle|suffix|pad)|file_sep|repo_name|endoftext|EOT|EOD|PRE|MID|SUF)>"
    r"|\[/?(?:INST|PREFIX|SUFFIX|MIDDLE)\]|<(?:start|end)_of_turn>"
)
_ROLE: Final = re.compile(r"\s*(?:assistant|model|final|system|user)?\s*")
_HEADER: Final = re.compile(r"(?:assistant|model)[ \t]*\n")
_QUOTES: Final = frozenset("\"'`")
_ROOM: Final = 64
"""Characters between two control words of a lead-in: a role and blanks, nothing else."""

_FINAL: Final = re.compile(r"<\|channel\|>final[^<\n]{0,80}<\|message\|>")
"""Where the answer proper begins in a channelled reply; what stands before it is reasoning."""

_NAMES: Final = "think|thinking|thought|thoughts|reasoning|reflection|seed:think"
_OPENED: Final = re.compile(rf"\s*(?:<({_NAMES})>|\[(THINK)\]|◁(think)▷)", re.IGNORECASE)
_CLOSED: Final = re.compile(rf"(?:</(?:{_NAMES})>|\[/THINK\]|◁/think▷)[ \t]*(?=\n|\Z)", re.IGNORECASE)

_FENCE: Final = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([^\n]*)")
_INLINE: Final = re.compile(r"\s*(`{1,3})([^`\n]+)\1\s*")
_TAG: Final = re.compile(r"[\w+#.-]+")

_PROSE: Final = re.compile(
    r"(?:sure|certainly|of course|okay|here(?:'s| is| are)|sorry|i(?:'m| am| can| cannot| can't| would|'ll| will)|"
    r"as an ai|note|explanation|to complete|you (?:can|should|could)|the (?:completed?|completion|missing|following|code|"
    r"line|answer|corrected|fixed|updated)|this (?:code|line|function|method|completes|will|is|version)|let me|in this)\b"
    r"(?=[^=([{;]*(?:[.:!?]\s*$|\s\w+\s\w+))",
    re.IGNORECASE,
)
_PROSE_ZH: Final = re.compile(r"(?:好的|当然|以下|下面|这是|这里|抱歉|对不起|说明|注意|补全|修正|修改)[^=([{;]*")
_MARKUP: Final = re.compile(r"\*\*[^*\n]{1,80}\*\*|#{2,6} [A-Z]|- \*\*|\d+\. \*\*")

_SAME: Final = {
    "py": "python", "python3": "python", "pytest": "python", "pycon": "python", "js": "javascript", "jsx": "javascript",
    "mjs": "javascript", "node": "javascript", "ts": "typescript", "yml": "yaml", "patch": "diff", "udiff": "diff",
    "jsonc": "json", "json5": "json", "mysql": "sql", "postgresql": "sql", "plsql": "sql",
}  # fmt: skip
_OTHER: Final = frozenset(
    {"bash", "sh", "shell", "console", "text", "txt", "output", "plaintext", "diff", "json", "log"}
)
"""Tags of blocks that hold no code of a file, unless they are what was asked for."""

_NUMBERED: Final = re.compile(r"[ \t]*L?(\d{1,7})(?:[ \t]?[|│][ ]?|[:.][ \t]|\t|(?=[ ])|[|│:.]?\Z)")
_ELISION: Final = re.compile(
    r"(?:#|//|--|/\*+|<!--|;)\s*(?:\.{3}|…)|"
    r"(?:#|//|--|/\*+|<!--)[^\n]{0,60}\b(?:rest|remaining|remainder|existing|previous|original|other|same)\b[^\n]{0,60}"
    r"\b(?:unchanged|code|methods?|functions?|lines?|implementation|logic|as before|as is|here|omitted|stays?|remains?|goes)\b|"
    r"(?:#|//|--|/\*+)\s*(?:unchanged|omitted|snip|no changes?)\b|"
    r"(?:#|//|--|/\*+)[^\n]{0,40}(?:其余|其他|剩余|省略|保持不变|不变)|"
    r"[\[(<]\s*(?:\.{3}|…|rest of|unchanged|omitted)",
    re.IGNORECASE,
)
_BARE_ELISION: Final = frozenset({"...", "…", "....", "[...]", "<...>", "(...)", "{...}"})


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block. `language` is its tag in lower case with aliases resolved; `closed`: it has its end fence."""

    text: str
    language: str
    closed: bool


def plain(text: str) -> str:
    """The answer itself: no byte order mark, lines end in LF, no thoughts, nothing from the first control word on.

    A control word before the first text is a lead-in and goes with the role that follows it. Unclosed thoughts leave
    nothing.
    """
    if len(text) > LONGEST:
        return ""
    text = lf(text.lstrip("\ufeff"))
    if (final := _FINAL.search(text)) is not None:
        text = text[final.end() :]
    for _ in range(_LEAD_INS):
        bare = _without_thoughts(_controlled(text))
        if bare == text:
            break
        text = bare
    return text


_LEAD_INS: Final = 8
"""Thoughts and headers that may stand before an answer."""


def _controlled(text: str) -> str:
    """The text between the control words before it and the first one behind it."""
    start, end = 0, len(text)
    for control in _CONTROL.finditer(text):
        if _OPENED.match(text, start):
            break  # a thought may speak of control words
        if text[control.end() : control.end() + 1] in _QUOTES & {text[max(control.start() - 1, 0)]}:
            continue  # a literal that names it
        if control.start() - start > _ROOM or not _ROLE.fullmatch(text[start : control.start()]):
            end = control.start()
            break
        start = control.end()
    if start and (role := _HEADER.match(text, start)) is not None:
        start = role.end()
    return text[start:end].lstrip("\n") if start else text[:end]


def _without_thoughts(text: str) -> str:
    opened = _OPENED.match(text)
    if opened is None:
        # The template of some models opens the thought in the prompt: the answer begins inside it.
        closed = _CLOSED.search(text)
        if closed is None or any(_FENCE.match(row) for row in text[: closed.start()].split("\n")):
            return text
        return text[closed.end() :].lstrip("\n")
    name = (opened[1] or opened[2] or opened[3]).lower()
    end = {"[": f"[/{name.upper()}]", "◁": f"◁/{name}▷"}.get(opened[0].strip()[0], f"</{name}>")
    at = re.compile(re.escape(end), re.IGNORECASE).search(text, opened.end())
    return text[at.end() :].lstrip("\n") if at is not None else ""


def blocks(text: str) -> list[Block]:
    """The fenced blocks of `plain` text in order, each without the indentation of its fence."""
    found: list[Block] = []
    rows: list[str] = []
    indent = fence = tag = ""
    for row in text.split("\n"):
        mark = _FENCE.match(row)
        if not fence:
            if mark is not None and not (mark[2][0] == "`" and "`" in mark[3]):
                indent, fence, tag, rows = mark[1], mark[2], _language(mark[3]), []
        elif (
            mark is not None
            and mark[2].startswith(fence)
            and not mark[3].strip()
            and len(mark[1]) <= len(indent) + 3  # deeper: a fence inside a string or comment of the code
        ):
            found.append(Block("\n".join(rows) + "\n" if rows else "", tag, closed=True))
            fence = ""
        else:
            rows.append(row[_shared(row, indent) :])
    if fence:
        found.append(Block("\n".join(rows), tag, closed=False))
    return found


def _shared(row: str, indent: str) -> int:
    """How much of a fence's indentation a row has."""
    return next((at for at, char in enumerate(indent) if at >= len(row) or row[at] != char), len(indent))


def _language(info: str) -> str:
    found = _TAG.match(info.strip().lstrip("{."))
    tag = found[0].lower() if found is not None else ""
    return _SAME.get(tag, tag)


def code(
    text: str,
    language: str | None,
    *,
    original: str = "",
    fits: Callable[[str], bool] | None = None,
    finished: bool = False,
) -> str | None:
    """The one piece of code that a raw answer holds for a file of `language`, or None.

    Of several blocks: those of the language, else those with no or an unknown tag; of these the first that `fits`,
    else the longest. None for a block without its end (truncated) unless the model is known to have `finished`, for
    prose only, and for code that leaves something out (`elided`; `original` is what was shown).
    """
    answer = plain(text)
    found = blocks(answer)
    if not found:
        inline = _INLINE.fullmatch(answer)
        bare = inline[2] + "\n" if inline is not None else _without_prose(answer)
        taken = bare if bare.strip() else None
    else:
        taken = _chosen(found, language, fits, finished=finished)
    if taken is None:
        return None
    taken = unnumbered(taken)
    return None if elided(taken, language, original) else taken


def _chosen(
    found: list[Block], language: str | None, fits: Callable[[str], bool] | None, *, finished: bool
) -> str | None:
    own = [block for block in found if block.language == language and language]
    own = own or [block for block in found if not block.language]
    own = own or [block for block in found if block.language not in _OTHER]
    whole = [block for block in own if block.text.strip() and (block.closed or finished)]
    if any(not block.closed for block in own) and not finished:
        # The last word of the model is missing. An earlier whole block counts only if it is surely what was asked for.
        return next((block.text for block in whole if fits is not None and fits(block.text)), None)
    if fits is not None:
        fitting = [block for block in whole if fits(block.text)]
        if fitting:
            return fitting[0].text
    return max(whole, key=lambda block: len(block.text)).text if whole else None


def _without_prose(answer: str) -> str:
    """Code without a fence, without sentences before and after it."""
    rows = answer.split("\n")
    start, end = first_code(rows), len(rows)
    for at in range(len(rows) - 1, start - 1, -1):
        if rows[at].strip() and (at == start or not rows[at - 1].strip()) and is_note(rows[at]):
            end = at
    kept = "\n".join(rows[start:end]).strip("\n")
    return kept + "\n" if kept.strip() else ""


def first_code(rows: list[str]) -> int:
    """The first row behind the sentences with which an answer begins."""
    at = 0
    while at < len(rows) and is_note(rows[at]):
        at += 1
        while at < len(rows) and not rows[at].strip():
            at += 1
    return at


def is_note(row: str) -> bool:
    """True for a sentence that a model says about its code."""
    words = row.strip()[:2_000]
    return bool(_PROSE.match(words)) or bool(_PROSE_ZH.fullmatch(words)) or bool(_MARKUP.match(words))


def unnumbered(text: str) -> str:
    """`text` without line numbers when every line has one and they count up by one; else `text` itself."""
    rows = text.split("\n")
    last = len(rows) - (not rows[-1])
    marks = [_NUMBERED.match(row) for row in rows[:last]]
    if last < 2 or any(mark is None for mark in marks):
        return text
    known = [mark for mark in marks if mark is not None]
    first = int(known[0][1])
    if any(int(mark[1]) != first + at for at, mark in enumerate(known)):
        return text
    rest = [row[mark.end() :] for row, mark in zip(rows, known, strict=False)]
    shared = min((_indent(row) for row in rest if row.strip()), default=0)
    if all(mark[0][-1:].isdigit() for mark in known):
        if shared == 0 or not any(row.strip() for row in rest):
            return text  # a table of numbers
        rest = [row[shared:] for row in rest]
    if all(":" in mark[0] for mark in known) and all(row.rstrip().endswith((",", "{", "[")) for row in rest):
        return text  # a table whose keys are numbers
    return "\n".join([*rest, *rows[last:]])


def elided(text: str, language: str | None, original: str = "") -> bool:
    """True when a line stands for code that the answer leaves out. Lines of `original` mean themselves.

    A bare `...` is a body in Python: there it counts only if something else stands beside it in its block.
    """
    known = {row.strip() for row in original.split("\n")}
    rows = [row for row in text.split("\n") if row.strip()]
    for at, row in enumerate(rows):
        words = row.strip()
        if words not in known and is_elision(words, language):
            return True
        if words == "..." and words not in known and not _is_body(rows, at):
            return True
    return False


def is_elision(row: str, language: str | None) -> bool:
    """True for a row that stands for code that is left out; a bare `...` may be a body in Python."""
    words = row[:400]
    if words in _BARE_ELISION:
        return language != "python" or words != "..."
    return _ELISION.match(words) is not None


def _is_body(rows: list[str], at: int) -> bool:
    """True when `rows[at]` is all that its block holds (a docstring may stand before it)."""
    depth = _indent(rows[at])
    if at + 1 < len(rows) and _indent(rows[at + 1]) >= depth:
        return False
    above = next((row for row in reversed(rows[max(at - 60, 0) : at]) if _indent(row) < depth), "")
    before = rows[at - 1].strip() if at else ""
    return above.rstrip().endswith(":") and (rows[at - 1] is above or before.endswith(('"""', "'''")))


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


_CLOSED_OBJECT: Final = 24
"""Places at which an object is looked for among prose."""


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object of an answer, in a fence or among prose, strictly read.

    None when there is none, when it is cut off, and for what only looks like JSON (trailing commas, comments, NaN, a
    key twice).
    """
    answer = plain(text)
    tries = [answer.strip()]
    found = [block for block in blocks(answer) if block.closed]
    tries += [block.text.strip() for block in sorted(found, key=lambda block: block.language != "json")]
    for told in tries:
        value = _loaded(told)
        if isinstance(value, dict):
            return value
    if found:
        return None
    at = -1
    for _ in range(_CLOSED_OBJECT):
        at = answer.find("{", at + 1)
        if at < 0:
            return None
        if answer[at + 1 :].lstrip()[:1] in {'"', "}"}:
            return _loaded(answer[at:], whole=False)  # an object inside one that cannot be read is not the answer
    return None


def _loaded(text: str, *, whole: bool = True) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not (whole and text[end:].strip()) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
