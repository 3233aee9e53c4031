package com.bank.booking;

import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

@Service
class BookingService {
    private final EntryRepository entries;
    private final AccountRepository accounts;
    private final AccountService accountService;
    private final TransactionTemplate transactionTemplate;

    public void runBatch(List<Entry> batch) {
        for (Entry entry : batch) {
            this.bookOne(entry); // flag
        }
    }

    public void runLater(Entry entry) {
        executor.submit(() -> bookOne(entry)); // flag
    }

    @Transactional
    public void bookOne(Entry entry) {
        entries.save(entry);
    }

    @Transactional
    public void bookWithTrace(Entry entry) {
        entries.save(entry);
        trace(entry); // flag
        bookOne(entry);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void trace(Entry entry) {
        entries.save(entry.trace());
    }

    @Transactional(rollbackFor = Exception.class)
    private void move(String from, String to, BigDecimal amount) { // flag
        accounts.debit(from, amount);
        accounts.credit(to, amount);
    }

    @Transactional
    public final void close(String id) { // flag
        accounts.deleteById(id);
    }

    @Transactional
    public static void purge(AccountRepository accounts) { // flag
        accounts.deleteAll();
    }

    @Transactional
    public void importFile(Path file) throws IOException { // flag
        for (String line : Files.readAllLines(file)) {
            entries.save(Entry.parse(line));
        }
    }

    @Transactional(timeout = 30)
    public void settle(Long id) throws InsufficientFundsException { // flag
        accounts.save(accounts.lock(id));
        if (accounts.balance(id).signum() < 0) {
            throw new InsufficientFundsException("account " + id);
        }
    }

    static class InsufficientFundsException extends Exception {
    }

    @Transactional(rollbackFor = Exception.class)
    public boolean transfer(String from, String to, BigDecimal amount) {
        try {
            accounts.debit(from, amount);
            accounts.credit(to, amount);
            return true;
        } catch (Exception e) { // flag
            log.error("transfer failed", e);
            return false;
        }
    }

    @Transactional
    public void pay(Order order) {
        try {
            accountService.deduct(order.getPayer(), order.getAmount());
            accountService.credit(order.getPayee(), order.getAmount());
        } catch (RuntimeException ignored) { // flag
        }
    }

    public void programmed(Entry entry) {
        transactionTemplate.execute(status -> {
            try {
                entries.save(entry);
                accounts.apply(entry);
            } catch (Exception e) { // flag
                log.warn("not booked: {}", e.getMessage());
            }
            return null;
        });
    }

    @Transactional
    public void outer(Entry entry) {
        bookOne(entry); // near: it has a transaction already
    }

    public void viaProxy(Entry entry) {
        ((BookingService) AopContext.currentProxy()).bookOne(entry); // near: through the proxy
        self.bookOne(entry); // near: an injected bean
    }

    public void inTemplate(Entry entry) {
        transactionTemplate.executeWithoutResult(status -> bookOne(entry)); // near: in a transaction by hand
    }

    private void plain(Entry entry) { // near: private and not marked
        entries.save(entry);
    }

    @Transactional(rollbackFor = Exception.class)
    public void importSafely(Path file) throws IOException { // near: rolls back on all
        entries.saveAll(Entry.read(file));
    }

    @Transactional(readOnly = true)
    public String export(Path file) throws IOException { // near: writes nothing
        return Files.writeString(file, entries.findAll().toString()).toString();
    }

    @Transactional
    public void validate(Entry entry) throws IllegalArgumentException { // near: unchecked
        entries.save(entry);
    }

    @Transactional
    public boolean transferMarked(String from, String to, BigDecimal amount) {
        try {
            accounts.debit(from, amount);
            accounts.credit(to, amount);
            return true;
        } catch (Exception e) { // near: the transaction is told
            TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
            return false;
        }
    }

    @Transactional
    public void transferThrown(String from, BigDecimal amount) {
        try {
            accounts.debit(from, amount);
        } catch (DataAccessException e) { // near: thrown on
            log.error("debit failed", e);
            throw new BookingException("debit", e);
        }
    }

    @Transactional
    public void notified(Entry entry) {
        entries.save(entry);
        try {
            smsClient.send(entry.getPhone(), "booked");
        } catch (Exception e) { // near: no write fails there
            log.warn("no message", e);
        }
    }

    public boolean outside(Entry entry) {
        try {
            accountService.book(entry);
            return true;
        } catch (Exception e) { // near: no transaction here
            log.error("not booked", e);
            return false;
        }
    }

    public void again(Entry entry) {
        try {
            accountService.book(entry);
        } catch (DuplicateKeyException e) { // near: done before
            log.info("booked before: {}", entry.getNo());
        }
    }
}
