"""LoRA adapters from outside: what may be registered, who reaches one, and that changed files answer nobody."""

from __future__ import annotations

import json
import os
import time

import pytest
from gateway_process import plane


@pytest.fixture(scope="module")
def running():
    with plane() as made:
        yield made


def adapter(made, name: str, *, rank: int = 8, weights: bytes = b"weights") -> str:
    """Files of an adapter below the root; its path there."""
    folder = made.folder / "adapters" / name
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps({"r": rank}))
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return name


def register(made, name: str, **fields):
    asked = {"name": name, "base": "coder", "path": name, **fields}
    return made.ask("POST", "/admin/adapters", asked, key="admin")


def models(made, key: str) -> set[str]:
    return {row["id"] for row in made.ask("GET", "/v1/models", key=key).json["data"]}


def complete(made, model: str, key: str):
    return made.ask("POST", "/v1/completions", {"model": model, "prompt": "x = ", "max_tokens": 4}, key=key)


def test_a_registered_adapter_is_loaded_used_by_its_teams_alone_and_taken_out_again(running):
    adapter(running, "alpha-style")
    made = register(running, "alpha-style", teams=["alpha"])
    assert made.status == 201, made.body
    assert made.json["loaded"] is False
    assert len(made.json["digest"]) == 64
    assert complete(running, "alpha-style", "alpha").status == 404  # not before it is loaded
    loaded = running.ask("POST", "/admin/adapters/alpha-style/load", key="admin")
    assert loaded.status == 200, loaded.body
    assert running.seen()["adapters"] == {"alpha-style": str((running.folder / "adapters" / "alpha-style").resolve())}
    assert complete(running, "alpha-style", "alpha").status == 200
    assert running.seen()["requests"][-1]["body"]["model"] == "alpha-style"
    assert complete(running, "alpha-style", "beta").status == 404
    assert ("alpha-style" in models(running, "alpha"), "alpha-style" in models(running, "beta")) == (True, False)

    changed = running.ask("PUT", "/admin/adapters/alpha-style/teams", {"teams": ["beta"]}, key="admin")
    assert changed.json["teams"] == ["beta"]
    assert complete(running, "alpha-style", "alpha").status == 404
    assert complete(running, "alpha-style", "beta").status == 200

    assert running.ask("POST", "/admin/adapters/alpha-style/unload", key="admin").json["loaded"] is False
    assert running.seen()["adapters"] == {}
    assert complete(running, "alpha-style", "beta").status == 404
    assert running.ask("DELETE", "/admin/adapters/alpha-style", key="admin").status == 204
    assert running.ask("GET", "/admin/adapters", key="admin").json == {"adapters": []}


def test_files_that_changed_after_registration_are_not_loaded(running):
    adapter(running, "changed")
    assert register(running, "changed", teams=["alpha"]).status == 201
    (running.folder / "adapters" / "changed" / "adapter_model.safetensors").write_bytes(b"Weights")
    refused = running.ask("POST", "/admin/adapters/changed/load", key="admin")
    assert refused.status == 409
    assert "changed since" in refused.json["detail"]
    assert "changed" not in running.seen()["adapters"]
    again = register(running, "changed", teams=["alpha"], digest="0" * 64)
    assert (again.status, again.json["code"]) == (409, "conflict")
    assert register(running, "changed", teams=["alpha"]).status == 201
    assert running.ask("POST", "/admin/adapters/changed/load", key="admin").status == 200
    running.ask("DELETE", "/admin/adapters/changed", key="admin")


@pytest.mark.parametrize(
    "path", ["/etc", "../adapters/plain", "plain/../../x", ".", "", "linked", "inner/linked", "missing", "a\\b", "a\0b"]
)
def test_a_path_that_leads_anywhere_else_is_refused(running, path):
    root = running.folder / "adapters"
    if not (root / "plain").exists():
        adapter(running, "plain")
        (root / "linked").symlink_to(root / "plain")
        (root / "inner").mkdir()
        (root / "inner" / "linked").symlink_to("/etc")
    answer = register(running, "strange", path=path)
    assert answer.status == 422, answer.body
    assert str(running.folder) not in answer.body.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [("adapter_model.bin", b"pickle"), ("code.py", b"import os"), ("weights.pt", b"x"), ("link.json", None)],
)
def test_a_folder_with_what_could_run_or_leads_out_is_refused(running, name, content):
    folder = running.folder / "adapters" / adapter(running, "odd-" + name.replace("_", "-"))
    if content is None:
        (folder / name).symlink_to("/etc/hostname")
    else:
        (folder / name).write_bytes(content)
    answer = register(running, "odd", path=folder.name)
    assert answer.status == 422
    assert name in answer.json["detail"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "coder"}, 422),  # a model's name
        ({"name": "stub"}, 422),  # a served name
        ({"name": "Über"}, 422),
        ({"name": "a/b"}, 422),
        ({"base": "no-such-model"}, 422),
        ({"teams": ["no-such-team"]}, 422),
        ({"unknown": 1}, 422),
    ],
)
def test_a_registration_that_does_not_fit_is_refused_with_the_field(running, fields, status):
    if not (running.folder / "adapters" / "fits").exists():
        adapter(running, "fits")
    answer = register(running, **{"name": "fits", "path": "fits", **fields})
    assert answer.status == status, answer.body


def test_a_developer_cannot_see_or_change_adapters(running):
    for method, path in [
        ("GET", "/admin/adapters"), ("POST", "/admin/adapters/x/load"), ("POST", "/admin/adapters/x/unload"),
        ("PUT", "/admin/adapters/x/teams"), ("DELETE", "/admin/adapters/x"),
    ]:  # fmt: skip
        assert running.ask(method, path, {"teams": []} if method == "PUT" else None, key="alpha").status == 403
    assert running.ask("POST", "/admin/adapters/none/load", key="admin").status == 404


def test_every_change_is_in_the_audit_journal_and_no_path_of_the_host_is(running):
    adapter(running, "audited")
    register(running, "audited", teams=["alpha"])
    running.ask("POST", "/admin/adapters/audited/load", key="admin")
    running.ask("DELETE", "/admin/adapters/audited", key="admin")
    text = b"".join(path.read_bytes() for path in (running.folder / "audit").glob("*.jsonl"))
    for note in (b"adapter-registered:audited", b"adapter-loaded:audited", b"adapter-forgotten:audited"):
        assert note in text
    assert os.fsencode(running.folder) not in text


def test_an_engine_that_forgot_its_adapters_gets_them_back_without_anybody(running):
    adapter(running, "kept")
    register(running, "kept", teams=["alpha"])
    running.ask("POST", "/admin/adapters/kept/load", key="admin")
    import urllib.request

    asked = urllib.request.Request(
        running.upstream + "/v1/unload_lora_adapter", json.dumps({"lora_name": "kept"}).encode()
    )
    urllib.request.urlopen(asked).close()
    assert "kept" not in running.seen()["adapters"]
    limit = time.monotonic() + 40
    while "kept" not in running.seen()["adapters"]:
        assert time.monotonic() < limit
        time.sleep(0.2)
