package com.example.bank;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.List;

/** 复式记账. Entries are appended in balanced groups and never changed. */
public final class Ledger {
    private final List<LedgerEntry> entries = new ArrayList<>();

    /**
     * Books entries together.
     *
     * @param group entries of one posting, all in one currency
     * @throws BankException when debits and credits differ
     */
    public void book(List<LedgerEntry> group) {
        if (group.isEmpty()) {
            throw new IllegalArgumentException("nothing to book");
        }
        Money difference = difference(group);
        if (!difference.isZero()) {
            throw new BankException("B0501", "posting is unbalanced by " + difference);
        }
        entries.addAll(group);
    }

    /** Debits less credits of one account. */
    public Money balance(String accountNumber, Currency currency) {
        Money result = Money.zero(currency);
        for (LedgerEntry entry : entries) {
            if (entry.accountNumber().equals(accountNumber)) {
                result = signed(result, entry);
            }
        }
        return result;
    }

    public List<LedgerEntry> entries() {
        return Collections.unmodifiableList(entries);
    }

    private static Money difference(List<LedgerEntry> group) {
        Money result = Money.zero(group.get(0).amount().currency());
        for (LedgerEntry entry : group) {
            result = signed(result, entry);
        }
        return result;
    }

    private static Money signed(Money sum, LedgerEntry entry) {
        return entry.side() == LedgerEntry.Side.DEBIT
                ? sum.plus(entry.amount())
                : sum.minus(entry.amount());
    }
}
