@RestController
class PaymentMethodController {
    @PostMapping("/payment-method")
    public R create(@RequestBody M m) {
        return service.create(m);
    }
    @PostMapping("/payments/export")
    public void export(@RequestBody Q q) {
        service.exportPayments(q);
    }
    @KafkaListener(topics = "payment-failed")
    public void onPaymentFailed(PaymentFailed e) {
        mailService.sendMail(e.getUser(), "failed");
    }
    @PostMapping("/transfer/limit")
    public void limit(@RequestBody L l) {
        limitService.updateTransferLimit(l);
    }
    @PostMapping("/refund/approve")
    public void approve(@RequestParam Long id, @RequestParam String requestId) {
        refundService.approve(id, requestId);
    }
}
