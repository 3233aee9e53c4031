"""What a developer is told when content review stops a prompt: what, on which line, and who may make an exception."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.guard import Policy, Reviewed
from copilot.messages import say
from copilot.types import Declined, Request


def declined(reviewed: Reviewed, rules: Policy, texts: Sequence[str], request: Request) -> Declined:
    """What stopped the prompt, where it stands, and who may let it pass. Never the value."""
    here = request.document.text.decode("utf-8", "replace").replace("\r\n", "\n")
    named: dict[str, set[int]] = {}
    for d in reviewed.verdict.detections:
        if rules.decided(d) == "deny":
            at = here.find(texts[d.text][d.start : d.end])
            named.setdefault(d.kind, set()).add(here.count("\n", 0, at) + 1 if at >= 0 else 0)
    kinds = [
        f"{kind} ({', '.join(say('line {line}', line=line) if line else say('another file') for line in sorted(lines))})"
        for kind, lines in sorted(named.items())
    ]
    return Declined(
        say("content review: nothing was sent, because of {kinds}", kinds=", ".join(kinds)),
        say(
            "Take it out of the code, or ask who sets guard.deny and guard.repository_class for an exception (guard.allow)."
        ),
    )
