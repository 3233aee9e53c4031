"""Ghost text of several lines in a real Neovim, from a model behind the real gateway: taken whole, by parts, typed along."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gateway_process import Plane
from nvim import Neovim
from test_neovim import GHOST, READY

Tell = Callable[[str], None]

HEAD = "def quagga_total(zebras, okapis):\n    "
ANSWER = "total = sum(zebras)\n    for okapi in okapis:\n        total -= okapi\n    return total"


def calls(model: Plane) -> int:
    """How often the model was asked."""
    seen = model.seen()
    return int(seen["finished"] + seen["aborted"] + seen["running"])


def ghost(nvim: Neovim, wanted: str) -> None:
    """Wait until exactly this ghost text is shown."""
    nvim.wait(f"local shown = (function() {GHOST} end)() return shown == [==[\n{wanted}]==]", f"ghost text {wanted!r}")


def answered(nvim: Neovim) -> int:
    """Requests that the server has answered so far."""
    return int(nvim.look("return answered"))


def settled(nvim: Neovim, before: int) -> None:
    """Wait until the server has answered once more, and says nothing for as long as Neovim waits before it asks."""
    nvim.wait(f"return answered > {before}", "an answer of the server")
    while True:
        count = answered(nvim)
        time.sleep(0.6)  # Neovim asks 200 ms after the last change; what is counted afterwards decides
        if answered(nvim) == count:
            return


@pytest.fixture
def shown(asking: Neovim, bank: Path, model: Plane) -> Neovim:
    """The ghost text of the answer at the empty body of a new function."""
    model.behave(texts=[ANSWER + "\n\n\ndef other():\n    pass\n"])
    path = bank / "python/bank/quagga.py"
    path.write_text("RATE = 1\n\n\n\n\n\nLIMIT = 2\n", "utf-8")
    asking.open(path)
    asking.keys(":setlocal expandtab shiftwidth=4 indentexpr= autoindent nosmartindent<CR>")
    asking.wait(READY, "the index")
    asking.keys(":4<CR>i")
    asking.type(HEAD.rstrip() + "\n")
    asking.keys("    ")
    ghost(asking, ANSWER)
    return asking


def test_several_lines_are_shown_and_taken_whole(shown: Neovim, model: Plane, tell: Tell) -> None:
    tell(shown.look(GHOST))
    shown.keys("<Tab>")
    shown.wait("return vim.api.nvim_get_current_line() == '    return total'", "the last line at the cursor")
    assert shown.text() == f"RATE = 1\n\n\n{HEAD}{ANSWER}\n\n\nLIMIT = 2\n"
    assert shown.look("return vim.api.nvim_win_get_cursor(0)") == [8, len("    return total")]


def test_typing_along_keeps_it_and_asks_no_model(shown: Neovim, model: Plane, tell: Tell) -> None:
    settled(shown, answered(shown) - 1)
    before = calls(model)
    at = 0
    for typed in ("total", " = su", "m(zebras)"):
        count = answered(shown)
        shown.type(typed)
        at += len(typed)
        settled(shown, count)
        ghost(shown, ANSWER[at:])
    count = answered(shown)
    shown.keys("<CR>for ok")
    at = ANSWER.index("for okapi") + len("for ok")
    settled(shown, count)
    ghost(shown, ANSWER[at:])
    count = answered(shown)
    shown.keys("<BS><BS>")
    settled(shown, count)
    ghost(shown, ANSWER[at - 2 :])
    assert calls(model) == before
    tell(f"{at} characters typed along, over a line end, two taken back: {calls(model) - before} model calls")
    shown.keys("oka<Tab>")  # at once, before the server has answered for these keys
    shown.wait("return vim.api.nvim_get_current_line() == '    return total'", "the last line at the cursor")
    assert shown.text() == f"RATE = 1\n\n\n{HEAD}{ANSWER}\n\n\nLIMIT = 2\n"


def test_a_word_and_a_line_of_it_are_taken_and_the_rest_stays(shown: Neovim, model: Plane, tell: Tell) -> None:
    settled(shown, answered(shown) - 1)
    before = calls(model)
    at = 0
    for key, part in (("<M-Right>", "total"), ("<M-Right>", " ="), ("<M-Down>", " sum(zebras)"), ("<M-Down>", "\n    for okapi in okapis:")):  # fmt: skip
        count = answered(shown)
        shown.keys(key)
        at += len(part)
        row = (HEAD + ANSWER[:at]).split("\n")[-1]
        shown.wait(f"return vim.api.nvim_get_current_line() == [==[{row}]==]", f"{row!r} taken")
        settled(shown, count)
        ghost(shown, ANSWER[at:])
    assert calls(model) == before
    tell(f"taken by word and line, {calls(model) - before} model calls, left: {shown.look(GHOST)!r}")
    shown.keys("<Esc>u")
    shown.wait("return vim.api.nvim_buf_line_count(0) < 8", "undo")
    assert "okapi in" not in shown.text()


def test_the_keys_do_nothing_else_without_ghost_text(asking: Neovim, bank: Path, model: Plane) -> None:
    model.behave(fault="error")
    asking.open(bank / "python/bank/iban.py")
    before = asking.text()
    asking.keys("Go# <M-Right>x<M-Down>y<Esc>u")
    asking.wait("return vim.api.nvim_get_mode().mode == 'n'", "normal mode")
    assert asking.text() == before
