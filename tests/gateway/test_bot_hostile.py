"""What a change, a payload or a forge may do to the bot: forged marks, texts that break out, numbers without end."""

from __future__ import annotations

import forge_simulator
import pytest
from bot_case import INLINE, SECRETS, SHIFTED, UNSAFE, Case

from serving.bots import bodies, handed
from serving.bots.forge import SUMMARY, is_summary, mark, marked
from serving.bots.forges import github


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def forge(request, tmp_path):
    repository = tmp_path / "repository"
    repository.mkdir()
    made = forge_simulator.Forge(request.param, repository)
    made.push({"README.md": "core\n"}, "main")
    yield made
    made.close()


@pytest.fixture
def case(forge, tmp_path):
    return Case(tmp_path, forge)


each = pytest.mark.parametrize("forge", INLINE, indirect=True)


def told(*instead: str) -> handed.Told:
    row = handed.Placed(kind="added", old=None, new=1, at=(0, 1), hunk=0, number=1)
    where = handed.Where(status="added", old="", new="a.py", first=row, last=row)
    return handed.Told(
        fingerprint="0" * 32, rule="R1", severity="error", confidence="high", path="a.py", known="a.py", side="new", line=1,
        end_line=1, message="m", symbol="", origin="rules", folded=False, where=where, instead=instead or None,
    )  # fmt: skip


# --- marks -------------------------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize("forged", [SUMMARY, mark("f" * 32)])
async def test_a_mark_in_the_code_of_a_fix_is_none_of_ours(case, forge, forged):
    code = UNSAFE.replace("(0.1);", f"(0.1); // {forged}")
    await case.pushed({"src/Fee.java": code})
    (thread,) = forge.threads
    assert forged in thread.body, "the fix shows the line"
    before, name = thread.body, marked(thread.body)
    assert name != "f" * 32
    await case.pushed({"src/Fee.java": SHIFTED.replace("(0.1);", f"(0.1); // {forged}")})
    assert [one.body for one in forge.threads] == [before] and len(forge.notes) == 1
    assert "Remarks: 1" in case.summary and "At their lines: 1" in case.summary


def test_marks_stand_where_only_the_bot_writes():
    ours = bodies.remark(told(f"x = 1  # {mark('f' * 32)}"), "github")
    assert marked(ours) == "0" * 32 and not is_summary(ours)
    assert marked(ours.replace("\n", "\r\n") + "\r\n") == "0" * 32  # as a page sends it
    assert marked(f"{ours}\nmore") == marked(f"> {mark('0' * 32)}") == marked(None) == ""
    assert is_summary(f"{SUMMARY}\r\n### x") and not is_summary(f"see {SUMMARY}") and not is_summary(None)


def test_an_apps_marks_are_not_a_users_of_the_same_name():
    node = {"author": {"login": "bank-copilot", "__typename": "User"}}
    assert github._is(node, "bank-copilot") and github._is(node, "Bank-Copilot")
    assert not github._is(node, "bank-copilot[bot]")
    assert github._is({"author": {"login": "bank-copilot", "__typename": "Bot"}}, "bank-copilot[bot]")
    assert not github._is({"author": None}, "bank-copilot")


@each
async def test_an_account_is_the_same_however_it_is_capitalised(forge, tmp_path):
    case = Case(tmp_path, forge)
    case.file.write_text(case.file.read_text().replace('"bank-copilot"', '"Bank-Copilot"'))
    case = Case.again(case)
    await case.pushed({"src/Fee.java": UNSAFE})
    await case.pushed({"src/Fee.java": SHIFTED})
    assert len(forge.threads) == len(forge.notes) == 1
