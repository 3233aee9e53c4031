import java.math.BigDecimal;
import java.math.MathContext;
import java.util.*;

class Made {
    private static final double RATE = 0.0365;
    private static final Map<String, Double> RATES = Map.of("A", 0.1);
    private double price;
    private Double boxed;
    private final Tariff tariff;

    BigDecimal literal() {
        return new BigDecimal(0.1); // flag
    }

    BigDecimal constant() {
        return new BigDecimal(RATE); // flag
    }

    BigDecimal field() {
        return new BigDecimal(this.price); // flag
    }

    BigDecimal boxed() {
        return new BigDecimal(boxed); // flag
    }

    BigDecimal param(double betrag) {
        return new BigDecimal(betrag).setScale(2, java.math.RoundingMode.HALF_UP); // flag
    }

    BigDecimal boxedParam(Double jine) {
        return jine == null ? BigDecimal.ZERO : new BigDecimal(jine); // flag
    }

    BigDecimal parsed(String text) {
        return new BigDecimal(Double.parseDouble(text)); // flag
    }

    BigDecimal valueOfParsed(String text) {
        return new BigDecimal(Double.valueOf(text)); // flag
    }

    BigDecimal value(Number n) {
        return new BigDecimal(n.doubleValue()); // flag
    }

    BigDecimal context(double x) {
        return new BigDecimal(x, MathContext.DECIMAL64); // flag
    }

    BigDecimal power(int n) {
        return new BigDecimal(Math.pow(1.05, n)); // flag
    }

    BigDecimal resultSet(java.sql.ResultSet rs) throws Exception {
        return new BigDecimal(rs.getDouble("AMT")); // flag
    }

    BigDecimal expression(int days) {
        return new BigDecimal(days * 0.01); // flag
    }

    BigDecimal castDivided(int cents) {
        return new BigDecimal(cents / 100.0); // flag
    }

    BigDecimal castDouble(long cents) {
        return new BigDecimal((double) cents / 100); // flag
    }

    BigDecimal ternary(boolean vip) {
        return new BigDecimal(vip ? 0.95 : 1.0); // flag
    }

    BigDecimal fromMap(String key) {
        return new BigDecimal(RATES.get(key)); // flag
    }

    BigDecimal fromMapDefault(String key) {
        return new BigDecimal(RATES.getOrDefault(key, 0.0)); // flag
    }

    List<BigDecimal> mapped(List<Double> values) {
        return values.stream().map(BigDecimal::new).toList(); // flag
    }

    List<BigDecimal> mappedLambda(List<Double> values) {
        return values.stream().map(v -> new BigDecimal(v)).toList(); // flag
    }

    List<BigDecimal> array(double[] values) {
        List<BigDecimal> out = new ArrayList<>();
        for (double v : values) {
            out.add(new BigDecimal(v)); // flag
        }
        return out;
    }

    BigDecimal stream(double[] values) {
        return new BigDecimal(Arrays.stream(values).sum()); // flag
    }

    BigDecimal streamOfObjects(List<Txn> txns) {
        return new BigDecimal(txns.stream().mapToDouble(Txn::getAmount).sum()); // flag
    }

    BigDecimal local() {
        double fee = 12.5;
        return new BigDecimal(fee); // flag
    }

    BigDecimal var() {
        var fee = 12.5;
        return new BigDecimal(fee); // flag
    }

    BigDecimal floatLiteral() {
        return new BigDecimal(0.5f); // flag
    }

    BigDecimal text() {
        return new BigDecimal("0.1"); // near: text
    }

    BigDecimal asText(double x) {
        return new BigDecimal(Double.toString(x)); // near: text
    }

    BigDecimal joined(double x) {
        return new BigDecimal(x + ""); // near: text
    }

    BigDecimal valueOf(double x) {
        return BigDecimal.valueOf(x); // near: by its text
    }

    BigDecimal stringValueOf(double x) {
        return new BigDecimal(String.valueOf(x)); // near
    }

    BigDecimal whole(int cents) {
        return new BigDecimal(cents).movePointLeft(2); // near: whole
    }

    BigDecimal big(java.math.BigInteger unscaled) {
        return new BigDecimal(unscaled, 2); // near
    }

    BigDecimal stringFormat(double x) {
        return new BigDecimal(String.format("%.2f", x)); // near
    }

    BigDecimal rounded(double x) {
        return new BigDecimal(Math.round(x)); // near: whole
    }

    BigDecimal chars(String s) {
        return new BigDecimal(s.trim());
    }

    BigDecimal nested() {
        return new BigDecimal(getPrice()); // flag
    }

    double getPrice() {
        return price;
    }

    BigDecimal json(com.fasterxml.jackson.databind.JsonNode n) {
        return new BigDecimal(n.get("amount").asDouble()); // flag
    }

    BigDecimal jsonText(com.fasterxml.jackson.databind.JsonNode n) {
        return new BigDecimal(n.get("amount").asText()); // near
    }

    BigDecimal guarded(Object o) {
        if (o instanceof Double d) {
            return new BigDecimal(d); // flag
        }
        return new BigDecimal(o.toString());
    }

    BigDecimal cast(Object o) {
        return new BigDecimal((Double) o); // flag
    }

    BigDecimal optional(OptionalDouble avg) {
        return new BigDecimal(avg.orElse(0)); // flag
    }

    BigDecimal method(Supplier<Double> price) {
        return new BigDecimal(price.get()); // flag
    }
}
