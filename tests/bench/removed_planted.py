"""Twenty guards that are taken away, for the benchmark of review: services of a bank, each with one guard less."""

from __future__ import annotations

from typing import NamedTuple


class Planted(NamedTuple):
    """A file before and after; `line` is the guard's, in the file before."""

    name: str
    before: str
    after: str
    line: int


def _planted(name: str, text: str, old: str, new: str = "") -> Planted:
    if text.count(old) != 1:
        raise ValueError(name)
    return Planted(name, text, text.replace(old, new), text[: text.index(old)].count("\n") + 1)


_CARDS = """
class CardService:
    @require_permission("card.unblock")
    def unblock(self, clerk, card):
        self.approvals.require_four_eyes(clerk, card)
        card.state = "open"
        self.cards.save(card)
        self.audit_log.write("card unblocked", clerk.id, card.id)

    def withdraw(self, card, amount):
        if card.blocked:
            raise CardBlocked(card.id)
        if amount > card.daily_limit:
            raise LimitExceeded(card.id)
        with self.locks.account_lock(card.account):
            self.book(card.account, -amount)
        return self.balances[card.account]
"""

_LOANS = """
def approve(request, loan_id):
    loan = Loan.objects.select_for_update().get(pk=loan_id)
    if not request.user.has_perm("loans.approve"):
        return HttpResponseForbidden()
    if loan.amount > request.user.approval_limit:
        raise LimitExceeded(loan_id)
    form = DecisionForm(request.POST)
    form.full_clean()
    with transaction.atomic():
        loan.decide(form.cleaned_data)
        Schedule.create(loan)
    audit("loan approved", request.user, loan)
    return redirect("loan", loan_id)
"""

_PAYMENTS = """
package bank.payments;

@RestController
class PaymentController {
    private final PaymentService payments;

    @PostMapping("/payments")
    @PreAuthorize("hasAuthority('PAYMENT_CREATE')")
    ResponseEntity<Receipt> create(@Valid @RequestBody PaymentRequest request, Principal principal) {
        signatureVerifier.verifySignature(request, principal);
        return ResponseEntity.ok(payments.execute(request));
    }

    @DeleteMapping("/payments/{id}")
    @RolesAllowed("OPERATOR")
    void cancel(@PathVariable long id) {
        payments.cancel(id);
    }
}
"""

_LEDGER = """
package bank.ledger;

@Service
class LedgerService {
    @Transactional(rollbackFor = Exception.class)
    public void post(Entry entry) {
        if (entry.getAmount().signum() <= 0) {
            throw new IllegalArgumentException("amount");
        }
        limitService.checkDailyLimit(entry.getAccount(), entry.getAmount());
        Account account = accounts.findByIdForUpdate(entry.getAccount());
        if (account.getBalance().compareTo(entry.getAmount()) < 0) {
            throw new InsufficientFundsException(entry.getAccount());
        }
        account.debit(entry.getAmount());
        accounts.save(account);
        auditService.log("posted", entry);
    }

    public synchronized long nextNumber() {
        return ++number;
    }
}
"""

PLANTED = (
    _planted("bank/cards1.py", _CARDS, '    @require_permission("card.unblock")\n'),
    _planted("bank/cards2.py", _CARDS, "        self.approvals.require_four_eyes(clerk, card)\n"),
    _planted("bank/cards3.py", _CARDS, '        self.audit_log.write("card unblocked", clerk.id, card.id)\n'),
    _planted("bank/cards4.py", _CARDS, "        if card.blocked:\n            raise CardBlocked(card.id)\n"),
    _planted(
        "bank/cards5.py", _CARDS, "        if amount > card.daily_limit:\n            raise LimitExceeded(card.id)\n"
    ),
    _planted(
        "bank/cards6.py",
        _CARDS,
        "        with self.locks.account_lock(card.account):\n            self.book(card.account, -amount)\n",
        "        self.book(card.account, -amount)\n",
    ),
    _planted("bank/loans1.py", _LOANS, ".select_for_update()"),
    _planted(
        "bank/loans2.py",
        _LOANS,
        '    if not request.user.has_perm("loans.approve"):\n        return HttpResponseForbidden()\n',
    ),
    _planted("bank/loans3.py", _LOANS, "    form.full_clean()\n"),
    _planted(
        "bank/loans4.py",
        _LOANS,
        "    with transaction.atomic():\n        loan.decide(form.cleaned_data)\n        Schedule.create(loan)\n",
        "    loan.decide(form.cleaned_data)\n    Schedule.create(loan)\n",
    ),
    _planted("bank/loans5.py", _LOANS, '    audit("loan approved", request.user, loan)\n'),
    _planted("bank/Payments1.java", _PAYMENTS, "    @PreAuthorize(\"hasAuthority('PAYMENT_CREATE')\")\n"),
    _planted("bank/Payments2.java", _PAYMENTS, "@Valid "),
    _planted("bank/Payments3.java", _PAYMENTS, "        signatureVerifier.verifySignature(request, principal);\n"),
    _planted("bank/Payments4.java", _PAYMENTS, '    @RolesAllowed("OPERATOR")\n'),
    _planted("bank/Ledger1.java", _LEDGER, "    @Transactional(rollbackFor = Exception.class)\n"),
    _planted(
        "bank/Ledger2.java", _LEDGER, "        limitService.checkDailyLimit(entry.getAccount(), entry.getAmount());\n"
    ),
    _planted("bank/Ledger3.java", _LEDGER, "findByIdForUpdate", "findById"),
    _planted("bank/Ledger4.java", _LEDGER, '        auditService.log("posted", entry);\n'),
    _planted("bank/Ledger5.java", _LEDGER, "synchronized "),
)
