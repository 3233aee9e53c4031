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

@RestController
class ChannelNotify {
    @RequestMapping(value = "/notify", method = RequestMethod.POST)
    public String notified(HttpServletRequest request) { // flag
        String user = request.getParameter("user");
        walletService.addBalance(user, new BigDecimal(request.getParameter("amount")));
        return "success";
    }

    @PostMapping("/seen")
    public String seen(HttpServletRequest request) { // near: nothing is moved
        return walletService.getBalance(request.getParameter("user")).toPlainString();
    }
}
