package com.example.bank;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;

/** Fees by channel. 手续费标准. */
public final class FeeSchedule {

    /** 办理渠道. */
    public enum Channel {
        COUNTER,
        MOBILE,
        ATM
    }

    /** Rate of the amount, not below the minimum, not above the maximum. */
    public record Rule(BigDecimal rate, BigDecimal minimum, BigDecimal maximum) {

        BigDecimal apply(BigDecimal amount) {
            return amount.multiply(rate).max(minimum).min(maximum);
        }
    }

    private final Map<Channel, Rule> rules = new EnumMap<>(Channel.class);

    public FeeSchedule() {
        rules.put(Channel.COUNTER, rule("0.0005", "1.00", "50.00"));
        rules.put(Channel.MOBILE, rule("0", "0", "0"));
        rules.put(Channel.ATM, rule("0.0010", "2.00", "25.00"));
    }

    public Money fee(Money amount, Channel channel) {
        return new Money(rules.get(channel).apply(amount.amount()), amount.currency());
    }

    private static Rule rule(String rate, String minimum, String maximum) {
        return new Rule(new BigDecimal(rate), new BigDecimal(minimum), new BigDecimal(maximum));
    }
}
