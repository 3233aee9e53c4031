"""Protected attributes of people, and whether a decision about credit, price, limit or approval hangs on one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from copilot.rules.flow import Flow
from copilot.rules.matching import Arguments, Captures
from copilot.rules.money import Money
from copilot.rules.protected import (
    AGE_OF_LAW,
    DECIDES,
    DECISION_CALL,
    DECISION_ROUTINE,
    EXCLUDES,
    FAIR,
    HINT,
    VALID,
    is_protected,
)
from copilot.rules.wording import split
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_LONG: Final = 40
_GENERAL: Final = frozenset(
    [
        "run",
        "apply",
        "execute",
        "calculate",
        "compute",
        "handle",
        "process",
        "get",
        "call",
        "adjust",
        "check",
        "do",
        "result",
        "factor",
        "points",
    ]
)
"""Words of names of routines that say nothing: what they do is told by their class."""


_THING: Final = re.compile(
    r"(?i)(?:^|_|\.)(?:order|shipment|parcel|delivery|branch|warehouse|store|shop|site|server|cluster|bucket|zone|product|tax)$"
)


class Fairness:
    """Reads what a decision hangs on in one document."""

    def __init__(self, flow: Flow, money: Money) -> None:
        self.flow, self.money = flow, money

    def attributes(self, node: Node) -> Iterator[Node]:
        """The names in an expression that are protected attributes; texts that are keys of a lookup, too."""
        if HINT.search(self.flow.read(node)) is None:
            return
        for each in descendants(node, "identifier", "string", "string_literal"):
            outer = each.parent
            text = self.flow.read(each)
            if each.type != "identifier":
                if self._is_key(each) and is_protected(text.strip("\"'")) and len(text) < _LONG:
                    yield each
                continue
            if outer is not None and outer.type == "keyword_argument":
                name = outer.child_by_field_name("name")
                if name == each or (name is not None and self.flow.read(name) == "region_name"):
                    continue  # a data centre's region
            if is_protected(text) and not self._is_of_a_thing(each):
                yield each

    def _is_of_a_thing(self, name: Node) -> bool:
        """Whether a region is that of a parcel, a branch or a server, which is no person's."""
        owner = self.flow.read(name.parent).rpartition(".")[0] if name.parent is not None else ""
        return _THING.search(owner) is not None and split(self.flow.read(name))[-1:] in {("region",), ("province",)}

    def _is_key(self, text: Node) -> bool:
        """Whether a text picks a value: a subscript, what `get` is given, one of a list."""
        outer = text.parent
        if outer is None or outer.type != "argument_list":
            return outer is not None and outer.type in {"subscript", "list", "tuple", "array_initializer", "set"}
        return outer.parent is not None and self._looks_up(outer.parent)

    def _looks_up(self, call: Node) -> bool:
        return self.flow.called(call) in {
            "get",
            "getattr",
            "getString",
            "getOrDefault",
            "optString",
            "asText",
            "path",
            "getInt",
            "col",
            "pop",
        }

    def hangs(self, node: Node, *, chosen: bool = False) -> bool:
        """Whether an expression reads a protected attribute, in a way that may decide. `chosen`: it chooses a value, so it is
        no check of a form.
        """
        found = list(self.attributes(node))
        if not found:
            return False
        text = self.flow.read(node)
        if not chosen and VALID.search(text) and not re.search(r"&&|\|\||\band\b|\bor\b", text):
            return False
        aged = all(
            split(self.flow.read(each).strip("\"'"))[-1:] == ("age",)
            or "nianling" in self.flow.read(each)
            or "年龄" in self.flow.read(each)
            for each in found
        )
        return not (aged and AGE_OF_LAW.search(text))

    def excused(self, site: Node) -> bool:
        """Whether the routine or class around is about something else: fairness itself, sanctions, forms of address."""
        names = self.around(site)
        return any(FAIR.search(name) for name in names[:1]) or self.money.tested(site) or self.money.shown(site)

    def around(self, site: Node) -> list[str]:
        """The names of the routine and the classes around a place."""
        found = []
        at = site.parent
        while at is not None:
            if at.type in {*self.flow.grammar.routines, "class_declaration", "class_definition", "record_declaration"}:
                name = at.child_by_field_name("name")
                if name is not None:
                    found.append(self.flow.read(name))
            at = at.parent
        return found

    def in_decision(self, site: Node) -> bool:
        """Whether the routine around decides by its name, or its class does where the routine's name says nothing."""
        names = self.around(site)
        if names and not _GENERAL.isdisjoint(split(names[0])):
            return any(DECISION_ROUTINE.search(name) for name in names)
        return bool(names) and DECISION_ROUTINE.search(names[0]) is not None

    def decides(self, branch: Node) -> bool:
        """Whether what follows a condition decides: it sets, calls or returns something that does."""
        for at in descendants(
            branch,
            "assignment",
            "augmented_assignment",
            "assignment_expression",
            "call",
            "method_invocation",
            "return_statement",
            "update_expression",
            "conditional_expression",
        ):
            if at.type in {"assignment", "augmented_assignment", "assignment_expression"}:
                left = at.child_by_field_name("left")
                if left is not None and DECIDES.search(self.flow.read(left)):
                    return True
                if self._changes(at) and self.in_decision(branch):
                    return True
            elif at.type == "update_expression":
                if DECIDES.search(self.flow.read(at)):
                    return True
            elif at.type == "return_statement":
                if self.in_decision(branch):
                    return True
            elif DECIDES.search(self.flow.called(at)) and not re.search(
                r"(?i)log|exception|error|valid", self.flow.read(at).partition("(")[0]
            ):
                return True
        return False

    def _changes(self, at: Node) -> bool:
        """Whether an assignment moves a value up or down (`base += 30`), as a score is made."""
        sign = at.child_by_field_name("operator")
        return sign is not None and self.flow.read(sign) in {"+=", "-=", "*=", "/="}

    def condition(self, site: Node) -> bool:
        """A condition (of `if`, `switch`, `match`, a conditional expression) that hangs on one and decides."""
        whole = site.parent
        chosen = whole is not None and whole.type in {"conditional_expression", "ternary_expression"}
        if whole is None or not self.hangs(site, chosen=chosen) or self.excused(site):
            return False
        if whole.type in {"conditional_expression", "ternary_expression"}:
            purpose = self.money.purpose(whole)
            return DECIDES.search(purpose) is not None or (
                (not purpose or self.in_decision(site)) and self.in_decision(site) and not FAIR.search(purpose)
            )
        if whole.type == "switch_expression" and self._goes_to_decision(whole):
            return True
        parts = [part for part in whole.named_children if part != site]
        if whole.type == "if_statement" and self._only_raises(whole):
            return (
                self.in_decision(site)
                and re.search(r"(?i)reject|declin|denied|not.?eligible|ineligible|refus|拒绝", self.flow.read(whole))
                is not None
            )
        return any(self.decides(part) for part in parts)

    def _goes_to_decision(self, chosen: Node) -> bool:
        """Whether what a place chooses is a decision by the name that takes it, or by its routine where that name is a general one."""
        purpose = self.money.purpose(chosen)
        return DECIDES.search(purpose) is not None or (
            not _GENERAL.isdisjoint(split(purpose)) and self.in_decision(chosen)
        )

    def _only_raises(self, whole: Node) -> bool:
        branch = whole.child_by_field_name("consequence")
        if branch is None:
            return False
        inside = branch.named_children if branch.type == "block" else [branch]
        inside = [each for each in inside if not each.type.endswith("comment")]
        return bool(inside) and all(each.type in {"raise_statement", "throw_statement"} for each in inside)

    def value(self, site: Node) -> bool:
        """A value that hangs on one and goes to a decision: assigned to it, returned by it, given to it."""
        if HINT.search(self.flow.read(site)) is None:
            return False
        purpose = self.money.purpose(site)
        if (
            not self._goes_to_decision(site)
            or is_protected(purpose)
            or FAIR.search(purpose)
            or EXCLUDES.search(purpose)
        ):
            return False
        return self.hangs(site) and not self.excused(site)

    def listed(self, site: Node) -> bool:
        """A list of names of features with a protected one in it."""
        around = self.money.purpose(site)
        call = enclosing(site, "call", "method_invocation")
        while call is not None:
            if EXCLUDES.search(self.flow.called(call)) or FAIR.search(self.flow.called(call)):
                return False
            call = enclosing(call.parent, "call", "method_invocation") if call.parent is not None else None
        if not re.search(
            r"(?i)feature|input|column|factor|variable|predictor|field|入模|特征|变量|\bX\b|x_train", around
        ) or EXCLUDES.search(around):
            return False
        whole = "".join(self.around(site)) + around + self.flow.text.decode("utf-8", "replace")[:4000]
        return DECISION_ROUTINE.search(whole) is not None and not self.excused(site)

    def given(self, site: Node) -> bool:
        """Whether the call around is one that decides, and not one that a value around is found for already."""
        at = (
            site
            if site.type in {"call", "method_invocation"} and site.parent is None
            else enclosing(site.parent, "call", "method_invocation")
            if site.parent is not None
            else None
        )
        if at is None or self.excused(site):
            return False
        name = self.flow.called(at)
        if not DECISION_CALL.search(name) or FAIR.search(name) or EXCLUDES.search(name):
            return False
        return not self._found(at)

    def _found(self, call: Node) -> bool:
        """Whether the statement around a call is found by another query."""
        at: Node | None = call
        while at is not None and not at.type.endswith(("_statement", "_declaration")):
            outer = at.parent
            if (
                outer is not None
                and outer.type in {"if_statement", "elif_clause"}
                and outer.child_by_field_name("condition") == at
            ):
                return self.condition(at)
            if outer is not None and outer.type in {
                "assignment",
                "augmented_assignment",
                "variable_declarator",
                "assignment_expression",
                "return_statement",
            }:
                return self.value(at)
            at = outer
        return False

    def modelled(self, site: Node) -> bool:
        """Whether a dictionary is what a model or a scoring call gets."""
        held = enclosing(site, "dictionary")
        if held is None or self.excused(site):
            return False
        at = held.parent
        while at is not None and not at.type.endswith("_statement"):
            if at.type in {"call", "method_invocation"}:
                return DECISION_CALL.search(self.flow.called(at)) is not None
            at = at.parent
        return (
            re.search(r"(?i)feature|factor|model_input|scor\w*_input|入模|特征", self.money.purpose(held)) is not None
        )

    def filters(self, site: Node) -> bool:
        """Whether a lambda filters what a decision is made about."""
        at = enclosing(site.parent, "method_invocation") if site.parent is not None else None
        return (
            at is not None
            and self.flow.called(at) in {"filter", "anyMatch", "noneMatch", "allMatch", "removeIf", "reject"}
            and self.in_decision(site)
            and not self.excused(site)
        )


