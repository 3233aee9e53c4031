"""Content review's figures: `python tests/bench/guard.py [--show] [--only PART]`.

CPU is the calling thread's, for one review of a piece of real code with every rule; each piece is reviewed three times
and its best run counts (the machine's noise is not ours). `--show` prints what was found in code that should be clean.
The other parts are modules of their own beside this one, each with `figures()`.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from guard_texts import ROOT, pieces
from report import Figure, publish

from copilot.config import Settings
from copilot.guard import Policy, policy, review

PARTS = ("guard_secrets", "guard_personal", "guard_stream", "guard_output", "guard_rules")
PEER = ROOT / "build" / "detect-secrets" / "bin" / "python"
PEER_TEXTS = 40
SECRETS = (
    'u = "jdbc:mysql://db/core?user=app&password=Xy7-pq-19"\nCARD = 6222021234567890128\nKEY = "ghp_'
    + "aB3dE6gH9k" * 4
    + '"\n'
)


def cost(texts: list[str], rules: Policy) -> list[float]:
    """CPU of each review in milliseconds, in order of size."""
    for text in texts[:20]:
        review((text,), rules)
    spent = []
    for text in texts:
        best = float("inf")
        for _ in range(3):
            started = time.thread_time_ns()
            review((text,), rules)
            best = min(best, (time.thread_time_ns() - started) / 1e6)
        spent.append(best)
    return sorted(spent)


def at(spent: list[float], percent: float) -> float:
    """The percentile of a sorted list."""
    return spent[min(len(spent) - 1, int(len(spent) * percent / 100))]


def peer(texts: list[str]) -> list[float]:
    """detect-secrets' CPU in milliseconds, in order; empty where its environment is not made (`make bench-guard`)."""
    if not PEER.exists():
        return []
    script = Path(__file__).with_name("guard_peer.py")
    done = subprocess.run([PEER, script], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return sorted(json.loads(done.stdout))


def cpu(rules: Policy) -> list[Figure]:
    texts = pieces(16_384, 1_000)
    spent = cost(texts, rules)
    found = [len(review((text,), rules).verdict.detections) for text in texts]
    half = 8_192
    dirty = cost([text[:half] + "\n" + SECRETS + text[half:] for text in texts[::4]], rules)
    small = cost(pieces(8_192, 400), rules)
    theirs = peer(texts[:: max(1, len(texts) // PEER_TEXTS)])
    p50, p99 = at(spent, 50), at(spent, 99)
    theirs50, theirs99 = (at(theirs, 50), at(theirs, 99)) if theirs else (None, None)
    return [
        Figure("guard.cpu_p50_ms", p50, "ms", "<=", 0.5, theirs50, theirs50 / p50 if theirs50 else None),
        Figure("guard.cpu_p99_ms", p99, "ms", "<=", 2, theirs99, theirs99 / p99 if theirs99 else None),
        Figure("guard.cpu_mean_ms", statistics.fmean(spent), "ms"),
        Figure("guard.cpu_found_p50_ms", at(dirty, 50), "ms"),
        Figure("guard.cpu_found_p99_ms", at(dirty, 99), "ms"),
        Figure("guard.cpu_8kb_p50_ms", at(small, 50), "ms"),
        Figure("guard.texts_with_findings_pct", 100 * sum(map(bool, found)) / len(found), "%"),
    ]


def alarms(rules: Policy, *, show: bool) -> list[Figure]:
    """What is found in code that people published: nothing of it should stop a prompt."""
    texts = pieces(8_192)
    denied = masked = 0
    counts: Counter[str] = Counter()
    for text in texts:
        verdict = review((text,), rules).verdict
        denied += verdict.action == "deny"
        masked += verdict.action == "redact"
        for one in verdict.detections:
            counts[one.rule] += 1
            if show:
                start = text.rfind("\n", 0, one.start) + 1
                end = text.find("\n", one.end)
                print(f"{one.rule}: {text[start : end if end != -1 else None].strip()[:160]!r}")
    if show:
        print(counts.most_common())
    size = sum(map(len, texts)) / 1e6
    chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in text) for text in texts)
    return [
        Figure("guard.false_blocks_per_1000", 1000 * denied / len(texts), "of 1000", "<=", 1),
        Figure("guard.masked_per_1000", 1000 * masked / len(texts), "of 1000"),
        Figure("guard.benign_mb", size, "MB", ">=", 10),
        Figure("guard.benign_chinese_prompts", chinese, "texts"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rules = policy(Settings().guard)
    figures: list[Figure] = []
    if options.only in {"", "cpu"}:
        figures += cpu(rules)
    if options.only in {"", "alarms"}:
        figures += alarms(rules, show=options.show)
    for part in PARTS:
        if options.only in {"", part} and importlib.util.find_spec(part):
            figures += importlib.import_module(part).figures()
    sys.exit(0 if publish("guard" if not options.only else f"guard-{options.only}", figures) else 1)


if __name__ == "__main__":
    main()
