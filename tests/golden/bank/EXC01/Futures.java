// Failures that futures, streams and fallbacks drop, and handlers that answer a success.
public class AuthorizationAdapter {
    public PaymentResult authorize(PaymentRequest request) {
        try {
            return rest.postForObject("/authorizations", request, PaymentResult.class);
        } catch (RestClientException e) { // flag
            log.warn("authorization service not reachable");
            return PaymentResult.SUCCESS;
        }
    }
}

public class AsyncTransferService {
    public CompletableFuture<TransferReceipt> transfer(TransferCommand command) {
        return CompletableFuture
                .supplyAsync(() -> core.execute(command), paymentPool)
                .exceptionally(failure -> null); // flag
    }
}

public class PayoutHandler {
    void payout(Order o) {
        client.pay(o).handle((ok, error) -> null); // flag
    }
}

public class RefundFlow {
    Mono<Refund> refund(RefundRequest r) {
        return gateway.refund(r).onErrorResume(e -> Mono.empty()); // flag
    }
}

public class RefundFlow2 {
    Mono<Refund> refund(RefundRequest r) {
        return gateway.refund(r).onErrorReturn(Refund.DONE); // flag
    }
}

public class Settlement {
    void settle(List<Item> items) {
        items.forEach(item -> {
            try {
                ledger.post(item);
            } catch (Exception e) { // flag
                // continue with the next
            }
        });
    }
}

public class Vavr {
    Receipt pay(Order order) {
        return Try.of(() -> bank.transfer(order)).getOrElse((Receipt) null); // flag
    }
}

public class Transfers {
    @SneakyThrows
    boolean transfer(Order o) {
        boolean done = false;
        try {
            core.debit(o);
            core.credit(o);
            done = true;
        } catch (CoreBankException e) { // flag
            LOG.error("core failed {}", e.getMessage());
        } finally {
            metrics.stop();
        }
        return true;
    }
}

public class Fee {
    BigDecimal charge(Account a) {
        try {
            return fees.collect(a);
        } catch (FeeServiceException e) { // flag
            return BigDecimal.ZERO;
        }
    }
}

public class Zahlungslauf {
    void ueberweise(Auftrag auftrag) {
        try {
            kernbank.buche(auftrag);
        } catch (KernbankException e) { // flag
            logger.warn("Buchung fehlgeschlagen", e);
        }
    }
}

public class ZhuanZhang {
    public boolean zhuanzhang(Order o) {
        try {
            hexin.kouKuan(o);
            return true;
        } catch (Throwable t) { // flag
            return true;
        }
    }
}

public class Pay {
    public ResponseEntity<String> pay(@RequestBody PayRequest r) {
        try {
            service.pay(r);
        } catch (Exception e) { // flag
            log.error("pay", e);
        }
        return ResponseEntity.ok("paid");
    }
}

public class Pay2 {
    public ResponseEntity<String> pay(@RequestBody PayRequest r) {
        try {
            service.pay(r);
            return ResponseEntity.ok("paid");
        } catch (Exception e) { // flag
            return ResponseEntity.ok("paid");
        }
    }
}

public class Q {
    CompletionStage<Void> refund(String id) {
        return client.refund(id)
            .whenComplete((r, t) -> log.info("done"))
            .exceptionally(t -> { // flag
                log.warn("refund failed", t);
                return null;
            });
    }
}

public class R {
    void settle() {
        disposable = payments.process(batch).subscribe(r -> log.info("ok"), e -> { }); // flag
    }
}

@Service
public class PaymentClient {
    @Retryable(retryFor = CoreException.class)
    public Receipt pay(Order o) {
        return core.pay(o);
    }
    @Recover
    public Receipt recover(CoreException e, Order o) { // flag
        log.error("gave up on {}", o.id());
        return null;
    }
}

public class TransferGateway {
    @CircuitBreaker(name = "core", fallbackMethod = "transferFallback")
    public TransferResult transfer(TransferOrder o) {
        return core.transfer(o);
    }
    TransferResult fallbackTransfer(TransferOrder o, Throwable t) { // flag
        return TransferResult.success();
    }
}

public class RefundConsumer {
    void start() {
        flux.flatMap(r -> refunds.execute(r))
            .onErrorContinue((e, o) -> log.warn("skipped {}", o)) // flag
            .subscribe();
    }
}

public class Buchungen {
    void buche(Buchung b) {
        try {
            hauptbuch.verbuche(b);
        } catch (RuntimeException e) { // flag
            // naechster Lauf
        }
    }
}

