"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import WrongChecksum, WrongFormat, check_digit, group_of, is_valid, validate


def test_check_digit():
    assert check_digit("12345") == "3"
    assert check_digit("4111111111111112") == "0"


def test_validate():
    assert validate("123 453") == "123453"
    assert validate("123 4532") == "1234532"


def test_validate_rejects_wrong_format():
    with pytest.raises(WrongFormat, match="a reference has digits only"):
        validate(" ")


def test_validate_rejects_wrong_checksum():
    with pytest.raises(WrongChecksum, match="the check digit is wrong"):
        validate("20240229")


def test_is_valid_refuses():
    assert is_valid("12345") is False
    assert is_valid("abc") is False


def test_is_valid_accepts():
    assert is_valid("123453") is True


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("unknown", "unknown"),
        ("123 453", "retail"),
        ("2", "corporate"),
        ("9", "internal"),
        ("2024-02-29", "corporate"),
        ("-9", "unknown"),
    ],
)
def test_group_of(reference, expected):
    assert group_of(reference) == expected
