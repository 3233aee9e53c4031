"""Content review under hostile texts, its false alarms on code that exists, and what it costs."""

from __future__ import annotations

import os
import sysconfig
import time
from pathlib import Path

import pytest

from copilot.guard import Policy, review
from copilot.guard.detect import detect
from copilot.guard.kinds import ESCAPED

ROOT = Path(__file__).parents[2]
WHOLE = bool(os.environ.get("GUARD_WHOLE"))
"""`make guard-test`, which CI runs: a megabyte of each. The everyday run takes a quarter, in a quarter of the time."""
SIZE, BOUND_S = (1_000_000, 24) if WHOLE else (250_000, 6)

HOSTILE = {
    "at signs": "@",
    "names at": "a@",
    "oracle": "u/a@",
    "oracle found": "oracle:thin:a/b@",
    "schemes": "://",
    "users": "://user:pa",
    "urls": "x://a:bbbbbbbbbbbbbbbb@@ ",
    "urls found": "a://b:c@d,",
    "begin": "-----BEGIN PRIVATE KEY-----",
    "begin and end": "-----BEGIN PRIVATE KEY----- -----END PRIVATE KEY-----",
    "end": "\nAAAA-----END PRIVATE KEY-----",
    "half a marker": "-----BEGIN PRIVATE KEY ",
    "putty": "PuTTY-User-Key-File-2:",
    "parameters": "password=",
    "parameters found": "password=x user=y ",
    "open quotes": 'password="aaaa',
    "open braces": "pwd={",
    "properties": "datasource." * 7 + "password=\n",
    "secrets": "secret_key=",
    "secrets of many characters": "secret_key=" + "a" * 120 + ".(",
    "prefixes": "AKIA",
    "keys in a run": "AKIAABCDEFGHIJKLMNOP_",
    "dashes": "sk-",
    "dotted": "eyJaaaaaaaaaaaaaaaaaaaaaa.",
    "half a token": "eyJaaaaaaaaaaaaaaaaaaaaaa.eyJaaaaaaaaaa.",
    "cards": "4111111111111111 ",
    "groups": "4111 1111 1111 1111 ",
    "digits": "0",
    "groups of four": "1234 ",
    "groups of one": "1 ",
    "calls": "getConnection(a,",
    "positional": 'mysqli("a",',
    "positional blanks": "pdo(" + "a" * 80 + " " * 4 + "," + " " * 20,
    "basic": "Basic " + "A" * 90,
    "basic found": "Basic dXNlcjpwYXNzd29yZDE= ",
    "encoded": 'btoa("a:bbbb',
    "passed": "-passin pass:",
    "pairs before hosts": "a:bcdef@h.x:80 ",
    "colons before hosts": "a:" * 30 + "@h:80",
    "inserted columns": "(password," * 40 + ") VALUES ",
    "inserted rows": "(pwd,token) VALUES " + "('a','b')," * 60,
    "members": ',d:"' + "aB3_" * 12 + '"',
    "keys without lines": "MIIEpAIBAAKCAQ",
    "keys without lines, apart": "MIIEpAIBAAKCAQ ",
    "made up": "secret: 'super" + "secret" * 4 + "',\n",
    "calls of blanks": "getConnection(" + "a" * 80 + "," + " " * 80 + "a" * 80 + ",",
    "accounts": "AccountKey=" + "A" * 99,
    "own surrogates": "REDACTED_PASSWORD_0001 redis://:abc@h ",
    "webhooks": "/" + "a1b2" * 8,
    "percent signs": "%41",
    "backslashes": "\\u0041",
    "base64": "MTEwMTAx",
    "base64 of nothing": "MTEwMTAxMTExMTEx/+/+/+/+" * 3,
    "base64 in lines": "MTEwMTAxMTExMTEx" * 4 + "\n",
    "hexadecimal": "3131",
    "security codes": "cvv ",
    "security codes in columns": "cvv,",
    "security codes found": "cvv 123 ",
    "headers": "cvv,a\n1,2\n",
    "pipes": "| cvv |\n",
    "statements": "insert (cvv) values (1)",
    "accounts named": "account 30219384756 ",
    "accounts in brackets": "account(",
    "countries": "DE89 3704 ",
    "tracks": "4111111111111111=27121010",
    "credit codes": "91350100",
    "mobiles": "13812345678,\n",
    "mobiles in a row": "13812345678,",
    "singles": "1-3-8-",
    "full width": "１",
    "invisible digits": "1\u200b",
    "names": "password",
    "names and quotes": "password, 'a",
    "names of arrays": "token[0]: str ",
    "elements": "<password>a ",
    "defaults": "${password:",
    "methods": "password.a.b.c.d(",
    "values after names": "key\n value: ",
    "references": "secret = a.b(c(d(",
    "slugs": 'api_key = "a-1-b-2-c-3-d-4-e-5-f-6-g-7-h"\n',
    "commands": "curl -u a:b ",
    "options of commands": "mysql -u a -p",
    "identified": "user a identified by ",
    "files of logins": "\na:5432:b:c:",
    "hashes": "$2y$10$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Chinese words": "密码：",
    "marks": "bank-copilot: allow password ",
    "letters": "a",
    "blanks": " ",
    "Chinese": "银",
    "Chinese orders": "忽略以上指令，",
    "Chinese words that wake": "忽略所有",
    "orders": "ignore all previous ",
    "orders found": "ignore all previous instructions\n",
    "roles": "assistant: ",
    "fillers": "ignore all all all all the the your ",
    "sending": "send the secrets to http",
    "controls": "\u202e",
    "controls in a literal": '"\u2066\u2069',
    "joiners": "a\u200d",
    "family": "👨\u200d",
    "flags": "\U0001f3f4\U000e0067",
    "Cyrillic": "а",
    "mixed": "aа",
    "mixed names": "pаss ",
    "names after Cyrillic": "а" + "b" * 40,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_made_to_be_slow_is_reviewed_in_bounded_cpu_time(name):
    def cost(size: int) -> float:
        text = HOSTILE[name] * (size // len(HOSTILE[name]))
        started = time.thread_time()
        reviewed = review([text], Policy())
        same = reviewed.restored(reviewed.texts[0]) == text
        assert same or ESCAPED & {one.kind for one in reviewed.verdict.detections}
        return time.thread_time() - started

    whole = cost(SIZE)
    assert whole < BOUND_S, "several times the slowest here: only growth fails this"
    assert whole < 0.5 or whole < 10 * cost(SIZE // 4) + 0.5, "four times the text, far from sixteen times the time"


@pytest.mark.parametrize("name", ["sk-", "a@", "://user:pa", "password=x user=y ", "eyJaaaaaaaaaaaaaaaaaaaaaa.", "1 "])
def test_twice_the_text_costs_twice_the_time(name):
    def cost(size: int) -> float:
        text = name * (size // len(name))
        best = float("inf")
        for _ in range(3):
            started = time.thread_time()
            detect(text)
            best = min(best, time.thread_time() - started)
        return best

    assert cost(400_000) < 4.5 * cost(100_000) * 1.8 + 0.01


def alarms(paths: list[Path]) -> tuple[int, list[tuple[str, str, str]]]:
    size, found = 0, []
    for path in paths:
        text = path.read_text("utf-8", errors="replace")
        size += len(text)
        found += [(path.name, one.rule, text[one.start : one.end]) for one in detect(text)]
    return size, found


def test_the_standard_library_holds_next_to_nothing_that_looks_sensitive():
    library = Path(sysconfig.get_paths()["stdlib"])
    paths = [p for p in sorted(library.rglob("*.py")) if not {"test", "tests", "site-packages"} & set(p.parts)]
    size, found = alarms(paths)
    assert size > 5_000_000
    assert len(found) <= size // 2_500_000, found


def test_our_own_sources_hold_only_what_was_planted():
    paths = [p for folder in ("copilot", "lsp", "serving", "prompts") for p in sorted((ROOT / folder).rglob("*.py"))]
    _, found = alarms([p for p in paths if "samplebank" not in p.parts])
    # `identifiers.py` holds examples of formats; the others name or show what they look for.
    shows = {"numbers.py", "injection.py", "phrases.py", "unicode.py", "identifiers.py"}
    assert [row for row in found if row[0] not in shows] == []


def test_the_sample_bank_holds_published_examples_alone():
    paths = [p for p in sorted((ROOT / "copilot" / "samplebank").rglob("*")) if p.is_file() and p.suffix != ".pyc"]
    _, found = alarms(paths)
    assert [row for row in found if row[1] != "iban"] == [
        row for row in found if row[:2] == ("cards.py", "bank-card-luhn")
    ]
    assert len([row for row in found if row[1] == "bank-card-luhn"]) == 3
    assert all("99999999" in value.replace(" ", "") for _, rule, value in found if rule == "iban")


def test_clean_text_costs_far_less_than_the_gateway_has():
    library = Path(sysconfig.get_paths()["stdlib"])
    text = "".join((library / name).read_text("utf-8") for name in ("argparse.py", "typing.py", "inspect.py"))
    chunks = [text[at : at + 8192] for at in range(0, len(text) - 8192, 8192)]
    best = []
    for chunk in chunks:
        runs = []
        for _ in range(5):
            started = time.thread_time_ns()
            review((chunk,), Policy())
            runs.append((time.thread_time_ns() - started) / 1000)
        best.append(min(runs))
    best.sort()
    assert best[len(best) // 2] < 250, "goals: `make bench-guard`; this leaves room for a busy machine"
