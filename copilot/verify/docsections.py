"""Reading the documentation that a definition already has: its style, sections and entries, by line.

Python docstrings in Google, NumPy and reST style, and Javadoc. A docstring that documents its parameters in some other
way is `foreign`: it is left alone. Absent on purpose: what the text says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from copilot.types import Document, Span
from copilot.verify.contract import BRACES

Part = Literal["parameters", "returns", "yields", "raises", "fields", "other"]
Style = Literal["google", "numpy", "rest", "javadoc", "jsdoc", "plain", "foreign"]

_HEADINGS: Final[dict[str, Part]] = {
    "args": "parameters", "arguments": "parameters", "parameters": "parameters", "params": "parameters",
    "keyword args": "parameters", "keyword arguments": "parameters", "other parameters": "parameters",
    "returns": "returns", "return": "returns", "yields": "yields", "yield": "yields",
    "raises": "raises", "raise": "raises", "except": "raises", "exceptions": "raises",
    "attributes": "fields", "参数": "parameters", "返回": "returns", "返回值": "returns", "生成": "yields",
    "异常": "raises", "抛出": "raises", "属性": "fields",
    "example": "other", "examples": "other", "note": "other", "notes": "other", "see also": "other", "todo": "other",
    "warning": "other", "warnings": "other", "warns": "other", "references": "other", "methods": "other", "usage": "other",
    "receives": "other", "示例": "other", "注意": "other",
}  # fmt: skip
_REST: Final[dict[str, Part]] = {
    "param": "parameters", "parameter": "parameters", "arg": "parameters", "argument": "parameters", "key": "parameters",
    "keyword": "parameters", "type": "parameters", "return": "returns", "returns": "returns", "rtype": "returns",
    "yield": "yields", "yields": "yields", "ytype": "yields", "raise": "raises", "raises": "raises", "except": "raises",
    "exception": "raises", "ivar": "fields", "cvar": "fields", "var": "fields", "attr": "fields",
}  # fmt: skip
_TAGS: Final[dict[str, Part]] = {
    "param": "parameters", "return": "returns", "returns": "returns", "throws": "raises", "exception": "raises",
    "arg": "parameters", "argument": "parameters", "template": "parameters", "yields": "yields", "yield": "yields",
}  # fmt: skip

_GOOGLE_ENTRY: Final = re.compile(r"(\*{0,2}\w[\w.]*(?:\s*,\s*\*{0,2}\w+)*)\s*(\(.*\))?\s*[::]")
_NUMPY_ENTRY: Final = re.compile(r"(\*{0,2}\\?\*{0,2}\w[\w.]*(?:\s*,\s*\*{0,2}\w+)*)\s*(:.*)?$")
_REST_FIELD: Final = re.compile(r":(\w+)(?:\s+([^:]*?))?\s*:(?!\w)")
_DIRECTIVE: Final = re.compile(r"\.\. (?:py:)?attribute ?::\s*(\w+)")
_TAG: Final = re.compile(r"@(\w+)(?:\s+(<\w+>|[\w.$]+))?")
_FOREIGN: Final = re.compile(
    r"(?m)^\s*(?:[@\\](?:param|return|returns|raise|raises|rtype|arg)\b|[-*+]\s+`?\w+`?\s*(?:\([^)]*\))?\s*(?::| -- | - ))"
)
_JSDOC_TAG: Final = re.compile(
    r"@(\w+)(?:\s+(\{(?:[^{}]|\{[^{}]*\})*\}|(?<=throws )[\w.$]+))?(?:\s+\[?([\w.$]+)(?:=[^\]]*)?\]?)?"
)
HEADS: Final = {
    "google": re.compile(r"^\s*\*{0,2}[\w.]+\s*(?:\(.*?\))?:(?=\s|$)"),
    "numpy": re.compile(r"^\s*\*{0,2}[\w.]+\s*(?::.*)?$"),
    "rest": re.compile(r"^\s*(?::\w+[^:]*:(?=\s|$)|\.\. attribute ::.*)"),
    "jsdoc": re.compile(r"^\s*@\w+(?:\s+\{(?!@)(?:[^{}]|\{[^{}]*\})*\})?(?:\s+\[?[\w.$]+(?:=[^\]]*)?\]?\s+-)?"),
    "javadoc": re.compile(r"^\s*@(?:param|throws)\s+(?:<\w+>|[\w.$]+)|^\s*@\w+"),
}
"""What stands in front of an entry's own words: its tag, name and type."""
_STAR: Final = re.compile(r"^\s*\*+")
_OPENING: Final = re.compile(rb"[rRuU]?(\"\"\"|'''|\"|')")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the documentation: bytes without line end, and without the comment's own opening and closing."""

    start: int
    end: int
    text: str

    @property
    def indent(self) -> str:
        """The leading blanks."""
        return self.text[: len(self.text) - len(self.text.lstrip(" \t"))]

    @property
    def blank(self) -> bool:
        """True when there is only white space."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented thing: its name (`*args` without stars, `<T>` with brackets) and its lines."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Section:
    """A section: `first` its heading's line, `body` the first line after heading and underline, `last` the last one
    with text. In reST and Javadoc neighbouring fields of one part form a section without a heading.
    """

    part: Part
    first: int
    body: int
    last: int
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Documentation:
    """`opening` is what stands before the text (`r\"\"\"`, `/**`), `closing` after it; lines number from 0."""

    span: Span
    opening: str
    closing: str
    style: Style
    lines: tuple[Line, ...]
    sections: tuple[Section, ...] = field(default=())

    @property
    def text(self) -> str:
        """The text between opening and closing, line ends as LF."""
        return "\n".join(line.text for line in self.lines)

    @property
    def summary(self) -> str:
        """The first line with text."""
        return next((line.text.strip() for line in self.lines if not line.blank), "")

    def of(self, part: Part) -> list[Section]:
        """The sections of a part."""
        return [section for section in self.sections if section.part == part]

    def named(self, part: Part) -> list[str]:
        """The names documented in a part, in order, each once."""
        return list(dict.fromkeys(entry.name for section in self.of(part) for entry in section.entries))


def read(document: Document, span: Span) -> Documentation | None:
    """The documentation at `span` (with its quotes or comment marks); None for a string that is not one plain literal."""
    raw = document.text[span.start : span.end]
    if document.language in BRACES:
        return _javadoc(document, span) if raw.startswith(b"/**") and raw.endswith(b"*/") and len(raw) > 4 else None
    match = _OPENING.match(raw)
    if match is None or not raw.endswith(match[1]) or len(raw) < match.end() + len(match[1]):
        return None
    start, end = span.start + match.end(), span.end - len(match[1])
    lines = _lines(document, start, end)
    style, sections = _python_sections(lines)
    return Documentation(span, raw[: match.end()].decode(), match[1].decode(), style, lines, sections)


def _lines(document: Document, start: int, end: int) -> tuple[Line, ...]:
    found, at, text = [], start, document.text
    for raw in re.split(rb"\r\n|\n|\r", text[start:end]):
        found.append(Line(at, at + len(raw), raw.decode("utf-8", "replace")))
        at += len(raw)
        at += 2 if text[at : at + 2] == b"\r\n" else 1
    return tuple(found)


def added(before: Document, old: Span | None, after: Document, new: Span | None) -> list[tuple[int, str]]:
    """The lines of the documentation `new` that `old` does not have, with their places among its lines."""
    text = read(after, new) if new is not None else None
    previous = read(before, old) if old is not None else None
    known = {line.text.strip() for line in previous.lines} if previous is not None else set()
    listed = enumerate(text.lines) if text is not None else ()
    return [(at, line.text) for at, line in listed if line.text.strip() not in known]


def has_type_line(text: Documentation, section: Section) -> bool:
    """True when NumPy's section of a result begins with a line for the type, and the words stand further in."""
    if text.style != "numpy" or section.last <= section.body:
        return False
    return len(text.lines[section.body + 1].indent) > len(text.lines[section.body].indent)


