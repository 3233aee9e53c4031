"""What becomes of raw model answers: `python tests/bench/refine.py [places]`.

At random places of the standard library (and of the JDK's source, where it lies) the rest of a line, or the block behind
an opener, is taken out, and a raw answer is made of it as models give them: fenced, in prose, with control words and
thoughts, repeating what stands before or behind, going on, breaking off, cut. Counted: syntax faults that a shown
completion adds, answers that give the very text back, and right ones that come to nothing. Noise that leaves no right
answer (a broken one) counts for the faults only. Then the hand-made answers of `tests/golden`, and texts that try to
become control words of a prompt.
"""

from __future__ import annotations

import asyncio
import random
import sys
import sysconfig
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from report import Figure, publish

from copilot import edits, pipeline
from copilot.config import Settings
from copilot.syntax import tree
from copilot.types import CompleteOptions, Declined, Document, Request, Span, Task, document
from copilot.workspace import Workspace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden"))

import injections
import refinements

JDK = ("java.base/java/util/", "java.sql/java/sql/", "java.base/java/time/")
BYTES = 40_000


@dataclass(frozen=True)
class Place:
    """A hole: what stands before and behind it, what was there, and the lines that follow."""

    path: Path
    language: str
    before: str
    gold: str
    after: str

    @property
    def line(self) -> str:
        """What is typed of the line."""
        return self.before[self.before.rfind("\n") + 1 :]

    @property
    def rest(self) -> str:
        """What stands behind the caret on its line."""
        return self.after.partition("\n")[0]

    def below(self, count: int) -> str:
        """The next lines."""
        return "\n".join(self.after.split("\n")[1 : 1 + count])


def _fenced(place: Place, text: str) -> str:
    return f"```{place.language}\n{text}\n```"


