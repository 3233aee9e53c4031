"""Runs the other scanners over a folder of numbered files, in their own interpreter; prints the numbers they flag as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def credsweeper(folder: Path, *, model: bool) -> tuple[list[int], float]:
    from credsweeper.app import CredSweeper
    from credsweeper.file_handler.files_provider import FilesProvider

    scanner = CredSweeper() if model else CredSweeper(ml_threshold=0)
    started = time.process_time()
    scanner.run(FilesProvider(sorted(folder.glob("*.txt"))))
    found = scanner.credential_manager.get_credentials()
    hits = {int(Path(one.line_data_list[0].path).stem) for one in found}
    return sorted(hits), time.process_time() - started


def detect_secrets(folder: Path) -> tuple[list[int], float]:
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    started = time.process_time()
    secrets = SecretsCollection()
    with default_settings():
        for path in sorted(folder.glob("*.txt")):
            secrets.scan_file(str(path))
    return [int(Path(name).stem) for name in secrets.files], time.process_time() - started


def main() -> None:
    folder = Path(sys.argv[1])
    found = {
        "CredSweeper without its model": credsweeper(folder, model=False),
        "CredSweeper": credsweeper(folder, model=True),
        "detect-secrets": detect_secrets(folder),
    }
    for name, (_, spent) in found.items():
        print(f"{name}: {spent:.1f} s CPU", file=sys.stderr)
    print(json.dumps({name: hits for name, (hits, _) in found.items()}))


if __name__ == "__main__":
    main()
