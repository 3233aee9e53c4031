"""Templates: loading, choosing, rendering.

`prompts/<id>/<language|default>.md` opens with TOML front matter between `+++` lines (`id`, `version`, `languages`),
then `## system`, `## user` (and, for worked examples, `## assistant`) parts with `{{name}}` places. Rendering is a pure
replacement, so the same values give the same bytes. Absent on purpose: conditions, loops, includes; a task decides what
a value says, a template only where it stands. `prompts/README.md` is the guide for authors.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

Role = Literal["system", "user", "assistant"]
ROLES: Final[tuple[Role, ...]] = ("system", "user", "assistant")
STANDARDS: Final = "standards"
MAX_BYTES: Final = 256_000

_PLACE: Final = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
_ALMOST_PLACE: Final = re.compile(r"\{\{\s*[A-Za-z_][\w-]*\s*\}\}")
_HEADING: Final = re.compile(r"##[ \t]*([A-Za-z]+)[ \t]*:?[ \t]*")
_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*")
_VERSION: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,9}")
_KEYS: Final = ("id", "version", "languages", "places")


class TemplateError(ValueError):
    """A template file that cannot be used, or a pin that nothing satisfies; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `parts` are `(role, text)` in order; `languages` empty: for every language without one of its own.

    `digest` is the SHA-256, in hex, of its file's bytes with LF line ends (so a checkout with CRLF has the same one);
    `places` are the values its author may count on beside those that the text uses; `source` is the file's text.
    """

    id: str
    version: str
    languages: tuple[str, ...]
    parts: tuple[tuple[Role, str], ...]
    digest: str
    places: tuple[str, ...] = ()
    source: str = field(default="", repr=False, compare=False)

    @property
    def reference(self) -> str:
        """`id@version#digest`, the digest cut to 12 digits: what headers and audit records carry."""
        return f"{self.id}@{self.version}#{self.digest[:12]}"

    @property
    def used(self) -> tuple[str, ...]:
        """The places in its text, in order, each once."""
        return tuple(dict.fromkeys(name for _, text in self.parts for name in _PLACE.findall(text)))


@dataclass(frozen=True, slots=True)
class Library:
    """The templates in force. `extra` come before ours (a folder of the bank, or what its gateway serves for a team);
    `pins` are `id@version`: for that id no other version is used; `standards` is the bank's coding standards.
    """

    extra: tuple[Template, ...] = ()
    pins: tuple[str, ...] = ()
    standards: str = ""

    def choose(self, task: str, language: str | None) -> Template:
        """The template of a task (its `id`) for a language: its own, else the default; `extra` before ours; the highest
        version that the pins leave.

        Raises TemplateError: there is none, no version satisfies the pin, or the template has a place that no value
        of this task fills.
        """
        layers = (self.extra, ours())
        every = [template for layer in layers for template in layer if template.id == task]
        left = [template for template in stacked(layers, self.pins) if template.id == task]
        if not left:
            raise TemplateError(_nothing(task, every, self.pins, layers))
        fitting = [t for t in left if language is not None and language in t.languages]
        fitting = fitting or [t for t in left if not t.languages]
        if not fitting:
            known = ", ".join(sorted({name for t in left for name in t.languages}))
            raise TemplateError(f"No template {task} for {language or 'no language'}, and no default; it has {known}.")
        chosen = max(fitting, key=_order)
        if chosen.digest not in {t.digest for t in ours()} and (unknown := unknown_places(chosen)):
            raise TemplateError(unknown)
        return chosen

    def render(self, template: Template, values: Mapping[str, str]) -> tuple[tuple[Role, str], ...]:
        """`(role, text)` turns. `standards` is filled from here. A line with places that are all empty is left out,
        and a part of which nothing is left. Values are inserted as they are: never rendered again.

        Raises TemplateError for a place without a value.
        """
        known = {**values, STANDARDS: self.standards.strip("\n")}
        for name in template.used:
            if name not in known:
                raise TemplateError(
                    f"Template {template.reference}: no value for {{{{{name}}}}}; there are {', '.join(sorted(known))}."
                )
        turns = ((role, _filled(text, known)) for role, text in template.parts)
        return tuple((role, text) for role, text in turns if text)


def parse(text: str, name: str) -> Template:
    """A template from its file's text (CRLF and a byte order mark are taken away first).

    Raises TemplateError naming the file and the line.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\r" in text:
        raise _error(name, text[: text.index("\r")].count("\n") + 1, "a carriage return alone is no line end")
    lines = text.split("\n")
    if lines[0].rstrip() != "+++":
        raise _error(name, 1, "a template opens with front matter between two +++ lines")
    end = next((i for i, line in enumerate(lines) if i and line.rstrip() == "+++"), None)
    if end is None:
        raise _error(name, 1, "the front matter is not closed by a +++ line")
    head = _front_matter("\n".join(lines[1:end]), name)
    parts = _parts(lines, end + 1, name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Template(head["id"], head["version"], head["languages"], parts, digest, head["places"], text)


def folder(path: Path) -> tuple[Template, ...]:
    """All templates (`*.md`, README.md excepted) below a folder, sorted by id, version, language.

    Raises TemplateError: for a file that is none, and where two have the same id, version and language.
    """
    if not path.is_dir():
        raise TemplateError(f"{path}: no such folder of templates")
    found: dict[tuple[str, str, str], str] = {}
    templates: list[Template] = []
    for file in sorted(path.rglob("*.md"), key=lambda p: p.relative_to(path).parts):
        if file.name.lower() == "readme.md":
            continue
        name = file.relative_to(path).as_posix()
        template = parse(_text(file, name), name)
        for language in template.languages or ("",):
            key = (template.id, template.version, language)
            if key in found:
                what = f"{template.id}@{template.version} for {language or 'every language'}"
                raise TemplateError(f"{name}: {what} stands in {found[key]} already; give one a higher version")
            found[key] = name
        templates.append(template)
    return tuple(sorted(templates, key=lambda t: (t.id, _order(t), t.languages)))


@functools.cache
def ours() -> tuple[Template, ...]:
    """The templates that come with the product."""
    return folder(Path(__file__).parent)


def stacked(layers: Iterable[Sequence[Template]], pins: Sequence[str] = ()) -> tuple[Template, ...]:
    """Layers of templates as one, the first layer on top: what an earlier layer has for an id and language hides every
    version of it below. Versions that `pins` exclude are taken out before, so a pinned one below is seen.
    """
    pinned = _pinned(pins)
    hidden: set[tuple[str, str]] = set()
    kept: list[Template] = []
    for layer in layers:
        mine = [t for t in layer if t.id not in pinned or t.version in pinned[t.id]]
        for template in mine:
            free = tuple(name for name in template.languages if (template.id, name) not in hidden)
            if free == template.languages and (free or (template.id, "") not in hidden):
                kept.append(template)
            elif free:  # part of its languages is hidden: it stays for the others
                kept.append(replace(template, languages=free))
        hidden |= {(t.id, name) for t in mine for name in t.languages or ("",)}
    return tuple(kept)


def problems(library: Library) -> tuple[str, ...]:
    """What would fail later, a sentence each, for who starts a gateway or asks the doctor: pins that nothing satisfies,
    and templates with places that no value fills.
    """
    every = (*library.extra, *ours())
    said = [wrong for template in library.extra if (wrong := unknown_places(template))]
    for pin in library.pins:
        identity, _, version = pin.partition("@")
        try:
            _pinned((pin,))
        except TemplateError as error:
            said.append(str(error))
        else:
            mine = [t for t in every if t.id == identity]
            if version not in {t.version for t in mine}:
                said.append(_nothing(identity, mine, (pin,), (library.extra, ours())))
    return tuple(said)


def unknown_places(template: Template) -> str:
    """What is wrong with the places of a template of the bank; empty: nothing, or we have no such id to compare with."""
    base = [t for t in ours() if t.id == template.id]
    known = {name for t in base for name in (*t.used, *t.places)} | {STANDARDS}
    wrong = [name for name in template.used if name not in known]
    if not base or not wrong:
        return ""
    return (
        f"Template {template.reference}: {{{{{wrong[0]}}}}} is no value of {template.id}; "
        f"there are {', '.join(sorted(known))}."
    )


def fenced(text: str, language: str = "") -> str:
    """`text` in a code fence longer than any run of backticks in it, so that it cannot end its own fence."""
    longest = max(map(len, re.findall("`+", text)), default=0) if "`" in text else 0
    fence = "`" * max(3, longest + 1)
    end = "" if text.endswith("\n") or not text else "\n"
    return f"{fence}{re.sub(r'[^0-9A-Za-z+#._-]', '', language)}\n{text}{end}{fence}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A part with its values. A line left out takes the blank line after it along when one stands before it too."""
    lines: list[str] = []
    gap = False
    for line in text.split("\n"):
        names = _PLACE.findall(line)
        if names and not any(values[name] for name in names):
            gap = not lines or not lines[-1].strip()
            continue
        if gap and not line.strip():
            continue
        gap = False
        lines.append(_PLACE.sub(lambda place: values[place[1]], line) if names else line)
    return "\n".join(lines).rstrip("\n") if gap else "\n".join(lines)


def _front_matter(text: str, name: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{name}: front matter: {error}") from None
    for key in table:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.0)[0]
            raise _error(name, _line(text, key), f"unknown key {key}; did you mean {near}?")
    for key in _KEYS[:3]:
        if key not in table:
            raise _error(name, 1, f"the front matter has no {key}")
    if not isinstance(table["id"], str) or not _ID.fullmatch(table["id"]):
        raise _error(name, _line(text, "id"), "id is a string of small letters and digits, joined by - or .")
    if not isinstance(table["version"], str) or not _VERSION.fullmatch(table["version"]):
        raise _error(name, _line(text, "version"), 'version is a string of numbers and points, such as "1.2"')
    for key in ("languages", "places"):
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item == item.lower() for item in value):
            raise _error(name, _line(text, key), f"{key} is a list of strings in small letters")
        table[key] = tuple(value)
    return table


