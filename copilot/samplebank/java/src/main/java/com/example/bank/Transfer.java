package com.example.bank;

import java.time.LocalDate;
import java.util.Objects;

/**
 * An order to move money between two accounts of the bank. 行内转账.
 *
 * @param reference unique reference
 * @param debtor account that pays
 * @param creditor account that receives
 * @param amount a positive amount
 * @param orderedOn day of the order
 */
public record Transfer(
        String reference, String debtor, String creditor, Money amount, LocalDate orderedOn) {

    public Transfer {
        Objects.requireNonNull(reference, "reference");
        if (debtor.equals(creditor)) {
            throw new IllegalArgumentException("debtor and creditor are the same");
        }
    }
}
