"""The README's examples of comments are what the program writes: UPDATE_DOCS=1 renews them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from copilot import edits
from copilot.config import Settings
from copilot.engines.embedded.comment import document_at
from copilot.syntax.outline import outline
from copilot.types import Candidate, CommentOptions, Document, Request, Task, document

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"(<!-- comments -->\n).*(<!-- /comments -->\n)", re.DOTALL)
PYTHON = """\
def settle(ledger, amount_cents: int, *, timeout_ms: int = 500) -> Decimal:
    if amount_cents <= 0:
        raise ValueError("nothing to settle")
    ledger.execute("UPDATE postings SET settled = 1 WHERE cents = ?", (amount_cents,))
    ledger.commit()
    log.info("settled")
    return (Decimal(amount_cents) / 100).quantize(CENT)
"""
JAVA = """\
class Transfers {
    <T extends Account> T pick(List<T> accounts, String iban) throws IOException {
        if (iban == null) throw new IllegalArgumentException("iban");
        logger.info("picked");
        return accounts.get(index(iban));
    }
}
"""


def written(name: str, lang: str, text: str) -> str:
    """The file with everything documented."""
    language = "java" if name.endswith("java") else "python"
    doc: Document = document(Path(name), language, text)
    made = []
    for symbol in outline(doc).symbols:
        if symbol.kind in {"function", "method"}:
            options = CommentOptions("auto", lang)  # type: ignore[arg-type]
            answer = document_at(Request(Task.COMMENT, doc, symbol.name_span, options), options, Settings())
            assert isinstance(answer, Candidate)
            made += answer.edits
    return edits.apply(doc, made).text.decode()


def section() -> str:
    """The four examples as a reader sees them: the documented head of each definition."""
    parts = []
    for name, text in (("settle.py", PYTHON), ("Transfers.java", JAVA)):
        for lang in ("en", "zh"):
            code = "java" if name.endswith("java") else "python"
            parts.append(f"```{code}\n{written(name, lang, text)}```\n")
    return "\n".join(parts)


def test_the_readme_shows_what_is_written():
    text = README.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        text = BLOCK.sub(lambda match: match[1] + section() + match[2], text)
        README.write_text(text, "utf-8")
    found = BLOCK.search(text)
    assert found is not None
    assert found[0] == f"<!-- comments -->\n{section()}<!-- /comments -->\n", "UPDATE_DOCS=1 writes it"
