package com.bank.core;

import java.math.BigDecimal;
import java.util.List;

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

    public Account(
            String iban,
            BigDecimal balance,
            boolean isFrozen,
            double rate,
            byte[] seal,
            List<String> owners,
            String password) {
        this.iban = iban;
        this.balance = balance;
        this.isFrozen = isFrozen;
        this.rate = rate;
        this.seal = seal;
        this.owners = owners;
        this.password = password;
    }

    public String iban() {
        return iban;
    }

    // helpers follow
}
