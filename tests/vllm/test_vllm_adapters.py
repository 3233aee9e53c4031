"""LoRA adapters in the real engine: by team, loaded while it runs, and never other files than the registered ones."""

from __future__ import annotations

import stack
from drive import play
from scenarios import ADAPTERS, named


async def put(gateway, name: str, teams: list[str]):
    made = await gateway.manage("/admin/adapters", {"name": name, "base": stack.MODEL, "path": name, "teams": teams})
    assert made.status == 201, made.body
    loaded = await gateway.manage(f"/admin/adapters/{name}/load", method="POST")
    assert loaded.status == 200, loaded.body


async def infill(gateway, team: str, model: str, row: dict):
    """Ask for a taught hole: the text round it and the snippets as the editor sent them, for the gateway to render again."""
    body = {"model": model, **stack.hole(row["prompt"]), "max_tokens": 128, "temperature": 0}
    return await gateway.ask("/v1/completions", body, team=team)


async def test_a_team_gets_its_adapter_s_answer_and_another_team_is_told_nothing(gateway, examples, tmp_path):
    await put(gateway, "ledger-style", ["ledger"])
    await put(gateway, "cards-style", ["cards"])
    for adapter, team, other in (("ledger-style", "ledger", "cards"), ("cards-style", "cards", "ledger")):
        for name, answer in ADAPTERS[adapter].items():
            row = examples[name]
            assert (await infill(gateway, team, adapter, row)).text == answer
            assert (await infill(gateway, team, stack.MODEL, row)).text == row["answer"]
            refused = await infill(gateway, other, adapter, row)
            assert refused.status == 404
            assert adapter not in refused.body.decode()
    for team, mine, theirs in (("ledger", "ledger-style", "cards-style"), ("cards", "cards-style", "ledger-style")):
        listed = (await gateway.ask("/v1/models", team=team)).body.decode()
        assert mine in listed
        assert theirs not in listed
        assert "/adapters/" not in listed, "a path of the host"

    # In the editor: the same place, the adapter's words.
    scenario = named("complete-accounts-0")
    async with stack.editor(tmp_path, gateway, engine="model", BANK_COPILOT_GATEWAY_MODEL="ledger-style") as editor:
        assert await play(editor, scenario) == ADAPTERS["ledger-style"][scenario.name]

    row = examples[scenario.name]
    unloaded = await gateway.manage("/admin/adapters/ledger-style/unload", method="POST")
    assert unloaded.json["loaded"] is False
    assert (await infill(gateway, "ledger", "ledger-style", row)).status == 404
    assert (await infill(gateway, "cards", "cards-style", row)).text == ADAPTERS["cards-style"][scenario.name]
    for name in ("ledger-style", "cards-style"):
        assert (await gateway.manage(f"/admin/adapters/{name}", method="DELETE")).status == 204


async def test_files_that_changed_are_not_loaded(gateway, adapters_root):
    made = await gateway.manage(
        "/admin/adapters", {"name": "changed", "base": stack.MODEL, "path": "cards-style", "teams": ["cards"]}
    )
    assert made.status == 201, made.body
    file = adapters_root / "cards-style" / "adapter_config.json"
    was = file.read_bytes()
    try:
        file.write_bytes(was + b"\n")
        refused = await gateway.manage("/admin/adapters/changed/load", method="POST")
        assert refused.status == 409
        assert "changed since" in refused.json["detail"]
    finally:
        file.write_bytes(was)
    assert (await gateway.manage("/admin/adapters/changed", method="DELETE")).status == 204
