import logging
import warnings
from urllib.parse import urlencode, quote

import httpx
import requests
import structlog
from fastapi import HTTPException

log = logging.getLogger(__name__)
slog = structlog.get_logger()


def german(kunde):
    log.info("Kunde %s mit Ausweis %s", kunde.nummer, kunde.ausweisnummer)  # flag


def handy(kunde):
    log.warning("SMS an %s fehlgeschlagen", kunde.handynummer)  # flag


def kennwort(benutzer, kennwort):
    log.debug(f"Anmeldung {benutzer} / {kennwort}")  # flag


def kartennummer(kartennummer):
    raise ValueError(f"Karte {kartennummer} gesperrt")  # flag


def pinyin(kehu):
    log.info("kehu %s %s", kehu.bianhao, kehu.shoujihaoma)  # flag


def zhengjian(zhengjianhao):
    raise KycError("zhengjian wuxiao: " + zhengjianhao)  # flag


def mima(zhifumima):
    slog.info("zhifu", mima=zhifumima)  # flag


def extra(phone):
    log.info("sent", extra={"phone": phone})  # flag


def http(phone):
    raise HTTPException(status_code=404, detail=f"no customer with phone {phone}")  # flag


def message(id_card):
    message = f"id card {id_card} is on the list"
    raise ScreeningError(message)  # flag


def noted(exc, card_number):
    exc.add_note(f"card {card_number}")  # flag
    raise exc


def path(base, id_card_no):
    return requests.get(f"{base}/persons/{id_card_no}/status", timeout=5)  # flag


def path_host(card_no):
    url = f"https://cards.intra/api/cards/{card_no}"  # flag
    return requests.get(url, timeout=5)


def query(phone):
    return requests.get(URL, params={"mobile": phone}, timeout=5)  # flag


def params_local(phone):
    params = {"mobile": phone}
    return httpx.get(URL, params=params)  # flag


async def client(http_client, cvv):
    return await http_client.get("/verify", params={"cvv": cvv})  # flag


def encoded(id_no):
    return URL + "?" + urlencode({"idNo": id_no})  # flag


def encoded_f(id_no):
    return f"{URL}?{urlencode({'idNo': id_no})}"  # flag


def quoted(phone):
    return URL + "?phone=" + quote(phone)  # flag


def redirect_to(token):
    return redirect(f"/welcome?access_token={token}")  # flag


def redirect_card(card_number):
    return redirect("/pay?card=" + card_number)  # flag


def formatted(mobile):
    return "{}/sms?to={}&text=hi".format(BASE, mobile)  # flag


def dumped(form):
    log.info("form: %s", {"user": form.user, "password": form.password})  # flag


def headers(request):
    log.debug("auth header %s", request.headers["Authorization"])  # flag


def stdout(pin_block):
    print("pin block", pin_block)  # flag


def exc_info(card):
    try:
        charge(card)
    except GatewayError:
        log.exception("charge of %s failed", card.card_number)  # flag
        raise


def chained(id_card):
    try:
        check(id_card)
    except TimeoutError as e:
        raise CheckError("check of %s timed out" % id_card) from e  # flag


def json_log(dto):
    log.info(json.dumps({"event": "login", "pwd": dto.pwd}))  # flag


def local_name(customer):
    number = customer.mobile
    log.info("calling %s", number)  # flag


def tuple_log(row):
    log.info("row %s %s", row["id"], row["phone_number"])  # flag


def join(parts, ssn):
    log.error(" ".join(["bad ssn", ssn]))  # flag


def masked(kunde):
    log.info("Kunde %s", maskiere(kunde.ausweisnummer))  # near: masked


def tail(card_number):
    log.info("card ****%s", card_number[-4:])  # near: the last four


def hashed(phone):
    log.info("phone %s", hashlib.sha256(phone.encode()).hexdigest()[:12])  # near: hashed


def length(cvv):
    log.warning("cvv has %d digits", len(cvv))  # near: a count


def present(kunde):
    log.info("phone present: %s", bool(kunde.telefon))  # near


def body(phone):
    return requests.post(URL, json={"mobile": phone}, timeout=5)  # near: in the body


def customer_id(kunde):
    log.info("Kunde %s", kunde.kundennummer)  # near: no such field


def card_token(card_token):
    log.info("charged %s", card_token)  # near: the vault's stand-in


def field_names():
    raise ValueError("phone is missing")  # near: a name alone


def phone_type(phone_type):
    log.info("phone type %s", phone_type)  # near


def headers_auth(token):
    return requests.get(URL, headers={"Authorization": f"Bearer {token}"}, timeout=5)  # near: no address


def starred(card_number):
    shown = "*" * 12 + card_number[-4:]
    log.info("card %s", shown)  # near


def rebound(phone):
    phone = mask_phone(phone)
    log.info("phone %s", phone)  # near: masked before


def path_masked(account_id):
    return requests.get(f"{BASE}/accounts/{account_id}", timeout=5)  # near: an internal id


def status(reply):
    log.info("token request: %s", reply.status_code)  # near


class CardMissing(LookupError):
    def __init__(self, card_number):
        super().__init__(f"no card {card_number}")  # flag


class CardClosed(LookupError):
    def __init__(self, card_id):
        super().__init__(f"card {card_id} is closed")  # near: an internal id


class CardEntry(dict):
    def __init__(self, card_number):
        super().__init__(number=card_number)  # near: no failure's text
