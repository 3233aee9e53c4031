"""Gates for what new documentation says: it fits the definition, names only what exists, speaks the wanted language.

Each returns a `Check` with a stable name. Absent on purpose: that nothing else changed (`comments.py`), and style.
"""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Final

from copilot.messages import say
from copilot.syntax.tree import Tree, node_at, of
from copilot.types import Check, Document, Span
from copilot.verify import docsections, examples
from copilot.verify.contract import Contract, names
from copilot.verify.docconventions import columns
from copilot.verify.docgaps import gaps
from copilot.verify.docsections import HEADS

WIDEST: Final = 100


_CJK: Final = re.compile(r"[\u3400-\u9fff]")


_LATIN: Final = re.compile(r"[A-Za-z]")


_CODE: Final = re.compile(r"``([^`]+)``|`([^`]+)`|\{@code ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")


_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


_SHARE: Final = 0.6


_TYPED: Final = frozenset({"google", "numpy"})
_BUILTIN: Final = frozenset({*dir(builtins), *keyword.kwlist, "true", "false", "null", "this", "undefined"})


def signature(before: Document, after: Document, old: Contract, new: Contract) -> Check:
    """Documented parameters, results and exceptions are those of the definition, in its order."""
    name = "signature"
    text = docsections.read(after, new.doc) if new.doc is not None else None
    if text is None:
        return Check(name, passed=False, detail=say("there is no documentation"))
    previous = docsections.read(before, old.doc) if old.doc is not None else None
    for part, known in _known(new).items():
        there = text.named(part)
        human = previous.named(part) if previous is not None else []
        added = [one for one in there if one not in human]
        if stray := [one for one in added if one not in known]:
            return Check(name, passed=False, detail=say("{name} is not in the code", name=stray[0]))
        ordered = [one for one in known if one in added]
        if part == "parameters" and [one for one in added if one in known] != ordered:
            return Check(name, passed=False, detail=say("the order differs from the signature"))
    had = {part for part in ("returns", "yields") if previous is not None and previous.of(part)}
    is_generator = "generator" in new.flags
    if text.of("returns") and "returns" not in had and not new.gives:
        return Check(name, passed=False, detail=say("nothing is returned"))
    if text.of("yields") and "yields" not in had and not is_generator:
        return Check(name, passed=False, detail=say("nothing is yielded"))
    if wrong := _wrong_type(text, previous, new):
        return Check(name, passed=False, detail=say("the type of {name} differs from its annotation", name=wrong))
    return Check(name, passed=True)


def entities(before: Document, after: Document, old: Contract, new: Contract) -> Check:
    """Each name quoted as code occurs in the file's code or is built in; each number occurs in the definition.

    What an example calls with, and what it gives, is proven by running it instead.
    """
    name = "entities"
    fresh = docsections.added(before, old.doc, after, new.doc)
    added = _without_examples("\n".join(line for _, line in fresh), new)
    tree = of(before)
    if tree is None:
        return Check(name, passed=False, detail=say("the file cannot be parsed"))
    symbol = old.symbol
    own = before.text[symbol.span.start : symbol.span.end] if symbol is not None else before.text
    for match in _CODE.finditer(added):
        code = match[1] or match[2] or match[3]
        if unknown := next((n for n in sorted(names(_bare(code))) if not _is_known(n, before, tree)), None):
            return Check(name, passed=False, detail=say("{name} is not in the code", name=unknown))
    if stray := next((n for n in _NUMBER.findall(added) if n.encode() not in own), None):
        return Check(name, passed=False, detail=say("{name} is not in the code", name=stray))
    return Check(name, passed=True)


def language(before: Document, after: Document, old: Contract, new: Contract, wanted: str) -> Check:
    """New prose is in the wanted language (`zh`: at least 60 % of its letters are Chinese characters)."""
    prose = _CODE.sub(" ", _prose(before, after, old, new))
    chinese, latin = len(_CJK.findall(prose)), len(_LATIN.findall(prose))
    if chinese + latin == 0:
        return Check("language", passed=True)
    share = chinese / (chinese + latin)
    passed = share >= _SHARE if wanted == "zh" else chinese == 0
    return Check("language", passed, "" if passed else say("{share} of the letters are Chinese", share=f"{share:.0%}"))