public class WechatNotify {
    @PostMapping("/notify")
    public String payNotify(@RequestBody String xml) {
        try {
            orderService.markPaid(parse(xml));
        } catch (Exception e) { // flag
            log.error("notify failed", e);
        }
        return "SUCCESS";
    }
}

public class A {
    CompletableFuture<Receipt> pay(Order o) { // near: a failed result
        return core.pay(o).exceptionally(t -> Receipt.failed(o.id(), t.getMessage()));
    }
}

public class B {
    PaymentResult authorize(PaymentRequest r) { // near: a refusal is no payment
        try {
            return rest.post(r);
        } catch (RestClientException e) {
            log.warn("not reachable", e);
            return PaymentResult.DECLINED;
        }
    }
}

public class C {
    Mono<Refund> refund(RefundRequest r) { // near: told on
        return gateway.refund(r).onErrorResume(e -> Mono.error(new RefundException(e)));
    }
}

public class D {
    CompletableFuture<Void> pay(Order o) { // near: thrown on
        return core.pay(o).exceptionally(t -> { throw new PaymentException(t); });
    }
}

public class E {
    void pay(Order o) { // near: a message beside the payment
        core.pay(o);
        try {
            mailer.send(o.email(), "paid");
        } catch (MailException e) {
            log.warn("mail not sent", e);
        }
    }
}

public class H {
    void settle(List<Item> items) { // near: put aside for another run
        List<Item> failed = new ArrayList<>();
        for (Item i : items) {
            try {
                ledger.post(i);
            } catch (LedgerException e) {
                failed.add(i);
            }
        }
        retryQueue.addAll(failed);
    }
}

public class I {
    Mono<Rate> rate(String pair) { // near: another answer
        return client.rate(pair).onErrorResume(e -> cache.lastRate(pair));
    }
}

public class J {
    void onPayment(Message m) { // near: kept for somebody
        try {
            service.execute(m);
        } catch (PaymentException e) {
            deadLetters.publish(m, e);
        }
    }
}

public class K {
    void pay(Order o) { // near: marked
        Future<Receipt> f = pool.submit(() -> core.pay(o));
        try {
            f.get(5, SECONDS);
        } catch (TimeoutException e) {
            orders.markPending(o.id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

public class L {
    PaymentResponse pay(PaymentRequest r) { // near: a refusal is told
        try {
            return PaymentResponse.ok(core.pay(r));
        } catch (InsufficientFundsException e) {
            return PaymentResponse.declined("INSUFFICIENT_FUNDS");
        }
    }
}

public class M {
    CompletableFuture<Receipt> pay(Order o) { // near: marked and thrown
        return core.pay(o).handle((receipt, error) -> {
            if (error != null) {
                orders.markFailed(o.id(), error);
                throw new CompletionException(error);
            }
            return receipt;
        });
    }
}

public class N {
    CompletableFuture<List<Offer>> offers(String customer) {
        return catalogue.offers(customer).exceptionally(t -> List.of());
    }
}

@Service
public class PaymentClient2 {
    @Recover
    public Receipt recover(CoreException e, Order o) { // near: marked and thrown
        orders.markFailed(o.id(), e.getMessage());
        throw new PaymentFailed(e);
    }
}

public class TransferGateway2 {
    TransferResult transferFallback(TransferOrder o, Throwable t) { // near: says what it is
        return TransferResult.unavailable(o.reference());
    }
}

public class PaymentMailer {
    void send(Receipt r) { // near: a message beside the payment
        mailClient.sendAsync(r).exceptionally(t -> {
            log.warn("mail not sent", t);
            return null;
        });
    }
}

public class PaymentPage {
    CompletableFuture<List<Limit>> limits(String no) { // near: what is only read
        return limits.findAsync(no).exceptionally(t -> List.of());
    }
}

public class P {
    boolean pay(Order o) { // near: done before
        try {
            core.pay(o);
            return true;
        } catch (DuplicateKeyException e) {
            return true;
        }
    }
}

public class S {
    void pay(Order o) { // near: both are told
        core.pay(o).subscribe(r -> orders.done(o), e -> orders.failed(o, e));
    }
}

public class T {
    PaymentStatus pay(Order o) { // near: not known is no success
        try {
            core.pay(o);
            return PaymentStatus.PAID;
        } catch (SocketTimeoutException e) {
            log.warn("timeout", e);
            return PaymentStatus.UNKNOWN;
        }
    }
}
