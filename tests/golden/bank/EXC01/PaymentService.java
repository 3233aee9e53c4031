package com.bank.payment;

import java.math.BigDecimal;
import java.util.Optional;

class PaymentService {
    private final LedgerService ledgerService;
    private final GatewayClient gateway;

    public void pay(Order order) {
        try {
            gateway.charge(order.getId(), order.getAmount());
        } catch (Exception e) { // flag
        }
        order.setStatus("PAID");
    }

    public void post(Entry entry) {
        try {
            ledgerService.post(entry);
        } catch (RuntimeException ignored) { // flag
            // nothing can be done here
        }
    }

    public boolean transfer(String from, String to, BigDecimal amount) {
        try {
            ledgerService.debit(from, amount);
            ledgerService.credit(to, amount);
            return true;
        } catch (Exception e) { // flag
            log.error("transfer from {} failed", from, e);
            return false;
        }
    }

    public Receipt refund(String paymentId) {
        try {
            return gateway.refund(paymentId);
        } catch (IOException | TimeoutException e) { // flag
            e.printStackTrace();
            return null;
        }
    }

    public BigDecimal balanceOf(String account) {
        try {
            return ledgerService.balance(account);
        } catch (SQLException e) { // flag
            logger.warn("no balance: " + e.getMessage());
            return BigDecimal.ZERO;
        }
    }

    public void settleAll(List<Batch> batches) {
        for (Batch batch : batches) {
            try {
                ledgerService.settle(batch);
            } catch (Throwable t) { // flag
                System.err.println("batch " + batch.getId() + " failed");
                continue;
            }
        }
    }

    public Optional<Receipt> withdraw(String account, BigDecimal amount) {
        try {
            return Optional.of(ledgerService.withdraw(account, amount));
        } catch (WithdrawException e) { // flag
            return Optional.empty();
        }
    }

    public boolean charge(Order order) {
        boolean done = false;
        try {
            gateway.charge(order.getId(), order.getAmount());
            done = true;
        } finally {
            return done; // flag
        }
    }

    public void payLater(Order order) {
        executor.submit(() -> {
            try {
                gateway.charge(order.getId(), order.getAmount());
            } catch (Exception e) { // flag
                if (log.isDebugEnabled()) {
                    log.debug("charge", e);
                }
            }
        });
    }

    public void payThrown(Order order) {
        try {
            gateway.charge(order.getId(), order.getAmount());
        } catch (GatewayException e) { // near: thrown on
            log.error("charge failed", e);
            throw new PaymentException("charge", e);
        }
    }

    public PaymentResult payResult(Order order) {
        try {
            gateway.charge(order.getId(), order.getAmount());
            return PaymentResult.success();
        } catch (GatewayException e) { // near: a failed result
            log.error("charge failed", e);
            return PaymentResult.failed(e.getCode());
        }
    }

    public void payRecorded(Order order) {
        try {
            gateway.charge(order.getId(), order.getAmount());
        } catch (GatewayException e) { // near: recorded
            order.setStatus(OrderStatus.FAILED);
            orders.save(order);
        }
    }

    public void payRetried(Order order) {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                gateway.charge(order.getId(), order.getAmount());
                return;
            } catch (GatewayException e) { // near: throws after the last attempt
                log.warn("attempt {} failed", attempt, e);
            }
        }
        throw new PaymentException("charge failed after 3 attempts");
    }

    public void waitForPayment(Order order) {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) { // near: the flag is set again
            Thread.currentThread().interrupt();
        }
    }

    public void closePayment(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) { // near: a cleanup
            log.debug("close", e);
        }
    }

    public void tellPayer(Order order) {
        try {
            smsClient.send(order.getPhone(), "paid");
        } catch (Exception e) { // near: a message, no payment
            log.warn("no message", e);
        }
    }

    public void bookOnce(Entry entry) {
        try {
            ledger.insert(entry);
        } catch (DuplicateKeyException e) { // near: it was there
            log.info("entry {} was booked before", entry.getNo());
        }
    }

    public List<String> payAll(List<Order> orders) {
        List<String> failures = new ArrayList<>();
        for (Order order : orders) {
            try {
                gateway.charge(order.getId(), order.getAmount());
            } catch (Exception e) { // near: collected
                failures.add(order.getId());
            }
        }
        return failures;
    }
}

class ThemeService {
    public Theme load(String name) {
        try {
            return Theme.read(name);
        } catch (IOException e) { // near: no money is touched
            log.warn("no theme {}", name);
            return null;
        }
    }
}
