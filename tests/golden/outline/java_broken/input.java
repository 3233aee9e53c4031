package com.example.bank.transfer;

import java.util.List;
import java.math

/** Moves money. */
public class TransferService {
    private final AccountRepository accounts
    private int retries = 3;

    public TransferService(AccountRepository accounts) {
        this.accounts = accounts
    }

    /** One transfer. */
    public Receipt transfer(String from, String to, BigDecimal amount) throws TransferException {
        Account source = accounts.find(from);
        if (source.balance().compareTo(amount) < 0) {
            throw new InsufficientFunds("from " + from);
        source.debit(amount
        return accounts.save(source.
    }

    private void audit(String event) {
        log.info("event: + event);
    }

    void last(
