package com.example.ledger;

public class PostingEngine {
    public void postVoucher(Voucher v) {
        try {
            engine.book(v.getDebitAccount(), v.getCreditAccount(), v.getAmount());
        } catch (AccountingException ae) { // flag
            LOGGER.error("voucher " + v.getNo(), ae);
        }
    }

    public int jizhang(List<Flow> flows) {
        int ok = 0;
        for (Flow f : flows) {
            try {
                flowMapper.insert(f);
                ok++;
            } catch (Exception e) { // flag
                // ignore
            }
        }
        return ok;
    }

    public PaymentStatus queryAndSettle(String no) {
        PaymentStatus s = null;
        try {
            s = channel.settle(no);
        } catch (RestClientException e) { // flag
            log.info("settle {} error", no);
        }
        return s;
    }

    public boolean refundOrder(Order o) {
        try {
            return payClient.refund(o.getNo(), o.getAmount()).isOk();
        } catch (Exception e) { // flag
            return true;
        }
    }

    public BigDecimal feeOf(Trade t) {
        try {
            return feeService.calculate(t);
        } catch (RuntimeException re) { // flag
            return new BigDecimal("0");
        }
    }

    @Async
    public void creditAsync(String acct, BigDecimal amt) {
        try {
            coreBanking.credit(acct, amt);
        } catch (final Throwable ignore) { /* flag */ // flag
        }
    }

    public String notifyPaid(HttpServletRequest req) {
        try {
            orderService.markPaid(req.getParameter("out_trade_no"));
            accountService.deposit(req.getParameter("total_amount"));
        } catch (Exception e) { // flag
            log.error("pay callback error", e);
        }
        return "success";
    }

    public List<Entry> dailyEntries(LocalDate d) {
        try {
            return ledgerDao.findByDate(d);
        } catch (SQLException e) { // flag
            return Collections.emptyList();
        }
    }

    public void batchTransfer(List<Transfer> list) {
        list.forEach(t -> {
            try {
                transferService.execute(t);
            } catch (Exception e) { // flag
                System.out.println(e.getMessage());
            }
        });
    }

    public void withdraw(Req r) {
        try {
            wallet.withdraw(r.getUid(), r.getAmount());
        } catch (InsufficientBalanceException e) { // flag
            return;
        }
    }

    // good
    public Result pay(Req r) {
        try {
            wallet.pay(r.getUid(), r.getAmount());
            return Result.ok();
        } catch (WalletException e) {
            log.warn("pay", e);
            return Result.error(e.getCode(), e.getMessage());
        }
    }

    public void payWithCompensation(Req r) {
        try {
            wallet.pay(r.getUid(), r.getAmount());
        } catch (Exception e) {
            log.error("pay", e);
            compensationService.register(r);
        }
    }

    public ResponseEntity<String> payHttp(Req r) {
        try {
            wallet.pay(r.getUid(), r.getAmount());
        } catch (WalletException e) {
            return ResponseEntity.status(HttpStatus.CONFLICT).body(e.getMessage());
        }
        return ResponseEntity.ok("paid");
    }

    public void rollbackOnError(Connection c, Req r) throws SQLException {
        try {
            post(c, r);
            c.commit();
        } catch (SQLException e) {
            c.rollback();
            throw e;
        } finally {
            try {
                c.close();
            } catch (SQLException ignored) {
                // nothing to do
            }
        }
    }

    public BigDecimal parseAmount(String s) {
        try {
            return new BigDecimal(s.trim());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    public void retryable(Req r) {
        int tries = 0;
        while (true) {
            try {
                wallet.pay(r.getUid(), r.getAmount());
                return;
            } catch (TimeoutException e) {
                if (++tries >= 3) {
                    throw new PayException(e);
                }
                log.warn("retry {}", tries);
            }
        }
    }

    public void poll() {
        try {
            paymentQueue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.info("stopped");
        }
    }

    public void cachedBalance(String no) {
        try {
            redisTemplate.delete("balance:" + no);
        } catch (Exception e) {
            log.warn("cache", e);
        }
    }

    public void future(CompletableFuture<Receipt> f, Req r) {
        try {
            f.complete(wallet.pay(r));
        } catch (Exception e) {
            f.completeExceptionally(e);
        }
    }
}

class ImageResizer {
    byte[] resize(byte[] b) {
        try {
            return lib.resize(b);
        } catch (Exception e) {
            return null;
        }
    }
}
