"""The forges' own descriptions, as packages under build/bot (`make bot-test` installs them), and a mock server over each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

import gitlab_description
from bot_case import SECRETS
from prism import GITHUB, Mock, mock


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def github(tmp_path_factory) -> Iterator[Mock]:
    """GitHub's official description."""
    with mock(json.loads(GITHUB.read_text()), tmp_path_factory.mktemp("github")) as found:
        yield found


@pytest.fixture(scope="session")
def gitea(tmp_path_factory) -> Iterator[Mock]:
    """What a Gitea server says of itself: GITEA_SWAGGER names the file that it serves as /swagger.v1.json."""
    told = json.loads(Path(os.environ["GITEA_SWAGGER"]).read_text())
    with mock(told, tmp_path_factory.mktemp("gitea")) as found:
        yield found


@pytest.fixture(scope="session")
def gitlab(tmp_path_factory) -> Iterator[Mock]:
    """The four requests that change something, as GitLab's interface declares their bodies."""
    with mock(gitlab_description.told(), tmp_path_factory.mktemp("gitlab")) as found:
        yield found
