class PayFlowService {
    public void pay(Long id, BigDecimal amt) {
        Account account = accountMapper.selectById(id);
        int rows = accountMapper.deduct(id, amt);
        if (rows == 0) throw new NoMoney();
        AccountFlow flow = new AccountFlow();
        flow.setBalance(account.getBalance().subtract(amt));
        log.info("flow {}", flow);
        publisher.publish(flow);
    }

    public Order order(Req req) {
        Order order = new Order();
        order.setQuantity(req.getQuantity() + req.getGift());
        return orderRepository.save(order);
    }

    public void snapshot(Long id) {
        Account a = accountRepository.findById(id).orElseThrow();
        snapshotRepository.save(new Snapshot(id, a.getBalance().subtract(a.getFrozen())));
    }

    public void http(HttpSession session) {
        session.setAttribute("a", 1);
        session.removeAttribute("b");
        session.setAttribute("limit", limit + 1);
    }

    public void rate(Long id) {
        Product p = productRepository.findById(id).orElseThrow();
        p.setRate(p.getRate().add(BigDecimal.ONE));
        productRepository.save(p);
    }
}
