"""Which lines of an answer fill the hole at a caret: one, or those of the block that begins there.

Several lines are taken where the text and the tree say that a block is missing: on a blank line, and behind an opener
whose block is empty; and those of one statement, which its brackets hold together. They end where the block ends (the
indentation falls back, a bracket closes that the answer did not open), before what already stands below, before the
answer repeats itself or leaves something out, and at `MOST` lines. Text in, text out; absent on purpose: the wrapping of
a raw answer (`wrapping.py`) and proof (`complete.py`).
"""

from __future__ import annotations

import re
from typing import Final

from copilot.tasks import again, answers, repetition
from copilot.tasks.holes import Place, Taken
from copilot.tasks.margins import laid_out
from copilot.tasks.placeholders import is_placeholder
from copilot.tasks.resting import closed_by, rest_too, up_to_surplus, without_rest
from copilot.tasks.rows import PAIRS, Scan, continues, indent, is_in_brackets, left_open, opens, same

MOST: Final = 12
"""Lines that one completion may bring."""

_READ: Final = 16_000
_LONGEST: Final = 2_000
"""Characters of an answer that are looked at, and of a completion; more is data."""

_DEFINES: Final = re.compile(r"(?:async\s+def|def|class)\b|@\w")
_GOES_ON: Final = re.compile(r"(?:elif|else|except|finally|case)\b|[)\]}]")
_IDLE: Final = re.compile(r"(?:class|except)\b")
_OUTSIDE: Final = re.compile(r"(?:async\s+def|def|class|import|from|if __name__)\b|@\w|#")
"""What stands at a lesser indentation because the block is over, and not because the answer has no margin."""

_DANGLING: Final = re.compile(r"(?:[-+*/%&|^=<.]|\b(?:and|or|not|in|is|instanceof))\s*\Z")

_MAY_FOLLOW: Final = frozenset({"", ")", "]", "}", ";", ","})
"""What may stand behind the caret where an answer of several lines goes."""


def taken(answer: str, at: Place, *, fenced: bool) -> Taken:
    """What the code of an answer says for a place; empty text when nothing is left of it."""
    rows = answer[:_READ].split("\n")
    if at.several:
        found = _block(rows, at, fenced=fenced)
        if found is not None:
            return found
    text, row = again.line(rows, at)
    ended = row < len(rows) - 1
    if not at.inside:
        text, ended = _statement(text, rows, row, at, fenced=fenced)
    whole = rest_too(text, at.line, at.rest, at.language) if "\n" not in text and not at.inside else ""
    if whole:
        return Taken(whole, ended, over=len(at.rest))
    text = without_rest(text, at.line, at.rest, at.language)
    if not text.strip() or (not at.inside and again.is_below(same(at.line + text + at.rest, at.language), at)):
        return Taken("", ended=False)
    if at.inside:
        return Taken(text, ended)
    kept = repetition.shortened(text)
    if not kept.strip() or len(kept) > _LONGEST or _dangles(kept, at) or is_placeholder([kept], empty=False, idle=True):
        return Taken("", ended)
    return Taken(kept, ended)


def shorter(text: str, at: Place) -> str:
    """What is left of a completion that does not parse: without its last row (which may be cut off), or without brackets
    that close more than the line has open; empty where nothing is.
    """
    kept = text.rstrip().split("\n")
    if len(kept) == 1:
        less = up_to_surplus(text, at.line, at.language)
        return less if less != text else ""
    if not at.several:
        return ""
    kept.pop()
    while kept and (not kept[-1].strip() or _expects_more(kept[-1], at.language)):
        kept.pop()
    end = "\n" + at.header if kept and at.opener and at.rest.strip() else ""
    return "\n".join(kept) + end


def holds_together(text: str, at: Place) -> bool:
    """True for several lines that are one statement, or what the brackets around the place hold."""
    scan, spare = Scan(at.language), _spare(at)
    *rows, last = text.split("\n")
    for row in rows:
        if scan.see(row) < -spare or not (scan.long or scan.depth + spare > 0):
            return False
    return scan.see(last) >= -spare


