"""One real engine for all tests of this folder: vLLM on CPU, started by the gateway over the tiny model.

It takes half a minute to three to start; a deadline of 400 s, and an end at once when it dies.
"""

from __future__ import annotations

import inspect
import json
import shutil
import sys
from pathlib import Path

import pytest
import pytest_asyncio

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import stack  # noqa: E402
import tiny  # noqa: E402


def pytest_collection_modifyitems(items):
    """All tests share the loop of the gateway's fixture."""
    for item in items:
        if Path(__file__).parent in item.path.parents and inspect.iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def built() -> Path:
    """The tiny model's folder."""
    return tiny.folder()


@pytest.fixture(scope="session")
def examples(built) -> dict:
    """Prompts and answers by scenario, as the model was taught them."""
    told = json.loads((built / "examples.json").read_text("utf-8"))
    return {row["name"]: row for row in told["base"]}


@pytest.fixture(scope="session")
def adapters_root(built, tmp_path_factory) -> Path:
    """Where the gateway finds adapters: a copy, because tests change files."""
    return Path(shutil.copytree(built / "adapters", tmp_path_factory.mktemp("adapters") / "root"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def started(built, adapters_root, tmp_path_factory):
    """The gateway with its engine."""
    folder = tmp_path_factory.mktemp("gateway")
    async with stack.gateway(folder, build=built, adapters=adapters_root) as running:
        await running.ready(400)
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(started):
    """The gateway, its engine ready: a test before may have killed it."""
    await started.ready(400)
    return started


@pytest_asyncio.fixture(loop_scope="session")
async def editor(gateway, tmp_path):
    """A developer of the team `ledger`, whose completions are the model's."""
    async with stack.editor(tmp_path, gateway, engine="model") as opened:
        yield opened