def _python_sections(lines: tuple[Line, ...]) -> tuple[Style, tuple[Section, ...]]:
    for style, sections in (("numpy", _numpy(lines)), ("google", _google(lines)), ("rest", _rest(lines))):
        if any(section.part != "other" or style == "numpy" for section in sections):
            return style, sections  # type: ignore[return-value]  # the three names are styles
    text = "\n".join(line.text for line in lines)
    if _FOREIGN.search(text):
        return "foreign", ()
    google = _google(lines)
    return "plain", google


def _numpy(lines: tuple[Line, ...]) -> tuple[Section, ...]:
    heads = [
        index
        for index in range(len(lines) - 1)
        if lines[index].text.strip().lower() in _HEADINGS
        and re.fullmatch(r"\s*(?:-{3,}|={3,})\s*", lines[index + 1].text)
    ]
    found = []
    for at, head in enumerate(heads):
        end = heads[at + 1] if at + 1 < len(heads) else len(lines)
        part = _HEADINGS[lines[head].text.strip().lower()]
        indent = lines[head].indent
        entries = []
        for index in range(head + 2, end):
            line = lines[index]
            match = _NUMPY_ENTRY.match(line.text.strip()) if not line.blank and line.indent == indent else None
            if match is not None and part in {"parameters", "raises", "fields"}:
                entries.append((index, _split_names(match[1])))
        found.append(_section(lines, part, head, head + 2, end, entries))
    return tuple(found)


