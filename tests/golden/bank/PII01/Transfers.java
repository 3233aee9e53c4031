package com.bank.transfer;

import lombok.extern.slf4j.Slf4j;
import org.slf4j.MDC;

@Slf4j
class Transfers {
    private static final Logger LOGGER = LoggerFactory.getLogger(Transfers.class);

    void open(Customer customer) {
        log.info("open account, idCard={}", customer.getIdCard()); // flag
    }

    void bind(String userId, String bankCardNo) {
        LOGGER.debug("user " + userId + " binds " + bankCardNo); // flag
    }

    void login(LoginRequest request) {
        System.out.println("password: " + request.getPassword()); // flag
    }

    void pay(PayRequest request) {
        if (request.getCvv2().length() != 3) {
            throw new BizException("wrong cvv " + request.getCvv2()); // flag
        }
    }

    Customer find(String phone) {
        return repository.findByPhone(phone)
            .orElseThrow(() -> new NotFoundException("no customer with phone " + phone)); // flag
    }

    String address(String idNo) {
        return "https://core.bank/customer?idNo=" + idNo; // flag
    }

    void trace(Session session) {
        MDC.put("token", session.getAccessToken()); // flag
    }

    void several(Order order) {
        log.info("order {} card {} amount {}", // flag
            order.getId(),
            order.getCardNo(),
            order.getAmount());
    }

    void formatted(String mobile) {
        String message = String.format("code sent to %s", mobile);
        log.warn(message); // flag
    }

    void json(Map<String, Object> body) {
        log.error("refused: {}", body.get("idCardNo")); // flag
    }

    URI build(String phone) {
        return UriComponentsBuilder.fromHttpUrl(base).queryParam("phone", phone).build().toUri(); // flag
    }

    void masked(Customer customer) {
        log.info("idCard={}", MaskUtil.idCard(customer.getIdCard())); // near: masked
    }

    void lastFour(String cardNo) {
        log.info("card {}", cardNo.substring(cardNo.length() - 4)); // near: the last four
    }

    void facts(String password) {
        log.info("length {}, empty {}", password.length(), password == null); // near: facts of it
    }

    void maskedBefore(String phone) {
        String shown = phone.replaceAll("(\\d{3})\\d{4}(\\d{4})", "$1****$2");
        log.info("phone {}", shown); // near: stars
    }

    void words(String userId) {
        log.warn("password of {} expired, phone not verified", userId); // near: words in the text
    }

    void kinds(Card card) {
        log.info("cardType={} tokenType={}", card.getCardType(), card.getTokenType()); // near: other names
    }

    void hidden(Customer customer) {
        throw new BizException("customer " + customer.getId() + " has no phone"); // near: the id
    }

    void posted(Customer customer) {
        client.post("https://core.bank/customer", customer.getIdCard()); // near: the body
    }
}
