"""The main job in real VS Code, with the extension as it is packaged and the embedded engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
from window import EXTENSION, NOTES, Code

Tell = Callable[[str], None]


def place(path: Path, needle: str) -> tuple[int, int]:
    """Line and column, from 1, of the first occurrence of a text."""
    before, _, _ = path.read_bytes().decode().partition(needle)
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def embedded(code: Code) -> None:
    code.wait(lambda: code.status().endswith("embedded"), "the status to be 'embedded'")


def saved(code: Code, path: Path) -> str:
    """The file as it lies on the disk after the person saved it."""
    code.keys("Control+KeyS")
    code.wait(lambda: path.read_bytes().decode() == code.text(path), f"{path.name} to be saved")
    return path.read_bytes().decode()


def kept(before: str, after: str) -> bool:
    """Whether every line of `before` stands in `after`, in order."""
    rest = iter(after.splitlines())
    return all(row in rest for row in before.splitlines())


def test_the_packaged_extension_starts_the_installed_server(code: Code, bank: Path, tell: Tell) -> None:
    path = bank / "python/drafts/loan_quote.py"
    code.open(path)
    embedded(code)
    assert code.ask("active_extension", EXTENSION) is True
    rows = code.wait(lambda: code.ask("diagnostics", str(path)), "a diagnostic of the syntax error")
    assert [row["line"] for row in rows] == [11]
    tell(f"status bar: {code.status().strip()}; {path.name}:12: {rows[0]['message']}")


def test_ghost_text_is_seen_typed_along_and_accepted_by_word_and_whole(
    code: Code, bank: Path, tell: Tell, picture: Callable[[str], None]
) -> None:
    path = bank / "python/bank/accounts.py"
    code.open(path, *place(path, "    def release("))
    embedded(code)
    code.keys("Control+Shift+Enter")
    code.type('    def reserve(self, amount: Money) -> None:\nif amount.is_negative():\nraise ValueError("am')
    # The first answer comes late when the engine is cold: a person types on.
    typed, left = '            raise ValueError("am', "ount must"
    while not (ghost := code.glance(code.ghost)) and left:
        code.type(left[0])
        typed, left = typed + left[0], left[1:]
    assert ghost, "no ghost text\n" + code.report()

    def line_is(text: str) -> None:
        """In the model; VS Code closes the string and the bracket by itself."""
        code.wait(lambda: code.ask("line") == f'{text}")', f"the line {text!r}, which is {code.ask('line')!r}")

    line_is(typed)  # the ghost text is not in the model
    source = code.wait(lambda: code.item("source"), "the source of what was copied")
    assert source.strip().startswith("bank/accounts.py:") or source.strip().startswith("accounts.py:")
    number = int(source.rpartition(":")[2])
    assert ghost in path.read_text("utf-8").split("\n")[number - 1], "the source names another line"
    picture("completion")
    tell(f"{typed}⟦{ghost}⟧ from {source.strip()}")

    code.type(ghost[0])
    typed, ghost = typed + ghost[0], ghost[1:]
    line_is(typed)
    code.wait(lambda: code.ghost() == ghost, f"the rest of the ghost text, which is {code.ghost()!r}")
    code.keys("Control+ArrowRight")
    now = code.wait(lambda: (now := code.ask("line")) != f'{typed}")' and now, "a word of it in the model")
    word = now.removeprefix(typed).removesuffix('")')
    assert ghost.startswith(word)
    assert 0 < len(word) < len(ghost)
    typed, ghost = typed + word, ghost.removeprefix(word)
    code.wait(lambda: code.ghost() == ghost, f"the rest of the ghost text, which is {code.ghost()!r}")
    tell(f"accepted: {word!r}, left: {ghost!r}")

    code.keys("Tab")
    line_is(typed + ghost)
    after = saved(code, path)
    assert f'{typed}{ghost}")\n' in after


def test_the_source_of_what_was_accepted_is_shown_in_place(code: Code) -> None:
    code.run("Where Is This Suggestion From?")
    code.wait(
        lambda: "accounts.py" in code.look("document.querySelector('.peekview-widget')?.textContent ?? ''"),
        "the source",
    )
    code.keys("Escape")
    code.wait(lambda: code.look("document.querySelector('.peekview-widget') === null"), "the source to close")


def test_a_quick_fix_is_applied(code: Code, bank: Path, tell: Tell, picture: Callable[[str], None]) -> None:
    path = bank / "python/drafts/loan_quote.py"
    before = path.read_text("utf-8")
    line, _ = place(path, "months: int) -> Money")
    code.open(path, line)
    code.keys("End")
    code.wait(lambda: code.ask("diagnostics", str(path)), "a diagnostic")
    code.keys("Control+Period")
    code.wait(
        lambda: code.look("document.querySelectorAll('.action-widget .monaco-list-row.action').length"), "the actions"
    )
    picture("quick-fix")
    code.keys("Enter")
    code.wait(lambda: "months: int) -> Money:\n" in code.text(path), "the correction in the model")
    after = saved(code, path)
    assert after == before.replace("months: int) -> Money\n", "months: int) -> Money:\n")
    code.wait(lambda: not code.ask("diagnostics", str(path)), "the diagnostic to go")
    tell(after.split("\n")[line - 1])


def test_a_java_comment_is_generated(code: Code, bank: Path, tell: Tell, picture: Callable[[str], None]) -> None:
    path = bank / "java/src/main/java/com/example/bank/TransferService.java"
    before = path.read_text("utf-8")
    line, column = place(path, "TransferStatus execute")
    code.open(path, line, column + len("TransferStatus "))
    code.run("Document the Function or Class Here")
    code.wait(lambda: "@param transfer" in code.text(path), "the comment in the model")
    picture("comment")
    after = saved(code, path)
    assert kept(before, after)
    added = [row for row in after.splitlines() if row not in before.splitlines()]
    assert all(row.strip().startswith(("/**", "*", "*/")) for row in added), added
    tell("\n".join(added))


def test_missing_methods_are_generated_from_a_description(code: Code, bank: Path, tell: Tell) -> None:
    path = bank / "java/drafts/SmsNotifier.java"
    before = path.read_text("utf-8")
    code.open(path, *place(path, "SmsNotifier implements"))
    embedded(code)
    code.run("Generate Code from a Description…")
    asked = "document.querySelector('.quick-input-widget')?.textContent ?? ''"
    code.wait(lambda: "What shall be written?" in code.look(asked), "the question")
    code.type("implement the missing methods", 10)
    code.keys("Enter")
    code.wait(lambda: "int maximumLength()" in code.text(path), "the methods in the model")
    after = saved(code, path)
    assert kept(before, after)
    assert after.count("@Override") == 3
    tell("\n".join(row for row in after.splitlines() if row not in before.splitlines()))


def test_what_only_a_model_can_do_says_so(code: Code, bank: Path) -> None:
    path = bank / "java/drafts/SmsNotifier.java"
    before = code.text(path)
    code.run("Explain the Selection (Needs a Model)")
    notes = "[...document.querySelectorAll('.notification-list-item')].map(one => one.textContent).join(' | ')"
    code.wait(lambda: "needs a model" in code.look(notes), "the reason")
    assert code.text(path) == before


def test_unit_tests_are_previewed_then_created_and_pass(
    code: Code, bank: Path, tell: Tell, picture: Callable[[str], None]
) -> None:
    path = bank / "python/bank/iban.py"
    line, column = place(path, "def mask_iban(")
    code.open(path, line, column + 4)
    before = set((bank / "python").rglob("test_*.py"))
    code.run("Write Unit Tests for the Function Here")
    told = "[...document.querySelectorAll('.notification-list-item')].map(one => one.textContent).join('')"
    shown = code.wait(lambda: "Create test_" in code.look(told) and code.look(told), "the question", 120)
    assert "tests that pass" in shown
    preview = code.wait(code.previews, "the text of the file that would be made")
    assert set((bank / "python").rglob("test_*.py")) == before, "a file was written before it was agreed to"
    picture("tests-preview")
    code.click(".notification-list-item .monaco-button", "Create File")
    active = code.wait(
        lambda: (a := code.ask("active")) and a["scheme"] == "file" and a["path"] != str(path) and a,
        "the new file",
    )
    written = Path(active["path"])
    code.wait(lambda: code.text(written) == preview, "the text in its model")
    text = saved(code, written)
    assert not code.previews()
    picture("tests")
    assert "mask_iban" in text
    assert set((bank / "python").rglob("test_*.py")) == before | {written}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(written)],
        check=False,
        cwd=bank / "python",
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    tell(f"{shown}\n{written.relative_to(bank)}\n{text}\n{done.stdout.strip().splitlines()[-1]}")


def test_completion_is_switched_off_and_on(code: Code, bank: Path) -> None:
    path = bank / "python/bank/fees.py"
    code.open(path)
    embedded(code)
    code.run("Switch Completion On or Off…")
    code.click(".quick-input-list .monaco-list-row", "Switch completion off for python")
    code.wait(lambda: code.status().endswith("off"), "the status to be 'off'")
    code.open(bank / "java/src/main/java/com/example/bank/TransferService.java")
    embedded(code)  # of this language it is still on
    code.open(path)
    code.wait(lambda: code.status().endswith("off"), "the status to be 'off'")
    code.run("Switch Completion On or Off…")
    code.click(".quick-input-list .monaco-list-row", "Switch completion on for python")
    embedded(code)
    code.run("Switch Completion On or Off…")
    code.click(".quick-input-list .monaco-list-row", "Switch completion off everywhere")
    code.wait(lambda: code.status().endswith("off"), "the status to be 'off'")
    code.run("Switch Completion On or Off…")
    code.click(".quick-input-list .monaco-list-row", "Switch completion on everywhere")
    embedded(code)


def test_consent_is_asked_in_words_kept_for_the_person_and_withdrawn(code: Code, tell: Tell) -> None:
    def told() -> bool | None:
        word = code.home / "state/bank-copilot/consent.json"
        return json.loads(word.read_bytes())["capture"] if word.exists() else None

    assert told() is None
    code.run("Give or Withdraw Consent to Keep Accepted Suggestions…")
    words = code.wait(
        lambda: code.look("document.querySelector('.monaco-dialog-box')?.textContent ?? ''"), "the question"
    )
    assert "withdraw at any time" in words
    tell(words)
    code.click(".monaco-dialog-box .monaco-button", "I Agree")
    code.wait(lambda: told() is True, "the consent")
    code.wait(lambda: "the bank's policy is off" in code.look(NOTES), "what the policy says")
    code.run("Give or Withdraw Consent to Keep Accepted Suggestions…")
    code.click(".monaco-dialog-box .monaco-button", "Withdraw Consent")
    code.wait(lambda: told() is False, "the consent to go")


def test_a_server_that_dies_is_started_again(code: Code, bank: Path) -> None:
    code.open(bank / "python/bank/fees.py")
    embedded(code)
    (server,) = [one for one in code.processes() if one.cmdline()[-2:] == ["lsp", "--stdio"]]
    server.kill()
    psutil.wait_procs([server], timeout=10)
    code.wait(lambda: not code.status().endswith("embedded"), "the status to say that it starts")
    embedded(code)
