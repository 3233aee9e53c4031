package com.example.bank;

/** The available balance does not cover the amount. 余额不足. */
public final class InsufficientFundsException extends BankException {
    private static final long serialVersionUID = 1L;

    public InsufficientFundsException(String accountNumber, Money lacking) {
        super("B0303", "account " + accountNumber + " lacks " + lacking);
    }
}
