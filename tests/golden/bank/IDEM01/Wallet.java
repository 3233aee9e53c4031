package com.example.pay;

@RestController
@RequestMapping("/v1/wallet")
public class WalletController {
    @Resource private WalletService walletService;
    @Autowired private RabbitTemplate rabbit;

    @PostMapping("/recharge")
    public R<Void> recharge(@RequestBody RechargeDTO dto, @AuthenticationPrincipal User user) { // flag
        walletService.addBalance(user.getId(), dto.getAmount());
        return R.ok();
    }

    @PostMapping(value = "/{id}/withdrawals", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    public WithdrawVO doWithdraw(@PathVariable("id") Long id, @RequestBody @Validated WithdrawDTO dto) { // flag
        return walletService.withdraw(id, dto.getAmount(), dto.getBankCard());
    }

    @PutMapping("/pay")
    public Object payOrder(@RequestParam("amount") BigDecimal amount, @RequestParam("to") String to) { // flag
        Payment p = new Payment();
        p.setPaymentNo(IdUtil.getSnowflakeNextIdStr());
        p.setAmount(amount);
        p.setPayee(to);
        return walletService.submit(p);
    }

    @Transactional
    @PostMapping("/transfer/inner")
    public ApiResponse innerTransfer(@RequestBody Map<String, String> body) { // flag
        Account from = accountRepo.findByNo(body.get("from"));
        Account to = accountRepo.findByNo(body.get("to"));
        from.debit(new BigDecimal(body.get("amount")));
        to.credit(new BigDecimal(body.get("amount")));
        accountRepo.saveAll(List.of(from, to));
        return ApiResponse.success();
    }

    @KafkaListener(topics = {"loan.repayment"}, groupId = "core")
    public void consume(ConsumerRecord<String, String> rec, Acknowledgment ack) { // flag
        Repayment r = JSON.parseObject(rec.value(), Repayment.class);
        loanService.repay(r.getLoanId(), r.getAmount());
        ack.acknowledge();
    }

    @StreamListener("refunds")
    public void refundListener(RefundEvent e) { // flag
        log.info("eventId={}", e.getEventId());
        walletService.refund(e.getUserId(), e.getAmount());
    }

    @PostMapping("/charge")
    public String charge(@RequestBody ChargeReq req) { // flag
        rabbit.convertAndSend("charge", req);
        chargeService.charge(req.getCardToken(), req.getAmount());
        return "OK";
    }

    // good
    @PostMapping("/recharge2")
    @RepeatSubmit(interval = 5000)
    public R<Void> recharge2(@RequestBody RechargeDTO dto) {
        walletService.addBalance(1L, dto.getAmount());
        return R.ok();
    }

    @PostMapping("/withdraw2")
    public R<Void> withdraw2(@RequestBody WithdrawDTO dto) {
        if (withdrawRepo.findByRequestNo(dto.getRequestNo()).isPresent()) {
            return R.ok();
        }
        walletService.withdraw(1L, dto.getAmount());
        return R.ok();
    }

    @PostMapping("/transfer2")
    public R<Void> transfer2(@RequestBody TransferDTO dto, HttpServletRequest http) {
        String k = http.getHeader("X-Idempotency-Key");
        walletService.transfer(k, dto);
        return R.ok();
    }

    @KafkaListener(topics = "repay2")
    public void repay2(ConsumerRecord<String, String> rec) {
        Repayment r = JSON.parseObject(rec.value(), Repayment.class);
        try {
            flowMapper.insert(new Flow(r.getSerialNo()));
        } catch (DuplicateKeyException e) {
            return;
        }
        loanService.repay(r.getLoanId(), r.getAmount());
    }

    @PostMapping("/payment-methods")
    public R<Void> addPaymentMethod(@RequestBody CardDTO dto) {
        walletService.addCard(dto);
        return R.ok();
    }

    @PostMapping("/transfer/fee")
    public R<BigDecimal> transferFee(@RequestBody TransferDTO dto) {
        return R.ok(feeService.calculate(dto.getAmount()));
    }

    @KafkaListener(topics = "user-events")
    public void onUser(UserEvent e) {
        userService.update(e.getUser());
    }

    @PostMapping("/refund/list")
    public R<List<Refund>> refundList(@RequestBody RefundQuery q) {
        return R.ok(refundService.list(q));
    }

    @PostMapping("/pay/{orderNo}")
    public R<Void> pay3(@PathVariable String orderNo) {
        Order o = orderService.lockByNo(orderNo);
        if (o.isPaid()) {
            return R.ok();
        }
        orderService.pay(o);
        return R.ok();
    }
}

@Component
@RocketMQMessageListener(topic = "PAY_SUCCESS", consumerGroup = "g")
class PaySuccessConsumer implements RocketMQListener<PayMsg> {
    @Override
    public void onMessage(PayMsg msg) { // flag
        accountService.credit(msg.getUid(), msg.getAmount());
    }
}

class SettleListener implements MessageListener {
    @Override
    public void onMessage(Message message) { // flag
        SettleMsg m = convert(message);
        settleService.settle(m.getMerchant(), m.getAmount());
    }
}
