"""What several unit tests stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from copilot.config import Index as IndexSettings
from copilot.config import Settings
from copilot.context.index import Index
from copilot.context.worker import IndexWorker


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Mapping[str, str]], tuple[Path, Index]]]:
    """Files by name become a repository, indexed by a real worker: its folder and the index."""
    with ExitStack() as open_workers:

        def index(files: Mapping[str, str]) -> tuple[Path, Index]:
            root = tmp_path_factory.mktemp("indexed") / "repo"
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, "utf-8")
            worker = IndexWorker(root, Settings(index=IndexSettings(folder=str(root.parent / "index"))))
            open_workers.callback(worker.close)
            worker.start()
            assert worker.wait(60)
            return root, worker.index

        yield index
