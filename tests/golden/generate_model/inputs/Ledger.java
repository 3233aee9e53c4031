package bank.ledger;

import java.math.BigDecimal;
import java.util.List;

/** A ledger of amounts. */
public class Ledger {
    private final List<BigDecimal> amounts;

    public Ledger(List<BigDecimal> amounts) {
        this.amounts = amounts;
    }

    /** The sum of all amounts. */
    public BigDecimal total() {
        throw new UnsupportedOperationException("later");
    }

    public int count() {
        int count = 0;
        for (BigDecimal amount : amounts) {
            count++;
        }
        return count;
    }
}
