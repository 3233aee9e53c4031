class Fees {
    BigDecimal transfer(BigDecimal amount) {
        return amount.multiply(RATE).setScale(2, RoundingMode.HALF_EVEN);
    }

    BigDecimal cash(BigDecimal amount) {
        return amount.multiply(RATE).setScale(2, RoundingMode.HALF_EVEN);
    }

    BigDecimal wire(BigDecimal amount) {
        return amount.mul‸
    }
}
