import java.math.BigDecimal;
import java.util.*;

class Sums {
    private BigDecimal eurSaldo;
    private BigDecimal usdSaldo;
    private String currency;
    private BigDecimal amount;

    boolean paid(BigDecimal paid, BigDecimal due) {
        return paid.equals(due); // flag
    }

    boolean zero(BigDecimal betrag) {
        return betrag.equals(BigDecimal.ZERO); // flag
    }

    boolean zeroReversed(Order o) {
        return BigDecimal.ZERO.equals(o.getBetrag()); // flag
    }

    boolean objects(Order o, Refund r) {
        return Objects.equals(o.jine(), r.jine()); // flag
    }

    boolean identity(BigDecimal a) {
        return a == BigDecimal.ZERO; // flag
    }

    boolean notZero(Order o) {
        return !o.getAmount().equals(BigDecimal.ZERO); // flag
    }

    boolean chained(Order o) {
        return o.getAmount().subtract(o.getPaid()).equals(BigDecimal.ZERO); // flag
    }

    boolean contains(Set<BigDecimal> seen, BigDecimal amount) {
        return seen.contains(amount); // flag
    }

    boolean listContains(List<BigDecimal> limits, BigDecimal betrag) {
        return limits.indexOf(betrag) >= 0; // flag
    }

    boolean key(Map<BigDecimal, String> tiers, BigDecimal limit) {
        return tiers.containsKey(limit);
    }

    boolean optional(Optional<BigDecimal> a) {
        return a.filter(BigDecimal.ZERO::equals).isPresent(); // flag
    }

    boolean setScaled(BigDecimal a, BigDecimal b) {
        return a.setScale(2, RoundingMode.HALF_UP).equals(b.setScale(2, RoundingMode.HALF_UP)); // near: same scale
    }

    boolean stripped(BigDecimal a, BigDecimal b) {
        return a.stripTrailingZeros().equals(b.stripTrailingZeros()); // near
    }

    boolean compared(BigDecimal a, BigDecimal b) {
        return a.compareTo(b) == 0; // near
    }

    boolean signum(BigDecimal a) {
        return a.signum() == 0; // near
    }

    boolean isNull(BigDecimal a) {
        return a == null; // near
    }

    boolean text(String amount, Order o) {
        return amount.equals(o.getAmountText()); // near: text
    }

    BigDecimal mixed() {
        return eurSaldo.add(usdSaldo); // flag
    }

    boolean mixedCompared(BigDecimal limitCny, BigDecimal amountUsd) {
        return amountUsd.compareTo(limitCny) > 0; // flag
    }

    BigDecimal converted(BigDecimal eurUsd) {
        return eurSaldo.multiply(eurUsd).add(usdSaldo); // near: converted
    }

    Sums plus(Sums other) {
        return new Sums(amount.add(other.amount), currency); // flag
    }

    Sums minus(Sums other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("currency");
        }
        return new Sums(amount.subtract(other.amount), currency); // near
    }

    Sums add(Sums anderer) {
        return new Sums(this.amount.add(anderer.getAmount()), this.currency); // flag
    }

    boolean greater(Sums other) {
        return amount.compareTo(other.amount) > 0; // flag
    }

    BigDecimal total(List<Account> accounts) {
        BigDecimal sum = BigDecimal.ZERO;
        for (Account account : accounts) {
            log.info("{} {}", account.getCurrency(), account.getId());
            sum = sum.add(account.getBalance());
        }
        return sum;
    }

    BigDecimal map(Map<String, BigDecimal> bal) {
        return bal.get("USD").add(bal.get("EUR")); // flag
    }

    BigDecimal getters(Position p) {
        return p.getUsdAmount().add(p.getEurAmount()); // flag
    }

    boolean assertEq(BigDecimal expected, Ledger l) {
        if (expected != l.getTotal()) { // flag
            return false;
        }
        return true;
    }

    boolean ifZero(Order o) {
        return o.getBetrag() == BigDecimal.ZERO; // flag
    }

    boolean compareOne(BigDecimal a) {
        return a.equals(new BigDecimal("100.00")); // flag
    }

    boolean valueOf(BigDecimal a) {
        return a.equals(BigDecimal.valueOf(0)); // flag
    }

    boolean switched(String ccy) {
        return "USD".equals(ccy); // near
    }

    @Override
    public boolean equals(Object o) {
        Sums a = (Sums) o;
        return amount.equals(a.amount) && currency.equals(a.currency); // near: pairs with hashCode
    }

    boolean lambda(List<Order> orders, BigDecimal amt) {
        return orders.stream().anyMatch(o -> o.getAmount().equals(amt)); // flag
    }

    List<Order> distinct(List<BigDecimal> amounts) {
        return amounts.stream().distinct().toList();
    }
}
