"""Protected attributes as inputs of a model or a scorecard: lists of columns, weights, rows of a table, SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from copilot.rules.fairness import Fairness
from copilot.rules.flow import Flow
from copilot.rules.matching import Arguments, Captures
from copilot.rules.money import Money
from copilot.rules.protected import (
    DECIDES,
    DECISION_CALL,
    DECISION_ROUTINE,
    EXCLUDES,
    FAIR,
    is_protected,
)
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_LISTS: Final = re.compile(r"(?i)feature|factor|predictor|covariate|regressor|入模|特征|变量|\bX\b|x_train|merkmale")
_COLUMNS: Final = re.compile(
    r"(?i)input|col(?:umn)?s?\b|columns|variable|field|categor|numeric|nominal|dumm|attributes"
)
_PREPARES: Final = re.compile(
    r"ColumnTransformer|get_dummies|Encoder|make_column_transformer|DMatrix|Dataset$|fit$|fit_transform|Pool$"
)
_MODEL: Final = re.compile(
    r"\.fit\(|predict|sklearn|xgboost|lightgbm|catboost|statsmodels|DMatrix|torch\b|keras|scorecard|(?i:logistic|regression|classifier)"
)
"""What stands in a file in which columns are what a model learns from."""
_WEIGHTS: Final = re.compile(
    r"(?i)score_?card|weight|coef|(?:score|risk|rate|credit)_?(?:points|factors?|table|rules)|points|punkte"
)
_SQL_NAMES: Final = re.compile(r"[a-zA-Z_][\w.]*")
_SQL_SETS: Final = re.compile(r"(?is)\bset\s+(\w+)\s*=.*?\bwhere\b(.*)")
_SQL_CASES: Final = re.compile(r"(?is)\bcase\s+when\b(.*?)\bthen\b.*?\bend\b(?:\s+as\s+(\w+))?")


class Features:
    """Reads what models and scorecards of one document are given."""

    def __init__(self, fairness: Fairness) -> None:
        self.fairness, self.flow, self.money = fairness, fairness.flow, fairness.money

    def listed(self, site: Node) -> bool:
        """A list of names of features with a protected one in it."""
        around = self.money.purpose(site)
        call = enclosing(site, "call", "method_invocation")
        while call is not None:
            if EXCLUDES.search(self.flow.called(call)) or FAIR.search(self.flow.called(call)):
                return False
            call = enclosing(call.parent, "call", "method_invocation") if call.parent is not None else None
        if EXCLUDES.search(around) or self._is_left_out(site):
            return False
        text = self.flow.text.decode("utf-8", "replace")
        if _LISTS.search(around):
            whole = "".join(self.fairness.around(site)) + around + text[:4000]
            return DECISION_ROUTINE.search(whole) is not None and not self.fairness.excused(site)
        if _COLUMNS.search(around) or self._is_encoded(site):
            return _MODEL.search(text) is not None and not self.fairness.excused(site)
        return False

    def _is_left_out(self, site: Node) -> bool:
        """Whether what is listed is what must not come in: `name not in {"gender", …}`."""
        test = enclosing(site, "comparison_operator")
        return test is not None and " not in" in self.flow.read(test)

    def _is_encoded(self, site: Node) -> bool:
        """Whether a list is given to what prepares the columns of a model."""
        at = enclosing(site, "call")
        while at is not None:
            if _PREPARES.search(self.flow.called(at)):
                return True
            at = enclosing(at.parent, "call") if at.parent is not None else None
        return False

    def modelled(self, site: Node) -> bool:
        """Whether a dictionary is what a model or a scoring call gets."""
        held = enclosing(site, "dictionary")
        if held is None or self.fairness.excused(site):
            return False
        at = held.parent
        while at is not None and not at.type.endswith("_statement"):
            if at.type in {"call", "method_invocation"}:
                return DECISION_CALL.search(self.flow.called(at)) is not None
            at = at.parent
        return (
            re.search(r"(?i)feature|factor|model_input|scor\w*_input|入模|特征", self.money.purpose(held)) is not None
        )

    def targeted(self, site: Node) -> bool:
        """`df.loc[df["gender"] == "F", "rate"] = …`: rows are picked by one, and a column that decides is set."""
        tests = [
            each for each in descendants(site, "comparison_operator", "call") if self.fairness.hangs(each, chosen=True)
        ]
        if not tests or self.fairness.excused(site):
            return False
        return any(
            DECIDES.search(self.flow.read(each))
            for each in descendants(site, "string")
            if not any(test.start_byte <= each.start_byte < test.end_byte for test in tests)
        )

    def weighed(self, site: Node) -> bool:
        """An attribute as a row of a scorecard, or with a weight of its own."""
        if not is_protected(self.flow.read(site).strip("\"'")):
            return False
        at = site.parent if site.parent is not None and site.parent.type == "pair" else site
        purpose = self.money.purpose(at)
        if at is site and not purpose:
            call = enclosing(site, "method_invocation")
            receiver = self.flow.receiver(call) if call is not None else None
            purpose = self.flow.read(receiver) if receiver is not None else ""
        return (
            _WEIGHTS.search(purpose) is not None
            and not EXCLUDES.search(purpose)
            and not FAIR.search(purpose)
            and not self.fairness.excused(site)
        )

    def queried(self, site: Node) -> bool:
        """SQL that sets what decides by one, or chooses a value by one."""
        text = self.flow.read(site)
        if self.fairness.excused(site):
            return False
        for name, where in _SQL_SETS.findall(text):
            if DECIDES.search(name) and not is_protected(name) and _says(where):
                return True
        return any(
            _says(tested) and DECIDES.search(name or self.money.purpose(site)) is not None
            for tested, name in _SQL_CASES.findall(text)
        )


def _says(sql: str) -> bool:
    """Whether a piece of SQL names a protected attribute (a region alone may be a branch's)."""
    names = (name.rpartition(".")[2] for name in _SQL_NAMES.findall(sql))
    return any(is_protected(name) and name.lower() not in {"region", "province", "age"} for name in names)


def predicates(flow: Flow, money: Money) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """The predicates about fairness, of one document.

    (#unfair-condition? @site)  a condition hangs on a protected attribute, and what follows decides
    (#unfair-value? @site)      a value hangs on one and goes to a decision
    (#unfair-feature? @site)    a text that names one stands in a list of a model's features
    (#unfair-target? @site)     rows are picked by one, and a column that decides is set
    (#unfair-lambda? @site)     a lambda hangs on one and filters or rules what is decided
    (#unfair-weight? @site)     a text that names one is a row of a scorecard, or has a weight
    (#unfair-sql? @site)        SQL sets what decides by one
    (#protected? @name)         a name (or text) says one
    (#excused? @site)           not: the routine around is about fairness, sanctions, forms (`#unexcused?`)
    """
    fairness = Fairness(flow, money)
    features = Features(fairness)

    def read(given: Arguments, captures: Captures) -> str:
        return flow.read(captures[given[0][0]][0]).strip("\"'")

    return {
        "unfair-condition?": lambda given, captures: fairness.condition(captures[given[0][0]][0]),
        "unfair-value?": lambda given, captures: fairness.value(captures[given[0][0]][0]),
        "unfair-feature?": lambda given, captures: (
            is_protected(read(given, captures)) and features.listed(captures[given[0][0]][0])
        ),
        "unfair-target?": lambda given, captures: features.targeted(captures[given[0][0]][0]),
        "unfair-lambda?": lambda given, captures: fairness.judges(captures[given[0][0]][0]),
        "unfair-weight?": lambda given, captures: features.weighed(captures[given[0][0]][0]),
        "unfair-sql?": lambda given, captures: features.queried(captures[given[0][0]][0]),
        "protected?": lambda given, captures: is_protected(read(given, captures)),
        "unexcused?": lambda given, captures: not fairness.excused(captures[given[0][0]][0]),
        "hangs?": lambda given, captures: fairness.hangs(captures[given[0][0]][0]),
        "given-to-decision?": lambda given, captures: fairness.given(captures[given[0][0]][0]),
        "given-to-model?": lambda given, captures: features.modelled(captures[given[0][0]][0]),
    }
