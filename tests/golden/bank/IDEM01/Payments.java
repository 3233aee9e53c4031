package com.bank.api;

@RestController
@RequestMapping("/api")
class PaymentController {
    private final PaymentService paymentService;
    private final TransferService transferService;
    private final OrderRepository orders;

    @PostMapping("/transfer")
    public Result transfer(@RequestBody TransferRequest request) { // flag
        transferService.transfer(request.getFrom(), request.getTo(), request.getAmount());
        return Result.ok();
    }

    @PostMapping("/payments")
    public ResponseEntity<Payment> create(@RequestBody @Valid PaymentBody body) { // flag
        log.info("payment of {}, request id {}", body.getAmount(), MDC.get("requestId"));
        return ResponseEntity.ok(paymentService.createPayment(body.getPayer(), body.getPayee(), body.getAmount()));
    }

    @RequestMapping(value = "/refund", method = RequestMethod.POST)
    public Result refund(@RequestParam Long orderId, @RequestParam BigDecimal amount) { // flag
        paymentService.refund(orderId, amount);
        return Result.ok();
    }

    @PostMapping("/withdraw")
    public Result withdraw(@RequestBody WithdrawBody body, Principal principal) { // flag
        String transactionId = UUID.randomUUID().toString();
        paymentService.withdraw(transactionId, principal.getName(), body.getAmount());
        return Result.ok(transactionId);
    }

    @POST
    @Path("/deposit")
    public Response deposit(Deposit deposit) { // flag
        paymentService.deposit(deposit.account, deposit.amount);
        return Response.ok().build();
    }

    @KafkaListener(topics = "payment-orders")
    public void onPayment(PaymentOrder order) { // flag
        paymentService.pay(order.getPayer(), order.getPayee(), order.getAmount());
    }

    @RabbitListener(queues = "refund.queue")
    public void handleRefund(String json, Channel channel) throws IOException { // flag
        RefundMessage message = mapper.readValue(json, RefundMessage.class);
        refundService.refund(message.getAccount(), message.getAmount());
        channel.basicAck(message.getTag(), false);
    }

    @JmsListener(destination = "settlement")
    public void settle(Batch batch) { // flag
        // messageId is not looked at
        ledger.settle(batch.getAccount(), batch.getTotal());
    }

    @PostMapping("/pay/keyed")
    public Result payKeyed(@RequestHeader("Idempotency-Key") String key, @RequestBody PaymentBody body) { // near: a key
        return paymentService.pay(key, body.getPayer(), body.getAmount());
    }

    @PostMapping("/transfer/numbered")
    public Result transferNumbered(@RequestBody NumberedTransfer request) { // near: a request number
        return transferService.transfer(request);
    }

    @PostMapping("/refund/checked")
    public Result refundChecked(@RequestParam Long orderId) { // near: its state is checked
        Order order = orders.findById(orderId).orElseThrow();
        if (order.getStatus() == OrderStatus.REFUNDED) {
            return Result.ok();
        }
        paymentService.refund(order);
        return Result.ok();
    }

    @Idempotent(expireSeconds = 60)
    @PostMapping("/withdraw/marked")
    public Result withdrawMarked(@RequestBody WithdrawBody body) { // near: marked
        return paymentService.withdraw(body.getAccount(), body.getAmount());
    }

    @KafkaListener(topics = "payment-orders-once")
    public void onPaymentOnce(PaymentOrder order) { // near: looked up before
        if (paymentRepository.existsByOrderNo(order.getOrderNo())) {
            return;
        }
        paymentService.pay(order.getPayer(), order.getAmount());
    }

    @GetMapping("/payments/{id}")
    public Payment find(@PathVariable Long id) { // near: reads
        return paymentService.find(id);
    }

    @PostMapping("/payments/search")
    public Page<Payment> search(@RequestBody PaymentQuery query) { // near: reads, by POST
        return paymentService.search(query);
    }

    @PostMapping("/customers")
    public Customer register(@RequestBody CustomerBody body) { // near: no money
        return customerService.register(body);
    }

    @RabbitListener(queues = "transfer.once")
    public void transferOnce(TransferMessage message) { // near: claimed by its id first
        if (!redis.opsForValue().setIfAbsent("transfer:" + message.getKey(), "1", Duration.ofDays(1))) {
            return;
        }
        transferService.transfer(message.getFrom(), message.getTo(), message.getAmount());
    }

    record NumberedTransfer(String requestNo, String from, String to, BigDecimal amount) {
    }
}
