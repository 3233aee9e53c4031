class Kunden {
    private static final Logger log = LoggerFactory.getLogger(Kunden.class);

    String anlegen(Kunde kunde) {
        return UriComponentsBuilder.fromUriString(BASE).queryParam("handy", kunde.getMobilnummer()).toUriString(); // flag
    }

    void ausweis(Kunde kunde) {
        log.info("Kunde {} Ausweis {}", kunde.getNummer(), kunde.getPersonalausweisNummer()); // flag
    }

    void karte(String kartenNummer) {
        throw new KartenException("Karte " + kartenNummer + " gesperrt"); // flag
    }

    void passwort(String benutzer, String passwort) {
        log.debug("Anmeldung {} {}", benutzer, passwort); // flag
    }

    void pinyin(KehuVO kehu) {
        log.info("shouji={}", kehu.getShoujiHaoma()); // flag
    }

    void zhengjian(String zhengjianHao) {
        throw new BizException(ErrorCode.INVALID, zhengjianHao); // flag
    }

    void assertion(String cardNo) {
        Assert.isTrue(luhn(cardNo), "invalid card " + cardNo); // flag
    }

    void precondition(String idNo) {
        Preconditions.checkArgument(idNo.length() == 18, "bad id %s", idNo); // flag
    }

    void supplier(String phone) {
        users.findByPhone(phone).orElseThrow(() -> new NotFoundException("no user with phone " + phone)); // flag
    }

    void status(String mobile) {
        throw new ResponseStatusException(HttpStatus.CONFLICT, "mobile " + mobile + " is taken"); // flag
    }

    void message(String idCard) {
        String message = String.format("id card %s is blocked", idCard);
        throw new IllegalStateException(message); // flag
    }

    void builder(String cvv) {
        StringBuilder text = new StringBuilder("cvv=");
        text.append(cvv);
        log.info(text.toString()); // flag
    }

    void fluent(String phone) {
        log.atInfo().addKeyValue("phone", phone).log("sent"); // flag
    }

    void mdc(String idCard) {
        MDC.put("idCard", idCard); // flag
    }

    void json(LoginRequest r) {
        log.info("login {}", JSON.toJSONString(Map.of("user", r.getUser(), "pwd", r.getPwd()))); // flag
    }

    String path(String cardNo) {
        return rest.getForObject(BASE + "/cards/" + cardNo, String.class); // flag
    }

    String variable(String cardNo) {
        return rest.getForObject("https://cards.intra/cards/{no}", String.class, cardNo); // flag
    }

    String queryVariable(String phone) {
        return rest.getForObject(URL + "?phone={p}", String.class, phone); // flag
    }

    String segment(String idCard) {
        return UriComponentsBuilder.fromHttpUrl(BASE).pathSegment("persons", idCard).toUriString(); // flag
    }

    String expand(String phone) {
        return UriComponentsBuilder.fromUriString("/sms?to={to}").buildAndExpand(phone).toUriString(); // flag
    }

    Mono<String> reactive(String phone) {
        return web.get().uri(b -> b.path("/sms").queryParam("to", phone).build()).retrieve().bodyToMono(String.class); // flag
    }

    Mono<String> reactivePath(String idNo) {
        return web.get().uri("/persons/{id}", idNo).retrieve().bodyToMono(String.class); // flag
    }

    HttpGet get(String token) {
        return new HttpGet(URL + "?access_token=" + token); // flag
    }

    HttpRequest request(String pan) {
        return HttpRequest.newBuilder(URI.create("https://cards.intra/v1/pan/" + pan)).build(); // flag
    }

    void redirect(HttpServletResponse response, String token) throws IOException {
        response.sendRedirect("/home?token=" + token); // flag
    }

    String view(String mobile) {
        return "redirect:/register?mobile=" + mobile; // flag
    }

    String encoded(String idNo) {
        return BASE + "?idNo=" + URLEncoder.encode(idNo, StandardCharsets.UTF_8); // flag
    }

    String okhttp(String phone) {
        return HttpUrl.parse(BASE).newBuilder().addQueryParameter("phone", phone).build().toString(); // flag
    }

    void commons(GetMethod get, String phone) throws Exception {
        new URIBuilder(BASE).addParameter("phone", phone).build(); // flag
    }

    String format(String phone) {
        return String.format("%s/send?to=%s", BASE, phone); // flag
    }

    void masked(Kunde kunde) {
        log.info("Kunde {}", Maskierung.maskiere(kunde.getAusweisnummer())); // near: masked
    }

    void tail(String cardNo) {
        log.info("card ****{}", cardNo.substring(cardNo.length() - 4)); // near: the last four
    }

    void right(String cardNo) {
        log.info("card ****{}", StringUtils.right(cardNo, 4)); // near
    }

    void length(String cvv) {
        log.warn("cvv has {} digits", cvv.length()); // near
    }

    String body(String phone) {
        return rest.postForObject(BASE + "/sms", Map.of("mobile", phone), String.class); // near: in the body
    }

    void nummer(Kunde kunde) {
        log.info("Kunde {}", kunde.getKundenNummer()); // near: the bank's own number
    }

    void token(String cardToken) {
        log.info("charged {}", cardToken); // near: the vault's stand-in
    }

    void missing(String phone) {
        if (phone == null) {
            throw new IllegalArgumentException("phone is missing"); // near: a name alone
        }
    }

    void event(String phone) {
        publisher.publishEvent(new PhoneChanged(phone)); // near: no log
    }

    void maskedFirst(String phone) {
        String shown = PhoneMasker.mask(phone);
        log.info("phone {}", shown); // near
    }

    HttpHeaders header(String token) {
        HttpHeaders headers = new HttpHeaders();
        headers.setBearerAuth(token);
        return headers; // near: no address
    }

    String id(String customerId) {
        return rest.getForObject(BASE + "/customers/{id}", String.class, customerId); // near
    }
}

class KarteFehlt extends RuntimeException {
    KarteFehlt(String kartennummer) {
        super("no card " + kartennummer); // flag
    }

    KarteFehlt(long id) {
        super("no card with id " + id); // near: an internal id
    }
}

class Karte extends Vertrag {
    Karte(String cardNo) {
        super(cardNo); // near: no failure's text
    }
}
