"""Templates: loading, choosing, rendering.

`prompts/<task>/<language|default>.md` opens with TOML front matter between `+++` lines (`id`, `version`,
`languages`), then `## system` and `## user` parts with `{{name}}` places. Rendering is a pure replacement, so the same
values give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class TemplateError(ValueError):
    """A template file that cannot be used, or a pin that nothing satisfies; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `parts` are `(role, text)` in order; `digest` is the SHA-256 of its file's bytes in hex."""

    id: str
    version: str
    languages: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    digest: str

    @property
    def reference(self) -> str:
        """`id@version#digest`, the digest cut to 12 digits: what headers and audit records carry."""
        return f"{self.id}@{self.version}#{self.digest[:12]}"


@dataclass(frozen=True, slots=True)
class Library:
    """The templates in force. `extra` come before ours (a folder of the bank, or what its gateway serves for a team);
    `pins` are `id@version`: for that id no other version is used; `standards` is the bank's coding standards.
    """

    extra: tuple[Template, ...] = ()
    pins: tuple[str, ...] = ()
    standards: str = ""

    def choose(self, task: str, language: str | None) -> Template:
        """The template of a task for a language (its own, else the default). Raises TemplateError."""
        raise NotImplementedError(task, language)

    def render(self, template: Template, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """`(role, text)` turns. Raises TemplateError for a place without a value. `standards` is filled from here;
        a line whose only place is empty is left out. Values are inserted as they are: never rendered again.
        """
        raise NotImplementedError(template, values)


def parse(text: str, name: str) -> Template:
    """A template from its file's text. Raises TemplateError naming the file and the line."""
    raise NotImplementedError(text, name)


def folder(path: Path) -> tuple[Template, ...]:
    """All templates below a folder, sorted by id, version, language. Raises TemplateError."""
    raise NotImplementedError(path)


def fenced(text: str, language: str = "") -> str:
    """`text` in a code fence longer than any run of backticks in it, so that it cannot end its own fence."""
    raise NotImplementedError(text, language)


_ = Sequence
