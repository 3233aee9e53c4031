"""What correction is worth without a model: `python tests/bench/fix.py [--count N] [--submissions N] [--java FOLDER…] [--json]`.

Syntax repair on damage of one token (`fix_probe.py`) and on whole programs with one to three realistic mistakes
(`fix_submissions.py`), each with a table by kind; repair by tests (`fix_tests.py`); answers to what other tools say
(`fix_diagnostics.py`). Java programs come from `--java`, else from the source of an installed JDK; single methods from
`--library` (a public library's source), else from the same.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import fix_diagnostics
import fix_probe
import fix_submissions
import fix_tests
from report import FOLDER, Figure, publish

_SAMPLE = Path(__file__).parents[2] / "copilot/samplebank/java"
_PACKAGES = ("java.base/java/util/", "java.base/java/text/", "java.base/java/time/", "java.base/java/io/")


def jdk_source(folder: Path) -> list[str]:
    """Four packages of an installed JDK's source, unpacked into `folder`; the sample's Java where there is none."""
    for archive in sorted(Path("/usr/lib/jvm").glob("*/lib/src.zip")):
        if archive.is_file():
            with zipfile.ZipFile(archive) as opened:
                names = [name for name in opened.namelist() if name.startswith(_PACKAGES) and name.endswith(".java")]
                opened.extractall(folder, names)
            return [str(folder)]
    print("no JDK source here (tests/system.sh jdk-source): Java is measured on the sample", file=sys.stderr)
    return [str(_SAMPLE)]


def measured(options: argparse.Namespace) -> list[Figure]:
    """All figures, tables printed on the way."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        java = options.java or jdk_source(Path(scratch, "jdk"))
        figures += fix_probe.figures(options.count, options.seed, options.library or java)
        for language, folders in (("python", options.python), ("java", java)):
            some = fix_submissions.chosen(language, folders, options.submissions, options.seed, last=options.apart)
            figures += fix_submissions.measure(language, some, options.seed, misses="", only="")
    if options.faults:
        some = [one for one in fix_tests.faults() if one.apart == options.apart][: options.faults]
        figures += fix_tests.rows(fix_tests.figures(some))
    if options.diagnostics:
        told = fix_diagnostics.figures(count=options.diagnostics, seed=options.seed, apart=options.apart)
        goals = {"fix.diagnostics_wrong": ("<=", 0)}
        figures += [
            Figure(name, value, "%" if name.endswith("_pct") else "", *goals.get(name, ("", None)))
            for name, value in told.items()
        ]
    return figures


def named(options: argparse.Namespace) -> str:
    """The name of the file that the figures go to: what is kept apart, and a part, do not replace the whole."""
    whole = options.faults and options.diagnostics
    return "fix" + ("_apart" if options.apart else "") + ("" if whole else "_part")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=440, help="functions and methods with one damaged token each")
    parser.add_argument("--submissions", type=int, default=200, help="whole programs a language")
    parser.add_argument("--faults", type=int, default=1_000, help="functions with a mistake and tests, at most")
    parser.add_argument("--diagnostics", type=int, default=40, help="files whose diagnostics other tools give; 0: none")
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--java", nargs="*", default=[], help="folders with Java source")
    parser.add_argument("--library", nargs="*", default=[], help="folders with Java source whose methods are damaged")
    parser.add_argument("--python", nargs="*", default=[], help="folders with Python programs instead of our packages")
    parser.add_argument("--apart", action="store_true", help="the programs, faults and files that are kept apart")
    parser.add_argument("--json", action="store_true", help="only the figures, one JSON object a line")
    options = parser.parse_args()
    if empty := [folder for folder in (*options.library, *options.java) if not any(Path(folder).rglob("*.java"))]:
        parser.error(f"no Java in {', '.join(empty)}")
    with contextlib.redirect_stdout(io.StringIO() if options.json else sys.stdout):
        figures = measured(options)
        reached = publish(named(options), figures)
    if options.json:
        for row in json.loads((FOLDER / f"{named(options)}.json").read_text("utf-8"))["figures"]:
            print(json.dumps(row))
    return 0 if reached else 1


if __name__ == "__main__":
    raise SystemExit(main())
