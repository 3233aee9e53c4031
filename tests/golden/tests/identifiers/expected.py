"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import WrongChecksum, WrongFormat, check_digit, group_of, is_valid, validate


# guards behaviour
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("12345", "3"),
        ("4111111111111111", "7"),
        ("5555555555554444", "8"),
    ],
)
def test_check_digit(number, expected):
    assert check_digit(number) == expected


# guards behaviour
@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("123 453", "123453"),
        ("20240222", "20240222"),
        ("12344", "12344"),
    ],
)
def test_validate(reference, expected):
    assert validate(reference) == expected


# guards behaviour
def test_validate_rejects_wrong_checksum():
    with pytest.raises(WrongChecksum, match="the check digit is wrong"):
        validate("20240229")
    with pytest.raises(WrongChecksum, match="the check digit is wrong"):
        validate("12355")


# guards behaviour
def test_validate_rejects_wrong_format():
    with pytest.raises(WrongFormat, match="a reference has digits only"):
        validate(" ")


# guards behaviour
def test_is_valid_refuses():
    assert is_valid("12345") is False
    assert is_valid("abc") is False


# guards behaviour
def test_is_valid_accepts():
    assert is_valid("123453") is True


# guards behaviour
@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("unknown", "unknown"),
        ("123 453", "retail"),
        ("2", "corporate"),
        ("9", "internal"),
        ("A1", "unknown"),
    ],
)
def test_group_of(reference, expected):
    assert group_of(reference) == expected
