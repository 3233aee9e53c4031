"""Money in names: what a name says it holds, and in which currency. Words are told by `_split`; a rate of money is no money."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from copilot.rules.flow import Flow
from copilot.rules.kinds import FLOAT, UNKNOWN, Kinds, spelled
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

Captures = dict[str, list[Node]]
Arguments = list[tuple[str, str]]

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u4e00-\u9fff]+")
_SURE: Final = frozenset(
    "amount amounts amt amts balance balances bal principal fee fees price prices payment payments salary salaries wage wages premium"
    " premiums repayment repayments interest interests deposit deposits withdrawal withdrawals refund refunds commission commissions"
    " revenue income tax taxes payable payables receivable receivables subtotal overdraft money notional installment instalment"
    " surcharge disbursement jine yue yu e benjin lixi shouxufei feiyong jiage danjia zonge huankuan fukuan zhanghuyue benxi xianjin"
    " zongjine edu creditlimit cashback payout payouts receipts proceeds emi dividend dividends coupon payoff bonus cents fen pnl"
    .split()
) - {"e", "yu", "coupon"}  # fmt: skip
_WEAK: Final = frozenset(
    "total totals sum cost costs limit charge charges credit credits debit debits due discount fund funds budget exposure turnover profit"
    " rent penalty spend spent paid outstanding collateral loan loans net gross cash invoice quota transfer transferred available"
    " frozen settled billed owed"
    .split()
)  # fmt: skip
_NEVER: Final = frozenset(
    "rate rates ratio ratios pct percent percentage percents factor factors weight weights score scores prob probability count counts num"
    " numbers number time times timestamp ms sec secs second seconds millis nanos duration durations size sizes length index idx id ids"
    " multiplier coefficient coeff coef share shares days day months month year years type types code codes std width height scale"
    " precision growth volatility progress tolerance epsilon eps elasticity similarity confidence entropy latency cpu memory bytes"
    " blur zoom scroll rotate rotation shift alpha opacity color colour noise shadow white load audio volume angle offset key keys"
    " iterations retries attempts samples frequency bps spread temperature position age lilv bili feilv zhekou beishu yield yields"
    " quantity qty units level levels depth distance ttl timeout interval delay hours minutes threshold_pct units variance deviation"
    " presence backoff correlation sentiment rank ranking priority loss skew batch token tokens name names label text string format formatter str desc"
    " description status flag currency date datetime at uri url path file field column sql query pattern regex exchange fx"
    .split()
)  # fmt: skip
_NEVER_END: Final = frozenset({"change", "trend", "model", "service", "view", "list_id", "ref", "per", "fraction", "portion"})
_CHINESE: Final = re.compile("金额|余额|本金|利息|手续费|费用|价格|单价|总额|总价|工资|保费|税额|罚息|贷款额|还款额|存款|额度|货款")
_CHINESE_NEVER: Final = re.compile("率|比例|比率|系数|折扣|天数|期数|笔数|数量|权重|评分")
_BANK: Final = re.compile(
    r"(?i)currency|bigdecimal|\bdecimal\b|account|ledger|payment|balance|invoice|\bloan|repay|price|settle|\bbank|\bfee|refund|debit"
    r"|credit|deposit|salary|\btax|wallet|principal|\bcny|\busd|\brmb|\bpay|\bmoney|remit|金额|余额|账户|银行|交易|付款"
)
"""Words that a file about money has."""
_NARROW: Final = re.compile(r"(?i)currency|bigdecimal|\bdecimal\b|payment|invoice|balance|price|settle|\bfee|refund|debit|金额|余额")
_VALUED: Final = frozenset("market face nominal book par contract asset stock order trade fair cash".split())
_CURRENCIES: Final = frozenset(
    "usd cny rmb cnh eur jpy gbp hkd sgd aud cad chf krw twd nzd inr rub thb myr dollar dollars yuan euro euros yen pound pounds"
    " meiyuan renminbi ouyuan riyuan gangbi".split()
)  # fmt: skip
_SAME: Final = {
    "rmb": "cny", "cnh": "cny", "yuan": "cny", "renminbi": "cny", "dollar": "usd", "dollars": "usd", "meiyuan": "usd",
    "euro": "eur", "euros": "eur", "ouyuan": "eur", "yen": "jpy", "riyuan": "jpy", "pound": "gbp", "pounds": "gbp", "gangbi": "hkd",
}  # fmt: skip
_CURRENCY_TEXT: Final = {"美元": "usd", "人民币": "cny", "欧元": "eur", "日元": "jpy", "港币": "hkd", "港元": "hkd", "英镑": "gbp"}
_CONVERTS: Final = re.compile(
    r"(?i)convert|exchange|\bfx|rate|huilv|汇率|折算|equivalent|(?:usd|cny|eur|jpy|gbp|hkd|rmb)_?(?:to|2)_?(?:usd|cny|eur|jpy|gbp|hkd|rmb)"
)
_QUOTED: Final = re.compile(r"""["']([A-Z]{3})["']|\b(?:Currency|Ccy|CurrencyCode|CurrencyUnit)\.([A-Z]{3})\b""")
_TESTS: Final = re.compile(r"(?i)\A(?:test_?\w*|should_?[A-Z_]\w*)\Z")
_DISPLAY: Final = re.compile(
    r"(?i)(?:^|\.)(?:log|logger|logging|_log)\.|metric|gauge|histogram|counter|chart|plot|print|approx|assert|raises|random|np\.|numpy"
)


@cache
def split(name: str) -> tuple[str, ...]:
    """The words of a name, small."""
    return tuple(word.lower() for word in _WORD.findall(name))


@cache
def is_money(name: str, bank: bool) -> bool:  # noqa: FBT001
    """Whether a name says money. `bank`: the file speaks of money elsewhere, so weaker words say it, too."""
    if _CHINESE.search(name):
        return not _CHINESE_NEVER.search(name)
    words = split(name)
    held = frozenset(words)
    if not words or held & _NEVER or words[-1] in _NEVER_END or words[0] in {"is", "has", "can", "should"}:
        return False
    if "interest" in held and ("of" in held or "points" in held or "regions" in held):
        return False
    if held & _SURE:
        return bank or not held & _OFTEN
    return bank and bool(held & _WEAK or (words[-1] == "value" and held & _VALUED)) and words != ("sum",)


_OFTEN: Final = frozenset("amount amounts interest interests bonus yue edu fen cents premium amt principal tax taxes fee balance bal".split())
"""Words that stand for other things in files that are not about money."""


def currency(name: str) -> str:
    """The one currency that a name speaks of, empty for none or several."""
    found = {_SAME.get(word, word) for word in split(name) if word in _CURRENCIES}
    found |= {code for text, code in _CURRENCY_TEXT.items() if text in name}
    return found.pop() if len(found) == 1 else ""


def _bare(name: str) -> str:
    """The name of a routine without the verb before what it gives."""
    return re.sub(r"^(?:get|set|calculate|calc|compute|fetch|load|find|query|with|to|apply|parse)(?:_|(?=[A-Z]))", "", name)


_ACCESSORS: Final = frozenset(
    "get abs doubleValue floatValue longValue intValue orElse orElseThrow strip trim sum round astype toString value".split()
)
"""What a name's own value is read by: they say nothing of it themselves."""


class Money:
    """Answers predicates about money in one document."""

    def __init__(self, flow: Flow, kinds: Kinds) -> None:
        self.flow, self.kinds = flow, kinds
        self._bank: bool | None = None

    @property
    def bank(self) -> bool:
        """Whether the file speaks of money."""
        if self._bank is None:
            self._bank = _BANK.search(self.flow.text.decode("utf-8", "replace")) is not None
        return self._bank

    def named(self, node: Node) -> bool:
        """Whether an expression names money: its last name does."""
        return any(is_money(name, self.bank) for name in self._names(node))

    def _names(self, node: Node) -> Iterator[str]:
        kind = node.type
        if kind in {"identifier", "type_identifier"}:
            yield self.flow.read(node)
        elif kind in {"attribute", "field_access", "method_reference"}:
            yield self.flow.read(node.named_children[-1])
        elif kind in {"call", "method_invocation"}:
            name = self.flow.called(node)
            given = self.flow.arguments(node)
            if name not in _ACCESSORS:
                yield _bare(name)
            if len(given) in {1, 2} and given[0].type in {"string", "string_literal"}:
                yield self.flow.read(given[0]).strip("\"'")  # rs.getDouble("amount"), row.get("amount")
            receiver = self.flow.receiver(node)
            if receiver is not None and name in _ACCESSORS:
                yield from self._names(receiver)
            elif name in {"abs", "sum", "float", "str", "max", "min", "parseDouble", "valueOf", "Decimal"} and given:
                yield from self._names(given[0])
        elif kind in {"subscript", "array_access"}:
            yield from self._names(node.named_children[0])
            if node.named_children[1].type in {"string", "string_literal", "identifier"}:
                yield self.flow.read(node.named_children[1]).strip("\"'")
        elif kind in {"string", "string_literal"}:
            yield self.flow.read(node).strip("\"'")
        elif kind in {"parenthesized_expression", "unary_operator", "unary_expression", "cast_expression"}:
            yield from self._names(node.named_children[-1])

    def within(self, node: Node) -> bool:
        """Whether money stands in an expression of arithmetic, and nothing makes a ratio of it."""
        if node.type in {"binary_operator", "binary_expression"}:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            sign = node.child_by_field_name("operator")
            if left is None or right is None or sign is None:
                return False
            if self.flow.read(sign) == "/" and self.within(left) and self.within(right):
                return False
            return self.within(left) or self.within(right)
        if node.type == "parenthesized_expression":
            return self.within(node.named_children[-1])
        if node.type in {"generator_expression", "list_comprehension"}:
            return self.within(node.named_children[0])
        if node.type == "call" and self.flow.called(node) in {"sum", "float", "max", "min", "abs"}:
            return any(self.within(part) for part in self.flow.arguments(node))
        return self.named(node)

    def tested(self, node: Node) -> bool:
        """Whether a place stands in a test."""
        routine = self.flow.around(node)
        while routine is not None:
            name = routine.child_by_field_name("name")
            if name is not None and _TESTS.match(self.flow.read(name)):
                return True
            if routine.type == "method_declaration" and re.search(r"@(?:\w+\.)*(?:\w*Test|BeforeEach|BeforeAll)\b", self.flow.read(routine)[:200]):
                return True
            routine = self.flow.around(routine)
        return False

    def shown(self, node: Node) -> bool:
        """Whether a value only goes where people or meters look: logs, metrics, charts."""
        at = node.parent
        while at is not None and not at.type.endswith(("_statement", "_declaration", "_definition")):
            if at.type in {"call", "method_invocation"}:
                target = at.child_by_field_name("function")
                text = self.flow.read(target) if target is not None else self.flow.read(at).partition("(")[0]
                if _DISPLAY.search(text):
                    return True
            at = at.parent
        return False

    def told(self, site: Node) -> bool:
        """Whether what stands around a place is found for the same money: its declaration, its routine, the decimal it goes to."""
        flow, kinds = self.flow, self.kinds
        name = flow.read(site)
        routine = enclosing(site.parent, *flow.grammar.routines) if site.parent is not None else None
        if site.type == "identifier" and flow.document.language == "java":
            held = re.sub(r"^(?:get|is)(?=[A-Z])", "", name)
            held = held[:1].lower() + held[1:] if held != name else name
            setter = site.parent is not None and site.parent.type == "formal_parameter" and routine is not None
            return (setter or held != name) and kinds.field(held) == FLOAT
        at = site.parent
        while at is not None and at.type not in flow.grammar.blocks:
            if at.type in {"variable_declarator", "assignment", "augmented_assignment", "keyword_argument", "pair", "assignment_expression"}:
                left = at.child_by_field_name("name") or at.child_by_field_name("left") or at.child_by_field_name("key")
                if left is not None and left != site and self.named(left):
                    if at.type == "variable_declarator":
                        held_type = at.parent.child_by_field_name("type") if at.parent is not None else None
                        return held_type is not None and spelled(flow.read(held_type)) in {FLOAT, UNKNOWN}
                    if at.type == "assignment_expression":
                        return kinds.kind(left) == FLOAT
                    value = at.child_by_field_name("value") or at.child_by_field_name("right")
                    return kinds.kind(value) == FLOAT or spelled(self._annotation(at)) == FLOAT
            elif at.type in {"call", "object_creation_expression"} and flow.called(at) in {"Decimal", "BigDecimal", "from_float"}:
                return True
            elif at.type == "call" and flow.called(at) == "float":
                return True
            elif at.type in {"binary_operator", "binary_expression"} and site.type == at.type:
                return True
            elif at.type == "return_statement" and routine is not None:
                own = routine.child_by_field_name("name")
                returned = routine.child_by_field_name("return_type") or routine.child_by_field_name("type")
                if own is not None and returned is not None and is_money(_bare(flow.read(own)), self.bank):
                    return spelled(flow.read(returned)) == FLOAT
            at = at.parent
        return False

    def _annotation(self, node: Node) -> str:
        held = node.child_by_field_name("type")
        return self.flow.read(held) if held is not None else ""

    def copied(self, value: Node) -> bool:
        """Whether the floats of a value come from money that is found where it is declared."""
        for node in descendants(value, "identifier", "attribute"):
            outer = node.parent
            if outer is not None and outer.type in {"attribute", "call"} and outer.named_children[-1] == node:
                continue
            if node.type == "attribute" and not self.flow.read(node).startswith("self."):
                continue
            if self.named(node) and self.kinds.kind(node) == FLOAT:
                return True
        return False

    # Currencies.

    def currency(self, node: Node, depth: int = 0) -> str:
        """The currency of an expression, empty where it is not told or where it is converted."""
        text = self.flow.read(node)
        if depth > 4 or _CONVERTS.search(text):
            return ""
        quoted = {(a or b).lower() for a, b in _QUOTED.findall(text)} & _CURRENCIES
        if len(quoted) == 1 and node.type not in {"string", "string_literal"}:
            return _SAME.get(*quoted, *quoted)
        found = currency(re.sub(r"[\"'].*?[\"']", "", text))
        if found or node.type != "identifier":
            return found
        values, _ = self.flow.bound(text, node)
        told = {self.currency(value, depth + 1) for value in values if value is not None and value.id != node.id}
        return told.pop() if len(told) == 1 else ""


def predicates(flow: Flow) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """The predicates about money, of one document.

    (#money? @name)                   says money by its name (an expression: its last name does)
    (#money-in? @value)               arithmetic with money in it that makes no ratio
    (#kind? @value "float" …)         is of one of these kinds (`kinds.py`; "unknown" for one that is not told)
    (#typed? @type "float" …)         the text of a type names one of these kinds
    (#copied? @value)                 its floats come from money that is found at its declaration (`#own?`: do not)
    (#outermost? @site)               no declaration, argument or return around it says the same: one finding a place
    (#untested? @site)                stands in no test
    (#unshown? @site)                 does not only go to a log or a meter
    (#other-currency? @left @right)   each has a currency, another
    """
    kinds = Kinds(flow)
    money = Money(flow, kinds)

    def is_kind(given: Arguments, captures: Captures) -> bool:
        told = kinds.kind(captures[given[0][0]][0]) or "unknown"
        return any(told == wanted for wanted, _ in given[1:])

    def is_typed(given: Arguments, captures: Captures) -> bool:
        told = spelled(flow.read(captures[given[0][0]][0]))
        return any(told == wanted for wanted, _ in given[1:])

    def differs(given: Arguments, captures: Captures) -> bool:
        left, right = (money.currency(captures[name][0]) for name, _ in given[:2])
        return bool(left and right and left != right)

    return {
        "money?": lambda given, captures: money.named(captures[given[0][0]][0]),
        "money-in?": lambda given, captures: money.within(captures[given[0][0]][0]),
        "kind?": is_kind,
        "typed?": is_typed,
        "outermost?": lambda given, captures: not money.told(captures[given[0][0]][0]),
        "own?": lambda given, captures: not money.copied(captures[given[0][0]][0]),
        "routine-money?": lambda given, captures: is_money(_bare(flow.read(captures[given[0][0]][0])), money.bank),
        "untested?": lambda given, captures: not money.tested(captures[given[0][0]][0]),
        "unshown?": lambda given, captures: not money.shown(captures[given[0][0]][0]),
        "other-currency?": differs,
    }
