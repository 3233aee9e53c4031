"""DEL01: guards that a change takes away, in real diffs of git, and changes that only look like it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from copilot.review import change, guards
from copilot.review.looking import Asked
from copilot.review.review import review
from copilot.rules import BANK

GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "commit.gpgsign=false"]


def run(top, *command):
    done = subprocess.run([*GIT, *command], cwd=top, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def removed(top, before, after):
    """`(kind, file, line)` of each remark of DEL01 on a change between two trees, given as file to text."""
    run(top, "init", "-q")
    ends = []
    for tree in (before, after):
        for name in run(top, "ls-files").split():
            (top / name).unlink()
        for name, text in tree.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text(text)
        run(top, "add", "-A")
        run(top, "commit", "-qm", "c", "--allow-empty")
        ends.append(run(top, "rev-parse", "HEAD"))
    found = review(change.between(top, *ends), Asked((BANK,)))
    return [(one.detail, one.path, one.line) for one in found.remarks if one.rule == "DEL01"]


PYTHON = """
from django.db import transaction


class Transfers:
    def __init__(self, db, audit, lock):
        self.db = db
        self.audit = audit
        self._lock = lock

    @permission_required("transfer.create")
    def transfer(self, user, source, target, amount):
        check_permission(user, "transfer")
        if amount > self.daily_limit(source):
            raise LimitExceeded(source)
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            self.db.move(source, target, amount)
        with transaction.atomic():
            self.db.save(source)
            self.db.save(target)
        self.audit.record("transfer", user, source, target, amount)
        return self.db.state(source)

    def daily_limit(self, source):
        return self.db.limit_of(source)
"""

JAVA = """
package bank;

import org.springframework.transaction.annotation.Transactional;

class TransferService {
    @PreAuthorize("hasRole('TELLER')")
    @Transactional
    public Receipt transfer(@Valid Order order, User user) {
        permissionService.checkPermission(user, order.getSource());
        if (order.getAmount().compareTo(dailyLimit) > 0) {
            throw new LimitExceededException(order);
        }
        Objects.requireNonNull(order.getTarget());
        synchronized (this) {
            ledger.move(order);
        }
        auditLog.record("transfer", user, order);
        return receipts.of(order);
    }

    Account load(long id) {
        return entityManager.find(Account.class, id, LockModeType.PESSIMISTIC_WRITE);
    }
}
"""

GONE = [
    ("authorisation", "a.py", '        check_permission(user, "transfer")\n', ""),
    ("authorisation", "a.py", '    @permission_required("transfer.create")\n', ""),
    ("limit", "a.py", "        if amount > self.daily_limit(source):\n            raise LimitExceeded(source)\n", ""),
    ("validation", "a.py", '        if amount <= 0:\n            raise ValueError("amount")\n', ""),
    (
        "lock",
        "a.py",
        "        with self._lock:\n            self.db.move(source, target, amount)\n",
        "        self.db.move(source, target, amount)\n",
    ),
    (
        "transaction",
        "a.py",
        "        with transaction.atomic():\n            self.db.save(source)\n            self.db.save(target)\n",
        "        self.db.save(source)\n        self.db.save(target)\n",
    ),
    ("audit", "a.py", '        self.audit.record("transfer", user, source, target, amount)\n', ""),
    ("authorisation", "A.java", "    @PreAuthorize(\"hasRole('TELLER')\")\n", ""),
    ("authorisation", "A.java", "@PreAuthorize(\"hasRole('TELLER')\")", '@PreAuthorize("permitAll()")'),
    ("transaction", "A.java", "    @Transactional\n", ""),
    ("validation", "A.java", "@Valid Order order", "Order order"),
    ("authorisation", "A.java", "        permissionService.checkPermission(user, order.getSource());\n", ""),
    (
        "limit",
        "A.java",
        "        if (order.getAmount().compareTo(dailyLimit) > 0) {\n            throw new LimitExceededException(order);\n        }\n",
        "",
    ),
    ("validation", "A.java", "        Objects.requireNonNull(order.getTarget());\n", ""),
    (
        "lock",
        "A.java",
        "        synchronized (this) {\n            ledger.move(order);\n        }\n",
        "        ledger.move(order);\n",
    ),
    ("audit", "A.java", '        auditLog.record("transfer", user, order);\n', ""),
    ("lock", "A.java", ", LockModeType.PESSIMISTIC_WRITE", ""),
]


def whole(name):
    return PYTHON if name.endswith(".py") else JAVA


@pytest.mark.parametrize(("kind", "name", "old", "new"), GONE)
def test_a_guard_that_is_taken_away_is_told_on_its_deleted_line(tmp_path, kind, name, old, new):
    text = whole(name)
    line = text[: text.index(old)].count("\n") + 1
    assert removed(tmp_path, {name: text}, {name: text.replace(old, new)}) == [(kind, name, line)]


OTHER = """
class Reports:
    def list(self, user):
        check_permission(user, "report")
        return self.db.all()
