"""What the review of a change asks a model, as options carry it (`types.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """`stage`: what is wrong in rows of a change (`find`), or which of several claims about them hold (`judge`).

    The texts are ready to be shown: `rows` of one file, numbered (`review.hunks`); `around`, what else is known of the code
    there; `claims`, a line each. `warm`: one of several answers, which are of use only where they may differ.
    """

    stage: Literal["find", "judge"] = "find"
    rows: str = ""
    around: str = ""
    claims: str = ""
    warm: bool = False
