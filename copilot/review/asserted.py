"""What a finding says of names, held against the tree and the index: nobody is told that a name is undefined which is defined.

A claim is refuted only by what is sure: the name is bound, built in or defined in the repository (`undefined`, `missing`), or
it is used somewhere else (`unused`). Names come from the finding's own list and from its sentence. Absent on purpose: all else
that a sentence says.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator
from typing import Final

from copilot.context.index import Index
from copilot.syntax.outline import outline
from copilot.types import Document, Edit, Span
from copilot.verify import names as bindings

_NAME: Final = re.compile(r"[^\W\d]\w*")
_QUOTED: Final = r"`([^`\n]{1,80})`"
_UNDEFINED: Final = (
    r"(?:not defined|never defined|undefined|undeclared|not declared|never declared|not imported|never imported|does(?: not|n't) exist"
    r"|is missing an import|unresolved|未定义|没有定义|未声明|没有声明|不存在|未导入|没有导入)"
)
_UNUSED: Final = r"(?:unused|never used|not used|never read|never called|not called anywhere|未使用|没有使用|从未使用|未被使用|没有被使用)"
_KINDS: Final = r"(?:(?:the|a|an) )?(?:variable|name|function|method|import|class|symbol|parameter|argument|field|constant|变量|函数|方法|导入|类|参数|字段)?s?"
_SAID: Final = tuple(
    (says, re.compile(pattern, re.IGNORECASE))
    for says, word in (("undefined", _UNDEFINED), ("unused", _UNUSED))
    for pattern in (
        rf"{_QUOTED}[^`.;。；]{{0,30}}?\b(?:is |are |was |were )?{word}",
        rf"{word}\s*{_KINDS}\s*{_QUOTED}",
    )
)


_HEDGED: Final = re.compile(
    r"\b(?:may|might|can|could|possibly|potentially|when|if|unless|until|before)\b|可能|如果|之前", re.IGNORECASE
)
"""Words of a claim about some runs: a name that is bound on one path only."""


def claims(message: str, listed: Iterable[tuple[str, str]], language: str | None) -> list[tuple[str, str]]:
    """`(name, undefined or unused)` of what a finding says; the last name of a dotted one.

    Of a sentence that speaks of some runs nothing is taken, and `undefined` only where it is no value of the language.
    """
    found: list[tuple[str, str]] = []
    said = [(name, "unused" if says == "unused" else "undefined") for name, says in listed]
    said += [
        (match[1], says)
        for says, pattern in _SAID
        if says == "unused" or language in ("python", "java")
        for match in pattern.finditer(message)
        if not _HEDGED.search(match[0].replace(match[1], ""))
    ]
    for written, says in said:
        parts = _NAME.findall(written.partition("(")[0])
        if parts and (parts[-1], says) not in found:
            found.append((parts[-1], says))
    return found


def refuted(asserted: Iterable[tuple[str, str]], doc: Document, line: Span | None, index: Index) -> bool:
    """Whether one of the claims is surely wrong. `doc`: the text after the change; `line`: of the finding in it, None for a
    finding on a deleted line.
    """
    return any(_is_wrong(name, says, doc, line, index) for name, says in asserted)


def _is_wrong(name: str, says: str, doc: Document, line: Span | None, index: Index) -> bool:
    places = list(_places(name, doc))
    if says == "unused":
        others = [at for at in places if line is None or not line.start <= at < line.end]
        return bool(others) or any(True for _ in _used(name, doc, index))
    if line is None:
        return any(symbol.name == name for symbol in outline(doc).symbols)
    return not places or _is_defined(name, doc, line, index)


def _places(name: str, doc: Document) -> Iterator[int]:
    word = re.compile(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])")
    return (found.start() for found in word.finditer(doc.text))


def _used(name: str, doc: Document, index: Index) -> Iterator[object]:
    """Uses in other files of what this one defines."""
    if any(symbol.name == name for symbol in outline(doc).symbols):
        yield from (call for call in index.calls(name) if call.path != doc.path)
        yield from index.imports_of(name)


def _is_defined(name: str, doc: Document, line: Span, index: Index) -> bool:
    known = outline(doc)
    if any(symbol.name == name for symbol in known.symbols):
        return True
    if any(name in (each.alias, each.name, each.module.rpartition(".")[2]) for each in known.imports):
        return True
    if doc.language == "python" and hasattr(builtins, name):
        return True
    if any(each.path != doc.path for each in index.definitions(name)):
        # Defined elsewhere: a bare name must be imported to be known here, a member of something need not.
        return not _is_bare(name, doc, line) or name not in _unbound(doc, line)
    return _is_bare(name, doc, line) and doc.language in ("python", "java") and name not in _unbound(doc, line)


def _is_bare(name: str, doc: Document, line: Span) -> bool:
    """Whether it stands on the line and not behind a dot."""
    text = doc.text[line.start : line.end]
    return re.search(rb"(?<![\w$.])" + re.escape(name.encode()) + rb"(?![\w$])", text) is not None


def _unbound(doc: Document, line: Span) -> list[str]:
    text = doc.text[line.start : line.end].decode("utf-8", "replace")
    return bindings.unbound(doc, (Edit(doc.path, line, text),))
