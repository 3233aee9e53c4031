"""Where a remark is shown in a text: by columns, by lines, beside what is gone, and in a text that has fewer lines by now."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.review.remark import Remark, span
from copilot.types import Severity, Span, document

TEXT = "import os\n\nclass A:\n    费用 = '𝄞' + os.getcwd()  \n    b = 1\n"


def remark(**more) -> Remark:
    return Remark(
        "X01", Severity.ERROR, "high", "a.py", **{"side": "new", "line": 4, "end_line": 4, "message": "", **more}
    )


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (remark(columns=(10, 13)), "'𝄞'"),
        (remark(columns=(5, 7)), "费用"),
        (remark(end_line=5, columns=(5, 6)), "费用 = '𝄞' + os.getcwd()  \n    b"),
        (remark(), "费用 = '𝄞' + os.getcwd()"),
        (remark(end_line=5), "费用 = '𝄞' + os.getcwd()  \n    b = 1"),
        (remark(side="old", line=90, end_line=90, beside=5), "b = 1"),
        (remark(side="old", line=2, end_line=2, beside=2), ""),
        (remark(side="old", line=9, end_line=9, beside=6), "b = 1"),
        (remark(side="old", line=9, end_line=9), "import os"),
        (remark(line=40, end_line=41, columns=(1, 2)), " "),
    ],
)
def test_the_bytes_that_show_a_remark(one, shown):
    doc = document(Path("/r/a.py"), "python", TEXT)
    found = span(doc, one)
    assert doc.text[found.start : found.end].decode() == shown


def test_an_empty_text_has_one_place():
    for one in (remark(), remark(side="old"), remark(columns=(3, 9))):
        assert span(document(Path("/r/a.py"), "python", ""), one) == Span(0, 0)
