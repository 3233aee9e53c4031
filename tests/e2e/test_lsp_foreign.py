"""Diagnostics of other servers in one editor: a real ruff server's, pyright's and jdtls' words, and what a model is asked."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from gateway_process import COMMAND, plane

SERVER = [COMMAND, "lsp", "--stdio"]
RUFF = [str(Path(sys.executable).with_name("ruff")), "server"]
ABLE = {
    "textDocument": {
        "diagnostic": {},
        "codeAction": {
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
        },
    },
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
}
TEXT = """import os


class Account:
    def __init__(self, iban):
        self.iban = iban

    def shown(self):
        return self.ibn

    def total(self):
        return totl
"""
JAVA = """package bank;

class Book {
    int size(String text) {
        return text.lenght();
    }

    private String load() {
        throw new java.io.IOException("closed");
    }
}
"""


@pytest.fixture
def bank():
    with plane() as running:
        port = running.url.rpartition(":")[2]
        running.config.write_text(running.config.read_text().replace("port = 0", f"port = {port}"))
        yield running


async def opened(start, folder, name, text, command=SERVER, **environment):
    """A server with one document; its uri."""
    (folder / "repo").mkdir(exist_ok=True)
    path = folder / "repo" / name
    path.write_text(text)
    editor = await start(command, XDG_CACHE_HOME=str(folder / "cache"), **environment)
    await editor.initialize(ABLE, workspaceFolders=[{"uri": (folder / "repo").as_uri(), "name": "repo"}])
    editor.open(path.as_uri(), text, "java" if name.endswith(".java") else "python")
    return editor, path.as_uri()


def said(text, word, message, source, code="", severity=1):
    """A diagnostic at the first `word` of an ASCII text."""
    at = text.index(word)
    line, column = text[:at].count("\n"), at - text.rfind("\n", 0, at) - 1
    where = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + len(word)}}
    return {"range": where, "message": message, "source": source, "code": code, "severity": severity}


async def asked(editor, uri, diagnostics, often=3):
    """The quick fixes of a place, asked for once the diagnostics are there, so that the server has nothing else to do. A busy
    machine may still take too long: then the document is opened anew, so that each request is the first one about it.
    """
    where = {"start": diagnostics[0]["range"]["start"], "end": diagnostics[-1]["range"]["end"]}
    context = {"diagnostics": diagnostics, "only": ["quickfix"]}
    document = {"textDocument": {"uri": uri}}
    found = []
    for _ in range(often):
        await editor.request("textDocument/diagnostic", document)
        found = await editor.request("textDocument/codeAction", {**document, "range": where, "context": context})
        if found:
            break
        editor.notify("textDocument/didClose", document)
        path = Path(url2pathname(urlsplit(uri).path))
        editor.open(uri, path.read_text(), "java" if path.suffix == ".java" else "python")
    return found


def edits(action):
    return [edit["newText"] for change in action["edit"]["documentChanges"] for edit in change["edits"]]


async def test_what_ruff_s_server_says_has_one_action(start, tmp_path):
    ruff, uri = await opened(start, tmp_path, "account.py", TEXT, RUFF)
    report = await ruff.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    unused, undefined = sorted(report["items"], key=lambda each: each["range"]["start"]["line"])
    assert (unused["source"], undefined["code"]) == ("Ruff", "F821")
    editor, uri = await opened(start, tmp_path, "account.py", TEXT)
    (action,) = await asked(editor, uri, [unused])
    assert [each["source"] for each in action["diagnostics"]] == ["bank-copilot", "Ruff"]
    assert edits(action) == [""]
    assert await editor.stop() == 0


async def test_what_pyright_says_is_answered_when_it_is_resolved(start, tmp_path):
    editor, uri = await opened(start, tmp_path, "account.py", TEXT)
    message = 'Cannot access attribute "ibn" for class "Account*"\n\u00a0\u00a0Attribute "ibn" is unknown'
    strange = said(TEXT, "ibn", message, "Pylance", "reportAttributeAccessIssue")
    (action,) = await asked(editor, uri, [strange])
    assert (action["title"], [each["source"] for each in action["diagnostics"]]) == ("Change to 'iban'", ["Pylance"])
    assert "edit" not in action
    done = await editor.request("codeAction/resolve", action)
    assert edits(done) == ["iban"]
    assert "only Pylance can tell whether its complaint is gone" in done["data"]["evidence"]
    # What nobody can answer without a model, and is no fault of the text, has no action.
    other = said(TEXT, "iban):", 'Type annotation is missing for parameter "iban"', "Pylance", severity=2)
    assert await asked(editor, uri, [other], often=1) == []
    # An action that was tampered with is none.
    with pytest.raises(Exception, match="not made by this server"):
        await editor.request(
            "codeAction/resolve", {**action, "data": {**action["data"], "facts": [["a", "error", 0, 9999, "m", "s"]]}}
        )
    assert await editor.stop() == 0


async def test_what_eclipse_says_is_compiled_when_it_is_resolved(start, tmp_path):
    editor, uri = await opened(start, tmp_path, "Book.java", JAVA)
    method = said(JAVA, "lenght", "The method lenght() is undefined for the type String", "Java", "67108964")
    (action,) = await asked(editor, uri, [method])
    done = await editor.request("codeAction/resolve", action)
    assert edits(done) == ["length"]
    assert "javac: 2 errors before, 1 after, none new" in done["data"]["evidence"]
    thrown = said(JAVA, 'throw new java.io.IOException("closed");', "Unhandled exception type IOException", "Java")
    (action,) = await asked(editor, uri, [thrown])
    done = await editor.request("codeAction/resolve", action)
    assert edits(done) == ["\n\nimport java.io.IOException;", " throws IOException"]
    assert await editor.stop() == 0


async def test_any_other_complaint_can_be_put_to_the_model(start, bank, tmp_path):
    text = "def total(amounts: list[int]) -> int:\n    return ''.join(amounts)\n"
    bank.behave(texts=["```python\ndef total(amounts: list[int]) -> int:\n    return sum(amounts)\n```"])
    environment = {"BANK_COPILOT_GATEWAY_URL": bank.url, "COPILOT_GATEWAY_KEY": bank.keys["beta"]}
    editor, uri = await opened(start, tmp_path, "total.py", text, **environment)
    applied = []
    editor.answers["workspace/applyEdit"] = lambda params: applied.append(params) or {"applied": True}
    message = 'Type "str" is not assignable to return type "int"'
    strange = said(text, "''.join(amounts)", message, "Pyright", "reportReturnType")
    (action,) = await asked(editor, uri, [strange])
    assert action["title"] == f"Ask the model: {message}"
    answer = await editor.request("workspace/executeCommand", action["command"])
    assert answer["applied"] is True
    assert [check["name"] for check in answer["checks"]][:5] == ["applies", "syntax", "claimed", "kept", "lint"]
    (change,) = applied[0]["edit"]["documentChanges"]
    assert "sum(amounts)" in change["edits"][0]["newText"]
    assert await editor.stop() == 0


async def test_a_type_complaint_about_an_insecure_statement_is_put_to_the_model_too(start, bank, tmp_path):
    text = "import yaml\n\n\ndef read(text: str) -> object:\n    return yaml.load(text)\n"
    environment = {"BANK_COPILOT_GATEWAY_URL": bank.url, "COPILOT_GATEWAY_KEY": bank.keys["beta"]}
    editor, uri = await opened(start, tmp_path, "read.py", text, **environment)
    message = 'Argument missing for parameter "Loader"'
    strange = said(text, "yaml.load(text)", message, "Pylance", "reportCallIssue")
    scanner = said(text, "yaml.load(text)", "Use of unsafe yaml load.", "bandit", "B506")
    ours, asking = await asked(editor, uri, [strange, scanner])
    assert edits(ours) == ["safe_load"]
    assert [each["source"] for each in ours["diagnostics"]] == ["bank-copilot", "bandit"]
    assert asking["title"] == f"Ask the model: {message}"
    assert await editor.stop() == 0
