"""`serve --check` names what this host lacks before anything is started."""

from __future__ import annotations

import sys

from serving.config import checked
from serving.host import missing

UPSTREAMS = {"local": {"url": "http://127.0.0.1:8000"}, "far": {"url": "http://10.0.0.9:8000"}}


def found(tmp_path, **table):
    return missing(checked({"upstreams": UPSTREAMS, **table}, tmp_path / "gateway.toml"))


def engine(tmp_path, **more):
    return {"upstream": "local", "python": sys.executable, "platform": "cpu", "model": "m", "served": ["qwen"], **more}


def test_a_host_that_has_everything_is_told_nothing(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text("{}")
    (tmp_path / "adapters").mkdir()
    models = {"coder": {"upstream": "local", "served": "qwen"}, "other": {"upstream": "far", "served": "x"}}
    table = {"vllm": engine(tmp_path, lora=True), "models": models, "adapters": {"root": "adapters"}}
    assert found(tmp_path, **table) == []


def test_a_missing_program_and_model_are_named_with_their_key(tmp_path):
    told = found(tmp_path, vllm=engine(tmp_path, python="env/bin/python", platform="cuda"))
    assert told == [
        f"vllm.python: there is no program {tmp_path}/env/bin/vllm; it is that of vLLM's own environment.",
        "vllm.model: there is no folder m; bring the model here, nothing is loaded from a hub.",
    ]
    (tmp_path / "m").mkdir()
    assert found(tmp_path, vllm=engine(tmp_path)) == [
        f"vllm.model: {tmp_path}/m holds no config.json, so it is no model's folder."
    ]


def test_names_and_lengths_that_do_not_fit_the_engine_are_told(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text("{}")
    models = {"coder": {"upstream": "local", "served": "quen", "context_tokens": 16384}}
    told = found(tmp_path, vllm=engine(tmp_path), models=models, adapters={"root": "none"})
    assert [line.split(":")[0] for line in told] == [
        "adapters.root",
        "models.coder.served",
        "models.coder.context_tokens is 16384, above vllm.max_model_len (8192)",
        "adapters.root is set and vllm.lora is not",
    ]


def test_folders_that_cannot_be_written_are_told_and_one_that_will_be_made_is_not(tmp_path):
    assert found(tmp_path, audit={"folder": "new/audit"}) == []
    (tmp_path / "file").write_text("")
    told = found(tmp_path, store={"url": "sqlite:///none/gateway.db"}, audit={"folder": "file/audit"})
    assert told == [
        f"store.url: {tmp_path}/none cannot be made or written by this user.",
        f"audit.folder: {tmp_path}/file/audit cannot be made or written by this user.",
    ]
    assert found(tmp_path, store={"url": "sqlite:///none/gateway.db", "url_env": "HOME"}) == []
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
