class P {
    private final Logger LOG = LogManager.getLogger(P.class);

    void a(Customer c) {
        LOG.info("idNo: {}", c.idNo); // flag
    }

    void b(JSONObject body) {
        LOG.info("bankCard={}", body.getString("bankCardNo")); // flag
    }

    void c(String mobile) throws ServiceException {
        throw new ServiceException("mobile " + mobile + " already registered"); // flag
    }

    void d(UserDTO dto) {
        System.err.println("pwd=" + dto.getPwd()); // flag
    }

    void e(String cardNo, BigDecimal amt) {
        LOG.error(MessageFormat.format("pay failed card {0} amt {1}", cardNo, amt)); // flag
    }

    void f(HttpServletRequest req) {
        LOG.info("login {} / {}", req.getParameter("user"), req.getParameter("password")); // flag
    }

    String g(String token) {
        return "https://sso.bank/verify?token=" + token; // flag
    }

    void h(Payment p) {
        LOG.debug("cvv2={}, expiry={}", p.getCvv2(), p.getExpiry()); // flag
    }

    void i(String sfzh) {
        LOG.warn(String.format("身份证 %s 校验失败", sfzh)); // flag
    }

    void j(User u) {
        Map<String, Object> m = Map.of("phone", u.getPhone(), "id", u.getId());
        LOG.info("bind {}", m); // flag
    }

    void k(Card card) {
        if (card == null) return;
        LOG.info( // flag
            "card {} bound by {}", // the number
            card.getCardNo(),
            card.getOwner());
    }

    Customer l(String idCard) {
        return repo.find(idCard).orElseThrow(() -> new CustomerNotFoundException(idCard)); // flag
    }

    void n1(Customer c) {
        LOG.info("custNo: {}", c.getCustNo());
    }

    void n2(String mobile) {
        LOG.info("mobile {}", mobile.replaceAll("(\\d{3})\\d{4}(\\d{4})", "$1****$2"));
    }

    void n3(String cardNo) {
        LOG.info("card {}", maskCardNo(cardNo));
    }

    void n4(String pwd) {
        if (pwd.length() < 8) throw new BizException("password too short: " + pwd.length());
    }

    void n5(Card c) {
        LOG.info("card {} type {}", c.getId(), c.getCardType());
    }

    void n6(Token t) {
        LOG.info("token expires at {}", t.getExpiresAt());
    }

    void n7(String phone) {
        smsClient.send(phone, "code");
    }

    void n8(boolean ok) {
        LOG.info("password check {}", ok ? "passed" : "failed");
    }

    void n9(String tokenName, int tokenIndex) {
        LOG.info("token {} at {}", tokenName, tokenIndex);
    }

    void n10(String idCard) {
        LOG.info("sha {}", sha256(idCard));
    }
}