"""

KEPT = [
    # the same guard, said differently
    ("a.py", 'check_permission(user, "transfer")', 'check_permission(user, "transfer:create")'),
    ("a.py", "if amount > self.daily_limit(source):", "if amount > self.daily_limit(source, user):"),
    ("A.java", "hasRole('TELLER')", "hasAuthority('transfer')"),
    # another of its kind in its place
    ("a.py", 'check_permission(user, "transfer")', 'require_role(user, "teller")'),
    ("a.py", "with self._lock:", "with self.locks.account_lock(source):"),
    (
        "A.java",
        "permissionService.checkPermission(user, order.getSource());",
        'if (!user.hasRole("TELLER")) {\n            throw new AccessDeniedException("transfer");\n        }',
    ),
    # its class has it now
    (
        "A.java",
        "class TransferService {\n    @PreAuthorize(\"hasRole('TELLER')\")\n",
        "@PreAuthorize(\"hasRole('TELLER')\")\nclass TransferService {\n",
    ),
    # a routine that it calls has it
    (
        "a.py",
        '        check_permission(user, "transfer")\n',
        '        self._admit(user)\n\n    def _admit(self, user):\n        check_permission(user, "transfer")\n',
    ),
    # what it spoke of is gone
    ("A.java", "@Valid Order order, User user", "User user"),
    # words, not guards
    ("a.py", "self.db.limit_of(source)", "self.db.limit_of(source, cached=True)"),
    ("A.java", "import org.springframework.transaction.annotation.Transactional;\n", ""),
    # the whole routine is gone
    ("A.java", JAVA[JAVA.index("    @PreAuthorize") : JAVA.index("    Account load")], ""),
]


@pytest.mark.parametrize(("name", "old", "new"), KEPT)
def test_a_guard_that_stays_moves_or_has_nothing_left_to_guard_is_not_told(tmp_path, name, old, new):
    text = whole(name)
    assert old in text
    assert removed(tmp_path, {name: text}, {name: text.replace(old, new)}) == []


def test_a_comment_that_speaks_of_a_guard_is_none(tmp_path):
    text = PYTHON.replace(
        "        return self.db.state", "        # check_permission(user) stands above\n        return self.db.state"
    )
    assert removed(tmp_path, {"a.py": text}, {"a.py": PYTHON}) == []


def test_a_routine_that_moves_to_another_file_with_its_guards_loses_none(tmp_path):
    start, end = PYTHON.index("    @permission"), PYTHON.index("    def daily_limit")
    rest = PYTHON[:start] + PYTHON[end:]
    moved = "class Payments:\n" + PYTHON[start:end]
    assert removed(tmp_path, {"a.py": PYTHON}, {"a.py": rest, "b.py": moved}) == []


def test_a_routine_that_is_renamed_and_loses_a_guard_is_told(tmp_path):
    text = PYTHON.replace("def transfer(", "def move_money(").replace(
        '        check_permission(user, "transfer")\n', ""
    )
    assert removed(tmp_path, {"a.py": PYTHON}, {"a.py": text}) == [("authorisation", "a.py", 13)]


def test_the_same_words_in_an_unrelated_routine_are_no_move(tmp_path):
    text = PYTHON.replace('        check_permission(user, "transfer")\n', "")
    added = OTHER.replace('"report"', '"reports"')
    found = removed(tmp_path, {"a.py": PYTHON, "b.py": "x = 1\n"}, {"a.py": text, "b.py": added})
    assert found == [("authorisation", "a.py", 13)]


def test_the_caller_that_got_the_guard_keeps_it(tmp_path):
    text = PYTHON.replace('        check_permission(user, "transfer")\n', "")
    view = "def create(request, service):\n    {}return service.transfer(request.user, 1, 2, 3)\n"
    before = {"a.py": PYTHON, "views.py": view.format("")}
    after = {"a.py": text, "views.py": view.format('check_permission(request.user, "transfer")\n    ')}
    assert removed(tmp_path, before, after) == []


def test_tests_guard_nothing(tmp_path):
    text = PYTHON.replace('        check_permission(user, "transfer")\n', "")
    assert removed(tmp_path, {"tests/test_a.py": PYTHON}, {"tests/test_a.py": text}) == []


def test_a_lock_inside_a_statement_of_sql_counts(tmp_path):
    text = 'def take(db, key):\n    return db.execute("SELECT * FROM t WHERE id = ? FOR UPDATE", key)\n'
    assert removed(tmp_path, {"a.py": text}, {"a.py": text.replace(" FOR UPDATE", "")}) == [("lock", "a.py", 2)]


VALIDATED = """
class Transfer(BaseModel):
    amount: Decimal

    @field_validator("amount")
    def positive(cls, value):
        if value <= 0:
            raise ValueError("amount")
        return value
