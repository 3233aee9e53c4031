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

    public Account(String iban, BigDecimal balance) {
        this.iban = iban;
        this.balance = balance;
    }

    public String iban() {
        return iban;
    }

    // helpers follow

    public BigDecimal getBalance() {
        return balance;
    }

    public boolean isActive() {
        return active;
    }

    public void setActive(boolean active) {
        this.active = active;
    }

    public boolean isFrozen() {
        return isFrozen;
    }

    public void setFrozen(boolean isFrozen) {
        this.isFrozen = isFrozen;
    }

    public double getRate() {
        return rate;
    }

    public void setRate(double rate) {
        this.rate = rate;
    }

    public byte[] getSeal() {
        return seal;
    }

    public void setSeal(byte[] seal) {
        this.seal = seal;
    }

    public List<String> getOwners() {
        return owners;
    }

    public void setOwners(List<String> owners) {
        this.owners = owners;
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(String password) {
        this.password = password;
    }
}
