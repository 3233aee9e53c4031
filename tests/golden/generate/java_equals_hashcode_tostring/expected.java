package com.bank.core;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** An account. */
public class Account {
    private static final int MAX = 10;
    private final String iban; // upper case
    private final BigDecimal balance;
    private boolean active = true;
    private boolean isFrozen;
    private double rate;
    private byte[] seal;
    private List<String> owners;
    private String password;

    public Account(String iban, BigDecimal balance) {
        this.iban = iban;
        this.balance = balance;
    }

    public String iban() {
        return iban;
    }

    // helpers follow

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (other == null || getClass() != other.getClass()) {
            return false;
        }
        Account that = (Account) other;
        return Objects.equals(iban, that.iban)
                && Objects.equals(balance, that.balance)
                && active == that.active
                && isFrozen == that.isFrozen
                && Double.compare(rate, that.rate) == 0
                && Arrays.equals(seal, that.seal)
                && Objects.equals(owners, that.owners)
                && Objects.equals(password, that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(iban, balance, active, isFrozen, rate, Arrays.hashCode(seal), owners, password);
    }

    @Override
    public String toString() {
        return "Account{iban=" + iban
                + ", balance=" + balance
                + ", active=" + active
                + ", isFrozen=" + isFrozen
                + ", rate=" + rate
                + ", seal=" + Arrays.toString(seal)
                + ", owners=" + owners
                + "}";
    }
}