def _google(lines: tuple[Line, ...]) -> tuple[Section, ...]:
    heads = []
    for index, line in enumerate(lines):
        text = line.text.strip()
        if text.endswith((":", "：")) and text[:-1].strip().lower() in _HEADINGS:
            following = next((other for other in lines[index + 1 :] if not other.blank), None)
            if following is not None and (index == 0 or len(_wide(following.indent)) > len(_wide(line.indent))):
                heads.append(index)
    found = []
    for at, head in enumerate(heads):
        end = heads[at + 1] if at + 1 < len(heads) else len(lines)
        base = len(_wide(lines[head].indent))
        for index in range(head + 1, end):
            if not lines[index].blank and len(_wide(lines[index].indent)) <= base and head > 0:
                end = index
                break
        part = _HEADINGS[lines[head].text.strip()[:-1].strip().lower()]
        body = [index for index in range(head + 1, end) if not lines[index].blank]
        inner = min((len(_wide(lines[index].indent)) for index in body), default=0)
        entries = []
        for index in body:
            match = _GOOGLE_ENTRY.match(lines[index].text.strip())
            if match and len(_wide(lines[index].indent)) == inner and part in {"parameters", "raises", "fields"}:
                entries.append((index, _split_names(match[1])))
        found.append(_section(lines, part, head, head + 1, end, entries))
    return tuple(found)


def _rest(lines: tuple[Line, ...]) -> tuple[Section, ...]:
    fields: list[tuple[int, Part, str]] = []
    inside: str | None = None
    for index, line in enumerate(lines):
        if inside is not None and (line.blank or len(_wide(line.indent)) > len(_wide(inside))):
            continue
        directive = _DIRECTIVE.match(line.text.strip())
        inside = line.indent if directive is not None else None
        if directive is not None:
            fields.append((index, "fields", directive[1]))
            continue
        match = _REST_FIELD.match(line.text.strip())
        if match and match[1] in _REST:
            name = (match[2] or "").split()
            fields.append((index, _REST[match[1]], name[-1].lstrip("*\\") if name else ""))
    return _neighbours(lines, fields)


def _neighbours(lines: tuple[Line, ...], fields: list[tuple[int, Part, str]]) -> tuple[Section, ...]:
    """Sections from fields or tags: a run of one part; a field ends before the next field or a blank line."""
    found: list[Section] = []
    for at, (index, part, name) in enumerate(fields):
        limit = fields[at + 1][0] if at + 1 < len(fields) else len(lines)
        last = next((i - 1 for i in range(index + 1, limit) if lines[i].blank), limit - 1)
        if lines[index].text.lstrip().startswith(".."):
            own = len(_wide(lines[index].indent))
            deeper = (lines[i].blank or len(_wide(lines[i].indent)) > own for i in range(index + 1, limit))
            size = next((at for at, inside in enumerate(deeper) if not inside), limit - index - 1)
            last = max(i for i in range(index, index + size + 1) if not lines[i].blank)
        entry = Entry(name, index, last)
        if found and found[-1].part == part:
            before = found.pop()
            found.append(Section(part, before.first, before.body, last, (*before.entries, entry)))
        else:
            found.append(Section(part, index, index, last, (entry,)))
    return tuple(found)


def _section(
    lines: tuple[Line, ...], part: Part, first: int, body: int, end: int, heads: list[tuple[int, list[str]]]
) -> Section:
    last = max((index for index in range(first, end) if not lines[index].blank), default=first)
    entries = []
    for at, (index, listed) in enumerate(heads):
        stop = heads[at + 1][0] if at + 1 < len(heads) else end
        until = max((i for i in range(index, stop) if not lines[i].blank), default=index)
        entries += [Entry(name, index, until) for name in listed]
    return Section(part, first, min(body, len(lines)), last, tuple(entries))


def _split_names(text: str) -> list[str]:
    return [name.strip().lstrip("*\\") for name in text.split(",")]


def _wide(indent: str) -> str:
    return indent.expandtabs(8)


def _javadoc(document: Document, span: Span) -> Documentation:
    lines = _lines(document, span.start + 3, span.end - 2)
    shown = tuple(
        Line(line.start, line.end, _STAR.sub("", line.text) if at else line.text) for at, line in enumerate(lines)
    )
    fields: list[tuple[int, Part, str]] = []
    is_script = document.language != "java"
    for index, line in enumerate(shown):
        match = (_JSDOC_TAG if is_script else _TAG).match(line.text.strip())
        if match:
            part, name = _TAGS.get(match[1], "other"), match[2] or ""
            if is_script and part == "raises":
                name = name.strip("{}")
            elif is_script:
                name = match[3] or ""
            fields.append((index, part, f"<{name}>" if match[1] == "template" else name))
    style: Style = "jsdoc" if is_script else "javadoc"
    return Documentation(span, "/**", "*/", style, shown, _neighbours(shown, fields))
