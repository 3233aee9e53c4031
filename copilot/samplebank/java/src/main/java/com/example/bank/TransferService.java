package com.example.bank;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Moves money between accounts and books it. 转账服务. */
public final class TransferService {
    private final AccountRepository accounts;
    private final Ledger ledger;
    private final Consumer<String> notifier;

    public TransferService(AccountRepository accounts, Ledger ledger, Consumer<String> notifier) {
        this.accounts = Objects.requireNonNull(accounts, "accounts");
        this.ledger = Objects.requireNonNull(ledger, "ledger");
        this.notifier = Objects.requireNonNull(notifier, "notifier");
    }

    public TransferStatus execute(Transfer transfer) {
        Account debtor = find(transfer.debtor());
        Account creditor = find(transfer.creditor());
        if (!creditor.getStatus().isOperable()) {
            return TransferStatus.REJECTED;
        }
        try {
            debtor.debit(transfer.amount());
        } catch (InsufficientFundsException refused) {
            notifier.accept(transfer.reference() + " " + refused.code());
            return TransferStatus.REJECTED;
        }
        creditor.credit(transfer.amount());
        ledger.book(posting(transfer));
        accounts.save(debtor);
        accounts.save(creditor);
        tell(transfer);
        return TransferStatus.SETTLED;
    }

    private Account find(String number) {
        return accounts
                .findByNumber(number)
                .orElseThrow(() -> new BankException("B0301", "unknown account " + number));
    }

    private void tell(Transfer transfer) {
        try {
            notifier.accept(transfer.reference() + " " + TransferStatus.SETTLED);
        } catch (RuntimeException ignored) {
        }
    }

    private static List<LedgerEntry> posting(Transfer transfer) {
        return List.of(
                new LedgerEntry(
                        transfer.reference(),
                        transfer.debtor(),
                        LedgerEntry.Side.DEBIT,
                        transfer.amount(),
                        transfer.orderedOn()),
                new LedgerEntry(
                        transfer.reference(),
                        transfer.creditor(),
                        LedgerEntry.Side.CREDIT,
                        transfer.amount(),
                        transfer.orderedOn()));
    }
}