def _dangles(text: str, at: Place) -> bool:
    """True for a line that ends in an operator and no next one goes on with it: it was cut off."""
    if _DANGLING.search(text) is None or at.rest.strip() or at.language not in ("python", "java"):
        return False
    is_deeper = len(indent(at.next_row)) > len(indent(at.line))
    return not is_deeper and not is_in_brackets([*at.ahead.split("\n")[:-1], at.line + text])


def _spare(at: Place) -> int:
    """Brackets around the caret that its line shows: opened before it, or closed behind it."""
    return max(left_open(at.line, at.language), closed_by(at.rest, at.language), 0)


def _statement(text: str, rows: list[str], row: int, at: Place, *, fenced: bool) -> tuple[str, bool]:
    """The caret's line and those that follow while something is open in it, and whether its end was seen; the line alone
    where that is never closed.
    """
    spare = _spare(at)
    owed = spare - closed_by(at.rest, at.language)
    left = rows[row + 1 :]
    if at.line.rstrip()[-1:] in PAIRS.values() and len(indent(text)) > 1:
        text, left = "", [text, *left]  # its line end was lost on the way
    scan = Scan(at.language)
    scan.see(text)
    told = [text]
    left = left[:-1] if left and not left[-1] else left

    def goes_on() -> bool:
        listed = spare > 0 and scan.depth >= 0 and (not told[-1].strip() or told[-1].rstrip().endswith(","))
        return bool(scan.long) or scan.depth + owed > 0 or listed

    if at.rest.strip()[:1] not in _MAY_FOLLOW or not goes_on():
        return text, row < len(rows) - 1
    for following in left[: MOST - 1]:
        is_there = following.rstrip() == at.next_row and scan.depth + owed <= 1
        if not scan.long and (is_there or following.strip() in ("", told[-1].strip())):
            break
        scan.see(following)
        told.append(following if scan.long else following.rstrip())
        if not goes_on():
            break
    ended = len(told) <= len(left) or not goes_on()
    if len(told) == 1 or scan.long or scan.depth + owed > (1 if at.next_row.strip()[:1] in PAIRS else 0):
        return text, ended
    laid = laid_out([at.line + text, *told[1:]], indent(at.line), at.unit, at.language, relative=fenced)
    end = "\n" + indent(at.line) if not text.strip() and scan.depth == 0 and at.rest.strip() else ""
    return "\n".join([text, *laid[1:]]) + end, ended


def _block(rows: list[str], at: Place, *, fenced: bool) -> Taken | None:
    """The lines of the block that begins at the place; None where one line is the answer."""
    start = again.rows_above(rows, at)
    while start < len(rows) and not rows[start].strip():
        start += 1
    if start == len(rows):
        return Taken("", ended=False)
    told = rows[start:]
    if again.is_below(same(told[0], at.language), at):
        return Taken("", ended=True)
    if at.opener and start == 0 and not fenced and len(indent(told[0])) < 2 and not told[0].startswith("\t"):
        return None  # the answer goes on behind the opener, on its line
    laid = _laid_out(told, at, fenced=fenced)
    if laid is None:
        return Taken("", ended=True)
    kept, ended, closer = _until_end(laid, at)
    if not kept and closer and not laid[0].strip().removesuffix(closer).strip():
        return Taken("", ended=True)
    if not kept and answers.is_elision(laid[0].strip(), at.language):
        return Taken("", ended=True)
    kept = kept or [laid[0].rstrip()]  # nothing whole: its first line, for the checks to judge
    if is_placeholder(kept, empty=at.empty, idle=_IDLE.match(at.owner) is not None):
        return Taken("", ended=ended)
    if at.opener:
        text = "\n" + "\n".join(kept)
        if at.rest.strip():
            text += "\n" + at.header
        return Taken(text, ended, closer)
    kept[0] = kept[0][len(at.line) :] if kept[0].startswith(at.line) else kept[0].lstrip()
    return Taken("\n".join(kept), ended, closer)


