"""Single-slip damage, undone: `python tests/bench/fix_probe.py [--count N] [--seed S] [--java FOLDER…] [--misses]`.

Takes functions of the running interpreter's library (files that `fix_grams.py` did not count) and methods of Java
files, damages one token of each so that it no longer parses, and asks the repair for it. "exact" compares the
lexemes (and for Python the indentation) with the undamaged text.
"""

from __future__ import annotations

import argparse
import ast
import random
import statistics
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fix_grams import counted
from report import Figure, publish

from copilot.engines.embedded.mend import mends
from copilot.syntax import tree as trees
from copilot.syntax.lexemes import Lexeme, lexemes
from copilot.verify.syntax import python_error

Damage = Callable[[str, list[Lexeme], random.Random, str], str | None]


def _splice(text: str, lexeme: Lexeme, new: str) -> str:
    data = text.encode()
    return (data[: lexeme.start] + new.encode() + data[lexeme.end :]).decode()


def drop(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    some = [t for t in tokens if t.kind in {"operator", "keyword"}]
    return _splice(text, rng.choice(some), "") if some else None


def drop_closer(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    some = [t for t in tokens if t.text in "()[]{}"]
    return _splice(text, rng.choice(some), "") if some else None


def drop_end(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    some = [t for t in tokens if t.text in {":", ";", ","}]
    return _splice(text, rng.choice(some), "") if some else None


def double(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    some = [t for t in tokens if t.kind in {"operator", "keyword"}]
    if not some:
        return None
    token = rng.choice(some)
    return _splice(text, token, token.text + (" " if token.text.isalpha() else "") + token.text)


def wrong_bracket(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    some = [t for t in tokens if t.text in "()[]{}"]
    if not some:
        return None
    token = rng.choice(some)
    return _splice(text, token, rng.choice([b for b in "()[]{}" if b != token.text]))


def misspell(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    some = [t for t in tokens if t.kind == "keyword" and len(t.text) > 2]
    if not some:
        return None
    token = rng.choice(some)
    at = rng.randrange(len(token.text) - 1)
    word = token.text
    return _splice(
        text, token, rng.choice([word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :]])
    )


def quote(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    some = [t for t in tokens if t.kind == "string" and '"""' not in t.text and "'''" not in t.text]
    if not some:
        return None
    token = rng.choice(some)
    return _splice(text, token, rng.choice([token.text[:-1], token.text.lstrip("rbfRBF")[1:]]))


def indent(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    if language != "python":
        return None
    lines = text.split("\n")
    row = rng.randrange(1, len(lines))
    if not lines[row].strip():
        return None
    shift = rng.choice([-4, -1, 1, 4])
    lines[row] = " " * shift + lines[row] if shift > 0 else lines[row][-shift:]
    if shift < 0 and not text.split("\n")[row].startswith(" " * -shift):
        return None
    return "\n".join(lines)


def foreign(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    words = (
        {
            "and": "&&",
            "or": "||",
            "not": "!",
            "elif": "else if",
            "==": "=",
            ":": "{",
            "def": "function",
            "except": "catch",
        }
        if language == "python"
        else {"&&": "and", "||": "or", "!": "not ", "==": "=", ";": ":", "throw": "raise", "catch": "except"}
    )
    some = [t for t in tokens if t.text in words]
    token = rng.choice(some) if some else None
    return _splice(text, token, words[token.text]) if token else None


def stray(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    token = rng.choice([t for t in tokens if t.kind != "newline"])
    return _splice(text, token, token.text + rng.choice(list(")](,;:.=}")))


def full_width(text: str, tokens: list[Lexeme], rng: random.Random, language: str) -> str | None:
    words = {"(": "（", ")": "）", ":": "：", ",": "，", ";": "；"}
    some = [t for t in tokens if t.text in words]
    token = rng.choice(some) if some else None
    return _splice(text, token, words[token.text]) if token else None


KINDS: tuple[Damage, ...] = (
    drop, drop_closer, drop_end, double, wrong_bracket, misspell, quote, indent, foreign, stray, full_width,
)  # fmt: skip


def python_functions() -> Iterator[tuple[str, str]]:
    library = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(library.glob("*.py")) + sorted(library.glob("[a-z]*/*.py")):
        if counted(path) or {"test", "tests", "idlelib", "lib2to3", "site-packages"} & set(path.parts):
            continue
        text = path.read_text("utf-8", "replace")
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and not node.decorator_list and node.end_lineno:
                lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
                if 4 <= len(lines) <= 60:
                    cut = node.col_offset
                    yield path.name, "\n".join(line[cut:] if not line[:cut].strip() else line for line in lines) + "\n"


def java_methods(folders: list[str]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.java")):
            data = path.read_bytes()
            tree = trees.parse(data, "java")
            if tree is None or tree.root_node.has_error:
                continue
            for node in trees.descendants(tree.root_node, "method_declaration"):
                body = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
                if 4 <= body.count("\n") <= 60:
                    yield path.name, "public class Sample {\n    " + body + "\n}\n"


def broken(text: bytes, language: str) -> bool:
    """Whether the parser refuses it."""
    if language == "python":
        return python_error(text) is not None
    tree = trees.parse(text, language)
    return tree is None or tree.root_node.has_error


def shape(text: bytes, language: str) -> list[tuple[str, str]]:
    rows = lexemes(text, language)
    if language != "python":
        return [("", row.text) for row in rows if row.kind != "newline"]
    return [(_column(text, row), row.text) for row in rows if row.kind != "newline"]


def _column(text: bytes, row: Lexeme) -> str:
    start = text.rfind(b"\n", 0, row.start) + 1
    lead = text[start : row.start]
    return str(len(lead)) if not lead.strip() else ""


def measure(language: str, samples: list[tuple[str, str]], rng: random.Random, *, misses: bool) -> list[Figure]:
    """The figures of one language; its table by kind of damage and by confidence is printed."""
    found_figures: list[Figure] = []
    rows: list[tuple[str, bool, bool, bool, float, float]] = []
    for number, (_, text) in enumerate(samples):
        data = text.encode()
        tokens = lexemes(data, language)
        hurt = None
        for attempt in range(40):
            damage = KINDS[(number + attempt) % len(KINDS)] if attempt else KINDS[number % len(KINDS)]
            hurt = damage(text, tokens, rng, language)
            if hurt is not None and hurt != text and broken(hurt.encode(), language):
                break
            hurt = None
        if hurt is None:
            continue
        damaged = hurt.encode()
        cpu = time.process_time()
        found = mends(damaged, language)
        cpu = time.process_time() - cpu
        results = []
        for repair in found:
            after = damaged
            for slip in sorted(repair.slips, key=lambda s: -s.start):
                after = after[: slip.start] + slip.new + after[slip.end :]
            results.append(shape(after, language) == shape(data, language))
        rows.append(
            (
                damage.__name__,
                bool(results),
                results[:1] == [True],
                any(results[:5]),
                cpu,
                found[0].share if found else 0,
            )
        )
        if misses and results[:1] != [True]:
            _show(damage.__name__, text, hurt, found, results)
    print(f"\n{language}: {len(rows)} samples")
    print(f"{'damage':14} {'n':>4} {'parses':>7} {'top-1':>7} {'top-5':>7} {'p50 ms':>7} {'p95 ms':>7}")
    for name in [kind.__name__ for kind in KINDS] + ["all"]:
        some = [row for row in rows if name in {row[0], "all"}]
        if some:
            times = sorted(row[4] * 1000 for row in some)
            shares = [100 * sum(row[column] for row in some) / len(some) for column in (1, 2, 3)]
            p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
            if name == "all":
                name_of = "fix.syntax" if language == "python" else "fix.java_syntax"
                p50 = statistics.median(times)
                found_figures = [
                    Figure(f"{name_of}_parse_pct", shares[0], "%", ">=", 99),
                    Figure(f"{name_of}_top1_pct", shares[1], "%", ">=", 80 if language == "python" else 75),
                    Figure(f"{name_of}_top5_pct", shares[2], "%"),
                    Figure(f"{name_of}_p50_ms", p50, "ms CPU", "<=", 150),
                    Figure(f"{name_of}_samples", len(some), "functions"),
                ]
            print(
                f"{name:14} {len(some):4} {shares[0]:7.1f} {shares[1]:7.1f} {shares[2]:7.1f} {statistics.median(times):7.1f} {p95:7.1f}"
            )
    for low, high in ((0.9, 1.01), (0.7, 0.9), (0.5, 0.7), (0.3, 0.5), (0.0, 0.3)):
        some = [row for row in rows if row[1] and low <= row[5] < high]
        if some:
            print(
                f"share {low:.1f}..{high:.1f}: {len(some):4}  exact top-1 {100 * sum(r[2] for r in some) / len(some):5.1f}"
            )
    return found_figures


def _show(name: str, text: str, hurt: str, found: list, results: list[bool]) -> None:
    old, new = text.split("\n"), hurt.split("\n")
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)) - 1)
    print(f"--- {name} line {at + 1}: {old[at].strip()!r} -> {new[at].strip()!r}")
    for repair, right in list(zip(found, results, strict=True))[:5]:
        print(
            "   ",
            "*" if right else " ",
            f"{repair.cost:.1f} {repair.share:.2f}",
            [
                (s.kind, hurt.encode()[: s.start].count(b"\n") + 1, hurt.encode()[s.start : s.end][-40:], s.new[-40:])
                for s in repair.slips
            ],
        )


def figures(count: int, seed: int, java: list[str], *, only: str = "", misses: bool = False) -> list[Figure]:
    """Both languages (or `only` one), `count` samples each."""
    found: list[Figure] = []
    for language, source in (("python", python_functions()), ("java", java_methods(java))):
        if only in {"", language}:
            rng = random.Random(seed)
            samples = sorted(source)
            rng.shuffle(samples)
            if samples:
                found += measure(language, samples[:count], rng, misses=misses)
    return found


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=220)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--java", nargs="*", default=[str(Path(__file__).parents[2] / "copilot/samplebank/java")])
    options.add_argument("--only", choices=["python", "java"], default="")
    options.add_argument("--misses", action="store_true")
    chosen = options.parse_args()
    publish("fix_probe", figures(chosen.count, chosen.seed, chosen.java, only=chosen.only, misses=chosen.misses))


if __name__ == "__main__":
    main()
