package com.example.core;

import org.springframework.transaction.annotation.Transactional;

@Service
public class ClearingService {
    private final ClearingMapper clearingMapper;
    private final PositionRepository positions;
    private final LedgerService ledger;

    @Scheduled(cron = "0 0 1 * * ?")
    public void nightly() {
        List<Clearing> all = clearingMapper.selectPending();
        all.forEach(c -> {
            clearOne(c); // flag
        });
    }

    @Transactional(rollbackFor = Exception.class, propagation = Propagation.REQUIRED)
    public void clearOne(Clearing c) {
        clearingMapper.updateStatus(c.getId(), "DONE");
        positions.save(c.position());
    }

    public Result api(Clearing c) {
        ClearingService.this.clearOne(c); // flag
        return Result.ok();
    }

    public boolean conditional(Clearing c) {
        if (c.isOpen()) {
            return this.tryClear(c, true); // flag
        }
        return false;
    }

    @Transactional
    protected boolean tryClear(Clearing c, boolean force) {
        clearingMapper.updateStatus(c.getId(), force ? "F" : "N");
        return true;
    }

    @Transactional(timeout = 10)
    @Deprecated
    private int doClear(Long id) { // flag
        return clearingMapper.delete(id);
    }

    @Transactional
    final void finalClear(Long id) { // flag
        clearingMapper.delete(id);
    }

    @Transactional
    public void upload(MultipartFile f) throws Exception { // flag
        positions.saveAll(Parser.parse(f.getInputStream()));
    }

    @Transactional(isolation = Isolation.READ_COMMITTED)
    public void post(Voucher v) throws AccountingException, IOException { // flag
        ledger.post(v);
        writer.write(v);
    }

    @Transactional
    public void eat(Voucher v) {
        for (Line line : v.getLines()) {
            try {
                ledger.post(line);
                positions.save(line.position());
            } catch (DataAccessException ex) { // flag
                logger.error("line failed {}", line.getId(), ex);
            }
        }
    }

    @Transactional(rollbackFor = Throwable.class)
    public Result eatResult(Voucher v) {
        try {
            ledger.debit(v.getDebit(), v.getAmount());
            ledger.credit(v.getCredit(), v.getAmount());
        } catch (Exception ex) { // flag
            return Result.fail(ex.getMessage());
        }
        return Result.ok();
    }

    @Transactional
    public void eatAndMark(Clearing c) {
        try {
            positions.save(c.position());
            clearingMapper.updateStatus(c.getId(), "DONE");
        } catch (Throwable t) { // flag
            c.setError(t.getMessage());
        }
    }

    // good
    @Transactional(rollbackFor = Exception.class)
    public void okChecked(MultipartFile f) throws IOException {
        positions.saveAll(Parser.parse(f.getInputStream()));
    }

    @Transactional
    public void okHelper(Clearing c) {
        normalise(c);
        clearOne(c);
    }

    private void normalise(Clearing c) {
        c.trim();
    }

    @Autowired
    @Lazy
    private ClearingService me;

    public void okSelf(Clearing c) {
        me.clearOne(c);
    }

    @Transactional
    public void okWrapped(Clearing c) {
        try {
            positions.save(c.position());
        } catch (Exception e) {
            throw new ClearingException("failed", e);
        }
    }

    @Transactional
    public void okNumber(String text) {
        long n = 0;
        try {
            n = Long.parseLong(text);
        } catch (NumberFormatException e) {
            logger.warn("no number {}", text);
        }
        positions.deleteById(n);
    }

    @Transactional
    public void okStatus(Clearing c) {
        try {
            positions.save(c.position());
        } catch (Exception e) {
            logger.error("x", e);
            TransactionInterceptor.currentTransactionStatus().setRollbackOnly();
        }
    }

    @Transactional(rollbackFor = Exception.class)
    public void okEvent(Clearing c) {
        positions.save(c.position());
        try {
            eventPublisher.publishEvent(new Cleared(c));
        } catch (Exception e) {
            logger.warn("no event", e);
        }
    }

    private static void staticHelper() {
    }

    @TransactionalEventListener
    void onCleared(Cleared event) throws IOException {
        mailer.send(event);
    }
}
