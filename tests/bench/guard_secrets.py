"""How many made secrets content review finds, how often it is wrong, and what two other scanners do on the same texts.

    python tests/bench/guard_secrets.py [--peers PYTHON] [--misses] [--code FOLDER …]

`--peers`: an interpreter that has CredSweeper and detect-secrets (an environment of its own; neither is a dependency).
`--code`: what is flagged in real code, to be labelled by hand. `figures()` is what `guard.py` publishes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from report import Figure
from secret_vectors import Vector, vectors

from copilot.guard.detect import detect

SECRETS = frozenset({"password", "provider-key", "private-key"})
HERE = Path(__file__).parent


def found(one: Vector) -> bool:
    """Whether review reports the secret (or, in a negative, anything secret)."""
    at = one.text.find(one.secret) if one.secret else 0
    until = at + len(one.secret) if one.secret else len(one.text)
    return any(hit.start < until and hit.end > at for hit in detect(one.text) if hit.kind in SECRETS)


def rates(rows: list[Vector], hits: list[bool]) -> tuple[float, float]:
    """Recall and share of false alarms, in percent."""
    true = [hit for one, hit in zip(rows, hits, strict=True) if one.secret]
    false = [hit for one, hit in zip(rows, hits, strict=True) if not one.secret]
    return 100 * sum(true) / len(true), 100 * sum(false) / len(false)


def figures() -> list[Figure]:
    """Recall and false alarms of both sets. Only `apart` has goals: the other was developed against."""
    made = []
    for which in ("open", "apart"):
        rows = vectors(which)
        recall, alarms = rates(rows, [found(one) for one in rows])
        judged = which == "apart"
        made += [
            Figure(f"guard.secrets_recall_pct_{which}", recall, "%", ">=" if judged else "", 95.0 if judged else None),
            Figure(f"guard.secrets_false_pct_{which}", alarms, "%", "<=" if judged else "", 5.0 if judged else None),
        ]
    return made


def peers(python: str, rows: list[Vector]) -> dict[str, list[bool]]:
    """What the other scanners flag: one file a vector, as both want files."""
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(rows):
            (Path(folder) / f"{number:05}.txt").write_text(one.text + "\n", "utf-8")
        done = subprocess.run(
            [python, HERE / "guard_peers.py", folder, str(len(rows))], stdout=subprocess.PIPE, check=True
        )
    return {
        name: [number in set(hits) for number in range(len(rows))] for name, hits in json.loads(done.stdout).items()
    }


def code(folders: list[Path]) -> None:
    size, count = 0, Counter[str]()
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.suffix not in {
                ".py",
                ".java",
                ".js",
                ".ts",
                ".go",
                ".xml",
                ".yaml",
                ".yml",
                ".json",
                ".toml",
                ".cfg",
                ".ini",
                ".sh",
                ".md",
                ".txt",
                ".rst",
                ".h",
                ".c",
            }:
                continue
            if not path.is_file():
                continue
            text = path.read_text("utf-8", errors="replace")
            size += len(text)
            for one in detect(text):
                if one.kind not in SECRETS:
                    continue
                count[one.rule] += 1
                start, end = text.rfind("\n", 0, one.start) + 1, text.find("\n", one.end)
                print(f"{path}\t{one.rule}\t{text[one.start : one.end][:60]}\t{text[start:end].strip()[:160]}")
    print(f"{size / 1e6:.1f} MB, {sum(count.values())} flagged: {dict(count)}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", default="")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--set", default="", choices=("", "open", "apart"))
    parser.add_argument("--code", nargs="*", type=Path)
    options = parser.parse_args()
    if options.code:
        code(options.code)
        return
    for which in [options.set] if options.set else ["open", "apart"]:
        rows = vectors(which)
        hits = [found(one) for one in rows]
        groups = Counter(one.group for one in rows)
        good = Counter(one.group for one, hit in zip(rows, hits, strict=True) if hit == bool(one.secret))
        print(
            f"{which}: {len(rows)} vectors; recall {rates(rows, hits)[0]:.1f} %, false alarms {rates(rows, hits)[1]:.1f} %"
        )
        for group, total in groups.items():
            if good[group] < total:
                print(f"  {group:24} {good[group]}/{total}")
        if options.misses:
            for one, hit in zip(rows, hits, strict=True):
                if hit != bool(one.secret):
                    print("  ", "MISSED" if one.secret else "ALARM ", repr(one.text))
        for name, other in (peers(options.peers, rows) if options.peers else {}).items():
            print(f"  {name}: recall {rates(rows, other)[0]:.1f} %, false alarms {rates(rows, other)[1]:.1f} %")


if __name__ == "__main__":
    main()