def _laid_out(rows: list[str], at: Place, *, fenced: bool) -> list[str] | None:
    """The rows with the indentation they have in the file; None when the block ends before it begins."""
    first = indent(rows[0])
    relative = fenced or _has_no_margin(rows, at)
    if at.opener and not relative and len(first) <= len(at.header):
        return None
    margin = at.margin if at.margin is not None else first
    return laid_out(rows, margin, at.unit, at.language, relative=relative)


def _has_no_margin(rows: list[str], at: Place) -> bool:
    """True for the body of a definition that is told as if it stood at the left edge: else it would be over after a row."""
    if at.language != "python" or not at.empty or not _DEFINES.match(at.owner) or indent(rows[0]):
        return False
    if at.opener:
        return not _OUTSIDE.match(rows[0])
    for row in rows[1:]:
        if not row.strip():
            return False
        if not indent(row):
            return not _OUTSIDE.match(row)
    return False


def _until_end(rows: list[str], at: Place) -> tuple[list[str], bool, str]:
    """The rows up to the block's end, whether the end was seen, and the line that closes it from outside."""
    base = indent(rows[0])
    scan = Scan(at.language)
    whole = 0
    ended, closer = False, ""
    for number, row in enumerate(rows):
        if number >= MOST or (number and scan.is_code and _is_end(rows, number, base, at)):
            ended = True
            break
        if scan.is_code and answers.is_elision(row.strip(), at.language):
            ended = True
            break
        if scan.see(row) < 0:
            ended, closer = True, row.strip()
            break
        if row.strip() and scan.is_closed and not _expects_more(row, at.language):
            whole = number + 1
        once = repetition.first_copy(rows[: number + 1])
        if once <= number:
            ended, whole = True, min(whole, once)
            break
    kept = [row if row.strip() else "" for row in rows[:whole]]
    if kept:
        kept[-1] = repetition.shortened(kept[-1].rstrip())
    while kept and not kept[-1].strip():
        kept.pop()
    return kept, ended, closer


def _expects_more(row: str, language: str | None) -> bool:
    """True for a row that is nothing without the next: a header, a decorator, a line that is continued."""
    bare = row.strip()
    return opens(row, language) or bare.startswith("@") or bare.endswith("\\")


def _is_end(rows: list[str], number: int, base: str, at: Place) -> bool:
    """True when the block ends before this row."""
    row = rows[number]
    bare = row.strip()
    if not bare:
        following = [other for other in rows[number : number + 2] if not other.strip()]
        return len(following) == 2 and number + 1 < len(rows) - 1
    if not row.startswith(base) and bare[0] not in PAIRS:
        return True
    if again.is_below(same(bare, at.language), at):
        return True
    beside = indent(row) == base
    above = next((other for other in reversed(rows[:number]) if other.strip()), "")
    if beside and not base and not _GOES_ON.match(bare) and not above.lstrip().startswith("@"):
        return not continues(above, at.language)  # at the top of a file a block is one statement
    if beside and at.language != "python" and bare[0] not in PAIRS and _is_member(rows[0]):
        return True
    is_definition = at.language == "python" and _DEFINES.match(bare) and not rows[number - 1].strip().startswith("@")
    return beside and bool(is_definition) and _DEFINES.match(rows[0].strip()) is not None


def _is_member(row: str) -> bool:
    """True for the header of a method, in a language with braces."""
    found = _MEMBER.match(row.strip()[:400])
    return found is not None and found[1] not in _CONTROLS


_MEMBER: Final = re.compile(r"([\w<>\[\],.?@]+)\s+(?:[\w<>\[\],.?@]+\s+)*\w+\s*\(.*\)[^;{=]*\{")
_CONTROLS: Final = frozenset({"else", "return", "new", "throw", "case", "await", "yield"})
