package com.bank.interest;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;

class Rounding {
    private static final BigDecimal DAYS = new BigDecimal("360");
    private BigDecimal principal;

    BigDecimal daily(BigDecimal interest) {
        return interest.divide(DAYS); // flag
    }

    BigDecimal perMonth() {
        return principal.divide(BigDecimal.valueOf(12)); // flag
    }

    BigDecimal toCents(BigDecimal amount) {
        return amount.setScale(2); // flag
    }

    BigDecimal getter(Loan loan, int months) {
        return loan.getPrincipal().divide(new BigDecimal(months)); // flag
    }

    BigDecimal chained(BigDecimal rate) {
        return principal.multiply(rate).divide(DAYS).setScale(2, RoundingMode.HALF_UP); // flag
    }

    BigDecimal hidden(BigDecimal amount, BigDecimal parts) {
        return amount.divide(parts, 2); // flag
    }

    void assign(Order order, List<Item> items) {
        BigDecimal share = order.getTotalAmount() // flag
            .divide(BigDecimal.valueOf(items.size()))
            .setScale(2, RoundingMode.DOWN);
        order.setShare(share);
    }

    BigDecimal local(String text) {
        var fee = new BigDecimal(text);
        return fee.setScale(2); // flag
    }

    double round(double amount) {
        return Math.round(amount * 100) / 100.0; // flag
    }

    BigDecimal summed(List<BigDecimal> fees) {
        return fees.stream().reduce(BigDecimal.ZERO, BigDecimal::add).setScale(2); // flag
    }

    BigDecimal scaled(BigDecimal amount) {
        return amount.divide(DAYS, 2, RoundingMode.HALF_EVEN); // near: mode given
    }

    BigDecimal inContext(BigDecimal amount) {
        return amount.divide(DAYS, MathContext.DECIMAL128); // near: a context has a mode
    }

    BigDecimal modeOnly(BigDecimal amount) {
        return amount.divide(DAYS, RoundingMode.HALF_UP); // near: mode given
    }

    BigDecimal setScale(BigDecimal amount) {
        return amount.setScale(2, RoundingMode.HALF_UP); // near: mode given
    }

    BigDecimal old(BigDecimal amount) {
        return amount.divide(DAYS, 2, BigDecimal.ROUND_HALF_UP); // near: mode given the old way
    }

    Duration time(Duration timeout) {
        return timeout.divide(2); // near: a duration
    }

    int scale() {
        return principal.scale(); // near: asks only
    }

    void image(Sprite sprite) {
        sprite.setScale(2); // near: a picture
    }

    long millis(double elapsed) {
        return Math.round(elapsed * 1000); // near: a duration
    }

    BigInteger count(BigInteger shares) {
        return shares.divide(BigInteger.TEN); // near: whole numbers
    }

    BigDecimal exact(BigDecimal amount) {
        return amount.divideToIntegralValue(DAYS); // near: whole by definition
    }
}
