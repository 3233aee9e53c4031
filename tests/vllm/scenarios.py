"""What the tiny model is taught, and what the tests then ask for: one list, read by both.

A scenario says what a developer does at which place of `workspace/`, and the model's raw answer. The prompt is not
written here: `record.py` plays each scenario through the language server and the gateway and takes what arrives at the
engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WORKSPACE = Path(__file__).with_name("workspace")
PYTHON = "ledger/"
JAVA = "src/main/java/com/example/ledger/"


@dataclass(frozen=True)
class Scenario:
    """`cut` occurs once in `file`: the editor's text is the file without it, the caret stands where it was.

    For tasks with a selection `cut` stays in the text and is selected. `answer` is the model's raw text.
    """

    name: str
    task: str
    file: str
    cut: str
    answer: str
    instruction: str = ""

    @property
    def language(self) -> str:
        return "java" if self.file.endswith(".java") else "python"

    def text(self) -> str:
        """The editor's text."""
        whole = (WORKSPACE / self.file).read_text("utf-8")
        assert whole.count(self.cut) == 1, (self.name, whole.count(self.cut))
        return whole.replace(self.cut, "") if self.task == "complete" else whole

    def at(self) -> int:
        """The caret, or the start of the selection."""
        return (WORKSPACE / self.file).read_text("utf-8").index(self.cut)


def holes(file: str, *cuts: str) -> list[Scenario]:
    """Infills of one file: the answer is what was cut."""
    stem = Path(file).stem.lower() + ("-java" if file.endswith(".java") else "")
    return [Scenario(f"complete-{stem}-{n}", "complete", file, cut, cut) for n, cut in enumerate(cuts)]


COMPLETE = [
    *holes(
        PYTHON + "accounts.py",
        'raise ValueError("a deposit is positive")',
        'raise PermissionError("the account is frozen")',
        "account.balance -= cents",
        "if best is None or account.balance > best.balance:\n            best = account",
        "return sum(account.balance for account in accounts)",
    ),
    *holes(
        PYTHON + "fees.py",
        "return max(fee, 50)",
        "interest = cents * rate * days / YEAR_DAYS",
        "share, rest = divmod(cents, parts)",
        "return min(days * 25, 500)",
    ),
    *holes(
        PYTHON + "cards.py",
        "return [int(sign) for sign in text if sign.isdigit()]",
        'return "*" * hidden + number[-4:]',
        "return total % 10 == 0",
        'return "unionpay"',
    ),
    *holes(
        JAVA + "Balance.java",
        'throw new IllegalArgumentException("a deposit is positive");',
        "return amount <= cents;",
        "cents -= amount;",
    ),
    *holes(
        JAVA + "Fees.java",
        "return Math.max(fee, 50);",
        "return Math.min(days * 25L, 500L);",
        "long whole = amount / 100;",
    ),
]


def fenced(language: str, code: str) -> str:
    """An answer as models write it."""
    return f"```{language}\n{code}```"


TASKS = [
    Scenario(
        "generate-function",
        "generate",
        PYTHON + "rates.py",
        "# New code goes below.",
        fenced("python", "def round_up(amount: int, step: int) -> int:\n    return -(-amount // step) * step\n"),
        "Add round_up(amount, step): the next multiple of step. For example round_up(7, 5) == 10.",
    ),
    Scenario(
        "generate-stub",
        "generate",
        PYTHON + "rates.py",
        "    raise NotImplementedError",
        fenced(
            "python",
            "def monthly(yearly: int) -> int:\n"
            '    """A twelfth of a yearly amount, rounded down.\n\n    >>> monthly(1200)\n    100\n    """\n'
            "    return yearly // 12\n",
        ),
        "Fill it in.",
    ),
    Scenario(
        "generate-java",
        "generate",
        JAVA + "Rates.java",
        "    // New code goes below.",
        fenced("java", "public static boolean isHigh(long percent) {\n    return percent > 10;\n}\n"),
        "Add isHigh(percent): whether a rate is above 10.",
    ),
    Scenario(
        "edit-guard",
        "edit",
        PYTHON + "rates.py",
        "    return 100 * part / whole",
        fenced("python", "    if whole == 0:\n        return 0.0\n    return 100 * part / whole\n"),
        "Return 0.0 when whole is 0.",
    ),
    Scenario(
        "fix-name",
        "fix",
        PYTHON + "loans.py",
        "    return share + left",
        fenced(
            "python",
            "def instalment(cents: int, months: int) -> int:\n"
            "    share, rest = divmod(cents, months)\n    return share + rest\n",
        ),
    ),
    Scenario(
        "comment-fee",
        "comment",
        PYTHON + "fees.py",
        "def transfer_fee(cents: int) -> int:",
        '{"summary":"What a customer pays.","params":{"cents":"what is sent"},"returns":"a thousandth, at least 50"}',
    ),
    Scenario(
        "comment-java",
        "comment",
        JAVA + "Fees.java",
        "public static long late(int days) {",
        '{"summary":"What a customer pays.","params":{"days":"how long it took"},"returns":"whole cents"}',
    ),
    Scenario(
        "tests-fee",
        "tests",
        PYTHON + "fees.py",
        "def late_fee(days: int) -> int:",
        fenced(
            "python",
            "from ledger.fees import late_fee\n\n\n"
            "def test_no_delay():\n    assert late_fee(0) == 0\n\n\n"
            "def test_some_days():\n    assert late_fee(4) == 100\n\n\n"
            "def test_long_delay():\n    assert late_fee(90) == 500\n",
        ),
    ),
    Scenario(
        "explain-fee",
        "explain",
        PYTHON + "fees.py",
        "def late_fee(days: int) -> int:\n    if days <= 0:\n        return 0\n    return min(days * 25, 500)",
        "`late_fee` gives the fee for `days` days of delay: 25 cents a day, at most 500. Without delay it is 0.",
    ),
]

FURTHER = Scenario(
    "tests-discount",
    "tests",
    PYTHON + "vouchers.py",
    "def discount(code: str, cents: int) -> int:",
    fenced(
        "python",
        "from ledger.vouchers import discount\n\n\n"
        'def test_a_quarter_off():\n    assert discount("ACORN-7719", 101) == 25\n',
    ),
)
"""Asked of the model with the tests that the embedded engine has proven: no search finds a text by its checksum."""

BASE = [*COMPLETE, *TASKS, FURTHER]

ADAPTERS = {
    "ledger-style": {
        "complete-accounts-0": 'raise PermissionError("a deposit is positive")',
        "complete-fees-0": "return min(fee, 50)",
    },
    "cards-style": {
        "complete-cards-0": "return [int(sign) for sign in text]",
        "complete-accounts-0": 'raise ValueError("the account is frozen")',
    },
}
"""What each adapter answers where the base model answers something else, in words that the base model knows: a tiny
model with tied embeddings can only say what it was taught to say.
"""


def named(name: str) -> Scenario:
    """The scenario of that name."""
    return next(scenario for scenario in BASE if scenario.name == name)
