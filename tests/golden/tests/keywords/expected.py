"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from decimal import Decimal

import pytest

from subject import label, price


# guards behaviour
def test_label():
    assert label("separator") == "s-e-p-a-r-a-t-o-r"
    assert label("separator", separator=None) == "sNoneeNonepNoneaNonerNoneaNonetNoneoNoner"
    assert label("separator", upper=1) == "S-E-P-A-R-A-T-O-R"


# guards behaviour
def test_label_rejects_unexpected_option_unexpected():
    with pytest.raises(TypeError, match="unexpected option: unexpected"):
        label("12345", separator=0, upper=[1], unexpected="A1")


# guards behaviour
def test_price():
    assert price(0, fee=Decimal("100.00")) == Decimal("100.00")
    assert price(1, fee=10, discount=12) == -1
    assert price(365, fee=2, discount=12) == 355
