"""Protected attributes of people, and whether a decision about credit, price, limit or approval hangs on one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from copilot.rules.flow import Flow
from copilot.rules.money import Money
from copilot.rules.protected import (
    AGE_OF_LAW,
    DECIDES,
    DECISION_CALL,
    DECISION_ROUTINE,
    EXCLUDES,
    FAIR,
    FAIR_CLASS,
    HINT,
    PERSON,
    STRONG,
    VALID,
    is_dwelling,
    is_protected,
)
from copilot.rules.wording import split
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_LONG: Final = 40
_GENERAL: Final = frozenset({
    "run", "apply", "execute", "calculate", "compute", "handle", "process", "get", "call", "adjust", "check", "do", "result",
    "factor", "points", "pruefe", "jisuan", "matches", "test", "applies", "satisfied", "holds", "fulfilled",
})  # fmt: skip
"""Words of names of routines that say nothing: what they do is told by their class."""
_THING: Final = re.compile(
    r"(?i)(?:^|_|\.)(?:order|shipment|parcel|delivery|branch|warehouse|store|shop|site|server|cluster|bucket|zone|product|tax|merchant|seller"
    r"|supplier|vendor|tenant|market|data|currency|office|filiale|terminal|atm)(?:\(\))?$"
)
_CLOUD: Final = re.compile(r"[\"'](?:us|eu|ap|cn|sa|ca|me|af|il)-(?:gov-)?[a-z]+-\d")
_NAMED: Final = re.compile(
    r"\b([a-zA-Z_]\w*)[ \t]*=[ \t]*([\w.]+(?:\([^()\n]{0,40}\)|\[[^\[\]\n]{0,40}\])?)[ \t]*(?:;|\n)"
)
_RULES: Final = re.compile(
    r"(?i)(?:^|_|\b)rules?|(?-i:Rules?)\b|criteria|knock_?outs?|cut_?offs?|score_?card|hard_?stops?|regeln?\b|guize"
)
_REASONS: Final = re.compile(r"(?i)reasons?$|flags?$|hits?$|findings$|gruende$|violations$")
_CODES: Final = re.compile(r"(?i)code|type|title|flag|index|idx|count|kind|label")
_ADDS: Final = frozenset({"append", "add", "put", "extend"})
_NUMBERS: Final = frozenset({
    "integer", "float", "decimal_integer_literal", "decimal_floating_point_literal", "true", "false", "binary_operator",
    "binary_expression", "unary_operator", "unary_expression", "comparison_operator", "boolean_operator",
})  # fmt: skip
_RECKONS: Final = re.compile(
    r"\.(?:multiply|add|subtract|divide|negate|setScale)\(|(?:BigDecimal|Decimal)\(|\bBigDecimal\."
)


class Fairness:
    """Reads what a decision hangs on in one document."""

    def __init__(self, flow: Flow, money: Money) -> None:
        self.flow, self.money = flow, money

    @cached_property
    def _named(self) -> frozenset[str]:
        """Names that are bound to a protected attribute by itself (`prov = person.home_province`)."""
        text = self.flow.text.decode("utf-8", "replace")
        return frozenset(
            name
            for name, value in _NAMED.findall(text)
            if not is_protected(name)
            and HINT.search(value)
            and is_protected(re.split(r"[.\[]", value.rstrip("()]"))[-1].strip("\"'"))
        )

    def attributes(self, node: Node) -> Iterator[Node]:
        """The names in an expression that are protected attributes; texts that are keys of a lookup, too."""
        whole = self.flow.read(node)
        if HINT.search(whole) is None and not any(name in whole for name in self._named):
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
            if (
                (is_protected(text) and not self._is_of_a_thing(each))
                or (text in self._named and self._is_bound(each))
                or (is_dwelling(text) and self._is_of_a_person(each))
            ):
                yield each

    def _is_bound(self, name: Node) -> bool:
        """Whether a name stands for a protected attribute here."""
        values, _ = self.flow.bound(self.flow.read(name), name)
        return any(value is not None and any(self.attributes(value)) for value in values)

    def _is_of_a_person(self, name: Node) -> bool:
        """Whether a name is read of a person (`customer.zip_code`)."""
        outer = name.parent
        owner = self.flow.read(outer).rpartition(self.flow.read(name))[0].rstrip(".") if outer is not None else ""
        return PERSON.search(owner) is not None

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
        if _CLOUD.search(text):
            return False
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
        if any(FAIR.search(name) for name in names[:1]) or any(FAIR_CLASS.search(name) for name in names[1:]):
            return True
        return self.money.tested(site) or self.money.shown(site)

    def around(self, site: Node) -> list[str]:
        """The names of the routine and the classes around a place."""
        found = []
        at = site.parent
        while at is not None:
            if at.type in {*self.flow.grammar.routines, "class_declaration", "class_definition", "record_declaration"}:
                name = at.child_by_field_name("name")
                bases = at.child_by_field_name("superclasses") or at.child_by_field_name("superclass")
                if name is not None:
                    found.append(" ".join(self.flow.read(part) for part in (name, bases) if part is not None))
            at = at.parent
        return found

    def in_decision(self, site: Node, *, loosely: bool = False) -> bool:
        """Whether the routine around decides by its name, or its class does where the routine's name says nothing.

        `loosely`: or its class or module does, whatever the routine is called: to ask about values that are no text.
        """
        names = self.around(site)
        if loosely and self.flow.document.language == "python":
            names = [*names, self.flow.document.path.stem]
        if loosely or (names and not _GENERAL.isdisjoint(split(names[0]))):
            return any(DECISION_ROUTINE.search(name) for name in names)
        return bool(names) and DECISION_ROUTINE.search(names[0]) is not None

    def _is_figure(self, value: Node) -> bool:
        """Whether a value is a number, an answer yes or no, or an outcome by its name: what a decision gives."""
        text = self.flow.read(value)
        return value.type in _NUMBERS or _RECKONS.search(text) is not None or STRONG.search(text) is not None

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
                left, right = at.child_by_field_name("left"), at.child_by_field_name("right")
                if left is not None and DECIDES.search(self.flow.read(left)):
                    return True
                if left is not None and self._takes_outcome(at, left):
                    return True
                if self._changes(at) and self.in_decision(branch, loosely=True):
                    return True
                if left is not None and right is not None and self._is_plain_figure(left, right, branch):
                    return True
            elif at.type == "update_expression":
                if DECIDES.search(self.flow.read(at)):
                    return True
            elif at.type == "return_statement":
                given = [each for each in at.named_children if not each.type.endswith("comment")]
                if self.in_decision(branch) or (given and self._is_outcome(given[0], branch)):
                    return True
            elif self.flow.called(at) in _ADDS:
                receiver = self.flow.receiver(at)
                owner = self.flow.read(receiver) if receiver is not None else ""
                if STRONG.search(owner) or (_REASONS.search(owner) and self.in_decision(branch, loosely=True)):
                    return True
            elif DECIDES.search(self.flow.called(at)) and not re.search(
                r"(?i)log|exception|error|valid", self.flow.read(at).partition("(")[0]
            ):
                return True
        return False

    def _is_outcome(self, value: Node, branch: Node) -> bool:
        """Whether what is returned is a decision: it says so itself, or is a figure where the class decides."""
        if STRONG.search(self.flow.read(value)) and value.type not in {"string", "string_literal"}:
            return True
        return self._is_figure(value) and self.in_decision(branch, loosely=True)

    def _is_plain_figure(self, left: Node, right: Node, branch: Node) -> bool:
        """Whether a number is chosen where the routine or its class decides (`multiple = 6`), and none that codes the attribute."""
        name = self.flow.read(left)
        if is_protected(name) or _CODES.search(name) or not self._is_figure(right):
            return False
        return self.in_decision(branch, loosely=True)

    def _takes_outcome(self, at: Node, left: Node) -> bool:
        """Whether a status or an answer is set to a decision (`application.status = "DECLINED"`)."""
        right = at.child_by_field_name("right")
        if right is None or not re.search(
            r"(?i)status|state|result|outcome|answer|ergebnis|jieguo", self.flow.read(left)
        ):
            return False
        return STRONG.search(self.flow.read(right)) is not None

    def _changes(self, at: Node) -> bool:
        """Whether an assignment moves a value up or down (`base += 30`, `rate = rate.add(…)`), as a score is made."""
        sign, left, right = (at.child_by_field_name(part) for part in ("operator", "left", "right"))
        if sign is not None and self.flow.read(sign) in {"+=", "-=", "*=", "/="}:
            return True
        if left is None or right is None:
            return False
        own = re.escape(self.flow.read(left))
        return (
            re.match(rf"{own}(?:\.(?:add|subtract|multiply|divide|plus|minus)\(|\s*[-+*/])", self.flow.read(right))
            is not None
        )

    def condition(self, site: Node) -> bool:
        """A condition (of `if`, `switch`, `match`, a conditional expression) that hangs on one and decides."""
        whole = site.parent
        chosen = whole is not None and whole.type in {"conditional_expression", "ternary_expression"}
        if whole is None or not self.hangs(site, chosen=chosen) or self.excused(site):
            return False
        if whole.type in {"conditional_expression", "ternary_expression"}:
            purpose = self.money.purpose(whole)
            if is_protected(purpose.strip("\"'")):
                return False
            if DECIDES.search(purpose) or (self.in_decision(site) and not FAIR.search(purpose)):
                return True
            branches = [part for part in whole.named_children if part != site]
            return (
                self.in_decision(site, loosely=True)
                and not FAIR.search(purpose)
                and any(self._is_figure(part) for part in branches)
                and not any(part.type in {"string", "string_literal"} for part in branches)
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

    def _is_added(self, site: Node) -> bool:
        """Whether a place moves a value up or down (`total += POINTS[…]`) where the routine or its class decides."""
        outer = site.parent
        return (
            outer is not None
            and outer.type in {"augmented_assignment", "assignment_expression"}
            and self._changes(outer)
            and self.in_decision(site, loosely=True)
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
            not (self._goes_to_decision(site) or self._is_added(site))
            or is_protected(purpose)
            or FAIR.search(purpose)
            or EXCLUDES.search(purpose)
        ):
            return False
        return self.hangs(site) and not self.excused(site)

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

    def filters(self, site: Node) -> bool:
        """Whether a lambda filters what a decision is made about, or is one of the rules of a decision."""
        at = enclosing(site.parent, "method_invocation", "call") if site.parent is not None else None
        if at is None or self.excused(site):
            return False
        name, receiver = self.flow.called(at), self.flow.receiver(at)
        owner = self.flow.read(receiver) if receiver is not None else ""
        if name in {"filter", "anyMatch", "noneMatch", "allMatch", "removeIf", "reject", "any", "all"}:
            return self.in_decision(site)
        if name in {"add", "append", "put", "of", "asList", "register"} or name[:1].isupper() or "ule" in name:
            return _RULES.search(f"{owner} {name} {self.money.purpose(at)}") is not None
        return False

    def judges(self, site: Node) -> bool:
        """Whether a lambda hangs on one, and filters what is decided or is a rule or a decision by its name."""
        if not self.hangs(site, chosen=True) or self.excused(site):
            return False
        purpose = self.money.purpose(site)
        if _RULES.search(purpose) or (
            DECIDES.search(purpose) and not FAIR.search(purpose) and not EXCLUDES.search(purpose)
        ):
            return True
        return self.filters(site)
