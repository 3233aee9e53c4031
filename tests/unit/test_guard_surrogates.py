"""What stands for a number can belong to nobody, is the same each time under one key, and comes back however it is written."""

from __future__ import annotations

import random
import stat
import sys
from pathlib import Path

import pytest

from copilot import config_sources
from copilot.config import Guard
from copilot.errors import ConfigError
from copilot.guard import Policy, classes, marks, policy, review, workspace_key
from copilot.guard.checksums import credit_check, mod97, resident_check
from copilot.guard.codes import LENGTHS
from copilot.guard.detect import detect
from copilot.guard.kinds import TABLE

sys.path.append(str(Path(__file__).parents[1] / "bench"))  # behind all: it has a module `lsp`
import guard_restore
from guard_personal import card, credit, iban, luhn_total, mobile, resident, resident_old

KEY = bytes(range(32))
MAKERS = {
    "bank-card": card, "resident-id": resident, "mobile-number": mobile, "iban": iban, "credit-code": credit,
    "account-number": lambda rng: str(rng.randrange(10**15, 10**16)),
}  # fmt: skip


@pytest.mark.parametrize("kind", MAKERS)
def test_ten_thousand_surrogates_are_valid_and_of_nobody(kind):
    rng = random.Random(kind)
    seen = set()
    for _ in range(10_000):
        like = "".join(filter(str.isalnum, MAKERS[kind](rng)))[-11 if kind == "mobile-number" else 0 :]
        number = next(filter(None, (marks.made(kind, like, rng.getrandbits(256)) for _ in range(200))))
        seen.add(number)
        assert len(number) == len(like)
        assert number.isdigit() or not like.isdigit()
        assert marks.ours(number)
        match kind:
            case "bank-card" | "account-number":
                assert number.startswith("1000"), "the industry of airlines, and an airline that there is not"
                assert luhn_total(number) % 10 == 0
            case "resident-id":
                assert number.startswith("10"), "no province"
                assert resident_check(number[:17].encode()).decode() == number[17:]
                assert "1930" <= number[6:10] <= "2010"
            case "mobile-number":
                assert number.startswith("10"), "no operator's segment"
            case "iban":
                assert number[:2].encode() not in LENGTHS, "no country"
                assert mod97(number.encode()) == 1
            case "credit-code":
                assert number[2:4] == "99", "no province"
                assert credit_check(number.encode()).decode() == number[17:]
        for text in (f'value = "{number}"', f"value = {number}", f"account_no: {number}"):
            assert [one for one in detect(text) if one.kind != "iban" or number[:2] != "ZZ"] == []
    assert len(seen) > 9_000


def test_no_real_value_passes_for_a_surrogate():
    rng = random.Random(7)
    for maker in MAKERS.values():
        for _ in range(2_000):
            value = "".join(filter(str.isalnum, maker(rng)))
            assert not marks.ours(value[-11:] if maker is mobile else value) or value.startswith("1000")
    for _ in range(2_000):
        assert not marks.ours(resident_old(rng))


def test_the_same_value_has_the_same_surrogate_over_prompts_and_another_under_another_key():
    texts = ['pan = "4111111111111111"\n', "x = 1\ndb = 'redis://:hunter2x@h'\npan = '4111 1111 1111 1111'\n"]
    rules = Policy(key=KEY)
    first, second = (review([text], rules).texts[0] for text in texts)
    number = first.split('"')[1]
    assert number in second.replace(" ", "")
    assert review(texts[::-1], rules).texts == (second, first)
    assert number not in review([texts[0]], Policy(key=bytes(32))).texts[0]
    assert review([texts[1]], rules).texts[0] == second


def test_what_another_node_masked_is_not_masked_again_and_a_real_value_is():
    rng = random.Random(8)
    code = "".join(f'{kind.replace("-", "_")} = "{maker(rng)}"\n' for kind, maker in MAKERS.items())
    masked = review([code], Policy(key=KEY)).texts[0]
    assert masked != code
    gateway = review([masked, "card_no = 4111111111111111"], Policy(key=b"team"))
    assert gateway.texts[0] == masked
    assert list(gateway.surrogates.values()) == ["4111111111111111"]


