@RestController
class TransferController {
    @PostMapping
    public ResponseEntity<TransferResponse> create(@Valid @RequestBody CreateTransferRequest request) { // flag
        Transfer t = transferService.create(request.fromAccount(), request.toAccount(), request.amount());
        return ResponseEntity.status(201).body(TransferResponse.of(t));
    }

    @PostMapping("/accounts/{id}/debit")
    public void debit(@PathVariable String id, @RequestParam BigDecimal amount) { // flag
        accountService.debit(id, amount);
    }

    @PostMapping("/refunds/{paymentId}")
    public Refund refundPayment(@PathVariable String paymentId, @RequestBody RefundBody body) { // flag
        return refundService.refund(paymentId, body.getAmount());
    }

    @Bean
    public Consumer<PayoutEvent> payoutConsumer() { // flag
        return event -> payoutService.payout(event.getMerchantId(), event.getAmount());
    }

    @PostMapping("/transactions")
    public Tx post(@RequestBody TxBody body) { // flag
        return txService.execute(body.getAccount(), body.getAmount(), body.getDirection());
    }

    @KafkaListener(topics = "withdraw-requested")
    @Transactional
    public void onWithdraw(@Payload WithdrawRequested e, @Header(KafkaHeaders.OFFSET) long offset) { // flag
        log.debug("offset {}", offset);
        Account a = accounts.findById(e.getAccountId()).orElseThrow();
        a.withdraw(e.getAmount());
        accounts.save(a);
    }

    @PostMapping("/zhuanzhang")
    public Result zhuanzhang(@RequestBody ZzReq req) { // flag
        return bankService.zhuanzhang(req);
    }

    // good
    @PostMapping("/g1")
    public Result transferWithToken(@RequestHeader("X-Request-Id") String rid, @RequestBody T t) {
        return transferService.transfer(rid, t);
    }

    @RabbitListener(queues = "pay")
    public void pay(PayMessage m) {
        if (processedMessages.contains(m.getMessageId())) {
            return;
        }
        payService.pay(m);
        processedMessages.add(m.getMessageId());
    }

    @KafkaListener(topics = "refund")
    public void refund(RefundEvent e) {
        if (!dedupService.tryAcquire(e.getRefundNo())) {
            return;
        }
        refundService.refund(e);
    }

    @PostMapping("/transfer/preview")
    public Preview previewTransfer(@RequestBody T t) {
        return transferService.preview(t);
    }

    @DeleteMapping("/transfer/{id}")
    public void cancelTransfer(@PathVariable Long id) {
        transferService.cancel(id);
    }

    @PostMapping("/payees")
    public Payee addPayee(@RequestBody PayeeBody b) {
        return payeeService.add(b);
    }

    @PostMapping("/repay")
    public Result repay(@RequestBody RepayReq req) {
        Repayment old = repaymentMapper.selectByOutTradeNo(req.getOutTradeNo());
        if (old != null) return Result.of(old);
        return repayService.repay(req);
    }

    @PostMapping("/limit")
    public Result setTransferLimit(@RequestBody LimitReq req) {
        return limitService.update(req);
    }

    @KafkaListener(topics = "payment-notifications")
    public void notifyUser(PaymentNotice n) {
        pushService.push(n.getUser(), n.getText());
    }
}
