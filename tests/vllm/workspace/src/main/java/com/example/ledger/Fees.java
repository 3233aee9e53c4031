package com.example.ledger;

/** Fees in cents. */
public final class Fees {
    private Fees() {}

    public static long transfer(long amount) {
        long fee = amount / 1000;
        return Math.max(fee, 50);
    }

    public static long late(int days) {
        if (days <= 0) {
            return 0;
        }
        return Math.min(days * 25L, 500L);
    }

    public static String label(long amount) {
        long whole = amount / 100;
        return whole + "." + String.format("%02d", amount % 100);
    }
}