"""
UNCHECKED = "\nclass Transfer(BaseModel):\n    amount: Decimal\n"


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (
            "authorisation",
            "class Approve(View):\n    permission_classes = [IsTeller]\n",
            "class Approve(View):\n    permission_classes = []\n",
        ),
        (
            "authorisation",
            "def freeze(account):\n    StpUtil.check_login()\n    account.freeze()\n",
            "def freeze(account):\n    account.freeze()\n",
        ),
        (
            "audit",
            'def freeze(account):\n    account.freeze()\n    AuditLog.objects.create(action="freeze")\n',
            "def freeze(account):\n    account.freeze()\n",
        ),
        (
            "audit",
            'def freeze(db, account):\n    account.freeze()\n    db.add(AuditLog(action="freeze"))\n',
            "def freeze(db, account):\n    account.freeze()\n",
        ),
        ("validation", VALIDATED, UNCHECKED),
    ],
)
def test_a_guard_in_a_librarys_own_words_is_told_when_it_goes(tmp_path, kind, old, new):
    assert [each[0] for each in removed(tmp_path, {"a.py": old}, {"a.py": new})] == [kind]


@pytest.mark.parametrize(
    "new",
    [
        UNCHECKED.replace("Decimal", "Decimal = Field(gt=0)"),
        VALIDATED.replace("def positive", "def above_nought"),
        "",
    ],
)
def test_a_validator_that_a_field_its_new_name_or_nothing_replaces_is_not_told(tmp_path, new):
    assert removed(tmp_path, {"a.py": VALIDATED}, {"a.py": new}) == []


def test_lines_are_searched_for_guards_wherever_a_kind_of_guard_has_a_word():
    """The one expression that asks first is no stricter than those of the kinds, which may look ahead."""
    folder = Path(__file__).parents[1] / "golden" / "bank"
    lines = {line for path in folder.glob("*/*.*") for line in path.read_bytes().decode("latin-1").split("\n")}
    lines |= {
        line.encode().decode("latin-1") for line in ("    self.prüfe_audit_log(x)", "    größeLock.lock();", "@Log(1)")
    }
    found = 0
    for line in lines:
        words = [each for kind in guards.kinds() for each in (kind.words, kind.inside) if each is not None]
        if any(each.search(line) for each in words):
            found += 1
            assert guards.called_for(line), line
    assert found > 100
    assert not guards.called_for("total = price * count")
