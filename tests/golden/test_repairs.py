"""Golden corrections: `tests/golden/fix/<case>/` with `input.*`, `request.toml` and, if need be, `project/`.

`expected.<suffix>` is the text after `pipeline.repair`, `expected.txt` what was found, applied and declined, with the
evidence. UPDATE_GOLDEN=1 rewrites both.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import tomllib
from pathlib import Path

import pytest

from copilot import pipeline
from copilot.config import Settings
from copilot.files import read
from copilot.syntax.languages import language_of
from copilot.tasks import fix
from copilot.types import Declined, Document, Finding, Suggestion
from copilot.workspace import Workspace

FOLDER = Path(__file__).with_name("fix")
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def render(before: Document, found: tuple[Finding, ...], done: list[Suggestion], declined: list[Declined]) -> str:
    rows = ["findings"]
    for finding in found:
        line = before.text.count(b"\n", 0, finding.span.start) + 1
        column = len(before.text[: finding.span.start].rpartition(b"\n")[2].decode()) + 1
        rows.append(f"  {line}:{column} {finding.severity} {finding.rule}: {finding.message}")
    rows.append("applied")
    for one in done:
        rows.append(f"  {one.title} [{one.origin}]")
        rows += [f"    {check.name}: {check.detail}" for check in one.checks if check.name != "compiler"]
    rows.append("declined")
    rows += [f"  {one.reason}: {one.detail}" for one in declined]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("case", CASES)
async def test_fix(case, tmp_path):
    folder = FOLDER / case
    (source,) = folder.glob("input.*")
    if (folder / "project").is_dir():
        shutil.copytree(folder / "project", tmp_path, dirs_exist_ok=True)
    path = tmp_path / source.name
    shutil.copyfile(source, path)
    wanted = tomllib.loads((folder / "request.toml").read_text("utf-8"))
    settings = Settings()
    settings = dataclasses.replace(
        settings,
        fix=dataclasses.replace(settings.fix, lint=wanted["lint"]),
        index=dataclasses.replace(settings.index, folder=str(tmp_path.parent / f"{case}-index")),
    )
    document = read(path, language_of(path))
    workspace = Workspace.open(tmp_path, settings)
    try:
        if (folder / "project").is_dir():
            await workspace.index_built()
        found = await fix.findings(document, workspace.project, settings, workspace.index)
        after, done, declined = await pipeline.repair(document, workspace)
    finally:
        await workspace.close()
    text, told = folder / f"expected{source.suffix}", folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        text.write_bytes(after.text)
        told.write_text(render(document, found, done, declined), "utf-8")
    assert after.text == text.read_bytes()
    assert render(document, found, done, declined) == told.read_text("utf-8")
    assert path.read_bytes() == source.read_bytes()
