"""Documentation by a model: it finds the words for parts that the tree names, as JSON; we write them down.

The schema holds exactly the parts that are missing, so an invented parameter has no place to stand. Absent on purpose:
layout and place (`docwriting.py`), proof (`comment.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from copilot.config import Settings
from copilot.messages import say
from copilot.tasks import answers, docwriting, excerpts
from copilot.tasks.docwriting import Subject
from copilot.tasks.fragments import lines_around
from copilot.types import Candidate, Context, Declined, Document, Message, Prompt, Request, Span
from copilot.verify.contract import BRACES, Contract, Field, Parameter, Raised, TypeParameter
from prompts.templates import Library

_CONFIDENCE: Final = 0.8
_LONGEST: Final = 400
"""Characters of one part; what is longer is no documentation of one thing."""

_MOST_DETAILS: Final = 3
_MOST_PARTS: Final = 40
_SHOWN_BYTES: Final = 8_000
_UNSAFE: Final = ('"""', "'''", "*/", "/*", "\\", "{@", "```")
_TYPE_LEAD: Final = re.compile(r"^(?:\([^()\n]{1,60}\)\s*)?[:：\-–—]\s*")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])|(?<=[。！？])")
_LANGUAGES: Final = {"en": "English", "zh": "Simplified Chinese (简体中文)"}


class _Missing(Exception):
    """A part of the documentation for which the answer has no usable words."""


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:
    """One chat turn with a schema; the same request gives the same bytes."""
    document = request.document
    what = docwriting.subject(request, settings)
    if isinstance(what, Declined):
        return what
    schema = _schema(what)
    parts = _count(what)
    if parts > _MOST_PARTS:
        return Declined(say("{name} has too many parts to document at once", name=what.name))
    template = library.choose("comment", document.language)
    values = {
        "language": document.language or "",
        "path": excerpts.one_line(document.path.name),
        "name": what.name,
        "lang": _LANGUAGES[what.lang],
        "parts": "\n".join(_wanted(what)),
        "code": _code(document, what.contract),
        "snippets": excerpts.elsewhere(context, document.language),
        "refused": excerpts.one_line(request.attempts[-1].checks[-1].detail or request.attempts[-1].checks[-1].name)
        if request.attempts
        else "",
    }
    messages = tuple(Message(role, text) for role, text in library.render(template, values))
    return Prompt(template.reference, 200 + 90 * parts, messages=messages, schema=schema)


def read(text: str, request: Request) -> Candidate | None:
    """The documentation with the answer's words; None when one is missing or unusable, when the answer documents a
    parameter that does not exist, or when nothing is wanted here.
    """
    told = answers.json_object(text)
    what = docwriting.subject(request, Settings())
    if told is None or isinstance(what, Declined) or not _is_about(told, what.contract):
        return None
    try:
        written = docwriting.write(request.document, what, _Told(told))
    except _Missing:
        return None
    return None if isinstance(written, Declined) else Candidate(written[0], "", _CONFIDENCE, written[1])


def _is_about(told: Mapping[str, Any], contract: Contract) -> bool:
    """False for an answer that knows other parameters: it speaks of something else."""
    known = {one.name.lstrip("*") for one in contract.parameters} | {
        f"<{one.name}>" for one in contract.type_parameters
    }
    listed = told.get("params")
    return not isinstance(listed, dict) or {name.lstrip("*") for name in listed} <= known | {"self", "cls"}


def _count(what: Subject) -> int:
    gaps = what.missing
    listed = (gaps.parameters, gaps.type_parameters, gaps.raised, gaps.fields)
    return 2 * gaps.whole + gaps.returns + gaps.yields + sum(map(len, listed))


def _names(what: Subject) -> dict[str, list[str]]:
    """The named parts that are missing, by their key in the answer."""
    gaps, is_java = what.missing, what.contract.language in BRACES
    found = {
        "params": [f"<{one.name}>" for one in gaps.type_parameters] + [one.name.lstrip("*") for one in gaps.parameters],
        "raises": [one.type for one in gaps.raised],
        "fields": [] if is_java else [one.name for one in gaps.fields],
    }
    return {key: names for key, names in found.items() if names}


def _schema(what: Subject) -> Mapping[str, object]:
    text = {"type": "string", "maxLength": _LONGEST}
    properties: dict[str, object] = {}
    if what.missing.whole:
        properties["summary"] = text
        properties["details"] = {"type": "array", "items": text, "maxItems": _MOST_DETAILS}
    for key, names in _names(what).items():
        properties[key] = _object(dict.fromkeys(names, text), names)
    for key in ("returns", "yields"):
        if getattr(what.missing, key):
            properties[key] = text
    return _object(properties, [key for key in properties if key != "details"])


def _object(properties: Mapping[str, object], required: list[str]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _wanted(what: Subject) -> list[str]:
    """The parts as lines of the prompt."""
    rows = ["- summary: one sentence", "- details: further sentences, only if something must be said; may be empty"]
    rows = rows if what.missing.whole else []
    for key, names in _names(what).items():
        rows.append(f"- {key}: {', '.join(names)}")
    rows += [f"- {key}" for key in ("returns", "yields") if getattr(what.missing, key)]
    return rows


def _code(document: Document, contract: Contract) -> str:
    """The definition as it stands; of a long one, or of a module, the beginning."""
    span = lines_around(document, contract.symbol.span) if contract.symbol is not None else Span(0, len(document))
    if len(span) > _SHOWN_BYTES:
        end = document.text.rfind(b"\n", span.start, span.start + _SHOWN_BYTES) + 1
        span = Span(span.start, end or span.start + _SHOWN_BYTES)
    return excerpts.shown(document, span)


@dataclass(frozen=True, slots=True)
class _Told:
    """The words of an answer as `docwriting.Words`."""

    told: Mapping[str, Any]

    def summary(self, contract: Contract, module: str = "") -> str:  # noqa: ARG002 - the protocol's
        return _SENTENCE.split(_sentence(self.told.get("summary"), contract), maxsplit=1)[0].strip()

    def details(self, contract: Contract) -> list[str]:
        rest = _SENTENCE.split(_sentence(self.told.get("summary"), contract), maxsplit=1)[1:]
        more = self.told.get("details")
        listed = more if isinstance(more, list) else [more] if isinstance(more, str) else []
        texts = [_sentence(one, contract) for one in listed if isinstance(one, str) and one.strip()]
        return [text.strip() for text in [*rest, *texts] if text.strip()][:_MOST_DETAILS]

    def parameter(self, one: Parameter, contract: Contract) -> str:
        return self._named("params", one.name.lstrip("*"), contract)

    def type_parameter(self, one: TypeParameter, contract: Contract) -> str:
        return self._named("params", f"<{one.name}>", contract)

    def field_text(self, one: Field, contract: Contract) -> str:
        return self._named("fields", one.name, contract)

    def returns(self, contract: Contract) -> str:
        return _sentence(self.told.get("returns"), contract)

    def yields(self, contract: Contract) -> str:
        return _sentence(self.told.get("yields"), contract)

    def raises(self, one: Raised, contract: Contract) -> str:
        return self._named("raises", one.type, contract)

    def _named(self, key: str, name: str, contract: Contract) -> str:
        listed = self.told.get(key)
        return _sentence(listed.get(name) if isinstance(listed, dict) else None, contract, name)


def _sentence(text: object, contract: Contract, name: str = "") -> str:
    """Words on one line, ending as a sentence ends, without a lead that repeats the name. Raises _Missing."""
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST or any(bad in text for bad in _UNSAFE):
        raise _Missing
    line = " ".join(text.split())
    if name and line.lower().startswith(name.lower()):
        bare = line[len(name) :].lstrip()
        if (lead := _TYPE_LEAD.match(bare)) is not None:
            line = bare[lead.end() :]
    if not line or not line.isprintable() or line.count("`") % 2:
        raise _Missing
    first = re.match(r"\w+", line)
    names = {parameter.name for parameter in contract.parameters} | {contract.name}
    if first is not None and first[0].isascii() and first[0].islower() and first[0].isalpha() and first[0] not in names:
        line = line[0].upper() + line[1:]
    if line[-1] in ".!?。！？…":
        return line
    return line + ("。" if "\u4e00" <= line[-1] <= "\u9fff" else ".")