NOISE: dict[str, Callable[[Place], str]] = {
    "bare": lambda p: p.gold,
    "goes on": lambda p: p.gold + p.rest + "\n" + p.below(3),
    "end word": lambda p: p.gold + "<|endoftext|>",
    "chat end": lambda p: p.gold + "<|im_end|>\n<|im_start|>user",
    "fence": lambda p: _fenced(p, p.gold),
    "fenced line": lambda p: _fenced(p, p.line + p.gold + p.rest),
    "prose": lambda p: f"Sure! Here is the code:\n\n{_fenced(p, p.line + p.gold + p.rest)}\n\nThis completes the line.",
    "thought": lambda p: f"<think>\nThe caret stands in a line.\nSo the rest is needed.\n</think>\n\n{p.gold}",
    "line again": lambda p: p.line.lstrip() + p.gold,
    "above again": lambda p: "\n".join(p.before.split("\n")[-3:]) + p.gold,
    "rest again": lambda p: p.gold + p.rest,
    "below again": lambda p: p.gold + p.rest + "\n" + p.below(1) + "\n" + p.below(1),
    "repeats": lambda p: (p.gold + p.rest + "\n") * 8,
    "blank end": lambda p: p.gold + "   \n\n\n",
    "carriage": lambda p: (p.gold + p.rest + "\n" + p.below(2)).replace("\n", "\r\n"),
}
BROKEN: dict[str, Callable[[Place], str]] = {
    "cut": lambda p: p.gold[: len(p.gold) * 2 // 3],
    "a bracket too many": lambda p: p.gold + ")",
    "a bracket open": lambda p: p.gold + "(",
    "a quote open": lambda p: p.gold + '"',
    "another language": lambda p: (
        "function f() { return 1; }" if p.language == "python" else "def f(self):\n    return 1"
    ),
    "only prose": lambda _: "I am not sure what you want to write here.",
    "margin": lambda p: "      " + p.gold,
    "keyword": lambda p: "else:" if p.language == "python" else "} else {",
}


def files() -> Iterator[tuple[Path, str, str]]:
    """Sources with their language."""
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        yield path, "python", path.read_text("utf-8", "replace")
    for home in sorted(Path("/usr/lib/jvm").glob("*/lib/src.zip"))[:1]:
        with zipfile.ZipFile(home) as archive:
            for name in archive.namelist():
                if name.startswith(JDK) and name.endswith(".java"):
                    yield Path(name), "java", archive.read(name).decode("utf-8", "replace")


def places(count: int, chance: random.Random) -> Iterator[Place]:
    """Random holes, as many in each language."""
    texts = {"python": [], "java": []}  # type: dict[str, list[tuple[Path, str]]]
    for path, language, text in files():
        if 1_000 < len(text) < BYTES and "\t" not in text:
            texts[language].append((path, text))
    kinds = [language for language, found in texts.items() if found]
    made = 0
    while made < count:
        language = kinds[made % len(kinds)]
        path, text = chance.choice(texts[language])
        place = _hole(path, language, text, chance)
        if place is not None:
            made += 1
            yield place


def _hole(path: Path, language: str, text: str, chance: random.Random) -> Place | None:
    rows = text.split("\n")
    number = chance.randrange(len(rows))
    row = rows[number]
    bare = row.strip()
    comment = ("#", "@", '"', "'") if language == "python" else ("//", "*", "/*", "@")
    if len(bare) < 12 or bare.startswith((*comment, "import", "from", "package")) or '"""' in row:
        return None
    first = len(row) - len(row.lstrip())
    cuts = [n for n in range(first + 3, len(row) - 3) if row[n - 1] in " (.,=" and not row[n].isspace()]
    if not cuts:
        return None
    at = chance.choice(cuts)
    # Half the time the brackets that the line closes at its end stand there already, as editors put them.
    end = len(row.rstrip("):;,]} ")) if chance.random() < 0.5 else len(row)
    if end - at < 3:
        return None
    before = "\n".join([*rows[:number], row[:at]])
    after = "\n".join([row[end:], *rows[number + 1 :]])
    place = Place(path, language, before, row[at:end], after)
    doc = document(Path("/r") / path.name, language, text)
    node = tree.node_at(tree.of(doc), Span(len(before.encode()), len(before.encode())))  # type: ignore[arg-type]
    if "string" in node.type or "comment" in node.type:
        return None
    return place


def noisy(place: Place, chance: random.Random) -> tuple[str, str, bool]:
    """`(kind, raw answer, whether a right answer is in it)`."""
    if chance.random() < 0.6:
        kind = chance.choice(list(NOISE))
        return kind, NOISE[kind](place), True
    kind = chance.choice(list(BROKEN))
    return kind, BROKEN[kind](place), False


async def main() -> None:
    """Ask, count, publish."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    chance = random.Random(11)
    added, shown = 0, 0
    told: Counter[str] = Counter()
    right: Counter[str] = Counter()
    nothing: Counter[str] = Counter()
    samples: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-refine-") as folder:
        workspace = Workspace.open(Path(folder).resolve(), Settings(), engine="replay")
        for place in places(count, chance):
            kind, raw, good = noisy(place, chance)
            path = Path(folder).resolve() / place.path.name
            doc = document(path, place.language, place.before + place.after)
            at = len(place.before.encode())
            request = Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions())
            answer = await pipeline.suggest(request, workspace.replaying(raw))
            after = doc if isinstance(answer, Declined) else edits.apply(doc, answer.edits)
            if not isinstance(answer, Declined):
                shown += 1
                added += _faults(doc, after)
            if good:
                told[kind] += 1
                same = " ".join(after.text.decode().split()) == " ".join(
                    (place.before + place.gold + place.after).split()
                )
                right[kind] += same
                nothing[kind] += isinstance(answer, Declined)
                if not same and len(samples) < 60:
                    got = answer.reason if isinstance(answer, Declined) else repr(answer.edits[0].new)
                    samples.append(f"{kind}: {place.line!r} | {place.gold!r} | {place.rest!r} -> {got}")
        await workspace.close()
    for kind in told:
        print(f"  {kind:14} {right[kind]:5} of {told[kind]:5} right, {nothing[kind]:4} nothing")
    print("\n".join(samples[:40]))
    sets = {name: _hand_made(name) for name in ("refine", "refine_apart")}
    injected = sum(injections.injected(attack) > 0 for attack in injections.attacks())
    publish("refine", [
        Figure("agent.refine_syntax_errors", added, "faults", "<=", 0),
        Figure("agent.refine_places", count, "places"),
        Figure("agent.refine_shown", shown, "answers"),
        Figure("agent.refine_right_pct", 100 * sum(right.values()) / max(sum(told.values()), 1), "%", ">=", 95),
        Figure("agent.refine_emptied_pct", 100 * sum(nothing.values()) / max(sum(told.values()), 1), "%"),
        Figure("agent.refine_cases_right_pct", sets["refine"], "%", ">=", 95),
        Figure("agent.refine_cases_apart_right_pct", sets["refine_apart"], "%", ">=", 95),
        Figure("completion.fim_injections", injected, "requests", "<=", 0),
    ])  # fmt: skip


def _hand_made(name: str) -> float:
    """Share of a set of hand-made answers that are right, in percent."""
    cases = refinements.load(name)
    with tempfile.TemporaryDirectory(prefix="bench-refine-") as folder:
        found = refinements.refined(cases, Path(folder))
    right = sum(after in case.right for case, after in zip(cases, found, strict=True))
    print(f"  {name:14} {right:5} of {len(cases):5} right")
    return 100 * right / len(cases)


def _faults(before: Document, after: Document) -> int:
    """How many more ERROR and MISSING nodes there are afterwards, parsed anew."""
    counts = [
        len(tree.faults(found)) if (found := tree.parse(doc.text, doc.language or "")) else 0 for doc in (before, after)
    ]
    return max(counts[1] - counts[0], 0)


if __name__ == "__main__":
    asyncio.run(main())
