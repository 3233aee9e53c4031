"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import Statement, table


# guards behaviour
def test_statement_returns_value():
    result = Statement("abc")
    assert result.cents == 0


# guards behaviour
def test_statement_book_changes_cents(capsys):
    statement = Statement("")
    statement.book(1)
    assert statement.cents == 1
    assert capsys.readouterr().out == ": 0.01\n"


# guards behaviour
def test_statement_book_changes_cents_2(capsys):
    statement = Statement("A1")
    statement.book(100)
    assert statement.cents == 100
    assert capsys.readouterr().out == "A1: 1.00\n"


# guards behaviour
def test_statement_book_changes_cents_3(capsys):
    statement = Statement("A1")
    statement.book(-1)
    assert statement.cents == -1
    assert capsys.readouterr().out == "A1: -0.01\n"


# guards behaviour
def test_statement_book_changes_cents_4(capsys):
    statement = Statement("")
    statement.book(1)
    statement.book(1)
    assert statement.cents == 2
    assert capsys.readouterr().out == ": 0.01\n: 0.02\n"


# guards behaviour
def test_statement_book_rejects_cents_must_not_be_zero():
    statement = Statement("abc")
    with pytest.raises(ValueError, match="cents must not be zero"):
        statement.book(0)


# guards behaviour
def test_table():
    assert table(0) == 0


# guards behaviour
def test_table_prints_0_squared_is_0(capsys):
    result = table(2)
    assert result == 1
    assert capsys.readouterr().out == "0 squared is 0\n1 squared is 1\n"


# guards behaviour
def test_table_prints_0_squared_is_0_2(capsys):
    result = table(10)
    assert result == 285
    assert capsys.readouterr().out == (
        "0 squared is 0\n"
        "1 squared is 1\n"
        "2 squared is 4\n"
        "3 squared is 9\n"
        "4 squared is 16\n"
        "5 squared is 25\n"
        "6 squared is 36\n"
        "7 squared is 49\n"
        "8 squared is 64\n"
        "9 squared is 81\n"
    )
