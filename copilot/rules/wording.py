"""Words in names: what says money and in which currency. A rate of money is no money, nor is a count of payments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u4e00-\u9fff]+")
_SURE: Final = _words(
    "amount amounts amt amts balance balances bal principal fee fees price prices payment payments salary salaries "
    "wage wages premium premiums repayment repayments interest interests deposit deposits withdrawal withdrawals "
    "refund refunds commission commissions revenue income tax taxes payable payables receivable receivables "
    "subtotal overdraft money notional installment instalment surcharge disbursement jine yue yu e benjin lixi "
    "shouxufei feiyong jiage danjia zonge huankuan fukuan zhanghuyue benxi xianjin zongjine edu creditlimit "
    "cashback payout payouts receipts proceeds emi dividend dividends coupon payoff bonus cents fen pnl "
    "faxi zujin gongzi yingfu yingshou shishou shifu tuikuan baozhengjin weiyuejin zhinajin fuwufei qiankuan yajin "
)
_COMPOUND: Final = re.compile(
    r"(?:betr(?:ag|aege)|sald[oe]n?|kontost(?:and|aende)|zinsen|(?:tages|monats)zins|gebuehr(?:en)?|entgelte?|preise?|guthaben"
    r"|summen?|(?<=.)provision(?:en)?|geh(?:alt|aelter)|l(?:ohn|oehne)|(?<!s)steuern?|praemien?|spesen|kredit(?:linie|limit|rahmen)n?"
    r"|tilgung(?:en)?|schuld(?:en)?|(?:aus|ein|rueck|zu|an)zahlung(?:en)?|abhebung(?:en)?|erstattung(?:en)?|forderung(?:en)?"
    r"|erloese?|ums(?:atz|aetze)|kosten|(?<=.)geld(?:er)?|monatsraten?|nennwert|skonto|jine|benjin|lixi|feiyong|shouxufei"
    r"|(?<=.)edu|(?:zhanghu|keyong|dangqian)yue|kuane)\Z"
)
"""Ends of words that German and pinyin put together of several."""
_WEAK: Final = _words(
    "total totals sum cost costs limit charge charges credit credits debit debits due discount fund funds budget "
    "exposure turnover profit rent penalty spend spent paid outstanding collateral loan loans net gross cash "
    "invoice quota transfer transferred available frozen settled billed owed "
    "keyong dongjie heji zonghe verfuegbar gesamt rabatt zinsbetrag kredit darlehen "
)
NEVER: Final = _words(
    "rate rates ratio ratios pct percent percentage percents factor factors weight weights score scores prob "
    "probability count counts num numbers number time times timestamp ms sec secs second seconds millis nanos "
    "duration durations size sizes length index idx id ids multiplier coefficient coeff coef shares days day months "
    "month year years type types code codes std width height scale precision growth volatility progress tolerance "
    "epsilon eps elasticity similarity confidence entropy latency cpu memory bytes blur zoom scroll rotate rotation "
    "shift alpha opacity color colour noise shadow white load audio volume angle offset key keys iterations retries "
    "attempts samples frequency bps spread temperature position age lilv bili feilv zhekou beishu yield yields "
    "quantity qty units level levels depth distance ttl timeout interval delay hours minutes threshold_pct units "
    "variance deviation presence backoff correlation sentiment rank ranking priority loss skew batch token tokens "
    "name names label text string format formatter str desc description status flag currency date datetime at uri "
    "url path file field column sql query pattern regex exchange fx step steps "
    "satz saetze anzahl nummer nr faktor quote tage monate jahre datum kennzeichen art typ kurs kurse prozent anteil "
    "utilisation utilization proportion coverage ltv dti schluessel waehrung laufzeit stunden tianshu qishu bishu qixian huilv "
)
_NEVER_END: Final = _words("change trend model service view list_id ref per fraction portion ")
_RATIO: Final = re.compile(
    r"(?:loan|debt|price|cost|limit|credit|payment)_to_(?:value|income|equity|book|earnings|limit|cost)|(?:^|_)(?:ltv|dti)(?:_|\Z)"
)
_CHINESE: Final = re.compile(
    "金额|余额|本金|利息|手续费|费用|价格|单价|总额|总价|工资|保费|税额|罚息|贷款额|还款额|存款|额度|货款"
)
_CHINESE_NEVER: Final = re.compile("率|比例|比率|系数|折扣|天数|期数|笔数|数量|权重|评分")
_BANKING: Final = (
    "currency", "bigdecimal", "account", "ledger", "payment", "balance", "invoice", "repay", "price", "settle", "refund", "debit", "credit",
    "deposit", "salary", "wallet", "principal", "remit", "betrag", "konto", "saldo", "zahlung", "buchung", "gebuehr", "zinsen",
    "jine", "zhanghu", "huankuan", "daikuan", "zhuanzhang", "金额", "余额", "账户", "银行", "交易", "付款",
)  # fmt: skip
_BANKING_BEGUN: Final = ("decimal", "loan", "bank", "fee", "tax", "cny", "usd", "rmb", "pay", "money")
_BANKING_WORD: Final = re.compile(r"\b(?:decimal\b|loan|bank|fee|tax|cny|usd|rmb|pay|money)")
"""Words that a file about money has, and what stands in them: to look for that alone takes a tenth of the time."""
_OFTEN: Final = _words(
    "amount amounts interest interests bonus yue edu fen cents premium amt principal tax taxes fee balance bal "
)
"""Words that stand for other things in files that are not about money."""
_NARROW: Final = ("currency", "bigdecimal", "payment", "invoice", "settlement", "refund", "debit", "账", "金额", "余额")
_NARROW_BEGUN: Final = ("decimal", "balance", "fee")
_NARROW_WORD: Final = re.compile(r"\b(?:decimal\b|balance|fees?\b)")
_VALUED: Final = _words("market face nominal book par contract asset stock order trade fair cash ")
CURRENCIES: Final = _words(
    "usd cny rmb cnh eur jpy gbp hkd sgd aud cad chf krw twd nzd inr rub thb myr dollar dollars yuan euro euros yen "
    "pound pounds meiyuan renminbi ouyuan riyuan gangbi "
)
SAME: Final = {
    "rmb": "cny", "cnh": "cny", "yuan": "cny", "renminbi": "cny", "dollar": "usd", "dollars": "usd", "meiyuan": "usd",
    "euro": "eur", "euros": "eur", "ouyuan": "eur", "yen": "jpy", "riyuan": "jpy", "pound": "gbp", "pounds": "gbp", "gangbi": "hkd",
}  # fmt: skip
_CURRENCY_TEXT: Final = {
    "美元": "usd",
    "人民币": "cny",
    "欧元": "eur",
    "日元": "jpy",
    "港币": "hkd",
    "港元": "hkd",
    "英镑": "gbp",
}


_NO_AMOUNT: Final = _words("code codes name id key symbol label type rate list str format")


def about(text: str) -> tuple[bool, bool]:
    """Whether a file speaks of money, and whether in words that stand for nothing else."""
    small = text.lower()
    return _has(small, _BANKING, _BANKING_BEGUN, _BANKING_WORD), _has(small, _NARROW, _NARROW_BEGUN, _NARROW_WORD)


def _has(small: str, parts: tuple[str, ...], begun: tuple[str, ...], words: re.Pattern[str]) -> bool:
    return any(part in small for part in parts) or (
        any(part in small for part in begun) and words.search(small) is not None
    )


def currencies(names: Iterable[str]) -> set[str]:
    """The currencies that names speak of."""
    found = {SAME.get(word, word) for name in names for word in split(name) if word in CURRENCIES}
    return found | {code for name in names for text, code in _CURRENCY_TEXT.items() if text in name}


@cache
def split(name: str) -> tuple[str, ...]:
    """The words of a name, small."""
    return tuple(word.lower() for word in _WORD.findall(name))


@cache
def is_amount(name: str) -> bool:
    """Whether what has this name may be an amount: no rate, share or count, and no ratio of two."""
    return NEVER.isdisjoint(split(name)) and not _RATIO.search("_".join(split(name)))


@cache
def is_money(name: str, bank: bool, narrow: bool) -> bool:  # noqa: FBT001
    """Whether a name says money. `bank`: the file speaks of money elsewhere, so weaker words say it, too;
    `narrow`: and of nothing else.
    """
    if _CHINESE.search(name):
        return not _CHINESE_NEVER.search(name)
    words = split(name)
    held = frozenset(words)
    if not words or held & NEVER or words[-1] in _NEVER_END or words[0] in {"is", "has", "can", "should"}:
        return False
    if "interest" in held and ("of" in held or "points" in held or "regions" in held):
        return False
    if held & _SURE or any(map(_COMPOUND.search, words)):
        return bank or not held & _OFTEN
    if words in {("total",), ("totals",), ("limit",)}:
        return narrow
    return bank and bool(held & _WEAK or (words[-1] == "value" and held & _VALUED)) and words != ("sum",)


def currency(name: str) -> str:
    """The one currency that a name speaks of, empty for none or several."""
    if not _NO_AMOUNT.isdisjoint(split(name)):
        return ""
    found = {SAME.get(word, word) for word in split(name) if word in CURRENCIES}
    found |= {code for text, code in _CURRENCY_TEXT.items() if text in name}
    return found.pop() if len(found) == 1 else ""