def length(before: Document, after: Document) -> Check:
    """No new line is wider than 100 columns (a wide character takes two)."""
    known = set(before.text.decode("utf-8", "replace").splitlines())
    for line in after.text.decode("utf-8", "replace").splitlines():
        if line in known or columns(line) <= WIDEST:
            continue
        if not any(old.startswith(line) for old in known):  # else a person's, whose quotes have moved down
            return Check("length", passed=False, detail=say("a line has more than {limit} columns", limit=WIDEST))
    return Check("length", passed=True)


def idempotent(after: Document, new: Contract) -> Check:
    """Asked again, nothing would be added."""
    left = gaps(after, new)
    return Check("idempotent", passed=not left, detail=say("a second run would add more") if left else "")


def _known(contract: Contract) -> dict[docsections.Part, list[str]]:
    listed = [f"<{one.name}>" for one in contract.type_parameters]
    return {
        "parameters": listed + [one.name.lstrip("*") for one in contract.parameters],
        "raises": [one.type for one in contract.raised],
        "fields": [one.name for one in contract.fields],
    }


def _wrong_type(text: docsections.Documentation, previous: docsections.Documentation | None, new: Contract) -> str:
    """The first parameter whose new entry names another type than its annotation."""
    human = set(previous.named("parameters")) if previous is not None else set()
    types = {one.name.lstrip("*"): one.annotation or "" for one in new.parameters}
    for section in text.of("parameters"):
        for entry in section.entries:
            line = text.lines[entry.first].text.strip()
            pattern = {
                "google": r"\S+\s*\((.*?)\):(?:\s|$)",
                "numpy": r"\S+\s:\s(.*)$",
                "rest": r":type [^:]+:\s*(.*)$",
            }.get(text.style)
            match = re.match(pattern, line) if pattern is not None else None
            if match and entry.name not in human and _bare(match[1]) != _bare(types.get(entry.name, "")):
                return entry.name
    return ""


def _bare(code: str) -> str:
    """Code without the contents of its strings."""
    return re.sub(r"\"[^\"]*\"|'[^']*'", "''", code).strip()


def _without_examples(text: str, new: Contract) -> str:
    if new.language != "python" or not new.name:
        return text
    text = text.replace("``", "`")
    for claim in examples.told(text, [new.name]):
        text = (
            text.replace(claim.call, " ").replace(claim.wanted, " ") if claim.wanted else text.replace(claim.call, " ")
        )
    return re.sub(r"(?m)^[ \t]*>>>.*(?:\n[ \t]*\S.*)*", " ", text)


def _prose(before: Document, after: Document, old: Contract, new: Contract) -> str:
    """What the new lines say, without headings, names and types, which are code."""
    text = docsections.read(after, new.doc) if new.doc is not None else None
    if text is None:
        return ""
    heads: dict[int, re.Pattern[str]] = {}
    skipped: set[int] = set()
    for section in text.sections:
        skipped |= set(range(section.first, section.body))
        firsts = [entry.first for entry in section.entries] or [section.body]
        if section.part in {"returns", "yields"}:
            declared = re.escape((new.result if section.part == "returns" else new.element) or "\0")
            pattern = re.compile(rf"^\s*{declared}:?(?=\s|$)") if text.style in _TYPED else HEADS[text.style]
            skipped |= {section.body} if docsections.has_type_line(text, section) else set()
        else:
            pattern = HEADS.get(text.style, HEADS["google"])
        heads |= dict.fromkeys(firsts, pattern)
    lines = [
        heads[at].sub(" ", line) if at in heads else line
        for at, line in docsections.added(before, old.doc, after, new.doc)
        if at not in skipped and ":rtype:" not in line and not re.match(r"\s*:(?:type|vartype|ytype)\b", line)
    ]
    return "\n".join(lines)


def _is_known(name: str, document: Document, tree: Tree) -> bool:
    """True when the name is built in or occurs in the file's code (its strings included, its comments not)."""
    if name in _BUILTIN:
        return True
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)".encode(), document.text):
        if "comment" not in node_at(tree, Span(match.start(), match.end())).type:
            return True
    return False
