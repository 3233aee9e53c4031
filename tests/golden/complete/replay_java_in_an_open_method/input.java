package com.example.bank;

import java.time.LocalDate;
import java.util.Objects;

/** A customer's account. The balance moves only through {@link #credit} and {@link #debit}. */
public final class Account {
    private final String number;
    private final String holder;
    private final LocalDate openedOn;
    private AccountStatus status;
    private Money balance;

    public Account(String number, String holder, LocalDate openedOn, Money balance) {
        this.number = Objects.requireNonNull(number, "number");
        this.holder = Objects.requireNonNull(holder, "holder");
        this.openedOn = Objects.requireNonNull(openedOn, "openedOn");
        this.balance = Objects.requireNonNull(balance, "balance");
        this.status = AccountStatus.ACTIVE;
    }

    public String getNumber() {
        return number;
    }

    public String getHolder() {
        return holder;
    }

    public LocalDate getOpenedOn() {
        return openedOn;
    }

    public AccountStatus getStatus() {
        return status;
    }

    public Money getBalance() {
        return balance;
    }

    /** 入账. Adds money to the balance. */
    public void credit(Money amount) {
        requireOperable();
        requirePositive(amount);
        balance = balance.plus(amount);
    }

    /**
     * 出账. Takes money from the balance.
     *
     * @param amount a positive amount
     * @throws InsufficientFundsException when the balance is lower
     */
    public void debit(Money amount) {
        requireOperable();
        requirePositive(amount);
        if (balance.compareTo(amount) < 0) {
            throw new InsufficientFundsException(number, amount.minus(balance));
        }
        balance = balance.minus(amount);
    }

    public void reopen() {
        requireOperable();
        if (status == AccountStatus.CLOSED) {
            throw new BankException("B0302",‸
    /** 冻结. */
    public void freeze() {
        if (status == AccountStatus.CLOSED) {
            throw new BankException("B0302", "a closed account cannot be frozen");
        }
        status = AccountStatus.FROZEN;
    }

    /** 销户. The balance must be zero. */
    public void close() {
        if (!balance.isZero()) {
            throw new BankException("B0302", "balance must be zero before closing");
        }
        status = AccountStatus.CLOSED;
    }

    private void requireOperable() {
        if (!status.isOperable()) {
            throw new BankException("B0302", "account " + number + " is " + status);
        }
    }

    private static void requirePositive(Money amount) {
        if (amount.isNegative() || amount.isZero()) {
            throw new IllegalArgumentException("amount must be positive");
        }
    }
}