def _parts(lines: list[str], start: int, name: str) -> tuple[tuple[Role, str], ...]:
    parts: list[tuple[Role, list[str]]] = []
    for number, line in enumerate(lines[start:], start + 1):
        heading = _HEADING.fullmatch(line)
        if heading is not None and (role := _role(heading[1])) is not None:
            if line.rstrip() != f"## {role}":
                raise _error(name, number, f"write ## {role}, or ### for a heading of the text")
            if (problem := _sequence(parts[-1][0] if parts else "", role)) is not None:
                raise _error(name, number, problem)
            parts.append((role, []))
            continue
        if not parts and line.strip():
            raise _error(name, number, "text before the first part (## system or ## user)")
        almost = next((m[0] for m in _ALMOST_PLACE.finditer(line) if not _PLACE.fullmatch(m[0])), None)
        if almost is not None:
            raise _error(name, number, f"write {almost} as a name in small letters without spaces: {{{{name}}}}")
        if parts:
            parts[-1][1].append(line)
    if not parts or parts[-1][0] != "user":
        raise _error(name, len(lines), "the last part is ## user")
    texts = tuple((role, "\n".join(body).strip("\n")) for role, body in parts)
    empty = next((role for role, text in texts if not text.strip()), None)
    if empty is not None:
        raise _error(name, len(lines), f"the part ## {empty} is empty")
    return texts


