@Service
public class CustomerService {
    private static final Logger logger = LoggerFactory.getLogger(CustomerService.class);

    public void register(RegisterReq req) {
        logger.info("register name={}, certNo={}", req.getName(), req.getCertNo()); // flag
        logger.info("register ok, id={}", req.getCustomerId());
    }

    public void verify(String idNumber) {
        if (!valid(idNumber)) {
            throw new IllegalArgumentException(String.format("invalid id number %s", idNumber)); // flag
        }
    }

    public void pay(Card card) {
        logger.info("pay with card " + card.getCardNumber() + " cvv " + card.getCvv()); // flag
    }

    public void reset(String user, String newPassword) {
        logger.debug("reset {} -> {}", user, newPassword); // flag
    }

    public void token(OAuthToken t) {
        System.out.printf("access token: %s%n", t.getAccessToken()); // flag
    }

    public void err(User u, Exception e) {
        logger.error("bind phone failed, phone=" + u.getPhoneNumber(), e); // flag
    }

    public void sms(String mobile, String smsCode) {
        String msg = "code " + smsCode + " sent to " + mobile;
        logger.info(msg); // flag
    }

    public String url(String bankCard) {
        return String.format("https://api.bank/card?bankCard=%s", bankCard); // flag
    }

    public void get(String idCard) {
        restTemplate.getForObject(baseUrl + "/check?idCard=" + idCard, String.class); // flag
    }

    public void lambda(String phone) {
        logger.atInfo().log(() -> "phone " + phone); // flag
    }

    public void map(Map<String, String> params) {
        logger.info("params password={}", params.get("password")); // flag
    }

    public void rec(Payer payer) {
        logger.warn("payer {}", payer.idCardNo()); // flag
    }

    public void biz(LoginReq r) {
        throw new BusinessException(ErrorCode.LOGIN_FAILED, "login failed, pwd=" + r.getPwd()); // flag
    }

    public void fluent(String phone) {
        logger.atInfo().setMessage("bind").addKeyValue("phone", phone).log(); // flag
    }

    public void ok1(Long userId) {
        logger.info("user {} changed password", userId);
    }

    public void ok2(String cardNo) {
        logger.info("card {}", StrUtil.hide(cardNo, 4, 12));
    }

    public void ok3(String phone) {
        String masked = DesensitizedUtil.mobilePhone(phone);
        logger.info("phone {}", masked);
    }

    public void ok4(User u) {
        logger.info("has password: {}", u.getPassword() != null);
    }

    public void ok5(Card c) {
        logger.info("cardType {}, cardStatus {}", c.getCardType(), c.getCardStatus());
    }

    public void ok6(String idCard) {
        logger.info("idCard {}", idCard.substring(0, 4) + "**********" + idCard.substring(14));
    }

    public void ok7(String accountNo, BigDecimal amount) {
        logger.info("transfer {} from {}", amount, accountNo);
    }

    public void ok8(String token) {
        logger.debug("token hash {}", DigestUtils.sha256Hex(token));
    }

    public void ok9(PasswordPolicy passwordPolicy) {
        logger.info("policy {}", passwordPolicy);
    }

    public void ok10(int code) {
        throw new BusinessException("phone number is required");
    }
}
