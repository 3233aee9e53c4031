"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

import subject


class TestAccount:
    # guards behaviour
    def test_returns_value(self):
        result = subject.Account("ann", 50)
        assert result.owner == "ann"
        assert result.limit == 50
        assert result.cents == 0

    # guards behaviour
    def test_book_changes_cents(self, giro):
        result = giro.book(1)
        assert result == 1
        assert giro.cents == 1

    # guards behaviour
    def test_book_changes_cents_2(self, giro):
        giro.book(1)
        result = giro.book(1)
        assert result == 2
        assert giro.cents == 2

    # guards behaviour
    def test_book_changes_cents_3(self, giro):
        result = giro.book(-50)
        assert result == -50
        assert giro.cents == -50

    # guards behaviour
    def test_book_rejects_limit_exceeded(self, giro):
        with pytest.raises(ValueError, match="limit exceeded"):
            giro.book(-51)

    # guards behaviour
    def test_title(self, giro):
        assert giro.title(True) == "a"
        assert subject.Account("", 0).title(True) == ""
        assert subject.Account("A1", 2).title(True) == "A"


class TestSign:
    # guards behaviour
    @pytest.mark.parametrize(
        ("cents", "expected"),
        [
            (1, "+"),
            (-1, "-"),
            (0, ""),
        ],
    )
    def test_sign(self, cents, expected):
        assert subject.sign(cents) == expected
