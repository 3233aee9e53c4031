"""Ways in which a bank's code writes what it should not."""

import logging

import requests

logger = logging.getLogger(__name__)
LOG = logging.getLogger("audit")


def open_account(id_card, name):
    logger.info("open account for %s, id %s", name, id_card)  # flag


def bind_card(user, card_no):
    msg = f"user {user.id} binds card {card_no}"
    LOG.warning(msg)  # flag


def login(form):
    print("login with", form["password"])  # flag


def check_cvv(payment):
    if not payment.cvv.isdigit():
        raise ValueError(f"cvv {payment.cvv} is wrong")  # flag


def send_sms(customer):
    try:
        gateway.send(customer.mobile, template="code")
    except TimeoutError:
        logger.exception("sms to {} failed".format(customer.mobile))  # flag


def query_customer(id_no):
    return requests.get(f"https://core.bank.internal/customer?idNo={id_no}", timeout=5)  # flag


def refresh(session):
    logging.getLogger("auth").debug("got " + session.access_token)  # flag


def charge(order):
    logger.info(  # flag
        "charging",
        extra={"order": order.id, "bankCardNo": order.bank_card_no},
    )


def charge_again(order):
    logger.info("charging", extra={"bankCardNo": order.bank_card_no})  # flag


def report(data):
    pwd = data.get("pwd")
    logger.error("%s sent %s", data["user"], pwd)  # flag


def legacy_query(sfzh):
    url = "http://10.1.1.1/query?sfzh=" + sfzh  # flag
    return requests.get(url, timeout=3)


def masked(card_no):
    logger.info("card %s", mask_card(card_no))  # near: masked


def masked_before(id_card):
    id_card = desensitize(id_card)
    logger.info("id %s", id_card)  # near: the name is bound to what is masked


def last_four(card_no):
    logger.info("card ending %s", card_no[-4:])  # near: the last four


def stars(phone):
    shown = phone[:3] + "****" + phone[-4:]
    logger.info("phone %s", shown)  # near: stars


def facts(user, password):
    logger.info("password set: %s, length %d", password is not None, len(password))  # near: facts of it


def kinds(card):
    logger.info("card type %s, phone verified %s", card.card_type, card.phone_verified)  # near: other names


def plain(user_id):
    logger.warning("password of user %s expired", user_id)  # near: a word in the text


def raised(token_count):
    raise ValueError(f"too many tokens: {token_count}")  # near: a count


def hashed(password):
    logger.debug("digest %s", hashlib.sha256(password.encode()).hexdigest())  # near: a digest


def posted(id_card):
    return requests.post("https://core.bank.internal/customer", json={"idCard": id_card}, timeout=5)  # near: the body