def test_a_surrogate_that_a_text_holds_already_is_not_given():
    text = 'pan = "4111111111111111"'
    chosen = review([text], Policy(key=KEY)).texts[0].split('"')[1]
    grouped = " ".join(chosen[at : at + 4] for at in range(0, 16, 4))
    other = review([text, f"# {grouped}"], Policy(key=KEY))
    assert chosen not in other.texts[0]
    assert other.restored(f"# {grouped}") == f"# {grouped}"


def test_a_surrogate_comes_back_however_it_is_written_and_a_changed_one_stays():
    reviewed = review(['pan = "6222021234567890128"; tel = "+86-138-0013-8000"'], Policy(key=KEY))
    number, phone = (one for one in reviewed.surrogates)
    bare = "".join(filter(str.isdigit, phone))[2:]
    for written, meant in [
        (f"f'id_{number}.jpg'", "f'id_6222021234567890128.jpg'"),
        ("-".join((number[:4], number[4:8], number[8:])), "6222-0212-34567890128"),
        (f"客户{number}的", "客户6222021234567890128的"),
        (f"{number}1", f"{number}1"),
        (f"9{number}", f"9{number}"),
        (number[:-1], number[:-1]),
        (number[:-1] + "x", number[:-1] + "x"),
        (bare, "13800138000"),
        (f"+86{bare}", "+8613800138000"),
    ]:
        assert reviewed.restored(written) == meant


def test_a_thousand_edits_come_back_whole_and_in_pieces():
    assert guard_restore.errors(11) == 0


def test_a_workspace_keeps_its_key_to_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    workspace_key.key.cache_clear()
    one, other = workspace_key.key(tmp_path / "a"), workspace_key.key(tmp_path / "b")
    workspace_key.key.cache_clear()
    assert (workspace_key.key(tmp_path / "a"), len(one)) == (one, 32)
    assert one != other
    for file in (config_sources.state_folder() / "surrogates").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (tmp_path / "no").write_text("a file, not a folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "no"))
    workspace_key.key.cache_clear()
    assert len(workspace_key.key(tmp_path / "a")) == 32
    workspace_key.key.cache_clear()


def test_the_class_of_a_repository_decides_by_level():
    for name, levels in classes.CLASSES.items():
        rules = policy(Guard(deny=(), repository_class=name))
        for kind in TABLE:
            if kind.family in {"secret", "personal"}:
                assert rules.action(kind.name) == levels[kind.level - 1]
    assert policy(Guard()).action("bic") == "allow"
    assert policy(Guard()).action("bank-card") == "redact"
    assert policy(Guard()).action("private-key") == "deny"
    assert policy(Guard(repository_class="restricted")).action("card-code") == "deny"


@pytest.mark.parametrize("settings", [Guard(deny=("private_key",)), Guard(allow=("bank-cards",))])
def test_a_word_that_names_no_kind_is_an_error_that_names_the_nearest(settings):
    with pytest.raises(ConfigError, match=r"guard\.(allow|deny).*(private-key|bank-card)\?"):
        policy(settings)


def test_grades_and_levels_name_kinds_and_what_is_denied_is_denied():
    rules = policy(Guard(deny=("C3", "iban"), allow=("level-3", "card-code")))
    assert {kind.name: rules.action(kind.name) for kind in TABLE if kind.family == "personal" and kind.grade == "C3"} == {
        "track-data": "deny", "payment-pin": "deny", "card-code": "deny", "card-expiry": "deny",
    }  # fmt: skip
    assert (rules.action("bank-card"), rules.action("iban")) == ("allow", "deny")
    given = classes.chosen("internal", {"level-3": "deny", "C3": "report", "iban": "allow"})
    assert (given["iban"], given["bank-card"], given["password"], given["bic"]) == ("allow", "deny", "report", "allow")
