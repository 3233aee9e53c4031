"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import main, parser, run, simple


# guards behaviour
def test_parser_returns_value():
    result = parser()
    assert result.description == "Convert an amount."
    assert result.argument_default is None
    assert result.prefix_chars == "-"
    assert result.conflict_handler == "error"


# guards behaviour
def test_main_prints_converting_3_6_eur(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["prog", "3", "--verbose"])
    result = main()
    assert result == 0
    assert capsys.readouterr().out == "converting 3\n6 EUR\n"


# guards behaviour
def test_main_prints_0_eur(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["prog", "0"])
    result = main()
    assert result == 0
    assert capsys.readouterr().out == "0 EUR\n"


# guards behaviour
def test_main_exits_with_amount_must_not_be(monkeypatch):
    monkeypatch.setattr("sys.argv", ["prog", "-1"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == "amount must not be negative"


# guards behaviour
def test_run_prints_twice_6(capsys):
    run(["3"])
    assert capsys.readouterr().out == "twice 6\n"


# guards behaviour
def test_run_prints_twice_2(capsys):
    run(["-1"])
    assert capsys.readouterr().out == "twice -2\n"


# guards behaviour
def test_run_exits_with_3():
    with pytest.raises(SystemExit) as stopped:
        run(["0"])
    assert stopped.value.code == 3


# guards behaviour
def test_simple_prints_hello_hello(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["prog", "hello"])
    simple()
    assert capsys.readouterr().out == "hello hello\n"


# guards behaviour
def test_simple_prints_1_0(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["prog", "--version"])
    simple()
    assert capsys.readouterr().out == "1.0\n"


# guards behaviour
def test_simple_prints_1_0_2(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["prog", "--version", "12"])
    simple()
    assert capsys.readouterr().out == "1.0\n"


# guards behaviour
def test_simple_exits_with_2(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["prog"])
    with pytest.raises(SystemExit) as stopped:
        simple()
    assert stopped.value.code == 2
    assert capsys.readouterr().out == "usage: simple NAME\n"
