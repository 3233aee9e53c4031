"""Generated test files whose code is gone are named, and no others."""

from __future__ import annotations

from pathlib import Path

from copilot.verify import stale

HEAD = "# bank-copilot tests: they hold for the code as it is today, which need not be what it should do\n"


def test_files_of_ours_that_import_what_is_gone_are_named(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/cash.py": "import os\nfrom decimal import Decimal\n\nif os:\n    RATE = 1\n\n\ndef pay():\n    return 1\n",
        "shop/lazy.py": "def __getattr__(name):\n    return name\n",
        "tests/test_fine.py": HEAD + "import os\nfrom shop import cash\nfrom shop.cash import RATE, Decimal, pay\n",
        "tests/test_name.py": HEAD + "from shop.cash import collect, pay\n",
        "tests/test_module.py": '"""Characterisation tests of shop.fees."""\nfrom shop.fees import fee\n',
        "tests/test_dotted.py": "# bank-copilot tests --staged: shop.fees:fee code=x tests=y\nimport shop.fees as fees\n",
        "tests/test_within.py": HEAD + "from shop import fees\n",
        "tests/test_lazy.py": HEAD + "from shop.lazy import anything\n",
        "tests/test_foreign.py": HEAD + "import yaml\nfrom requests.gone import x\n",
        "tests/test_mine.py": "from shop.cash import collect\n",
        "tests/test_broken.py": HEAD + "def (\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = {path.name: name for path, name in stale.gone(tmp_path, tmp_path / "shop/cash.py", tmp_path)}
    assert found == {
        "test_name.py": "shop.cash.collect",
        "test_module.py": "shop.fees",
        "test_dotted.py": "shop.fees",
        "test_within.py": "shop.fees",
    }
