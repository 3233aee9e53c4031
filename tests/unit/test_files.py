"""Reading and writing: encodings and line ends come back byte for byte, unreadable files stay untouched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot import edits, files
from copilot.errors import UnreadableFile
from copilot.types import Edit, Span


@pytest.mark.parametrize(
    ("data", "encoding", "newline"),
    [
        (b"a = 1\nb = 2\n", "utf-8", "\n"),
        (b"a = 1\r\nb = 2\r\n", "utf-8", "\r\n"),
        (b"a = 1\rb = 2\r", "utf-8", "\r"),
        ("# 账户余额\nx = 1\n".encode(), "utf-8", "\n"),
        ("# 账户余额\r\nx = 1\r\n".encode("gb18030"), "gb18030", "\r\n"),
        (b"\xef\xbb\xbfx = 1\n", "utf-8-sig", "\n"),
        ("x = '账'\n".encode("utf-16"), "utf-16", "\n"),
        (b"", "utf-8", "\n"),
    ],
)
def test_a_file_comes_back_byte_for_byte(tmp_path, data, encoding, newline):
    path = tmp_path / "f.py"
    path.write_bytes(data)
    doc = files.read(path, "python")
    assert (doc.encoding, doc.newline) == (encoding, newline)
    files.write(doc)
    assert path.read_bytes() == data


def test_an_edit_of_a_gb18030_crlf_file_changes_only_its_bytes(tmp_path):
    path = tmp_path / "f.py"
    before = "# 利率\r\nrate = 1\r\n# 余额\r\n"
    path.write_bytes(before.encode("gb18030"))
    doc = files.read(path, "python")
    at = doc.text.index(b"1\r\n")
    files.write(edits.apply(doc, [Edit(path, Span(at, at + 1), "2\nday = '日'")]))
    assert path.read_bytes() == before.replace("1\r\n", "2\r\nday = '日'\r\n").encode("gb18030")


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"GIF89a\x00", b"\xff\xff\xff", bytes(range(128, 256))])
def test_binary_files_are_refused(tmp_path, data):
    path = tmp_path / "f.py"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"f\.py"):
        files.read(path, "python")
    assert path.read_bytes() == data


def test_huge_and_missing_files_are_refused_by_name(tmp_path):
    path = tmp_path / "f.py"
    path.write_bytes(b"x" * 101)
    with pytest.raises(UnreadableFile, match="101 bytes"):
        files.read(path, "python", limit=100)
    with pytest.raises(UnreadableFile, match=r"gone\.py"):
        files.read(tmp_path / "gone.py", "python")
    with pytest.raises(UnreadableFile):
        files.read(tmp_path, "python")


def test_bytes_that_would_not_be_written_back_the_same_are_refused(tmp_path):
    path = tmp_path / "f.py"
    path.write_bytes("x".encode("utf-16-be").join([b"\xfe\xff", b""]))
    with pytest.raises(UnreadableFile):
        files.read(path, "python")


def test_writing_keeps_the_mode_and_leaves_no_scratch_file(tmp_path):
    path = tmp_path / "f.sh"
    path.write_bytes(b"x\n")
    path.chmod(0o750)
    files.write(files.read(path, None))
    assert path.stat().st_mode & 0o777 == 0o750
    assert [entry.name for entry in tmp_path.iterdir()] == ["f.sh"]


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_survives_decode_and_encode(text):
    for encoding in ("utf-8", "gb18030"):
        data = text.encode(encoding)
        if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
            continue
        decoded, found = files.decode(data, "f")
        assert decoded.encode(found) == data


@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_what_never_ends_is_refused(tmp_path, kind):
    path = tmp_path / "f.py"
    if kind == "device":
        path.symlink_to("/dev/zero")
    else:
        os.mkfifo(path)
    with pytest.raises(UnreadableFile, match=r"f\.py"):
        files.read(path, "python")
    assert files.text(path) == ""


def test_a_name_with_a_nul_is_no_file():
    with pytest.raises(UnreadableFile):
        files.read(Path("/tmp/a\0b.py"), "python")


def test_a_private_file_is_never_readable_by_others_while_it_is_written(tmp_path, monkeypatch):
    path = tmp_path / "keys.py"
    path.write_bytes(b"k = 1\n")
    path.chmod(0o600)
    seen = []
    before = os.fsync

    def watched(descriptor):
        seen.append(os.fstat(descriptor).st_mode & 0o777)
        before(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    files.write(files.read(path, "python"))
    assert seen == [0o600]
    assert path.stat().st_mode & 0o777 == 0o600
