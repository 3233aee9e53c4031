package com.example.ledger;

/** What an account holds, in cents. */
public final class Balance {
    private long cents;

    public long deposit(long amount) {
        if (amount <= 0) {
            throw new IllegalArgumentException("a deposit is positive");
        }
        cents += amount;
        return cents;
    }

    public boolean covers(long amount) {
        return amount <= cents;
    }

    public long withdraw(long amount) {
        if (!covers(amount)) {
            throw new IllegalStateException("not enough money");
        }
        cents -= amount;
        return cents;
    }
}
