package com.bank.money;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

class Decimals {
    private static final double RATE = 0.0035;
    private final BigDecimal start = new BigDecimal(0.1); // flag
    private double bid;
    private Long cents;

    BigDecimal negative() {
        return new BigDecimal(-2.35); // flag
    }

    BigDecimal parameter(double amount) {
        return new BigDecimal(amount); // flag
    }

    BigDecimal boxed(Double amount) {
        return new BigDecimal(amount, MathContext.DECIMAL64); // flag
    }

    BigDecimal parsed(String text) {
        return new BigDecimal(Double.parseDouble(text)); // flag
    }

    BigDecimal constant(BigDecimal principal) {
        return principal.multiply(new BigDecimal(RATE)); // flag
    }

    BigDecimal arithmetic(int units) {
        return new BigDecimal(units * 1.05); // flag
    }

    BigDecimal field() {
        return new java.math.BigDecimal(this.bid); // flag
    }

    BigDecimal value(Number number) {
        return new BigDecimal(number.doubleValue()); // flag
    }

    BigDecimal power(int months) {
        double growth = Math.pow(1.003, months);
        return new BigDecimal( // flag
            growth,
            MathContext.DECIMAL128);
    }

    BigDecimal cast(long cents) {
        return new BigDecimal((double) cents / 100).setScale(2, RoundingMode.HALF_UP); // flag
    }

    BigDecimal row(ResultSet rs) throws SQLException {
        return new BigDecimal(rs.getDouble("amount")); // flag
    }

    BigDecimal chosen(boolean vip) {
        return new BigDecimal(vip ? 0.95 : 1); // flag
    }

    List<BigDecimal> all(List<Double> prices) {
        return prices.stream().map(BigDecimal::new).toList(); // flag
    }

    BigDecimal sum(List<Double> prices) {
        BigDecimal sum = BigDecimal.ZERO;
        for (Double price : prices) {
            sum = sum.add(new BigDecimal(price)); // flag
        }
        return sum;
    }

    BigDecimal returned() {
        return new BigDecimal(helper()); // flag
    }

    private double helper() {
        return 1.1;
    }

    BigDecimal text() {
        return new BigDecimal("0.1"); // near: text
    }

    BigDecimal whole() {
        return new BigDecimal(100); // near: a whole number
    }

    BigDecimal valueOf(double amount) {
        return BigDecimal.valueOf(amount); // near: its shortest text
    }

    BigDecimal toText(double amount) {
        return new BigDecimal(Double.toString(amount)); // near: text
    }

    BigDecimal string(String amount) {
        return new BigDecimal(amount); // near: text
    }

    BigDecimal integral(long amount) {
        return new BigDecimal(amount); // near: a whole number
    }

    BigDecimal field(int scale) {
        return new BigDecimal(cents).movePointLeft(scale); // near: a whole number
    }

    BigDecimal rounded(double amount) {
        return new BigDecimal(Math.round(amount)); // near: a long
    }

    List<BigDecimal> texts(List<String> prices) {
        return prices.stream().map(BigDecimal::new).toList(); // near: texts
    }

    String comment() {
        // new BigDecimal(0.1) is wrong // near
        return "new BigDecimal(0.1)";
    }
}

class Sheets {
    void fill(Row row, Order order) {
        order.setAmount(new BigDecimal(row.getCell(3).getNumericCellValue())); // flag
        order.setName(new String(row.getCell(4).getStringCellValue()));
    }
}
