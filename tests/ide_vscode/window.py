"""VS Code for tests: code-server with fresh user data and the built extension, and a person at Chromium in front of it.

Keys and clicks go through the browser (`person.mjs`). What is believed is what VS Code holds (asked of a small extension
of the tests, `probe/`), what the page shows, and what lies on the disk. Every wait is for a condition.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psutil

from copilot import __version__

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = Path(__file__).parent
SERVER: Final = ROOT / "build/code-server/node_modules/.bin/code-server"
NODE: Final = next(iter(sorted(ROOT.glob("build/node/node_modules/node-linux-*/bin"))), Path("node"))
VSIX: Final = ROOT / f"build/bank-copilot-{__version__}.vsix"
EXTENSION: Final = "bank-copilot.bank-copilot"

SETTINGS: Final = {
    "bankCopilot.completion.deadline_ms": 1000,  # a late answer is not shown, and the machine may be busy
    "chat.disableAIFeatures": True,
    "editor.fontFamily": "'DejaVu Sans Mono'",
    "editor.minimap.enabled": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "window.commandCenter": False,
    "workbench.colorTheme": "Default Light Modern",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}

GHOST: Final = """
(() => {
  const rows = new Map();  // one element a token: those of one height are a line
  for (const one of document.querySelectorAll('.monaco-editor .ghost-text-decoration, .monaco-editor .ghost-text')) {
    const top = Math.round(one.getBoundingClientRect().top);
    rows.set(top, (rows.get(top) ?? '') + one.textContent.replace(/\\u00a0/g, ' '));
  }
  return [...rows.values()].join('\\n');
})()
"""

CENTRE: Final = """
(selector, text) => {
  const seen = [...document.querySelectorAll(selector)].find(
    one => one.getClientRects().length && one.textContent.includes(text));
  const box = seen?.getBoundingClientRect();
  return box ? [box.x + Math.min(box.width / 2, 60), box.y + box.height / 2] : null;
}
"""

NOTES: Final = "[...document.querySelectorAll('.notification-list-item')].map(one => one.textContent).join(' | ')"
QUICK: Final = "(document.querySelector('.quick-input-widget')?.getClientRects().length ?? 0) > 0"


class Code:
    """One VS Code with one window, for a person with this `home`; made by `session`."""

    def __init__(self, server: int, person: subprocess.Popen[str], probe: Path, log: Path, home: Path) -> None:
        self.home = home
        self._server, self._person, self._probe, self._log = server, person, probe, log

    # A person's means

    def keys(self, *chords: str) -> None:
        """Press chords one after the other, such as `Control+KeyP`, `Enter`."""
        for chord in chords:
            self._do("keys", keys=chord)

    def type(self, text: str, pause_ms: int = 40) -> None:
        """Type a text key by key, as fingers do."""
        self._do("type", text=text, pause=pause_ms)

    def click(self, selector: str, containing: str = "") -> None:
        """Click the first visible element of a selector whose text holds `containing`, once it is there."""
        find = f"({CENTRE})({json.dumps(selector)}, {json.dumps(containing)})"
        x, y = self.wait(lambda: self.look(find), f"{selector} with {containing!r}")
        self._do("click", x=x, y=y)

    def look(self, js: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return self._do("look", js=js)

    def shot(self, path: Path) -> None:
        """A picture of the window."""
        self._do("shot", path=str(path))

    # What VS Code holds

    def ask(self, look: str, of: Any = None) -> Any:
        """What the probe says; None for nothing. A socket that is not there yet is nothing."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            try:
                line.connect(str(self._probe))
            except OSError:
                return None
            line.sendall(json.dumps({"look": look, "of": of}).encode() + b"\n")
            data = b""
            while piece := line.recv(1 << 16):
                data += piece
        return json.loads(data)["value"] if data else None

    def text(self, path: Path) -> str:
        """The text of an open file's model."""
        return str(self.wait(lambda: self.ask("text", str(path)), f"the model of {path.name}"))

    def item(self, name: str) -> str:
        """The text of a status item of ours; empty when it is not shown."""
        selector = f'[id="{EXTENSION}.bank-copilot.{name}"]'
        return str(self.look(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''"))

    def previews(self) -> str:
        """The text of a new file that is shown and not made yet; empty when there is none."""
        return str(self.ask("preview") or "")

    def status(self) -> str:
        """What the status bar says of the engines, such as `bank-copilot: embedded`."""
        return self.item("status").strip()

    def ghost(self) -> str:
        """The ghost text on the screen; empty for none."""
        return str(self.look(GHOST))

    def processes(self) -> list[psutil.Process]:
        """What runs below code-server."""
        return psutil.Process(self._server).children(recursive=True)

    # Ways

    def glance(self, look: Callable[[], Any], timeout_s: float = 1.5) -> Any:
        """What `look` returns as soon as there is something; else that, after the time."""
        deadline = time.monotonic() + timeout_s
        while not (found := look()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def wait(self, look: Callable[[], Any], what: str, timeout_s: float = 60) -> Any:
        """What `look` returns as soon as it is neither None nor False nor empty; fails after the time."""
        deadline = time.monotonic() + timeout_s
        while not (found := look()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {timeout_s} s for {what}\n{self.report()}")
            time.sleep(0.1)
        return found

    def open(self, path: Path, line: int = 1, column: int = 1) -> None:
        """Open a file by its name and put the cursor at a place."""
        self.choose(path.name, "Control+KeyP")
        self.wait(lambda: (self.ask("active") or {}).get("path") == str(path), f"{path.name} in front")
        self.goto(line, column)

    def goto(self, line: int, column: int = 1) -> None:
        """Put the cursor at a place of the file in front."""
        self.choose(f"{line}:{column}", "Control+KeyG", row="")
        place = {"line": line - 1, "column": column - 1}
        self.wait(lambda: place.items() <= (self.ask("active") or {}).items(), f"the cursor at {place}")

    def run(self, title: str) -> None:
        """Run a command of ours by its title in the palette."""
        self.choose(f"bank-copilot: {title}", "F1")

    def choose(self, text: str, chord: str, row: str | None = None) -> None:
        """Choose what the quick input offers first for a text, as soon as that begins with `row` (else with the text)."""
        row = text if row is None else row
        first = "document.querySelector('.quick-input-list .monaco-list-row.focused')?.textContent ?? null"
        for _ in range(10):
            self.keys(chord)
            self.wait(lambda: self.look(QUICK), "the quick input")
            self.type(text, 10)
            deadline = time.monotonic() + 8
            while time.monotonic() < deadline:  # typed before its rows are known, a text is sometimes not looked for
                if (found := self.look(first)) is not None and found.startswith(row):
                    self.keys("Enter")
                    self.wait(lambda: not self.look(QUICK) or self.look(first) != found, "the choice to be taken")
                    return
                time.sleep(0.1)
            self.keys("Escape")
        raise AssertionError(f"no row for {text!r}\n{self.report()}")

    def report(self) -> str:
        """For a failure: what is on the screen, and the end of the logs."""
        picture = self._log.with_suffix(".png")
        with suppress(AssertionError):
            self.shot(picture)
        notes = "[...document.querySelectorAll('.notification-list-item, .statusbar-item')].map(one => one.textContent).join(' | ')"
        with suppress(AssertionError):
            return f"{self.look(notes)}\n{picture}\n{self._log.read_text('utf-8', 'replace')[-3000:]}"
        return self._log.read_text("utf-8", "replace")[-3000:]

    def _do(self, act: str, **given: Any) -> Any:
        assert self._person.stdin is not None
        assert self._person.stdout is not None
        self._person.stdin.write(json.dumps({"do": act, **given}) + "\n")
        self._person.stdin.flush()
        line = self._person.stdout.readline()
        assert line, f"the browser ended\n{self._log.read_text('utf-8', 'replace')[-3000:]}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]


@contextmanager
def session(
    home: Path, place: Path, *, installed: bool = True, settings: dict[str, Any] | None = None
) -> Iterator[Code]:
    """VS Code at a folder or a `.code-workspace`; `installed`: whether bank-copilot is. Ends all that it started.

    It is installed as pipx does it: VS Code takes PATH from a login shell, so that ours would not reach the extension.
    """
    (home / ".local/bin").mkdir(parents=True)
    if installed:
        (home / ".local/bin/bank-copilot").symlink_to(ROOT / ".venv/bin/bank-copilot")
    environment = _environment(home)
    extensions, data = home / "extensions", home / "data"
    options = ["--extensions-dir", str(extensions), "--user-data-dir", str(data)]
    (data / "User").mkdir(parents=True)
    (data / "User/settings.json").write_text(json.dumps({**SETTINGS, **(settings or {})}), "utf-8")
    for vsix in (VSIX, _probe(home)):
        command = [str(NODE / "node"), str(SERVER), *options, "--install-extension", str(vsix)]
        done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
    port = _free_port()
    started: list[subprocess.Popen[Any]] = []
    log = home / "log.txt"
    try:
        with log.open("wb") as sink:
            command = [str(NODE / "node"), str(SERVER), *options, "--auth", "none", "--disable-telemetry"]
            command += ["--disable-update-check", "--bind-addr", f"127.0.0.1:{port}"]
            started.append(
                subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environment)
            )
            _answers(f"http://127.0.0.1:{port}/healthz", started[0], log)
            chromium = shutil.which("chromium")
            assert chromium is not None, "run `make ide-vscode`: it installs Chromium"
            command = [str(NODE / "node"), str(HERE / "person.mjs"), str(ROOT / "build/code-server"), chromium]
            person = subprocess.Popen(
                [*command, str(home / "chromium")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                env=environment,
                encoding="utf-8",
            )
            started.append(person)
            assert person.stdout is not None
            assert person.stdout.readline(), "Chromium did not start\n" + log.read_text("utf-8", "replace")
            code = Code(started[0].pid, person, Path(environment["PROBE_SOCKET"]), log, home)
            kind = "workspace" if place.suffix == ".code-workspace" else "folder"
            code._do("go", url=f"http://127.0.0.1:{port}/?{kind}={place}")
            code.wait(lambda: code.look("document.querySelector('.monaco-workbench') !== null"), "the workbench", 120)
            code.wait(lambda: code.ask("documents") is not None, "the extension host", 120)
            yield code
    finally:
        _end(started)


def _environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "EXTENSIONS_GALLERY": '{"serviceUrl": "http://127.0.0.1:9"}',  # nobody is asked for extensions
        "PROBE_SOCKET": str(home / "probe.sock"),
        **{f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "data", "state", "cache")},
    }


def _probe(home: Path) -> Path:
    """The tests' own extension as a package."""
    found = home / "probe.vsix"
    with zipfile.ZipFile(found, "w") as archive:
        for part in (HERE / "probe").iterdir():
            archive.write(part, f"extension/{part.name}")
    return found


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(url: str, process: subprocess.Popen[Any], log: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        assert process.poll() is None, log.read_text("utf-8", "replace")
        assert time.monotonic() < deadline, "code-server does not answer\n" + log.read_text("utf-8", "replace")
        time.sleep(0.1)


def _end(started: list[subprocess.Popen[Any]]) -> None:
    """End what was started, with all that it started itself, by their ids."""
    below = []
    for process in started:
        with suppress(psutil.NoSuchProcess):
            below += [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for process in reversed(started):
        if process.stdin is not None:
            process.stdin.close()  # the person closes the browser
        else:
            process.terminate()
    _, alive = psutil.wait_procs(below, timeout=20)
    for left in alive:
        with suppress(psutil.NoSuchProcess):
            left.kill()
    psutil.wait_procs(alive, timeout=10)
    for process in started:
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
