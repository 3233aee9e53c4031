package com.example.bank.account;

import java.math.BigDecimal;
import java.util.*;
import static java.util.Objects.requireNonNull;
import static com.example.bank.Money.*;

/**
 * 账户 aggregate: balance, holds and overdraft.
 */
@Entity
@Table(name = "account")
public abstract class Account<T extends Comparable<T>> extends BaseEntity implements Auditable, Comparable<Account<T>> {

    /** Largest overdraft. */
    public static final BigDecimal MAX_OVERDRAFT = new BigDecimal("10000"), MIN = BigDecimal.ZERO;
    final static int RETRIES = 3;
    private static long counter;

    @Column(nullable = false)
    private final String iban;
    protected List<Map<String, T>> holds = new ArrayList<>();
    private byte key[], salt[][];
    private volatile boolean frozen;

    /* a plain comment, no Javadoc */
    static {
        counter = 0;
    }

    /**
     * Opens an account.
     *
     * @param iban the number
     */
    protected Account(final String iban, @Nullable Currency currency) throws InvalidIbanException {
        super(iban);
        this.iban = requireNonNull(iban);
    }

    Account() {
        this("", null);
    }

    /** Posts entries. */
    @Override
    @Transactional(readOnly = false)
    public synchronized BigDecimal post(int flags, Entry... entries) throws InsufficientFunds, java.io.IOException {
        BigDecimal sum = BigDecimal.ZERO;
        for (Entry e : entries) {
            sum = sum.add(e.amount()).setScale(2);
        }
        Runnable r = () -> audit(new Event<>("post", sum));
        Comparator<Entry> c = new Comparator<>() {
            @Override
            public int compare(Entry a, Entry b) {
                return a.compareTo(b);
            }
        };
        return sum;
    }

    abstract <R> R accept(Visitor<R> visitor);

    int[] flags(String names[])[] { return null; }

    /** Life cycle. */
    public enum Status implements Coded {
        /** New. */
        OPEN("O", 1),
        FROZEN("F", 2) {
            @Override
            boolean usable() { return false; }
        },
        CLOSED;

        private final String code;

        Status(String code, int order) { this.code = code; }

        boolean usable() { return true; }
    }

    public record Hold(@NotNull String id, BigDecimal amount, String... reasons) implements Auditable {
        static final int LIMIT = 5;

        Hold {
            requireNonNull(id);
        }
    }

    sealed interface Visitor<R> extends Closeable, Function<Account<?>, R> permits Printer {
        int DEPTH = 3;

        R visit(Account<?> account);

        default void close() { outer.Helper h = new outer.Helper(); }
    }

    @interface Audited {
        String value() default "none";
        Class<?>[] groups() default {};
    }
}

non-sealed class Printer implements Account.Visitor<String> {
}
