package de.nordbank;

import java.math.BigDecimal;
import java.util.*;
import java.util.stream.*;

@Entity
class KontoEntity {
    @Column(name = "KREDITLINIE_BETRAG")
    private Double kreditlinieBetrag; // flag
    @Column(name = "ZINSSATZ")
    private Double zinssatz; // near: a rate
    private double kontostand; // flag
    private float ueberziehungszins; // a rate or an amount
    private double[] monatsraten; // flag
    private BigDecimal saldo;
    private Map<String, Double> gebuehrenJeKonto; // flag
    private double keyongEdu; // flag
    private List<Double> huankuanJine; // flag
    private double lilv; // near: a rate
    private double bili;
    private Optional<Double> jahresprovision; // flag

    double tageszins(BigDecimal betrag, int tage) { // flag
        return betrag.doubleValue() * 0.03 * tage / 365;
    }

    BigDecimal entgelt(BigDecimal betrag) {
        return BigDecimal.valueOf(betrag.doubleValue() * 0.0015); // flag
    }

    void einzahlen(double einzahlung) { // flag
        saldo = saldo.add(BigDecimal.valueOf(einzahlung));
    }

    double berechneZinsen(BigDecimal kapital) { // flag
        return 0;
    }
}

record Payment(String id, double amount, String ccy) { // flag
}

record Ueberweisung(String iban, Double betrag) { // flag
}

interface Rechner {
    double berechneGebuehr(String kontoNr); // flag
    double quote(String kontoNr); // near
}

class Uses {
    BigDecimal total(List<Txn> txns) {
        double sum = txns.stream().mapToDouble(t -> t.getAmount().doubleValue()).sum(); // flag
        return BigDecimal.valueOf(sum);
    }

    double sumOf(List<Txn> txns) { // flag
        return txns.stream().mapToDouble(Txn::getAmount).sum();
    }

    Map<String, Double> perBranch(List<Txn> txns) {
        return txns.stream().collect(Collectors.groupingBy(Txn::getBranch, Collectors.summingDouble(Txn::getAmount))); // flag
    }

    void rowMap(ResultSet rs, Loan loan) throws SQLException {
        loan.setPrincipal(BigDecimal.valueOf(rs.getDouble("PRINCIPAL"))); // flag
        loan.setRate(rs.getDouble("RATE")); // near
    }

    void parse(String text, Order order) {
        order.setJine(Double.parseDouble(text)); // flag
    }

    BigDecimal node(JsonNode body) {
        return BigDecimal.valueOf(body.get("amount").asDouble()); // flag
    }

    BigDecimal cell(Row row) {
        double betrag = row.getCell(3).getNumericCellValue(); // flag
        return BigDecimal.valueOf(betrag);
    }

    BigDecimal half(BigDecimal amount) {
        return BigDecimal.valueOf(amount.longValue() * 0.5); // flag
    }

    long toFen(String yuan) {
        return (long) (Double.parseDouble(yuan) * 100);
    }

    long toCents(BigDecimal amount) {
        return Math.round(amount.doubleValue() * 100); // flag
    }

    BigDecimal of(Number n) {
        return BigDecimal.valueOf(n.doubleValue());
    }

    void metric(BigDecimal amount) {
        gauge.set(amount.doubleValue()); // near: a meter
    }

    double duration(long paymentStart) { // near: seconds
        return (System.nanoTime() - paymentStart) / 1e9;
    }

    BigDecimal accrue(List<Posting> postings) {
        var saldoSumme = 0.0; // flag
        for (Posting p : postings) {
            saldoSumme += p.value();
        }
        return BigDecimal.valueOf(saldoSumme);
    }

    void accumulate(DoubleAdder turnoverAmount, AtomicReference<Double> lastAmount) { // flag
        turnoverAmount.add(1);
    }

    BigDecimal consideration(List<Trade> trades) {
        double sum = 0;
        for (Trade t : trades) {
            sum += t.getConsideration().doubleValue(); // flag
        }
        return BigDecimal.valueOf(sum);
    }

    double scores(List<Trade> trades) {
        double sum = 0;
        for (Trade t : trades) {
            sum += t.getScore(); // near: no decimal
        }
        return sum;
    }
}

interface Trade {
    BigDecimal getConsideration();

    double getScore();
}
