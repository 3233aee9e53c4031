package com.example.bank;

import java.time.LocalDate;
import java.util.Objects;

/**
 * One line of a posting. 分录.
 *
 * @param reference the posting's reference
 * @param accountNumber the account
 * @param side debit or credit
 * @param amount a positive amount
 * @param bookedOn booking date
 */
public record LedgerEntry(
        String reference, String accountNumber, Side side, Money amount, LocalDate bookedOn) {

    /** 借贷方向. */
    public enum Side {
        DEBIT,
        CREDIT;

        public Side opposite() {
            return this == DEBIT ? CREDIT : DEBIT;
        }
    }

    public LedgerEntry {
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(accountNumber, "accountNumber");
        if (amount.isNegative()) {
            throw new IllegalArgumentException("amount must not be negative");
        }
    }

    /** The same line on the other side. 冲正. */
    public LedgerEntry reversed(LocalDate day) {
        return new LedgerEntry(reference + "-R", accountNumber, side.opposite(), amount, day);
    }
}
