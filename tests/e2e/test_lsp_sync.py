"""Sessions end to end over real pipes: handshake, text, configuration, states, and every way to end."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import sys
from pathlib import Path

import psutil
import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient
from raw_editor import EVERYTHING, PROBE, PRODUCT, Editor, Refused, Start, frame

URI = "file:///nowhere/a.py"
CODEC = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
ATOMS = ["a", "def f(x):", " ", "\n", "\r", "\r\n", "\f", "\v", "\x85", "\u2028", "é", "中", "😀"]


def position(text: str, index: int, encoding: str) -> tuple[int, int]:
    """Line and character of a code point index that is not inside a CRLF."""
    ends = [m.end() for m in re.finditer("\r\n|\n|\r", text) if m.end() <= index]
    codec, width = CODEC[encoding]
    return len(ends), len(text[ends[-1] if ends else 0 : index].encode(codec)) // width


# Handshake


@pytest_lsp.fixture(config=ClientServerConfig(server_command=PRODUCT))
async def client(lsp_client: LanguageClient):
    """A client that says nothing about itself: no clientInfo, no root, no folders."""
    await lsp_client.initialize_session(types.InitializeParams(capabilities=types.ClientCapabilities()))
    yield
    await lsp_client.shutdown_session()


async def test_a_silent_client_is_served(client: LanguageClient) -> None:
    item = types.TextDocumentItem(URI, "python", 1, "def f():\n    retu")
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    answer = await client.text_document_inline_completion_async(
        types.InlineCompletionParams(
            types.InlineCompletionContext(types.InlineCompletionTriggerKind.Invoked),
            types.TextDocumentIdentifier(URI),
            types.Position(1, 8),
        )
    )
    assert answer is None  # no recording: silence


PROVIDERS = {
    "textDocument/inlineCompletion": "inlineCompletionProvider",
    "textDocument/codeAction": "codeActionProvider",
    "codeAction/resolve": "codeActionProvider.resolveProvider",
    "textDocument/diagnostic": "diagnosticProvider",
    "textDocument/hover": "hoverProvider",
    "textDocument/documentSymbol": "documentSymbolProvider",
    "textDocument/codeLens": "codeLensProvider",
}
"""Where a registered method must appear in the capabilities; a method without a row here fails the test."""

UNADVERTISED = {
    "textDocument/didShowCompletion",
    "textDocument/didPartiallyAcceptCompletion",
    "workspace/didChangeWatchedFiles",  # registered with the editor after initialize
}


async def test_every_registered_feature_is_advertised(start: Start) -> None:
    from lsp.main import create

    manager = create("replay").protocol.fm
    capabilities = await (await start(PRODUCT)).initialize()
    for method in set(manager.features) - UNADVERTISED:
        value: object = capabilities
        for key in PROVIDERS[method].split("."):
            assert isinstance(value, dict), method
            value = value.get(key)
        assert value not in (None, False), method
    assert set(capabilities["executeCommandProvider"]["commands"]) == set(manager.commands)
    assert capabilities["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(["utf-32", "utf-16"], "utf-32"), (["utf-8"], "utf-8"), (["utf-7"], "utf-16"), (None, "utf-16")],
)
async def test_position_encoding_is_the_clients_choice(start: Start, offered: list[str] | None, chosen: str) -> None:
    general = {"general": {"positionEncodings": offered}} if offered else {}
    assert (await (await start()).initialize(general))["positionEncoding"] == chosen


async def test_capabilities_of_a_later_version_do_not_stop_the_handshake(start: Start) -> None:
    editor = await start()
    strange = {"window": {"workDoneProgress": True}, "textDocument": {"codeAction": 7}, "later": {"x": 1}}
    assert "textDocumentSync" in await editor.initialize(strange, rootPath=None)


async def test_an_editor_with_parameters_left_out(start: Start) -> None:
    editor = await start()
    assert "capabilities" in await editor.request("initialize", {})
    editor.notify("initialized")
    assert await editor.stop() == 0


# Documents


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_the_server_has_the_editors_text(start: Start, encoding: str) -> None:
    rng = random.Random(encoding)
    editor = await start()
    await editor.initialize({"general": {"positionEncodings": [encoding]}})
    text = "".join(rng.choices(ATOMS, k=300))
    editor.open(URI, text)
    for version in range(2, 60):
        changes = []
        for _ in range(rng.choice([1, 1, 4])):
            spots = [i for i in range(len(text) + 1) if text[i - 1 : i + 1] != "\r\n"]
            i = rng.choice(spots)
            j = rng.choice([i, i, *[s for s in spots if i <= s <= i + 40]])
            new = "".join(rng.choices(ATOMS, k=rng.choice([0, 1, 3])))
            changes.append((position(text, i, encoding), position(text, j, encoding), new))
            text = text[:i] + new + text[j:]
        editor.change(URI, version, *changes)
        if version % 10 == 9:
            assert await editor.request("probe/text", {"uri": URI}) == {
                "text": text,
                "version": version,
                "encoding": "utf-8",
            }


# Configuration


async def test_configuration_is_asked_for_and_wrong_keys_are_reported(start: Start, tmp_path: Path) -> None:
    editor = await start()
    editor.answers["workspace/configuration"] = lambda params: [
        {"completion": {"enabledd": False}, "gateway": {"url": "http://elsewhere"}} for _ in params["items"]
    ]
    await editor.initialize(EVERYTHING, rootUri=tmp_path.as_uri())
    asked = await editor.sight("workspace/configuration")
    assert {item["section"] for item in asked["params"]["items"]} == {"bankCopilot"}
    first, second = [(await editor.sight("window/showMessage"))["params"]["message"] for _ in range(2)]
    assert "completion.enabled?" in first
    assert "gateway.url was refused" in second


async def test_an_editor_that_does_not_give_its_settings(start: Start) -> None:
    editor = await start()
    editor.answers["workspace/configuration"] = lambda _: "nonsense"
    await editor.initialize(EVERYTHING)
    assert (await editor.sight("window/showMessage"))["params"]["type"] == 2
    assert await editor.stop() == 0


async def test_settings_that_are_pushed_hold(start: Start) -> None:
    editor = await start()
    await editor.initialize()
    editor.notify("workspace/didChangeConfiguration", {"settings": {"bankCopilot": {"completion": {"profil": "x"}}}})
    assert "completion.profile?" in (await editor.sight("window/showMessage"))["params"]["message"]


# The end


@pytest.mark.parametrize("command", [PROBE, PRODUCT], ids=["probe", "product"])
async def test_exit_codes(start: Start, command: list[str]) -> None:
    orderly = await start(command)
    await orderly.initialize()
    assert await orderly.stop() == 0
    hasty = await start(command)
    await hasty.initialize()
    hasty.notify("exit")
    assert await hasty.ended() == 1
    gone = await start(command)
    await gone.initialize()
    gone.hang_up()
    assert await gone.ended() == 1


async def test_states_of_a_session(start: Start) -> None:
    editor = await start()
    with pytest.raises(Refused) as early:
        await editor.request("probe/wait")
    await editor.initialize()
    with pytest.raises(Refused) as twice:
        await editor.request("initialize", {"capabilities": {}})
    await editor.request("shutdown")
    with pytest.raises(Refused) as late:
        await editor.request("probe/wait")
    assert (early.value.code, twice.value.code, late.value.code) == (-32002, -32600, -32600)


async def test_shutdown_cancels_what_runs(start: Start) -> None:
    editor = await start()
    await editor.initialize()
    _, future = editor.send("probe/wait", {})
    await editor.request("shutdown")
    with pytest.raises(Refused) as refused:
        await asyncio.wait_for(future, 5)
    assert refused.value.code == -32800


async def test_the_server_ends_with_its_editor(start: Start) -> None:
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    editor = await start()
    await editor.initialize(processId=other.pid)
    other.kill()
    await other.wait()
    assert await editor.ended() == 1


async def test_an_editor_in_another_process_space_is_not_missed(start: Start) -> None:
    editor = await start()
    await editor.initialize(processId=2**22 - 3)
    await asyncio.sleep(0.3)
    assert await editor.stop() == 0


async def test_a_terminated_server_leaves_no_process(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1\n")
    editor = await start([*PRODUCT[:2]])
    await editor.initialize(rootUri=tmp_path.as_uri())
    editor.open((tmp_path / "a.py").as_uri(), "a = 1\n")
    await asyncio.sleep(1)
    children = psutil.Process(editor.process.pid).children(recursive=True)
    editor.process.terminate()
    await editor.ended()
    _, alive = psutil.wait_procs(children, 5)
    assert not alive


async def test_tcp(start: Start, stderr_file: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = await start([*PROBE, "--tcp", str(port)])
    async with asyncio.timeout(20):
        while f":{port}" not in stderr_file.read_text():
            await asyncio.sleep(0.05)
    page, post = await asyncio.open_connection("127.0.0.1", port)  # what a web page could send
    post.write(b"POST / HTTP/1.1\r\n" + frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}))
    assert await page.read() == b""
    post.close()
    await post.wait_closed()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    editor = Editor(server.process, reader, writer)
    await editor.initialize()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    editor.open(URI, "over tcp")
    assert (await editor.request("probe/text", {"uri": URI}))["text"] == "over tcp"
    assert await editor.stop() == 0
    await editor.abandon()


async def test_stdin_may_be_a_file(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(
        frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}})
        + frame({"jsonrpc": "2.0", "id": 2, "method": "shutdown"})
        + frame({"jsonrpc": "2.0", "method": "exit"})
    )
    with script.open("rb") as source, (tmp_path / "out").open("wb") as target:
        process = await asyncio.create_subprocess_exec(*PROBE, stdin=source, stdout=target, cwd=tmp_path)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    assert b'"id":2' in (tmp_path / "out").read_bytes().replace(b" ", b"")


async def test_the_start_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from lsp.main import create; create(); print(*{'numpy', 'tree_sitter', 'git', 'aiohttp', 'pathspec', 're2'} & {*sys.modules})"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", code, stdout=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    printed, _ = await process.communicate()
    assert (process.returncode, printed.strip()) == (0, b"")
