"""The main job in a real IDE: Neovim with the client configuration that the README shows."""

from __future__ import annotations

import ast
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from nvim import Neovim

Tell = Callable[[str], None]

GHOST = """
local space = vim.api.nvim_get_namespaces()["nvim.lsp.inline_completion"]
local marks = space and vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true }) or {}
if #marks == 0 or vim.api.nvim_get_mode().mode ~= "i" then return nil end
local rows = { marks[1][4].virt_text[1][1] }
for _, row in ipairs(marks[1][4].virt_lines or {}) do table.insert(rows, row[1][1]) end
return table.concat(rows, "\\n")
"""

READY = """
local client = require("bank_copilot").client()
local reply = client:request_sync("workspace/executeCommand", { command = "bankCopilot.status" }, 5000, 0)
for _, row in ipairs(reply.result.workspaces) do
  if row.index ~= "ready" then return nil end
end
return reply.result
"""


def act(nvim: Neovim, title: str, kind: str) -> None:
    """Choose a code action of the cursor's line by a part of its title, as a person does from the list."""
    nvim.keys(
        "<Esc><Cmd>lua require('bank_copilot').actions({ apply = true, context = { only = { '" + kind + "' } }, "
        f"filter = function(a) return a.title:lower():find('{title.lower()}', 1, true) ~= nil end }})<CR>"
    )


def changed(nvim: Neovim, wanted: str) -> str:
    """The buffer's text as soon as it holds `wanted`."""
    nvim.wait(
        f"return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n'):find([==[{wanted}]==], 1, true)",
        f"{wanted!r} in the buffer, which is\n{nvim.text()}",
        timeout_s=20,
    )
    return nvim.text()


def added(before: str, after: str) -> str:
    """The lines of `after` that `before` does not have."""
    known = set(before.splitlines())
    return "\n".join(f"+ {row}" for row in after.splitlines() if row not in known)


