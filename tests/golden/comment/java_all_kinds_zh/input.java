package bank;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;

public class LedgerService<E extends Comparable<E>> {
    private final BigDecimal rate;
    private int count;

    // set once
    public LedgerService(BigDecimal rate) {
        if (rate == null) throw new NullPointerException("rate");
        this.rate = rate;
    }

    /* a plain comment */
    @Deprecated
    @SuppressWarnings({"unchecked", "rawtypes"})
    public <T> List<T> load(String path, T... rest) throws IOException {
        count++;
        this.count = rest.length;
        return read(path, rest);
    }

    public boolean isValid(String iban) {
        return iban != null && iban.length() <= 34;
    }

    public BigDecimal calculateInterest(BigDecimal principal, int days) {
        if (days <= 0) {
            throw new IllegalArgumentException("days must be positive");
        }
        try {
            return principal.multiply(rate);
        } catch (ArithmeticException e) {
            throw new IllegalStateException("overflow", e);
        }
    }

    @Override
    public String toString() { return "ledger"; }

    /** Old text. */
    public int size(List<E> entries) { return entries.size(); }

    /**
     * Posts an entry.
     *
     * @param entry what is posted
     * @since 2
     */
    public void post(E entry, String memo) throws IOException {
        write(entry, memo);
    }
}

interface Rates { BigDecimal rateFor(String currency); default int scale() { return 2; } }

enum EntryKind { DEBIT, CREDIT }

record Money(BigDecimal amount, String currency) {
    Money {
        if (amount == null) throw new IllegalArgumentException("amount");
    }
}
