class Svc:
    def a(self, req: RegisterRequest):
        self._logger.info("register: phone=%s idcard=%s" % (req.phone, req.idcard))  # flag

    def b(self, user):
        current_app.logger.warning("bad password %s for %s", user.password, user.name)  # flag

    def c(self, payload):
        cvv = payload["cvv"]
        pan = payload["pan"]
        log.debug("pan={} cvv={}".format(pan, cvv))  # flag

    def d(self, resp):
        self.log.error("refresh failed: token=%s", resp["refresh_token"])  # flag

    def e(self, phone):
        assert phone.isdigit(), f"bad phone {phone}"  # flag

    def f(self, cert_no):
        raise RuntimeError("cert " + cert_no + " exists") from None  # flag

    def g(self, u):
        print("user", u.name, u.mobile, sep="|")  # flag

    def h(self, card):
        params = urlencode({"cardNo": card.card_no})
        return requests.get("https://x.bank/q?" + params)

    def i(self, id_card):
        url = f"{BASE_URL}/customers/{id_card}/detail"  # flag
        return requests.get(url, timeout=3)

    def j(self, password):
        log.info("password strength %s", strength(password))

    def k(self, phone, ok):
        log.info("phone check: %s", "ok" if ok else "failed")

    def l(self, rows):
        for r in rows:
            log.info("row %s of %s", r.id, r.card_count)

    def m(self, request):
        log.info("headers: %s", mask_headers(request.headers))

    def n(self, card_no):
        log.info("bin %s", card_no[:6])

    def o(self, card_no_masked):
        log.info("card %s", card_no_masked)

    def p(self, user):
        log.info("phone=%s", user.masked_phone())

    def q(self, token_id):
        log.info("token %s revoked", token_id)

    def r(self, phone):
        raise ValidationError("phone", code="invalid")
