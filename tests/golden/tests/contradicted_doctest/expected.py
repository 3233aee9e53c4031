"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from subject import doubled


def test_doubled():
    assert doubled(125) == 250
    assert doubled(2) == 4
