"""The bank's own templates and coding standards as each team sees them, read at start and at `/admin/reload`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.errors import ConfigError
from prompts import templates
from serving.config import Prompts

LONGEST_STANDARDS: Final = 64_000
"""Bytes of the standards file: it is part of every prompt."""


@dataclass(frozen=True, slots=True)
class ForTeam:
    """What one team's clients get: `(name, source)` pairs, names as `complete/python.md`; and the same for us."""

    sources: tuple[tuple[str, str], ...]
    library: templates.Library


class BankTemplates:
    """Reads the folder once; a team's view is made when it is first asked for."""

    def __init__(self, settings: Prompts) -> None:
        """Raises ConfigError naming the template or file at fault."""
        self._settings = settings
        self._layers: dict[str, tuple[templates.Template, ...]] = {}
        self._views: dict[str, ForTeam] = {}
        self._standards = ""
        self._read()

    def _read(self) -> None:
        folder, file = self._settings.folder, self._settings.standards
        try:
            if folder is not None:
                if not folder.is_dir():
                    raise ConfigError(f"prompts.folder: there is no folder {folder}.")
                for layer in sorted(path for path in folder.iterdir() if path.is_dir()):
                    self._layers[layer.name] = self._layer(layer)
            if file is not None:
                if file.stat().st_size > LONGEST_STANDARDS:
                    raise ConfigError(f"prompts.standards is longer than {LONGEST_STANDARDS} bytes.")
                self._standards = file.read_text("utf-8")
            for name, pins in self._settings.pins.items():
                wrong = templates.problems(templates.Library(self._stacked(name, ()), pins))
                if wrong:
                    raise ConfigError(f"prompts.pins.{name}: {wrong[0]}")
        except templates.TemplateError as error:
            raise ConfigError(f"prompts.folder: {error}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"prompts.standards or prompts.folder cannot be read: {type(error).__name__}.") from None

    def _layer(self, path: Path) -> tuple[templates.Template, ...]:
        found = templates.folder(path)
        for template in found:
            if problem := templates.unknown_places(template):
                raise ConfigError(f"prompts.folder: {path.name}/{template.id}: {problem}")
        return found

    def team(self, name: str) -> ForTeam:
        """What the clients of a team get; the team's own templates come before those for all."""
        found = self._views.get(name)
        if found is None:
            pins = self._settings.pins.get(name, ())
            kept = self._stacked(name, pins)
            named = [(f"{t.id}/{'-'.join(t.languages) or 'default'}.md", t.source) for t in kept]
            found = self._views[name] = ForTeam(tuple(named), templates.Library(kept, pins, self._standards))
        return found

    def _stacked(self, team: str, pins: tuple[str, ...]) -> tuple[templates.Template, ...]:
        own = self._layers.get(team, ()) if team != "all" else ()
        return templates.stacked([own, self._layers.get("all", ())], pins)

    @property
    def count(self) -> int:
        """Templates read."""
        return sum(map(len, self._layers.values()))
