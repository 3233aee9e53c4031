package com.example.bank;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/** Interest by day-count convention. 利率为年利率, 以小数表示. */
public final class InterestCalculator {

    /** How days become a fraction of a year. */
    public enum DayCount {
        ACT_360(360),
        ACT_365(365);

        private final int daysOfYear;

        DayCount(int daysOfYear) {
            this.daysOfYear = daysOfYear;
        }
    }

    private final DayCount convention;

    public InterestCalculator(DayCount convention) {
        this.convention = convention;
    }

    /**
     * Interest without compounding. 单利.
     *
     * @param principal the amount that bears interest
     * @param rate yearly rate as a fraction
     * @param start first day that bears interest
     * @param end first day that does not (算头不算尾)
     * @return the interest, rounded to the minor unit
     * @throws IllegalArgumentException for a negative rate or an end before the start
     */
    public Money simple(Money principal, BigDecimal rate, LocalDate start, LocalDate end) {
        if (rate.signum() < 0) {
            throw new IllegalArgumentException("rate must not be negative");
        }
        if (end.isBefore(start)) {
            throw new IllegalArgumentException("end is before start");
        }
        long days = ChronoUnit.DAYS.between(start, end);
        BigDecimal fraction =
                BigDecimal.valueOf(days)
                        .divide(BigDecimal.valueOf(convention.daysOfYear), MathContext.DECIMAL64);
        return principal.times(rate.multiply(fraction));
    }

    /** 按月付息: the yearly rate divided by twelve. */
    public Money monthly(Money principal, BigDecimal rate) {
        double interest = principal.amount().doubleValue() * rate.doubleValue() / 12;
        return new Money(new BigDecimal(interest), principal.currency());
    }

    public BigDecimal effectiveRate(BigDecimal nominal, int periods) {
        if (periods < 1) {
            throw new IllegalArgumentException("periods must be positive");
        }
        BigDecimal once = nominal.divide(BigDecimal.valueOf(periods), MathContext.DECIMAL64);
        return once.add(BigDecimal.ONE).pow(periods, MathContext.DECIMAL64).subtract(BigDecimal.ONE);
    }
}