def code(source: bytes) -> str:
    """A Python program without its docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)


def test_server_attaches_and_reports(nvim: Neovim, bank: Path, tell: Tell) -> None:
    nvim.open(bank / "python/drafts/loan_quote.py")
    seen = nvim.look(
        'local c = require("bank_copilot").client()'
        "return { c.root_dir, c.offset_encoding, c.server_info or {}, vim.tbl_keys(c.server_capabilities) }"
    )
    root, encoding, info, capabilities = seen
    assert Path(root) == bank / "python"
    assert encoding == "utf-8"
    assert {"inlineCompletionProvider", "codeActionProvider", "executeCommandProvider"} <= set(capabilities)
    rows = nvim.wait("local d = vim.diagnostic.get(0) return #d > 0 and d", "a diagnostic of the syntax error")
    assert [row["lnum"] for row in rows] == [11]
    tell(f"attached: {info.get('name')} {info.get('version')}, {encoding}, root {Path(root).name}/")
    tell(f"loan_quote.py:{rows[0]['lnum'] + 1}: {rows[0]['message']}")


@pytest.mark.parametrize(
    ("place", "line", "typed", "more"),
    [
        (
            "python/bank/accounts.py",
            "    def release(",
            'def reserve(self, amount: Money) -> None:\nif amount.is_negative():\nraise ValueError("am',
            "ount must",
        ),
        (
            "java/src/main/java/com/example/bank/InterestCalculator.java",
            "        BigDecimal once",
            'if (nominal.signum() < 0) throw new IllegalArgumentException("rate m',
            "ust not",
        ),
    ],
)
def test_ghost_text_is_shown_and_accepted(
    nvim: Neovim, bank: Path, tell: Tell, place: str, line: str, typed: str, more: str
) -> None:
    row, ghost = shown(nvim, bank, place, line, typed, more)
    tell(f"{row}⟦{ghost}⟧")
    nvim.keys("<Tab>")
    after = changed(nvim, row + ghost)
    assert after != (bank / place).read_text("utf-8")
    assert nvim.look("return vim.api.nvim_get_mode().mode") == "i"


def shown(nvim: Neovim, bank: Path, place: str, line: str, typed: str, more: str) -> tuple[str, str]:
    """Type above a line until there is ghost text; the row and the ghost text."""
    path = bank / place
    # An answer that is late is not shown, and the machine that runs the tests may be busy.
    (bank / Path(place).parts[0] / ".bank-copilot.toml").write_text("[completion]\ndeadline_ms = 1000\n", "utf-8")
    nvim.open(path)
    nvim.keys(":setlocal expandtab shiftwidth=4<CR>")
    nvim.wait(READY, "the index")
    number = next(n for n, row in enumerate(path.read_text("utf-8").split("\n"), 1) if row.startswith(line))
    nvim.keys(f":{number}<CR>O")
    nvim.type(typed)
    # The first answer comes late when the engine is cold: a person types on.
    while not (ghost := nvim.glance(GHOST)) and more:
        nvim.type(more[0])
        more = more[1:]
    assert ghost, "no ghost text\n" + nvim.report()
    row = nvim.look("return vim.api.nvim_get_current_line()")
    return row, ghost


def test_what_was_accepted_is_counted_when_the_editor_has_left(bank: Path, tmp_path: Path) -> None:
    typed = 'def reserve(self, amount: Money) -> None:\nif amount.is_negative():\nraise ValueError("am'
    with Neovim(tmp_path / "home", bank) as nvim:
        row, ghost = shown(nvim, bank, "python/bank/accounts.py", "    def release(", typed, "ount must")
        nvim.keys("<Tab>")
        changed(nvim, row + ghost)
        below = nvim.processes()
        assert nvim.quit() == 0
        psutil.wait_procs(below, timeout=10)
    db = sqlite3.connect(tmp_path / "home/state/bank-copilot/usage.sqlite")
    rows = db.execute("SELECT task, language, accepted, accepted_chars FROM counts WHERE accepted > 0").fetchall()
    (hand,) = db.execute("SELECT typed_chars FROM counts WHERE task = 'typing'").fetchone()
    db.close()
    assert rows == [("complete", "python", 1, len("".join(ghost.split())))]
    assert 0 < hand <= len("".join(typed.split())) + len("ount must")


def test_tab_stays_a_tab_without_ghost_text(nvim: Neovim, bank: Path) -> None:
    nvim.open(bank / "python/bank/narratives.py")
    nvim.keys(":setlocal noexpandtab softtabstop=0<CR>Go# <Tab>end<Esc>")
    assert "# \tend" in changed(nvim, "\tend")


@pytest.mark.parametrize(
    ("place", "cursor", "title", "wanted"),
    [
        ("python/drafts/loan_quote.py", "/months: int) -> Money<CR>", ":", "months: int) -> Money:\n"),
        ("python/drafts/overdraft.py", "/simple_intrest<CR>", "simple_interest", "return simple_interest("),
        ("python/drafts/overdraft.py", "/add_workdays<CR>", "import add_workdays", "from bank.workdays import"),
        ("java/drafts/DailyReport.java", "/debits = 0<CR>", ";", "int debits = 0;\n"),
    ],
)
def test_quick_fix_is_applied(
    nvim: Neovim, bank: Path, tell: Tell, place: str, cursor: str, title: str, wanted: str
) -> None:
    nvim.open(bank / place)
    nvim.wait(READY, "the index")
    before = nvim.text()
    nvim.keys(cursor)
    act(nvim, title, "quickfix")
    tell(added(before, changed(nvim, wanted)))


@pytest.mark.parametrize(
    ("place", "cursor", "wanted"),
    [
        ("python/bank/limits.py", "/def remaining_allowance<CR>w", "ValueError:"),
        (
            "java/src/main/java/com/example/bank/TransferService.java",
            "/TransferStatus execute<CR>w",
            "@param transfer",
        ),
    ],
)
def test_comment_is_added(nvim: Neovim, bank: Path, tell: Tell, place: str, cursor: str, wanted: str) -> None:
    nvim.open(bank / place)
    before = nvim.text()
    nvim.keys(cursor)
    nvim.keys(":BankCopilotComment<CR>")
    after = changed(nvim, wanted)
    rest = iter(after.splitlines())
    assert all(row in rest for row in before.splitlines()), "lines outside the comment changed"
    tell(added(before, after))


@pytest.mark.parametrize(
    ("place", "cursor", "encoding", "newline"),
    [
        ("python/bank/narratives.py", "/^def wrap<CR>w", "utf-8", "\r\n"),
        ("python/bank/legacy_codes.py", "/^def legacy_code(<CR>w", "gb18030", "\n"),
    ],
)
def test_encoding_and_line_ends_survive(
    nvim: Neovim, bank: Path, tell: Tell, place: str, cursor: str, encoding: str, newline: str
) -> None:
    path = bank / place
    before = path.read_bytes()
    nvim.keys(":set fileencodings=ucs-bom,utf-8,gb18030<CR>")
    nvim.open(path)
    nvim.keys(cursor)
    nvim.keys(":BankCopilotComment<CR>")
    changed(nvim, "Raises:")
    nvim.keys("<Cmd>write<CR>")
    nvim.wait("return not vim.bo.modified", "the file to be written")
    after = path.read_bytes()
    assert after.count(newline.encode()) == after.count(b"\n") > before.count(b"\n")
    assert code(after) == code(before)
    old, new = before.decode(encoding), after.decode(encoding)
    assert all(row.strip('"') in new for row in old.split(newline)), "a line is gone"
    more = after.count(b"\n") - before.count(b"\n")
    tell(f"{path.name}: {encoding}, {newline!r}, {more} lines more")


def test_missing_methods_are_generated(nvim: Neovim, bank: Path, tell: Tell) -> None:
    nvim.open(bank / "java/drafts/SmsNotifier.java")
    nvim.wait(READY, "the index")
    before = nvim.text()
    nvim.keys("/class SmsNotifier<CR>w")
    act(nvim, "isAvailable", "refactor.rewrite")
    after = changed(nvim, "int maximumLength()")
    assert after.count("@Override") == 3
    tell(added(before, after))


def test_tests_are_created_and_pass(nvim: Neovim, bank: Path, tell: Tell) -> None:
    nvim.open(bank / "python/bank/iban.py")
    nvim.wait(READY, "the index")
    nvim.keys("/def mask_iban<CR>w:BankCopilotTests<CR>")
    found = nvim.wait(
        "for _, b in ipairs(vim.api.nvim_list_bufs()) do local n = vim.api.nvim_buf_get_name(b)"
        " if vim.fs.basename(n):find('^test_.*iban') then return n end end",
        "a buffer with tests",
        timeout_s=60,
    )
    written = Path(found)
    text = nvim.text(written)
    tell(f"{written.relative_to(bank)}\n{text}")
    assert "mask_iban" in text
    nvim.keys("<Cmd>wall<CR>")
    nvim.wait(f"return vim.fn.getfsize('{written}') > 0", "the test file on disk")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(written)],
        check=False,
        cwd=bank / "python",
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    tell(done.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize("command", ["BankCopilotEdit Return 0 for a closed account.", "BankCopilotExplain"])
def test_what_only_a_model_can_do_says_so_where_none_is_set(nvim: Neovim, bank: Path, command: str) -> None:
    nvim.open(bank / "python/bank/iban.py")
    before = nvim.text()
    nvim.keys(f":1,3{command}<CR>")
    told = "for _, text in ipairs(shown) do if text:find('needs a model', 1, true) then return text end end"
    nvim.wait(told, "the reason")
    assert nvim.text() == before
