import logging
logger = logging.getLogger(__name__)


def a(cust):
    logger.info("customer %s", cust["id_card"])  # flag


def b(request):
    data = request.get_json()
    logger.info("bind bank card: %s", data["bankCardNo"])  # flag


def c(phone_number, body):
    logging.warning("SMS to %s: %s", phone_number, body)  # flag


def d(cvv2):
    raise PaymentError(f"CVV {cvv2} rejected")  # flag


def e(pwd):
    print(f"[DEBUG] pwd={pwd}")  # flag


def f(user):
    logger.info("user=%s", {"name": user.name, "id_no": user.id_no})  # flag


def g(card):
    try:
        charge(card)
    except ChargeError as err:
        logger.error(f"charge failed: card={card.card_no}, err={err}")  # flag
        raise


def h(access_token):
    url = f"https://api.bank.com/v1/acct?access_token={access_token}"  # flag
    return get(url)


def i(applicant):
    raise ValueError("duplicate applicant %s" % applicant.identity_no)  # flag


def j(shenfenzheng):
    logger.debug("sfz " + shenfenzheng)  # flag


def k(session, mobile):
    return session.get("https://sms.bank/query", params={"mobile": mobile})  # flag


def l(logger_, phone):
    logger_.info("phone: " + str(phone))


def n1(cust):
    logger.info("customer %s", cust["cust_no"])


def n2(card_no):
    logger.info("card %s****%s", card_no[:6], card_no[-4:])


def n3(phone):
    logger.info("phone %s", desensitize_phone(phone))


def n4(password):
    if not password:
        raise ValueError("password is empty")


def n5(count):
    logger.info("%d cards, %d phones loaded", count, count)


def n6(id_type, id_country):
    logger.info("id type %s of %s", id_type, id_country)


def n7(token):
    logger.info("token expires in %s", token.expires_in)


def n8(card_no):
    logger.info("card valid: %s", luhn_check(card_no))


def n9(mobile):
    send_sms(mobile, "code")


def n10(parser):
    raise SyntaxError("unexpected token " + parser.token)


def n11(phone):
    logger.info("phone hash %s", hash_phone(phone))


def n12(order):
    logger.info("order %s phone_model %s", order.id, order.phone_model)
