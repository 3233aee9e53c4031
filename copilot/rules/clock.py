"""Where time and text of machines matter: days that are booked, cut-offs, messages and files that another system reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from copilot.rules.flow import Flow
from copilot.rules.matching import Arguments, Captures
from copilot.rules.money import Money
from copilot.rules.wording import split
from copilot.syntax.parsing import Node
from copilot.syntax.tree import enclosing

_BOOKED: Final = re.compile(
    r"(?i)value_?da(?:te|y)|booking|book(?:ed)?_?(?:date|time|day|at)|\bbook(?:_|[A-Z(])|posting|post(?:ed)?_?(?:date|time|day)|settle|clearing"
    r"|cut_?-?off|accounting|acc(?:oun)?t_?da(?:te|y)|ledger|trad(?:e|ing)_?(?:date|day)|tr(?:ans|an|x|ans?action)_?(?:date|time)|txn_?(?:date|time)|business_?da(?:te|y)"
    r"|matur|due_?(?:date|day|on)|over_?due|effective_?(?:date|from|day)|accru|interest_?(?:start|end|from|to|date|day)|repay(?:ment)?_?(?:date|day)|\beod\b|eod_|end_?of_?day"
    r"|start_?of_?day|day_?(?:cut|switch|end)|work(?:ing)?_?date|expir(?:y|ation)_?date|start_?interest|payment_?(?:date|time|day)|pay_?(?:date|time|day)"
    r"|起息|记账|入账|清算|结算|交割|日切|到期|账务|交易日|会计日|qi_?xi|ji_?zhang|qing_?suan|jie_?suan|ri_?qie|jiao_?ge|dao_?qi_?ri|ru_?zhang"
    r"|valut(?:a|en)|wertstellung|buchung|faellig|stichtag|abrechnung|geschaeftstag|bankarbeitstag|laufzeit_?ende"
)
_ASIDE: Final = re.compile(
    r"(?i)creat|updat|modif|\blog|elapsed|start_?time|begin|duration|heartbeat|last_?seen|audit|display|cache|metric"
)
_MACHINE: Final = frozenset(
    [
        "message",
        "messages",
        "msg",
        "packet",
        "xml",
        "json",
        "csv",
        "file",
        "record",
        "line",
        "sign",
        "signature",
        "mac",
        "payload",
        "swift",
        "batch",
        "header",
        "body",
        "serial",
        "field",
        "fields",
        "request",
        "param",
        "params",
        "export",
        "protocol",
        "encode",
        "digest",
        "hash",
        "query",
        "url",
        "key",
        "iso",
        "mt",
        "pacs",
        "baowen",
        "liushui",
        "wenjian",
        "statement",
        "row",
        "segment",
        "frame",
        "data",
    ]
)
_MACHINE_TEXT: Final = re.compile(r"报文|文件|流水|签名|8583|(?i:mt\d{3})")
_SHOWN: Final = re.compile(
    r"(?i)display|log(?!in)|label|tostring|print|show|render|view|screen|html|tooltip|exception|error|describe|summary|help|ui\b"
)
_MACHINE_WORDS: Final = frozenset(
    [
        "currency",
        "ccy",
        "iban",
        "bic",
        "swift",
        "code",
        "algorithm",
        "hex",
        "mac",
        "sign",
        "signature",
        "channel",
        "scheme",
    ]
)


class Clock:
    """Answers what a place is about, by the names around it."""

    def __init__(self, flow: Flow, money: Money) -> None:
        self.flow, self.money = flow, money

    def booked(self, site: Node) -> bool:
        """Whether a place is about a day or a time that is booked by."""
        purpose = self.money.purpose(site)
        if _BOOKED.search(purpose):
            return True
        if _ASIDE.search(purpose) or self.money.shown(site):
            return False
        at = enclosing(
            site, "expression_statement", "local_variable_declaration", "return_statement", "if_statement", "field_declaration",
            "assignment", "while_statement", "conditional_expression", "argument_list",
        )  # fmt: skip
        while at is not None:
            text = self.flow.read(at)
            if at.type in {"if_statement", "while_statement"}:
                held = at.child_by_field_name("condition")
                text = self.flow.read(held) if held is not None else ""
            if _BOOKED.search(text[:300]):
                return True
            at = at.parent if at.type == "argument_list" else None
            at = (
                enclosing(
                    at,
                    "expression_statement",
                    "local_variable_declaration",
                    "return_statement",
                    "assignment",
                    "if_statement",
                )
                if at is not None
                else None
            )
        return any(_BOOKED.search(name) for name in self.around(site))

    def around(self, site: Node) -> list[str]:
        """The names of the routine and the class around a place."""
        found = []
        for kinds in (
            self.flow.grammar.routines,
            ("class_declaration", "class_definition", "record_declaration", "enum_declaration"),
        ):
            at = enclosing(site.parent, *kinds) if site.parent is not None else None
            name = at.child_by_field_name("name") if at is not None else None
            if name is not None:
                found.append(self.flow.read(name))
        return found

    def machine(self, site: Node) -> bool:
        """Whether a text is one that a machine reads."""
        purpose = self.money.purpose(site)
        names = self.around(site)[:1]
        if _SHOWN.search(purpose) or self.money.shown(site) or any(_SHOWN.search(name) for name in names):
            return False
        outer = site.parent.parent if site.parent is not None and site.parent.type == "argument_list" else None
        called = self.flow.called(outer) if outer is not None and outer.type == "method_invocation" else ""
        told = (purpose, called, *names)
        return any(
            _MACHINE.intersection(split(name)) or _MACHINE_TEXT.search(name) for name in told
        ) and not _SHOWN.search(called)

    def shown(self, site: Node) -> bool:
        """Whether a text is for people."""
        names = (self.money.purpose(site), *self.around(site)[:1])
        return (
            self.money.shown(site)
            or any(_SHOWN.search(name) for name in names)
            or enclosing(site, "throw_statement", "raise_statement") is not None
        )

    def measured(self, site: Node) -> bool:
        """Whether a time only tells how long something took."""
        purpose = self.money.purpose(site)
        return re.search(
            r"(?i)^(?:_?start(?:ed)?|begin|began|t[0-9]|elapsed|took|duration|start_?time|end_?time|finished)$", purpose
        ) is not None or self.money.shown(site)

    def coded(self, node: Node) -> bool:
        """Whether an expression is a code by its name (`order.getCurrency()`)."""
        text = re.sub(r"\(.*?\)", "", self.flow.read(node))
        words = split(re.split(r"\.", text)[-1])
        return bool(words) and words[-1] in _MACHINE_WORDS


def predicates(flow: Flow, money: Money) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """The predicates about time and text, of one document.

    (#booked? @site)     is about a day or time that is booked by (value date, cut-off, settlement)
    (#machine? @site)    makes a text that a machine reads
    (#unshown-text? @site) makes no text for people
    (#clocked? @site)    tells a time, and does not only measure how long something took
    (#outside? @site "^a$") the name of the routine around does not match
    (#inside-routine? @site)
    (#coded? @owner)     is a code by its name
    """
    clock = Clock(flow, money)
    return {
        "booked?": lambda given, captures: clock.booked(captures[given[0][0]][0]),
        "machine?": lambda given, captures: clock.machine(captures[given[0][0]][0]),
        "unshown-text?": lambda given, captures: not clock.shown(captures[given[0][0]][0]),
        "clocked?": lambda given, captures: not clock.measured(captures[given[0][0]][0]),
        "outside?": lambda given, captures: (
            not any(re.search(given[1][0], name) for name in clock.around(captures[given[0][0]][0])[:1])
        ),
        "inside-routine?": lambda given, captures: flow.around(captures[given[0][0]][0]) is not None,
        "coded?": lambda given, captures: clock.coded(captures[given[0][0]][0]),
    }