def _role(word: str) -> Role | None:
    """The role that a heading's word means, misspelt or not; None for a heading of the prompt's own text."""
    near = difflib.get_close_matches(word.lower(), ROLES, n=1, cutoff=0.8)
    return next((role for role in ROLES if role in near), None)


def _sequence(last: str, role: str) -> str | None:
    if role == "system":
        return None if not last else "## system is the first part"
    if role == "assistant":
        return None if last == "user" else "## assistant follows ## user"
    return None if last != "user" else "between two ## user parts stands ## assistant"


def _text(file: Path, name: str) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise TemplateError(f"{name}: larger than {MAX_BYTES} bytes")
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _error(name, data[: error.start].count(b"\n") + 1, "not UTF-8") from None
    except OSError as error:
        raise TemplateError(f"{name}: {error.strerror}") from None


def _line(front_matter: str, key: str) -> int:
    rows = front_matter.split("\n")
    return next((i for i, row in enumerate(rows, 2) if row.partition("=")[0].strip() == key), 1)


def _error(name: str, line: int, problem: str) -> TemplateError:
    return TemplateError(f"{name}:{line}: {problem}")


def _order(template: Template) -> tuple[int, ...]:
    return tuple(map(int, template.version.split(".")))


def _pinned(pins: Sequence[str]) -> dict[str, set[str]]:
    pinned: dict[str, set[str]] = {}
    for pin in pins:
        identity, _, version = pin.partition("@")
        if not _ID.fullmatch(identity) or not _VERSION.fullmatch(version):
            raise TemplateError(f"{pin!r} is no pin; write id@version, such as generate@1.2.")
        pinned.setdefault(identity, set()).add(version)
    return pinned


def _nothing(task: str, every: Sequence[Template], pins: Sequence[str], layers: Sequence[Sequence[Template]]) -> str:
    if not every:
        known = ", ".join(sorted({t.id for layer in layers for t in layer}))
        return f"No template {task}; there are {known or 'none'}."
    wanted = ", ".join(pin for pin in pins if pin.partition("@")[0] == task)
    there = ", ".join(dict.fromkeys(f"{t.id}@{t.version}" for t in sorted(every, key=_order)))
    return f"No template satisfies the pin {wanted}; there are {there}."
