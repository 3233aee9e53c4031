package com.example.bank;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Accounts of one branch in memory; used by tests and by the training system. 培训环境使用. */
public final class InMemoryAccountRepository implements AccountRepository {
    private final Map<String, Account> accounts = new TreeMap<>();

    @Override
    public Optional<Account> findByNumber(String number) {
        return Optional.ofNullable(accounts.get(number));
    }

    @Override
    public List<Account> findByStatus(AccountStatus status) {
        return accounts.values().stream()
                .filter(account -> account.getStatus() == status)
                .toList();
    }

    @Override
    public void save(Account account) {
        accounts.put(account.getNumber(), account);
    }
}
