"""Count the word runs that many packages share, for `copilot/engines/embedded/idioms/`: `python tests/bench/idioms.py LANGUAGE FOLDER…`.

Each folder in a given folder is a package (a file there, too). A run is kept when it stands in at least three packages: what
is left is how a language is spoken, nobody's text. Names that few packages use are one word (`<#N>`), so are strings and
numbers. Python was counted over CPython 3.11's library and packages that no history names; Java over the sources of Debian 12
(`apt-get source`) of c3p0, commons-csv, commons-io, commons-lang3, guava, hibernate3, hikaricp, httpcomponents-client,
jackson-databind, jetty9, junit4, logback, mariadb-connector-java, mockito, netty, spring and zookeeper, tests included; of
these the most frequent contexts are kept.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from copilot.context.lexemes import kept_words
from copilot.context.tokens import NEW_NAME, lex
from copilot.engines.embedded.idioms import HOME, ORDER, plain

SUFFIX = {"python": ".py", "java": ".java"}
SHARED = 3
OFTEN, SEEN, PART = 8, 30, 0.01
LONGEST = 300_000
FILES = {"python": 150, "java": 400}
BYTES = {"python": 2_000_000, "java": 300_000}
FOREIGN = ("httpx", "fava", "piecash", "quantstats", "oscar", "twilio", "sympy", "click", "flask", "werkzeug", "requests",
           "starlette", "marshmallow", "rest_framework", "wagtail", "scrapy", "celery", "alembic", "hypothesis", "github",
           "stripe", "django_filters", "_hypothesis", "copilot", "lsp", "serving", "prompts", "site-packages", "__pycache__",
           "idlelib", "lib2to3")  # fmt: skip
TESTS = {"python": {"test", "tests"}, "java": set()}


def packages(folders: list[Path], language: str) -> Iterator[list[Path]]:
    """The files of each package, as many of each at most, evenly chosen."""
    suffix, most = SUFFIX[language], FILES[language]
    foreign = TESTS[language].union(FOREIGN)
    for folder in folders:
        for entry in sorted(folder.iterdir()):
            if entry.name.removesuffix(suffix).lower().startswith((*FOREIGN, *TESTS[language])):
                continue
            files = sorted(entry.rglob(f"*{suffix}")) if entry.is_dir() else [entry] * (entry.suffix == suffix)
            kept = [f for f in files if not foreign & set(f.parts[len(entry.parts) :]) and f.stat().st_size < LONGEST]
            if kept:
                yield kept[:: max(len(kept) // most, 1)][:most]


def main(language: str, folders: list[Path]) -> None:
    """Count and write."""
    every: list[list[list[str]]] = []
    for files in packages(folders, language):
        streams = [lex(file.read_bytes().decode("utf-8", "replace"), language).words for file in files]
        every.append([[plain(word, language) for word in stream] for stream in streams])
    print(f"{len(every)} packages, {sum(len(s) for p in every for s in p)} words", flush=True)
    spread: Counter[str] = Counter()
    for package in every:
        spread.update({word for stream in package for word in stream})
    kept = kept_words(language)
    known = {w for w, n in spread.items() if n >= SHARED or not w.isidentifier() or w in kept}
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    owners: dict[tuple[str, ...], list[int]] = {}
    for number, package in enumerate(every):
        for stream in package:
            words = [word if word in known else NEW_NAME for word in stream]
            for at in range(1, len(words)):
                for length in range(ORDER + 1):
                    if at < length:
                        break
                    context = tuple(words[at - length : at])
                    if length > 1 and number >= SHARED and context[1:] not in counts:
                        break
                    counts[context][words[at]] += 1
                    run = (*context, words[at])
                    seen = owners.setdefault(run, [0, -1])
                    if seen[1] != number:
                        seen[0] += 1
                        seen[1] = number
    rows: list[tuple[int, int, str]] = []
    for context, following in counts.items():
        kept_here = [(w, n) for w, n in following.most_common() if n >= OFTEN and owners[(*context, w)][0] >= SHARED]
        total = sum(following.values())
        kept_here = [(w, n) for w, n in kept_here if n >= PART * total or not context]
        if not kept_here or total < SEEN:
            continue
        told = " ".join(f"{w} {n}" for w, n in kept_here[: 400 if not context else 24])
        row = f"{' '.join(context)}\t{total} {len(following)}\t{told}".replace("\n", "<NL>")
        rows.append((-total, len(context), row))
    # What a context ends with is at least as frequent: no context is kept without it.
    ends = accumulate(len(row.encode()) + 1 for *_, row in sorted(rows))
    chosen = sorted(row for (*_, row), end in zip(sorted(rows), ends, strict=True) if end <= BYTES[language])
    HOME.mkdir(exist_ok=True)
    target = HOME / f"{language}.txt"
    target.write_text("\n".join(chosen) + "\n", "utf-8")
    print(f"{len(chosen)} rows of {len(rows)}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1], [Path(folder) for folder in sys.argv[2:]])
