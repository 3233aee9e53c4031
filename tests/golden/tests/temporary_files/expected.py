"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from io import StringIO

import pytest

from subject import load_total, read_names, save, settings, summary


# guards behaviour
def test_load_total(tmp_path):
    (tmp_path / "list.json").write_text('[{"amount": 10.5}]')
    assert load_total(tmp_path / "list.json") == 10.5


# guards behaviour
def test_load_total_2(tmp_path):
    (tmp_path / "rows.json").write_text('[{"amount": 10.5}, {"amount": 10.5}]')
    assert load_total(tmp_path / "rows.json") == 21.0


# guards behaviour
def test_load_total_3(tmp_path):
    (tmp_path / "empty_list.json").write_text("[]")
    assert load_total(tmp_path / "empty_list.json") == 0


# guards behaviour
def test_load_total_rejects_a_list_is_needed(tmp_path):
    (tmp_path / "data.json").write_text('{"amount": 10.5}')
    with pytest.raises(TypeError, match="a list is needed"):
        load_total(tmp_path / "data.json")


# guards behaviour
def test_read_names(tmp_path):
    (tmp_path / "lines.txt").write_text("first line\n\n# comment\nkey = 12\n")
    assert read_names(str(tmp_path / "lines.txt")) == ["first line", "key = 12"]


# guards behaviour
def test_read_names_2(tmp_path):
    (tmp_path / "numbers.txt").write_text("3\n1\n2\n")
    assert read_names(str(tmp_path / "numbers.txt")) == ["3", "1", "2"]


# guards behaviour
def test_read_names_3(tmp_path):
    (tmp_path / "word.txt").write_text("abc")
    assert read_names(str(tmp_path / "word.txt")) == ["abc"]


# guards behaviour
def test_save_writes_new_txt(tmp_path):
    result = save(tmp_path / "new.txt", ["abc", "", "A1"])
    assert result == 3
    assert (tmp_path / "new.txt").read_text() == "abc\n\nA1\n"


# guards behaviour
def test_save_writes_numbers_txt(tmp_path):
    (tmp_path / "numbers.txt").write_text("3\n1\n2\n")
    result = save(tmp_path / "numbers.txt", ["abc"])
    assert result == 1
    assert (tmp_path / "numbers.txt").read_text() == "abc\n"


# guards behaviour
def test_save_writes_word_txt(tmp_path):
    (tmp_path / "word.txt").write_text("abc")
    result = save(tmp_path / "word.txt", ["Hello World", " x "])
    assert result == 2
    assert (tmp_path / "word.txt").read_text() == "Hello World\n x \n"


# guards behaviour
def test_summary(tmp_path):
    (tmp_path / "rows.csv").write_text("amount\n10.5\n21.0\n")
    assert summary(str(tmp_path / "rows.csv")) == {"number": 2, "sum": 31.5}


# guards behaviour
def test_summary_2(tmp_path):
    (tmp_path / "one.csv").write_text("amount\n10.5\n")
    assert summary(str(tmp_path / "one.csv")) == {"number": 1, "sum": 10.5}


# guards behaviour
def test_summary_rejects_no_rows(tmp_path):
    (tmp_path / "head.csv").write_text("amount\n")
    with pytest.raises(ValueError, match="no rows"):
        summary(str(tmp_path / "head.csv"))


# guards behaviour
def test_settings_returns_value():
    stream = StringIO("first line\n\n# comment\n=ey = 12\n")
    assert settings(stream) == {"": "ey = 12"}


# guards behaviour
def test_settings_returns_value_2():
    stream = StringIO("first line\n\n# comment\nkey = 12\n")
    assert settings(stream) == {"key": "12"}


# guards behaviour
def test_settings_returns_value_3():
    stream = StringIO("3\n1\n2\n")
    assert settings(stream) == {}
