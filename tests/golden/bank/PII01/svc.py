import logging, sys, warnings
import structlog
from loguru import logger as lg
log = logging.getLogger(__name__)
slog = structlog.get_logger()


class CustomerService:
    def __init__(self):
        self.logger = logging.getLogger("svc")

    def register(self, req):
        self.logger.info("register customer name=%s mobile=%s", req.name, req.mobile_no)  # flag
        self.logger.info("register ok id=%s", req.customer_id)

    def verify(self, cust_id, id_number):
        if not check(id_number):
            raise IdentityError("identity mismatch: " + id_number)  # flag

    def pay(self, card):
        slog.info("pay", card_number=card.number, amount=card.amount)  # flag
        slog.info("pay", card=mask(card.number), amount=card.amount)

    def reset(self, username, new_password):
        log.debug(f"reset {username} to {new_password}")  # flag

    def token(self, resp):
        token = resp.json()["access_token"]
        print("token:", token)  # flag

    def err(self, exc, ctx):
        log.error("failed for %(idcard)s", {"idcard": ctx["id_card_no"]})  # flag

    def dump(self, form):
        log.info("form: %s", {"phone": form.phone, "name": form.name})  # flag

    def sms(self, phone, code):
        lg.info("send otp {} to {}", code, phone)  # flag

    def url(self, session, sfz):
        session.get("https://police.example/check?idCard=%s" % sfz)  # flag

    def http(self, phone):
        raise HTTPException(status_code=404, detail=f"no user with phone {phone}")  # flag


    def header(self, request):
        log.info("auth header %s", request.headers["Authorization"])  # flag

    def kw(self, user):
        log.warning("login failed", extra=dict(password=user.password))  # flag

    def ok1(self, user):
        log.info("user %s changed password", user.id)

    def ok2(self, card_no):
        log.info("card %s", "*" * 12 + card_no[-4:])

    def ok3(self, phone):
        log.info("phone valid: %s", is_valid_phone(phone))

    def ok4(self, id_card):
        masked_id = id_card[:6] + "********" + id_card[-4:]
        log.info("id %s", masked_id)

    def ok5(self, card):
        log.info("card_type=%s card_status=%s", card.card_type, card.status)

    def ok6(self, pwd):
        if len(pwd) < 8:
            raise ValueError("password too short: %d" % len(pwd))

    def ok7(self, token):
        log.debug("token fingerprint %s", sha256(token.encode()).hexdigest()[:8])

    def ok8(self, account_no, amount):
        log.info("transfer %s from account %s", amount, account_no)

    def ok9(self, phones):
        log.info("sending to %d phones", len(phones))

    def ok10(self, tokenizer, text):
        log.debug("tokens %s", tokenizer.tokenize(text))
