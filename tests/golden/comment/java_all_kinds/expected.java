package bank;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;

/**
 * Ledger service with {@code load}, {@code isValid}, {@code calculateInterest},
 * {@code toString}, {@code size} and others.
 *
 * @param <E> Bounded by {@code Comparable<E>}.
 */
public class LedgerService<E extends Comparable<E>> {
    private final BigDecimal rate;
    private int count;

    // set once
    /**
     * Create a new {@code LedgerService}.
     *
     * @param rate Stored as {@code this.rate}.
     * @throws NullPointerException If {@code rate == null}, with the message {@code "rate"}.
     */
    public LedgerService(BigDecimal rate) {
        if (rate == null) throw new NullPointerException("rate");
        this.rate = rate;
    }

    /* a plain comment */
    /**
     * Load, changing {@code this.count}.
     *
     * Marked as deprecated.
     *
     * @param <T> Inferred from {@code rest}.
     * @param path Passed to {@code read}.
     * @param rest Read as {@code rest.length}. Passed to {@code read(path, rest)}.
     * @return The result of {@code read(path, rest)}.
     * @throws IOException Declared; comes from what is called.
     */
    @Deprecated
    @SuppressWarnings({"unchecked", "rawtypes"})
    public <T> List<T> load(String path, T... rest) throws IOException {
        count++;
        this.count = rest.length;
        return read(path, rest);
    }

    /**
     * Return whether {@code iban} is valid.
     *
     * @param iban Tested by {@code iban != null}. {@code iban.length} is invoked.
     * @return {@code true} if {@code iban} is valid, otherwise {@code false}.
     */
    public boolean isValid(String iban) {
        return iban != null && iban.length() <= 34;
    }

    /**
     * Calculate the interest: the result of {@code principal.multiply(rate)}.
     *
     * @param principal {@code principal.multiply} is invoked.
     * @param days Rejected with {@code IllegalArgumentException} if {@code days <= 0}.
     * @return The result of {@code principal.multiply(rate)}.
     * @throws IllegalArgumentException If {@code days <= 0}, with the message
     *     {@code "days must be positive"}.
     * @throws IllegalStateException If {@code ArithmeticException} is caught, with the message
     *     {@code "overflow"}.
     */
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

    /** Old text.
     *
     * @param entries {@code entries.size} is invoked.
     * @return The result of {@code entries.size()}.
     */
    public int size(List<E> entries) { return entries.size(); }

    /**
     * Posts an entry.
     *
     * @param entry what is posted
     * @param memo Passed to {@code write}.
     * @throws IOException Declared; comes from what is called.
     * @since 2
     */
    public void post(E entry, String memo) throws IOException {
        write(entry, memo);
    }
}

/** Rates interface with {@code rateFor} and {@code scale}. */
interface Rates {
/**
 * Defined by each implementation.
 *
 * @param currency Interpreted by each implementation.
 * @return Determined by each implementation.
 */
BigDecimal rateFor(String currency);
/**
 * Return the scale: {@code 2}.
 *
 * @return {@code 2}.
 */
default int scale() { return 2; } }

/** Entry kind: one of {@code DEBIT} and {@code CREDIT}. */
enum EntryKind { DEBIT, CREDIT }

/**
 * Money with fields {@code amount} and {@code currency}.
 *
 * @param amount Read back with {@code amount()}.
 * @param currency Read back with {@code currency()}.
 */
record Money(BigDecimal amount, String currency) {
    /**
     * Create a new {@code Money}.
     *
     * @param amount Rejected with {@code IllegalArgumentException} if {@code amount == null}.
     * @param currency Ignored by this implementation.
     * @throws IllegalArgumentException If {@code amount == null}, with the message
     *     {@code "amount"}.
     */
    Money {
        if (amount == null) throw new IllegalArgumentException("amount");
    }
}
