@Component
public class LoanRepaymentJob {
    @Scheduled(cron = "0 0 2 * * *")
    public void autoRepay() {
        for (Loan loan : loanRepository.findDue()) {
            try {
                repaymentService.deductInstallment(loan);
            } catch (Exception ex) { // flag
                log.error("auto repay failed, loanId={}", loan.getId(), ex);
            }
        }
    }

    public Boolean unfreezeAndPay(String no) {
        try {
            accountService.unfreeze(no);
            accountService.pay(no);
        } catch (AccountException | IOException ex) { // flag
            log.warn(ex.getMessage());
            return Boolean.FALSE;
        }
        return Boolean.TRUE;
    }

    public void write(Entry e) {
        try (Connection c = ds.getConnection(); PreparedStatement ps = c.prepareStatement(INSERT_LEDGER)) {
            ps.executeUpdate();
        } catch (SQLException ex) { // flag
            ex.printStackTrace();
        }
    }

    public PayResult pay(PayReq r) {
        PayResult res = new PayResult();
        try {
            res = payChannel.pay(r);
        } catch (Exception ex) { // flag
            log.error("", ex);
        } finally {
            log.info("done");
        }
        return res;
    }

    public void clear(List<Instruction> l) {
        l.stream().forEach(i -> {
            try { clearing.submitPayment(i); } catch (Exception ignored) { } // flag
        });
    }

    // good
    public PayResult pay2(PayReq r) {
        try {
            return payChannel.pay(r);
        } catch (ChannelException ex) {
            return PayResult.builder().code("FAIL").message(ex.getMessage()).build();
        }
    }

    public void pay3(PayReq r) {
        try {
            payChannel.pay(r);
        } catch (ChannelException ex) {
            paymentRecordMapper.updateStatus(r.getNo(), "FAILED");
        }
    }

    public void pay4(PayReq r) {
        try {
            payChannel.pay(r);
        } catch (ChannelException ex) {
            alarmService.alarm("pay failed", ex);
        }
    }

    public Optional<Payment> find(String no) {
        try {
            return Optional.of(jdbc.queryForObject(SQL, mapper, no));
        } catch (EmptyResultDataAccessException ex) {
            return Optional.empty();
        }
    }

    public void pay5(PayReq r) {
        Exception last = null;
        for (Channel c : channels) {
            try {
                c.pay(r);
                return;
            } catch (ChannelException ex) {
                last = ex;
            }
        }
        throw new PayException(last);
    }

    public void shutdown() {
        try {
            paymentExecutor.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException ex) {
            paymentExecutor.shutdownNow();
        }
    }

    public void pay6(PayReq r) {
        try {
            payChannel.pay(r);
        } catch (ChannelException ex) {
            handleFailure(r, ex);
        }
    }
}
