"""The proof that a candidate brings in no word of the bank's packs: check `words`.

What a pack denies is declined; what it masks or reports in prompts is told beside the offer, by line and rule and never
by the word. A word that the document holds already is the developer's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from copilot.config import Settings
from copilot.guard.review import policy
from copilot.messages import say
from copilot.syntax.lines import line_start
from copilot.types import Check, Document, Edit
from copilot.verify.secure import changed


def checks(doc: Document, edits: tuple[Edit, ...], settings: Settings) -> Iterator[Check]:
    """Check `words`, where a pack is configured and finds something that the edits add."""
    if not settings.guard.packs:
        return
    rules = policy(settings.guard)
    told: list[str] = []
    denied = False
    for part, own in changed(doc, edits):
        held = part.text.decode("utf-8", "replace").lower()
        for edit in own:
            head = part.text[line_start(part.text, edit.span.start) : edit.span.start].decode("utf-8", "replace")
            text = head + edit.new
            for one in rules.packs.found(text, str(edit.path)):
                action = rules.decided(one)
                if action == "allow" or one.end <= len(head) or text[one.start : one.end].lower() in held:
                    continue
                denied = denied or action == "deny"
                line = part.text.count(b"\n", 0, edit.span.start) + text.count("\n", 0, one.start) + 1
                told.append(say("line {line}: the bank's rule {rule}", line=line, rule=one.rule))
    if told:
        yield Check("words", not denied, "; ".join(dict.fromkeys(told)))
