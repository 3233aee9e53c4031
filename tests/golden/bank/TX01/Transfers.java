package com.bank.transfer;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

@Service
class TransferService {
    private final JdbcTemplate jdbcTemplate;
    private final NamedParameterJdbcTemplate named;
    private final AccountRepository accounts;
    private final LedgerRepository ledgerRepository;
    private final OrderMapper orderMapper;
    private final StockMapper stockMapper;
    private final TransactionTemplate transactionTemplate;
    private final DataSource dataSource;
    private final RedisTemplate<String, String> redisTemplate;
    @PersistenceContext
    private EntityManager em;

    public void transfer(String from, String to, BigDecimal amount) { // flag
        jdbcTemplate.update("UPDATE account SET balance = balance - ? WHERE id = ?", amount, from);
        jdbcTemplate.update("UPDATE account SET balance = balance + ? WHERE id = ?", amount, to);
    }

    @Override
    public void post(Entry entry) { // flag
        Account account = accounts.findById(entry.getAccountId()).orElseThrow();
        account.apply(entry);
        accounts.save(account);
        ledgerRepository.save(entry.toLedger());
    }

    public Long placeOrder(OrderRequest request) { // flag
        Order order = Order.of(request);
        orderMapper.insert(order);
        stockMapper.deduct(request.getSkuId(), request.getCount());
        return order.getId();
    }

    public void close(String id) throws SQLException { // flag
        try (Connection conn = dataSource.getConnection();
             PreparedStatement first = conn.prepareStatement("UPDATE account SET status = 'CLOSED' WHERE id = ?");
             PreparedStatement second = conn.prepareStatement("INSERT INTO account_log(id, action) VALUES (?, 'CLOSE')")) {
            first.setString(1, id);
            first.executeUpdate();
            second.setString(1, id);
            second.executeUpdate();
        }
    }

    // TODO wrap in transactionTemplate.execute(...)
    public void open(Customer customer, Account account) { // flag
        log.info("@Transactional opening {}", account.getNo());
        em.persist(customer);
        em.persist(account);
    }

    public void repay(Long loanId, BigDecimal amount) { // flag
        for (Instalment each : instalments.open(loanId)) {
            named.update("UPDATE instalment SET paid = :paid WHERE id = :id", Map.of("id", each.getId(), "paid", amount));
            named.update("INSERT INTO repayment(loan_id, amount) VALUES (:id, :amount)", Map.of("id", loanId, "amount", amount));
        }
    }

    public void book(String debit, String credit, BigDecimal amount) { // flag
        take(debit, amount);
        give(credit, amount);
    }

    private void take(String id, BigDecimal amount) {
        jdbcTemplate.update("UPDATE account SET balance = balance - ? WHERE id = ?", amount, id);
    }

    private void give(String id, BigDecimal amount) {
        jdbcTemplate.update("UPDATE account SET balance = balance + ? WHERE id = ?", amount, id);
    }

    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    public void rebook(Entry old, Entry fresh) { // flag
        ledgerRepository.delete(old);
        ledgerRepository.save(fresh);
    }

    public void settle(Batch batch) { // flag
        if (batch.isEmpty()) {
            return;
        }
        batch.setStatus("DONE");
        batchDao.update(batch);
        this.ledgerRepository.saveAll(batch.entries());
    }

    @Transactional(rollbackFor = Exception.class)
    public void transferInOne(String from, String to, BigDecimal amount) { // near: in a transaction
        jdbcTemplate.update("UPDATE account SET balance = balance - ? WHERE id = ?", amount, from);
        jdbcTemplate.update("UPDATE account SET balance = balance + ? WHERE id = ?", amount, to);
    }

    public void programmed(Order order) { // near: a transaction by hand
        transactionTemplate.executeWithoutResult(status -> {
            orderMapper.insert(order);
            stockMapper.deduct(order.getSkuId(), order.getCount());
        });
    }

    public void byHand(String from, String to) throws SQLException { // near: no auto-commit
        try (Connection conn = dataSource.getConnection()) {
            conn.setAutoCommit(false);
            try (PreparedStatement first = conn.prepareStatement(DEBIT); PreparedStatement second = conn.prepareStatement(CREDIT)) {
                first.executeUpdate();
                second.executeUpdate();
                conn.commit();
            } catch (SQLException e) {
                conn.rollback();
                throw e;
            }
        }
    }

    void move(Connection conn, String from, String to) throws SQLException { // near: the caller's transaction
        conn.prepareStatement(DEBIT).executeUpdate();
        conn.prepareStatement(CREDIT).executeUpdate();
    }

    public void saveOrUpdate(Order order) { // near: one of two
        if (order.getId() == null) {
            orderMapper.insert(order);
        } else {
            orderMapper.updateById(order);
        }
    }

    public void upsert(Order order) { // near: leaves after the first
        if (orderMapper.selectById(order.getId()) != null) {
            orderMapper.updateById(order);
            return;
        }
        orderMapper.insert(order);
    }

    @Transactional
    public void outer(Entry entry) {
        inner(entry);
    }

    private void inner(Entry entry) { // near: its only caller holds the transaction
        ledgerRepository.save(entry);
        ledgerRepository.save(entry.mirror());
    }

    public BigDecimal total(String id) { // near: reads only
        BigDecimal first = jdbcTemplate.queryForObject("SELECT balance FROM account WHERE id = ?", BigDecimal.class, id);
        BigDecimal second = jdbcTemplate.queryForObject("SELECT frozen FROM account WHERE id = ?", BigDecimal.class, id);
        return first.add(second);
    }

    public void remember(Account account) { // near: one write, the rest is a cache
        accounts.save(account);
        redisTemplate.delete("account:" + account.getId());
        accountCache.remove(account.getId());
    }

    public void publish(Account account) { // one write and a message
        accounts.save(account);
        kafkaTemplate.send("account-changed", account.getId());
    }
}

@Service
@Transactional
class PostingService {
    private final LedgerRepository ledgerRepository;

    public void post(Entry debit, Entry credit) { // near: the class is marked
        ledgerRepository.save(debit);
        ledgerRepository.save(credit);
    }
}
