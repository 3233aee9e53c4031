"""A person at Neovim, for tests: real key presses into a headless Neovim, and a look at what it shows.

Neovim runs with a configuration folder of its own, whose `init.lua` is what the README tells a developer to write.
Keys go through `nvim --remote-send`, looks through `nvim --remote-expr`: no plugin, no client library.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Final, Self

import psutil

ROOT: Final = Path(__file__).resolve().parents[2]
NVIM: Final = ROOT / "build/neovim/bin/nvim"
CLIENT: Final = ROOT / "lsp/clients/neovim/bank_copilot.lua"

INIT: Final = """
vim.g.mapleader = " "
require("bank_copilot").setup()
"""

LISTEN: Final = """
-- Messages are kept for the tests. Questions need no answer: without a screen Neovim takes the default, which is yes.
shown, answered = {}, 0
vim.api.nvim_create_autocmd("LspRequest", {
  callback = function(told)
    local request = told.data.request
    if request.method == "textDocument/inlineCompletion" and request.type == "complete" then
      answered = answered + 1
    end
  end,
})
vim.notify = function(text) table.insert(shown, text) end
"""


class Neovim:
    """One running Neovim; use it as a context manager. `log` is the file that its client writes."""

    def __init__(self, home: Path, folder: Path, **variables: str) -> None:
        config = home / "config/nvim"
        (config / "lua").mkdir(parents=True)
        shutil.copy(CLIENT, config / "lua")
        (config / "init.lua").write_text(INIT + LISTEN, "utf-8")
        self.log = home / "state/nvim/lsp.log"
        self._home, self._socket, self._script = home, home / "nvim.sock", home / "look.lua"
        environment = {
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}",
            "TERM": "dumb",
            **{f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "data", "state", "cache")},
            **variables,
        }
        self._environment = environment
        self._screen = (home / "screen.txt").open("wb")
        command = [NVIM, "--headless", "-n", "--listen", self._socket]
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self._screen, stderr=self._screen
        )

    def __enter__(self) -> Self:
        deadline = time.monotonic() + 10
        while not self._socket.exists():
            assert self._process.poll() is None, "Neovim did not start:\n" + self.screen()
            assert time.monotonic() < deadline, "Neovim opens no socket"
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._screen.close()

    def _remote(self, *arguments: str) -> str:
        command = [NVIM, "--headless", "--server", self._socket, *arguments]
        done = subprocess.run(
            command, check=False, capture_output=True, encoding="utf-8", timeout=30, env=self._environment
        )
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{self.screen()}"
        return done.stdout

    def keys(self, text: str) -> None:
        """Press keys, in Vim's notation (`<Esc>`, `<CR>`, `<Tab>`)."""
        self._remote("--remote-send", text)

    def type(self, text: str, pause_s: float = 0.03) -> None:
        """Type text one key after the other, as fingers do."""
        for character in text:
            self.keys({"<": "<lt>", "\n": "<CR>"}.get(character, character))
            time.sleep(pause_s)

    def look(self, lua: str) -> Any:
        """The value of a Lua chunk (`return …`), run in Neovim's main loop; None for nil."""
        self._script.write_text(lua, "utf-8")
        call = f'luaeval("vim.json.encode({{ value = dofile(_A) }})", "{self._script}")'
        return dict(json.loads(self._remote("--remote-expr", call))).get("value")

    def glance(self, lua: str, timeout_s: float = 1.5) -> Any:
        """What a Lua chunk returns as soon as it is neither nil nor false nor empty; else that, after the time."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.look(lua)
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def wait(self, lua: str, what: str, timeout_s: float = 15) -> Any:
        """What a Lua chunk returns as soon as there is something; fails after the time."""
        found = self.glance(lua, timeout_s)
        assert found, f"waited {timeout_s} s for {what}\n{self.report()}"
        return found

    def open(self, path: Path) -> None:
        """Open a file and wait until the server answers for it."""
        self.keys(f"<Esc>:edit {path}<CR>")
        self.wait(
            'local c = require("bank_copilot").client() return c and c.initialized and vim.lsp.buf_is_attached(0, c.id)',
            f"the server to attach to {path.name}",
        )

    def text(self, path: Path | None = None) -> str:
        """The text of a buffer (the current one by default)."""
        buffer = "0" if path is None else f"vim.fn.bufnr({json.dumps(str(path))})"
        return "\n".join(self.look(f"return vim.api.nvim_buf_get_lines({buffer}, 0, -1, false)")) + "\n"

    def processes(self) -> list[psutil.Process]:
        """What runs below Neovim: the server and its workers."""
        return psutil.Process(self._process.pid).children(recursive=True)

    def quit(self) -> int:
        """Leave without writing; Neovim's exit code."""
        self.keys("<Esc>:qa!<CR>")
        return self._process.wait(15)

    def screen(self) -> str:
        """What Neovim printed so far."""
        self._screen.flush()
        return (self._home / "screen.txt").read_text("utf-8", "replace")

    def report(self) -> str:
        """For a failure: messages, what is on the screen, and what the client and the server logged."""
        told = self.look("return { shown, vim.fn.execute('messages') }")
        logged = self.log.read_text("utf-8", "replace")[-4000:] if self.log.exists() else ""
        return f"messages:\n{told}\nscreen:\n{self.screen()[-2000:]}\nlsp.log:\n{logged}"
