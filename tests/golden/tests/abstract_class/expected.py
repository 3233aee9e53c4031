"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from subject import Rule


def test_rule_cents():
    assert Rule.cents(100.0) == 10000
    assert Rule.cents(101.0) == 10100
