"""The repositories of a session: which root a file belongs to, each root's settings, its workspace opened on first use.

Absent on purpose: asking the editor for its configuration (`settings.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot import config, config_sources
from copilot.project import root_of

if TYPE_CHECKING:
    from copilot.engines.circuit import State
    from copilot.workspace import Workspace


@dataclass(slots=True)
class Folders:
    """Roots and workspaces. `report` gets each problem of settings, key or templates once, as a sentence for a person."""

    engine: str
    fixed: Path | None
    """Root from the command line; it wins for the files under it."""
    report: Callable[[str], None]
    moved: Callable[[Path, State], None] = lambda _root, _state: None
    """Hears when a root's model goes away and comes back."""
    indexed: Callable[[], None] = lambda: None
    """Hears when an index moves on, from any thread; that of a workspace just opened, too."""
    roots: list[Path] = field(default_factory=list)
    """The editor's workspace folders."""
    general: Mapping[str, Any] = field(default_factory=dict)
    """The editor's settings for every root that has none of its own."""
    own: dict[Path, Mapping[str, Any]] = field(default_factory=dict)
    """The editor's settings by root."""
    _open: dict[Path, Workspace] = field(default_factory=dict)
    _replaced: list[Workspace] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    def root_of(self, path: Path) -> Path:
        """The innermost folder that holds `path`, else the repository it lies in."""
        known = [self.fixed, *self.roots] if self.fixed is not None else self.roots
        holding = [root for root in known if root is not None and path.is_relative_to(root)]
        if holding:
            return max(holding, key=lambda root: len(root.parts))
        if not path.is_absolute():  # a buffer that was never saved
            return known[0] if known and known[0] is not None else Path.cwd()
        return root_of(path)

    @property
    def first(self) -> Path:
        """The first root, for settings that no project may set."""
        return self.roots[0] if self.roots else Path.cwd()

    def own_settings(self) -> config.Settings:
        """Settings that are the same in every folder, because no project may set them."""
        opened = next(iter(self._open.values()), None)
        return self.settings(self.first) if opened is None else opened.settings

    def settings(self, root: Path) -> config.Settings:
        """The settings in force for a root. A wrong one is reported once and the rest holds."""
        loaded = config_sources.load(config_sources.Sources(root=root, lsp=self.own.get(root, self.general)))
        for problem in loaded.problems:
            self._report_once(problem.message)
        return loaded.settings

    def workspace(self, root: Path) -> Workspace:
        """The workspace of a root, opened (and its index started) on first use."""
        found = self._open.get(root)
        if found is None:
            from copilot.workspace import Workspace

            found = self._open[root] = Workspace.open(
                root,
                self.settings(root),
                engine=self.engine,
                on_index=lambda _: self.indexed(),
                on_state=lambda state: self.moved(root, state),
                on_notice=self._report_once,
            )
            if self.engine != "replay":
                found.start_index()
        return found

    def opened(self, root: Path) -> Workspace | None:
        """The workspace of a root if it is open."""
        return self._open.get(root)

    def workspaces(self) -> dict[Path, Workspace]:
        """The open workspaces by root."""
        return dict(self._open)

    def configured(self) -> None:
        """Settings have changed: a workspace whose settings are different now is opened anew on its next use."""
        for root, workspace in list(self._open.items()):
            if self.settings(root) != workspace.settings:
                self._replaced.append(self._open.pop(root))

    def _report_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self.report(message)

    async def close_replaced(self) -> None:
        """Close what `configured` replaced; requests that still run on it end with an error of their own."""
        while self._replaced:
            await self._replaced.pop().close()

    async def close(self) -> None:
        """Close every workspace."""
        self._replaced += self._open.values()
        self._open.clear()
        await self.close_replaced()
