package com.bank.account;

class AccountService {
    private final AccountRepository accountRepository;
    private final AccountMapper accountMapper;
    private final StockMapper stockMapper;
    private final JdbcTemplate jdbcTemplate;
    private final StringRedisTemplate redisTemplate;
    private final QuotaDao quotaDao;

    @Transactional
    public void withdraw(Long id, BigDecimal amount) {
        Account account = accountRepository.findById(id).orElseThrow();
        if (account.getBalance().compareTo(amount) < 0) {
            throw new InsufficientFundsException(id);
        }
        account.setBalance(account.getBalance().subtract(amount)); // flag
        accountRepository.save(account);
    }

    public void deposit(Long id, BigDecimal amount) {
        Account account = accountMapper.selectById(id);
        BigDecimal before = account.getBalance();
        BigDecimal after = before.add(amount);
        account.setBalance(after); // flag
        accountMapper.updateById(account);
    }

    public void freeze(String no, BigDecimal amount) {
        Account account = accountMapper.findByNo(no);
        BigDecimal available = account.getAvailableBalance().subtract(amount);
        accountMapper.updateAvailableBalance(no, available); // flag
    }

    public void take(String id, BigDecimal amount) {
        BigDecimal balance = jdbcTemplate.queryForObject("SELECT balance FROM account WHERE id = ?", BigDecimal.class, id);
        if (balance.compareTo(amount) >= 0) {
            jdbcTemplate.update("UPDATE account SET balance = ? WHERE id = ?", balance.subtract(amount), id); // flag
        }
    }

    public boolean sell(Long sku, int count) {
        Stock stock = stockMapper.selectBySku(sku);
        if (stock.getQuantity() < count) {
            return false;
        }
        stock.setQuantity(stock.getQuantity() - count); // flag
        stockMapper.updateById(stock);
        return true;
    }

    public void use(Long customer, long amount) {
        Quota quota = quotaDao.find(customer);
        quota.usedAmount += amount; // flag
        quota.remaining = quota.remaining - amount;
        quotaDao.update(quota);
    }

    public void reserve(String sku, int count) {
        int stock = Integer.parseInt(redisTemplate.opsForValue().get("stock:" + sku));
        redisTemplate.opsForValue().set("stock:" + sku, String.valueOf(stock - count)); // flag
    }

    public void lend(Connection connection, String customer, BigDecimal amount) throws SQLException {
        PreparedStatement read = connection.prepareStatement("SELECT credit_limit FROM customer WHERE id = ?");
        read.setString(1, customer);
        ResultSet row = read.executeQuery();
        row.next();
        BigDecimal limit = row.getBigDecimal("credit_limit");
        PreparedStatement write = connection.prepareStatement("UPDATE customer SET credit_limit = ? WHERE id = ?");
        write.setBigDecimal(1, limit.subtract(amount));
        write.setString(2, customer);
        write.executeUpdate(); // flag
    }

    public void withdrawLocked(Long id, BigDecimal amount) {
        Account account = accountRepository.findByIdForUpdate(id);
        account.setBalance(account.getBalance().subtract(amount)); // near: the row is locked
        accountRepository.save(account);
    }

    public void withdrawInOne(Long id, BigDecimal amount) {
        int changed = jdbcTemplate.update(
            "UPDATE account SET balance = balance - ? WHERE id = ? AND balance >= ?", amount, id, amount); // near: the database computes
        if (changed == 0) {
            throw new InsufficientFundsException(id);
        }
    }

    public synchronized void withdrawAlone(Long id, BigDecimal amount) {
        Account account = accountRepository.findById(id).orElseThrow();
        account.setBalance(account.getBalance().subtract(amount)); // near: one at a time
        accountRepository.save(account);
    }

    public void withdrawUnderLock(Long id, BigDecimal amount) {
        RLock lock = redisson.getLock("account:" + id);
        lock.lock();
        try {
            Account account = accountRepository.findById(id).orElseThrow();
            account.setBalance(account.getBalance().subtract(amount)); // near: under a lock
            accountRepository.save(account);
        } finally {
            lock.unlock();
        }
    }

    public void withdrawVersioned(Long id, BigDecimal amount) {
        Account account = accountMapper.selectById(id);
        int changed = accountMapper.updateBalance(id, account.getBalance().subtract(amount), account.getVersion()); // near: a version
        if (changed == 0) {
            throw new OptimisticLockException();
        }
    }

    public void spend(Long id, BigDecimal amount) {
        Wallet wallet = walletRepository.findById(id).orElseThrow();
        wallet.setBalance(wallet.getBalance().subtract(amount)); // near: its class has a version
        walletRepository.save(wallet);
    }

    public void grant(Long id, BigDecimal limit) {
        Customer customer = customerRepository.findById(id).orElseThrow();
        customer.setCreditLimit(limit); // near: set, not computed
        customerRepository.save(customer);
    }

    public BigDecimal afterwards(Long id, BigDecimal amount) {
        Account account = accountRepository.findById(id).orElseThrow();
        BalanceView view = new BalanceView();
        BigDecimal after = account.getBalance().subtract(amount); // near: shown, not stored
        return after.max(BigDecimal.ZERO);
    }

    @Transactional
    public void outer(Long id, BigDecimal amount) {
        Account account = accountRepository.lockById(id);
        apply(account, amount);
    }

    private void apply(Account account, BigDecimal amount) {
        account.setBalance(account.getBalance().subtract(amount)); // near: its caller has locked the row
        accountRepository.save(account);
    }
}

@Entity
class Wallet {
    @Id
    private Long id;
    @Version
    private long version;
    private BigDecimal balance;
}
