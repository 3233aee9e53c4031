package com.bank.payment;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.persistence.Column;
import javax.persistence.Entity;

@Entity
class Payment {
    private Long id;
    @Column(name = "amount", nullable = false)
    private double amount; // flag
    private Double handlingFee; // flag
    private float unitPrice = 0f, count; // flag
    private BigDecimal principal; // near: a decimal
    private double interestRate; // near: a rate
    private double feeRatio; // near: a ratio
    private long amountInCents; // near: whole cents

    public double getAmount() { // near: the field is found
        return amount;
    }

    public void setAmount(double amount) { // near: the field is found
        this.amount = amount;
    }
}

record Transfer(String from, String to, Double transferAmount) { // flag
}

interface FeeService {
    double calculateFee(BigDecimal principal); // flag

    double calculateFeeRate(BigDecimal principal); // near: a rate

    void repay(String loanNo, double repayAmount); // flag
}

class Ledger {
    private final Map<String, Double> balances = new ConcurrentHashMap<>(); // flag
    private final Map<String, Double> weights = new ConcurrentHashMap<>();
    private final List<BigDecimal> amounts = new ArrayList<>(); // near: decimals

    void read(ResultSet rs) throws SQLException {
        double balance = rs.getDouble("balance"); // flag
        post(balance);
    }

    void map(ResultSet rs, Account account) throws SQLException {
        account.setBalance(rs.getDouble("balance")); // flag
        account.setScore(rs.getDouble("score")); // near: a score
    }

    BigDecimal parse(String text) {
        return process(Double.parseDouble(amountText(text))); // near: what is parsed is not told
    }

    void request(HttpServletRequest request) {
        transfer(request.getParameter("to"), Double.parseDouble(request.getParameter("amount"))); // flag
    }

    BigDecimal total(List<Order> orders) {
        double total = orders.stream().mapToDouble(o -> o.getAmount().doubleValue()).sum(); // flag
        return BigDecimal.valueOf(total);
    }

    boolean isOver(Order order, double threshold) {
        return order.getAmount().doubleValue() > threshold; // flag
    }

    void infer(Order order) {
        var fee = order.quantity() * 0.35; // flag
        use(fee);
    }

    double sumOf(List<Order> orders) { // flag
        return orders.stream().collect(Collectors.summingDouble(Order::getPrice)); // near: the routine is found
    }

    long cents(long amount) {
        return (long) (amount * 0.006); // flag
    }

    void meter(Order order) {
        log.info("amount {}", order.getAmount().doubleValue()); // near: only shown
        meterRegistry.gauge("amount", order.getAmount().doubleValue()); // near: only measured
    }

    void time(long start) {
        double totalSeconds = (System.nanoTime() - start) / 1e9; // near: seconds
        double usage = used.divide(limit, 4, RoundingMode.HALF_UP).doubleValue(); // near: a ratio
        String text = "double amount = 1.0"; // near: text
        int balanceCount = 3;
    }

    @Test
    void refusesDoubles() {
        double amount = 12.5; // near: a test
        assertThrows(IllegalArgumentException.class, () -> post(amount));
    }
}

class PaymentDashboard {
    double paymentSuccessRatio(long paid, long total) {
        return total == 0 ? 0.0 : (double) paid / total; // near: a ratio of counts
    }
}
