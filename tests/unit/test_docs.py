"""The documentation against the code: settings, verbs, targets and links. UPDATE_DOCS=1 rewrites the settings table."""

from __future__ import annotations

import os
import re
import typing
from pathlib import Path

from copilot import cli, config_sources
from copilot.guard import Policy, classes, review
from copilot.guard.kinds import TABLE as KINDS
from prompts import fim

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TABLE = re.compile(r"(?<=test_docs\.py -->\n)(?:\|.*\n)+")


def settings_table() -> str:
    rows = ["| key | default | set by a project | what it does |", "|---|---|---|---|"]
    for key in config_sources.KEYS.values():
        kind = typing.get_args(key.kind) if typing.get_origin(key.kind) is typing.Literal else ()
        default = {True: "true", False: "false", "": "(empty)", (): "(empty)"}.get(key.default, str(key.default))
        allowed = f" ({', '.join(map(str, kind))})" if kind else ""
        by = {(): "yes" if key.project else "no", ("managed",): "no; by the administrator alone"}
        who = by.get(key.only, "no; by the user alone")
        rows.append(f"| `{key.name}` | {default}{allowed} | {who} | {key.doc} |")
    return "\n".join(rows) + "\n"


def test_the_settings_table_is_the_codes():
    text = README.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(TABLE.sub(lambda _: settings_table(), text), "utf-8")
        text = README.read_text("utf-8")
    assert TABLE.search(text)[0] == settings_table()


BEFORE = """\
class Refund {
    // 客户身份证 110101190001010014，手机 13800138000
    private static final String CARD = "4111 1111 1111 1111";
    private final Connection db = DriverManager.getConnection(CORE, "pay", "Tr0ub4dor&3");

    boolean isOwnCard(String number) {
        return """
AFTER = """
    }
}
"""
REVIEW_PAGE = re.compile(r"(?<=<!-- a prompt under review: tests/unit/test_docs.py -->\n)(?s:.*?)(?=<!-- end -->)")


def review_page() -> str:
    """One prompt as it was written, as an engine receives it, and its answer restored; and what there is to find."""
    reviewed = review([BEFORE, AFTER], Policy(key=b"the key of this page"))
    prompt = fim.render(
        fim.named("qwen2.5-coder"), *reviewed.texts, [], language="java", path="Refund.java", budget_bytes=4_000
    ).prompt
    card = next(surrogate for surrogate, value in reviewed.surrogates.items() if value.startswith("4111"))
    answer = f'number.equals(CARD) || number.equals("{card.replace(" ", "")}");'
    shown = [
        f"As the developer wrote it, the caret behind `return`:\n\n```java\n{BEFORE}{AFTER}```\n",
        f"As the engine receives it (the markers are those of Qwen2.5-Coder):\n\n```\n{prompt}\n```\n",
        f"The engine's answer, and below it what the developer is shown:\n\n```java\n{answer}\n{reviewed.restored(answer)}\n```\n",
    ]
    rows = ["| kind | JR/T 0171 | JR/T 0197 | public | internal | restricted |", "|---|---|---|---|---|---|"]
    tables = [classes.actions(name, (), ()) for name in ("public", "internal", "restricted")]
    for kind in KINDS:
        marks = (kind.grade, str(kind.level)) if kind.family in {"secret", "personal"} else ("", "")
        rows.append(f"| `{kind.name}` | {marks[0]} | {marks[1]} | {' | '.join(table[kind.name] for table in tables)} |")
    return "\n".join([*shown, *rows]) + "\n"


def test_the_page_of_content_review_shows_what_it_does():
    text = README.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(REVIEW_PAGE.sub(lambda _: review_page(), text), "utf-8")
        text = README.read_text("utf-8")
    assert REVIEW_PAGE.search(text)[0] == review_page(), "UPDATE_DOCS=1 writes it"


def test_every_verb_is_in_the_readme():
    text = README.read_text("utf-8")
    assert [verb for verb in cli.VERBS if f"bank-copilot {verb}" not in text and f"`{verb}" not in text] == []


def test_the_readme_names_no_verb_or_target_that_is_absent():
    text = README.read_text("utf-8")
    verbs = set(re.findall(r"\bbank-copilot ([a-z]+)\b(?= |`|$)", text, re.MULTILINE))
    assert verbs <= set(cli.VERBS)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) <= targets


def test_files_named_by_the_documents_exist():
    for name in ("README.md", "ARCHITECTURE.md", "SECURITY.md", "lsp/clients/README.md"):
        text = (ROOT / name).read_text("utf-8")
        paths = re.findall(r"`((?:copilot|lsp|tests|serving|prompts)/[\w./-]+)`", text)
        base = (ROOT / name).parent
        links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
        missing = [p for p in paths if not (ROOT / p.split("::")[0]).exists()] + [
            p for p in links if not (base / p).exists()
        ]
        assert missing == [], name


def test_every_test_that_the_security_page_names_exists():
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) >= 30
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists() or not re.search(rf"\bdef {name}\(", (ROOT / path).read_text("utf-8"))
    ]
    assert missing == []
    for section in re.findall(r"(?ms)^## (?:What is promised|OWASP.*?)$(.*?)(?=^## )", text):
        rows = [row for row in section.splitlines() if row.startswith("|")][2:]
        assert [row for row in rows if "::test_" not in row] == [], "a promise without a test"


def test_the_architecture_stays_short_and_dated():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert len(text.splitlines()) <= 200
    assert re.search(r"^Last major update: 20\d\d-\d\d-\d\d", text, re.MULTILINE)
