"""Quick fixes have a time to be proven in: ours and other servers' each their own."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from copilot.types import Finding, Severity, Span, document
from lsp.features import code_action


@pytest.mark.parametrize(("slow", "listed"), [("ours", ["theirs"]), ("theirs", ["ours"])])
async def test_what_takes_too_long_takes_nothing_with_it(monkeypatch, tmp_path, slow, listed):
    doc = document(tmp_path / "a.py", "python", "print(totl)\n")
    finding = Finding("undefined-name", Severity.ERROR, doc.path, Span(6, 10), "")

    async def answer(name, *_):
        await asyncio.sleep(60 if name == slow else 0)
        return name

    async def found(*_):
        return (finding,)

    async def ours(*given):
        return await answer("ours", *given)

    async def theirs(*given):
        return [await answer("theirs", *given)]

    monkeypatch.setattr(code_action, "_QUICK_S", 0.05)
    monkeypatch.setattr(code_action, "_quick", ours)
    monkeypatch.setattr(code_action.foreign, "answers", theirs)
    server = SimpleNamespace(diagnoses=SimpleNamespace(of=found))
    assert await code_action._fixes(server, doc, finding.span, None, [object()], []) == listed
