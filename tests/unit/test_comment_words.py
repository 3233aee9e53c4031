"""Names as words and sentences: what is said of a name, and what is not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from copilot.engines.embedded import docwords, prose_en, prose_zh
from copilot.syntax.outline import outline
from copilot.types import document
from copilot.verify.doctarget import contract_of


def summary(text: str, prose: object = prose_en) -> str:
    doc = document(Path("a.py"), "python", text)
    symbol = [s for s in outline(doc).symbols if s.kind in {"function", "method", "class"}][-1]
    return prose.summary(contract_of(doc, symbol))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("calc_check_digit", ["calculate", "check", "digit"]),
        ("getHTTPResponse2", ["get", "HTTP", "response2"]),
        ("IBAN_CODE", ["IBAN", "CODE"]),
        ("_private__name", ["private", "name"]),
        ("账户余额", ["账户余额"]),
    ],
)
def test_splitting(name: str, expected: list[str]):
    assert docwords.words(name) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def calc_check_digit(b): return b[0]", "Calculate the check digit: `b[0]`."),
        ("def is_valid(iban) -> bool: return g(iban)", "Return whether `iban` is valid."),
        ("def is_valid(iban) -> str: return g(iban)", "Return the result of `g(iban)`."),
        ("def check_digit(body) -> str: return body[0]", "Return the check digit: `body[0]`."),
        ("def check_balance(account): account.check()", "Check the balance, calling `account.check`."),
        ("def transfer_fee(amount): return amount", "Return the transfer fee: `amount`."),
        ("def add_interest_to_account(a): a.x()", "Add the interest to the account, calling `a.x`."),
        ("def find_or_create_account(a): return g(a)", "Find or create the account: the result of `g(a)`."),
        ("def sort_by_date(rows): return sorted(rows)", "Sort by date: the result of `sorted(rows)`."),
        ("def close_all(x): x.y()", "Close all, calling `x.y`."),
        ("def validate(iban): iban.x()", "Validate `iban`."),
        ("def transfer(source, target): source.x(target)", "Transfer, given `source` and `target`."),
        ("def sign(x): return 1 if x else -1", "Return `1` or `-1`."),
        ("def sgn(x): return x", "Return `x`."),
        ("class Parser:\n def parse(self): g(self)", "Parse with this parser, calling `g`."),
        ("class Account:\n def close(self): g(self)", "Close this account, calling `g`."),
        ("class A:\n def deposit(self, n): self.balance += n", "Deposit, changing `self.balance`."),
        ("class A:\n def __len__(self): return 1", "Return the number of items."),
        ("class InsufficientFundsError(ValueError): pass", "Exception for insufficient funds, a kind of `ValueError`."),
        ("class Empty: pass", "Empty, without public members."),
        ("def zq(a):\n for x in a: x.y", ""),
    ],
)
def test_english_summary(source: str, expected: str):
    assert summary(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def calc_check_digit(b): return b[0]", "计算校验位。"),
        ("def is_valid(iban) -> bool: return g(iban)", "返回 `iban` 是否有效。"),
        ("def get_balance(account): return account.x", "返回余额：`account.x`。"),
        ("def transfer_fee(amount): return amount", "返回转账费用：`amount`。"),
        ("def calc_frobnication(a): return a", "返回 `a`。"),
        ("class InsufficientFundsError(ValueError): pass", "表示资金不足的异常，继承自 `ValueError`。"),
        ("class Account:\n def close(self): g(self)", "关闭该账户，调用 `g`。"),
        ("def zq(a):\n for x in a: x.y", "处理 `a`。"),
    ],
)
def test_chinese_summary(source: str, expected: str):
    assert summary(source, prose_zh) == expected


def test_chinese_is_all_or_nothing():
    assert docwords.chinese(["interest", "rate"]) == "利率"
    assert docwords.chinese(["account", "frobnicator"]) == ""


def test_glossary_has_no_word_in_two_readings():
    table = tomllib.loads(Path(docwords.__file__).with_name("glossary.toml").read_text("utf-8"))
    assert set(table["abbreviations"]) & set(table["verbs"]) == set()
    assert all(text.strip() == text and text for part in ("verbs", "nouns", "phrases") for text in table[part].values())
