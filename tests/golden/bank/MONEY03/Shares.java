import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.util.List;

class Shares {
    private static final int SCALE = 2;
    private static final BigDecimal TAGE = new BigDecimal("365");

    BigDecimal share(BigDecimal amount, int n) {
        return amount.divide(BigDecimal.valueOf(n)); // flag
    }

    BigDecimal tageszins(BigDecimal saldo, BigDecimal satz) {
        return saldo.multiply(satz).divide(TAGE); // flag
    }

    BigDecimal scaleOnly(BigDecimal betrag) {
        return betrag.setScale(2); // flag
    }

    BigDecimal scaleConst(BigDecimal betrag) {
        return betrag.setScale(SCALE); // flag
    }

    BigDecimal chained(List<BigDecimal> parts) {
        return parts.stream().reduce(BigDecimal.ZERO, BigDecimal::add).divide(new BigDecimal(parts.size())); // flag
    }

    BigDecimal field(Loan loan) {
        return loan.getPrincipal().divide(new BigDecimal(loan.getTerm())); // flag
    }

    BigDecimal record(Loan loan) {
        return loan.principal().setScale(2); // flag
    }

    BigDecimal withMode(BigDecimal a, BigDecimal b) {
        return a.divide(b, RoundingMode.HALF_UP); // near: a mode
    }

    BigDecimal withScaleMode(BigDecimal a, BigDecimal b) {
        return a.divide(b, 2, RoundingMode.HALF_EVEN); // near
    }

    BigDecimal withContext(BigDecimal a, BigDecimal b) {
        return a.divide(b, MathContext.DECIMAL128); // near
    }

    BigDecimal oldMode(BigDecimal a, BigDecimal b) {
        return a.divide(b, 2, BigDecimal.ROUND_HALF_UP); // near: the old constant is a mode
    }

    BigDecimal modeParam(BigDecimal a, BigDecimal b, RoundingMode mode) {
        return a.setScale(2, mode); // near
    }

    BigDecimal unnecessary(BigDecimal a) {
        return a.setScale(2, RoundingMode.UNNECESSARY); // near: said on purpose
    }

    long fen(BigDecimal amount) {
        return Math.round(amount.doubleValue() * 100); // flag
    }

    double rounded(double amount) {
        return Math.round(amount * 100) / 100.0; // flag
    }

    String display(BigDecimal amount) {
        return new DecimalFormat("0.00").format(amount);
    }

    String displayMode(BigDecimal amount) {
        DecimalFormat format = new DecimalFormat("0.00");
        format.setRoundingMode(RoundingMode.HALF_UP);
        return format.format(amount); // near
    }

    BigDecimal zero(BigDecimal a) {
        return BigDecimal.ZERO.setScale(2); // near: loses nothing
    }

    BigDecimal constant() {
        return new BigDecimal("10").setScale(2); // near: loses nothing
    }

    BigDecimal integral(BigDecimal a, BigDecimal b) {
        return a.divideToIntegralValue(b); // near
    }

    BigDecimal shift(BigDecimal fen) {
        return fen.divide(new BigDecimal("100")); // near: a shift of the point never repeats
    }

    BigDecimal shiftOf(BigDecimal fen) {
        return fen.divide(BigDecimal.valueOf(100)); // near
    }

    BigDecimal shiftHundred(BigDecimal fen) {
        return fen.divide(HUNDRED); // near
    }

    BigDecimal ten(BigDecimal fen) {
        return fen.divide(BigDecimal.TEN); // near
    }

    Path path(Path base) {
        return base.divide(other);
    }

    Font font(Font f) {
        return f.setScale(2); // near: no decimal
    }

    BigDecimal[] rest(BigDecimal total, BigDecimal n) {
        return total.divideAndRemainder(n); // near
    }

    BigDecimal precision(BigDecimal amount) {
        return amount.round(new MathContext(4));
    }

    BigDecimal precisionMode(BigDecimal amount) {
        return amount.round(new MathContext(4, RoundingMode.HALF_UP)); // near
    }

    BigDecimal ctx(BigDecimal amount, BigDecimal n) {
        return amount.divide(n, new MathContext(10)); // the context has one
    }

    BigDecimal lambda(List<Loan> loans) {
        return loans.stream().map(l -> l.getAmount().divide(l.getTerm())).reduce(BigDecimal.ZERO, BigDecimal::add); // flag
    }

    BigDecimal self(BigDecimal x) {
        BigDecimal rate = x.divide(new BigDecimal("12")); // flag
        return rate;
    }

    BigDecimal intValue(BigDecimal jine) {
        return BigDecimal.valueOf(jine.intValue());
    }

    BigDecimal castLong(double yuan) {
        return BigDecimal.valueOf((long) (yuan * 100), 2);
    }
}
