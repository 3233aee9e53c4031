package bank;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;

/**
 * 总账服务，提供 {@code load}、{@code isValid}、{@code calculateInterest}、{@code toString}、
 * {@code size} 等。
 *
 * @param <E> 以 {@code Comparable<E>} 为上界。
 */
public class LedgerService<E extends Comparable<E>> {
    private final BigDecimal rate;
    private int count;

    // set once
    /**
     * 创建总账服务对象。
     *
     * @param rate 利率。保存到 {@code this.rate}。
     * @throws NullPointerException 若 {@code rate == null}，消息为 {@code "rate"}。
     */
    public LedgerService(BigDecimal rate) {
        if (rate == null) throw new NullPointerException("rate");
        this.rate = rate;
    }

    /* a plain comment */
    /**
     * 加载，并修改 {@code this.count}。
     *
     * 已标记为弃用。
     *
     * @param <T> 由 {@code rest} 推断。
     * @param path 路径。传给 {@code read}。
     * @param rest 读取 {@code rest.length}。传给 {@code read(path, rest)}。
     * @return {@code read(path, rest)} 的结果。
     * @throws IOException 由被调用的方法抛出。
     */
    @Deprecated
    @SuppressWarnings({"unchecked", "rawtypes"})
    public <T> List<T> load(String path, T... rest) throws IOException {
        count++;
        this.count = rest.length;
        return read(path, rest);
    }

    /**
     * 返回 {@code iban} 是否有效。
     *
     * @param iban 通过 {@code iban != null} 判断。调用 {@code iban.length}。
     * @return {@code iban} 有效时为 {@code true}，否则为 {@code false}。
     */
    public boolean isValid(String iban) {
        return iban != null && iban.length() <= 34;
    }

    /**
     * 计算利息：{@code principal.multiply(rate)} 的结果。
     *
     * @param principal 本金。调用 {@code principal.multiply}。
     * @param days 天数。若 {@code days <= 0} 则抛出 {@code IllegalArgumentException}。
     * @return {@code principal.multiply(rate)} 的结果。
     * @throws IllegalArgumentException 若 {@code days <= 0}，消息为
     *     {@code "days must be positive"}。
     * @throws IllegalStateException 若捕获到 {@code ArithmeticException}，消息为
     *     {@code "overflow"}。
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
     * @param entries 分录。调用 {@code entries.size}。
     * @return {@code entries.size()} 的结果。
     */
    public int size(List<E> entries) { return entries.size(); }

    /**
     * Posts an entry.
     *
     * @param entry what is posted
     * @param memo 备注。传给 {@code write}。
     * @throws IOException 由被调用的方法抛出。
     * @since 2
     */
    public void post(E entry, String memo) throws IOException {
        write(entry, memo);
    }
}

/** 利率接口，提供 {@code rateFor} 和 {@code scale}。 */
interface Rates {
/**
 * 由具体实现完成。
 *
 * @param currency 币种。含义由具体实现决定。
 * @return 由具体实现决定。
 */
BigDecimal rateFor(String currency);
/**
 * 返回小数位数：{@code 2}。
 *
 * @return {@code 2}。
 */
default int scale() { return 2; } }

/** 枚举，取值为 {@code DEBIT} 和 {@code CREDIT}。 */
enum EntryKind { DEBIT, CREDIT }

/**
 * 款项，包含字段 {@code amount} 和 {@code currency}。
 *
 * @param amount 金额。由 {@code amount()} 读取。
 * @param currency 币种。由 {@code currency()} 读取。
 */
record Money(BigDecimal amount, String currency) {
    /**
     * 创建款项对象。
     *
     * @param amount 金额。若 {@code amount == null} 则抛出 {@code IllegalArgumentException}。
     * @param currency 币种。此实现不使用它。
     * @throws IllegalArgumentException 若 {@code amount == null}，消息为 {@code "amount"}。
     */
    Money {
        if (amount == null) throw new IllegalArgumentException("amount");
    }
}
