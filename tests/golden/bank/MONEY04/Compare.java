package com.bank.compare;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;

class Compare {
    private BigDecimal balance;
    private String currency;
    private BigDecimal usdTotal;

    boolean same(BigDecimal a, BigDecimal b) {
        return a.equals(b); // flag
    }

    boolean isZero(BigDecimal amount) {
        return BigDecimal.ZERO.equals(amount); // flag
    }

    boolean paid(Order order) {
        return order.getPaidAmount().equals(order.getTotalAmount()); // flag
    }

    boolean identity(BigDecimal a, BigDecimal b) {
        return a == b; // flag
    }

    boolean unequal(BigDecimal amount) {
        return amount != BigDecimal.ZERO; // flag
    }

    boolean objects(BigDecimal a, BigDecimal b) {
        return Objects.equals(a, b); // flag
    }

    void negated(BigDecimal amount) {
        if (!this.balance.equals(amount)) { // flag
            throw new IllegalStateException("balance differs");
        }
    }

    BigDecimal mixed(BigDecimal usdAmount, BigDecimal cnyAmount) {
        return usdAmount.add(cnyAmount); // flag
    }

    double mixedPrimitive(double amountUsd, double feeEur) {
        return amountUsd + feeEur; // flag
    }

    boolean over(BigDecimal usdBalance, BigDecimal rmbLimit) {
        return usdBalance.compareTo(rmbLimit) > 0; // flag
    }

    void accumulate(Order order) {
        usdTotal = usdTotal.subtract(order.getCnyAmount()); // flag
    }

    BigDecimal fromMap(Map<String, BigDecimal> balances) {
        return balances.get("USD").add(balances.get("CNY")); // flag
    }

    Money plus(Money other) {
        return new Money(this.amount.add(other.amount), this.currency); // flag
    }

    boolean compared(BigDecimal a, BigDecimal b) {
        return a.compareTo(b) == 0; // near: the value alone counts
    }

    boolean signed(BigDecimal amount) {
        return amount.signum() == 0; // near: the sign
    }

    boolean missing(BigDecimal amount) {
        return amount == null; // near: a null check
    }

    boolean text(String amount, String other) {
        return amount.equals(other); // near: texts
    }

    boolean status(Order order) {
        return order.getStatus().equals("PAID"); // near: no amount
    }

    BigDecimal converted(BigDecimal usdAmount, BigDecimal cnyAmount, BigDecimal usdCnyRate) {
        return cnyAmount.add(usdAmount.multiply(usdCnyRate)); // near: converted
    }

    BigDecimal same(BigDecimal usdAmount, BigDecimal usdFee, int unused) {
        return usdAmount.subtract(usdFee); // near: one currency
    }

    BigDecimal exchanged(BigDecimal usdAmount, BigDecimal cnyAmount) {
        return cnyAmount.add(convert(usdAmount, "USD", "CNY")); // near: converted
    }

    Money checkedPlus(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("currency");
        }
        return new Money(this.amount.add(other.amount), this.currency); // near: the currencies are the same
    }

    boolean counts(Integer a, Integer b) {
        return a.equals(b); // near: whole numbers
    }
}

class Stripped {
    boolean isSame(BigDecimal first, BigDecimal second) {
        return first.stripTrailingZeros().equals(second.stripTrailingZeros()); // near: equal scales now
    }
}