def predicates(flow: Flow, money: Money) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """The predicates about fairness, of one document.

    (#unfair-condition? @site)  a condition hangs on a protected attribute, and what follows decides
    (#unfair-value? @site)      a value hangs on one and goes to a decision
    (#unfair-feature? @site)    a text that names one stands in a list of a model's features
    (#protected? @name)         a name (or text) says one
    (#deciding? @name)          a name says a decision
    (#excused? @site)           not: the routine around is about fairness, sanctions, forms (`#unexcused?`)
    """
    fairness = Fairness(flow, money)

    def read(given: Arguments, captures: Captures) -> str:
        return flow.read(captures[given[0][0]][0]).strip("\"'")

    return {
        "unfair-condition?": lambda given, captures: fairness.condition(captures[given[0][0]][0]),
        "unfair-value?": lambda given, captures: fairness.value(captures[given[0][0]][0]),
        "unfair-feature?": lambda given, captures: (
            is_protected(read(given, captures)) and fairness.listed(captures[given[0][0]][0])
        ),
        "protected?": lambda given, captures: is_protected(read(given, captures)),
        "deciding?": lambda given, captures: (
            DECIDES.search(read(given, captures)) is not None and not EXCLUDES.search(read(given, captures))
        ),
        "unexcused?": lambda given, captures: not fairness.excused(captures[given[0][0]][0]),
        "hangs?": lambda given, captures: fairness.hangs(captures[given[0][0]][0]),
        "given-to-decision?": lambda given, captures: fairness.given(captures[given[0][0]][0]),
        "given-to-model?": lambda given, captures: fairness.modelled(captures[given[0][0]][0]),
        "filters-decision?": lambda given, captures: fairness.filters(captures[given[0][0]][0]),
        "in-decision?": lambda given, captures: fairness.in_decision(captures[given[0][0]][0]),
    }
