"""The tiny model, built when what it is made of has changed: `folder()`, or `python tests/vllm/tiny.py` for its place.

Made of: the prompts as the product renders them today (recorded anew each time, seconds), the answers, the build script
and the versions of the libraries. A build takes a minute or two of one CPU core.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from stack import PYTHON, ROOT  # noqa: E402

CACHE = ROOT / "build" / "tiny-model"
KEPT = 3
"""Builds that stay in the cache, the newest first."""


def folder() -> Path:
    """A folder with `model/`, `adapters/<name>/` and `examples.json`. Raises SystemExit when it cannot be built."""
    if not PYTHON.exists():
        raise SystemExit("vLLM's environment is missing: make vllm")
    from record import record  # the product's own code is only imported here

    examples = json.dumps(asyncio.run(record()), indent=1, sort_keys=True) + "\n"
    script = Path(__file__).with_name("build_model.py")
    versions = subprocess.run(
        [
            PYTHON,
            "-c",
            "import sys; from importlib.metadata import version as v; print(sys.version, *map(v, ['torch', 'transformers', 'tokenizers', 'peft']))",
        ],
        capture_output=True,
        check=True,
    ).stdout
    name = hashlib.sha256(b"\0".join([examples.encode(), script.read_bytes(), versions])).hexdigest()[:16]
    built = CACHE / name
    if not (built / "done.json").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        source = CACHE / f"{name}.json"
        source.write_text(examples, "utf-8")
        sys.stderr.write(f"== building the tiny model {name} (a minute or two of one core)\n")
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
        subprocess.run([PYTHON, script, source, built], check=True, env=environment, stdout=sys.stderr)
        source.replace(built / "examples.json")
    _tidy(built)
    return built


def _tidy(present: Path) -> None:
    import shutil

    present.touch()
    old = sorted((p for p in CACHE.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]
    for place in old:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    print(folder())
