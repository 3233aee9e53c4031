package com.example.bank;

import java.util.List;
import java.util.Optional;

/** Where accounts are kept. */
public interface AccountRepository {

    /** The account of this number, or empty. */
    Optional<Account> findByNumber(String number);

    /** Accounts in this state, ordered by number. */
    List<Account> findByStatus(AccountStatus status);

    /** Inserts or replaces an account. */
    void save(Account account);
}
