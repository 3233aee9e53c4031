// Endpoints and consumers in German and pinyin.
@RestController
@RequestMapping("/api/v2/ueberweisungen")
public class UeberweisungController {
    @PostMapping
    public Beleg ausfuehren(@Valid @RequestBody Auftrag auftrag) { // flag
        String vorgangsnummer = UUID.randomUUID().toString();
        buchungsService.buche(vorgangsnummer, auftrag.sollKonto(), auftrag.habenKonto(), auftrag.betrag());
        return new Beleg(vorgangsnummer, "AUSGEFUEHRT");
    }
    public record Auftrag(Long sollKonto, Long habenKonto, BigDecimal betrag, String waehrung) {
    }
}

public class ZahlungListener {
    @KafkaListener(topics = "zahlungsauftraege")
    public void verarbeite(Zahlungsauftrag auftrag) { // flag
        kontoService.belaste(auftrag.konto(), auftrag.betrag());
    }
}

@RestController
public class ZhuanZhangController {
    @PostMapping("/zhuanZhang")
    public Jieguo zhuanZhang(@RequestBody ZhuanZhangQingQiu q) { // flag
        return fuwu.zhuanZhang(q.getFuKuanZhangHao(), q.getShouKuanZhangHao(), q.getJinE());
    }
}

@Path("/orders")
public class PaymentResource {
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response execute(PaymentOrder order) { // flag
        engine.execute(order.debtor(), order.creditor(), order.amount());
        return Response.ok().build();
    }
}

public class RefundConsumer implements MessageListener {
    @Override
    public void onMessage(Message m) { // flag
        Refund r = mapper.read(m, Refund.class);
        psp.refund(r.card(), r.amount());
    }
}

@RestController
@RequestMapping("/ueberweisungen")
public class UeberweisungController2 {
    @PostMapping
    public Beleg ausfuehren(@RequestHeader("Auftragsreferenz") String auftragsreferenz, @RequestBody Auftrag auftrag) { // near: the sender's reference
        return buchungsService.buche(auftragsreferenz, auftrag);
    }
}

@RestController
@RequestMapping("/ueberweisungen")
public class UeberweisungController3 {
    @PostMapping("/pruefen")
    public Ergebnis pruefen(@RequestBody Auftrag auftrag) { // near: only checked and listed
        return pruefer.pruefe(auftrag);
    }
    @GetMapping
    public List<Beleg> liste() { return belege.alle(); }
}

@RestController
public class ZhuanZhangController2 {
    @PostMapping("/zhuanZhang")
    public Jieguo zhuanZhang(@RequestBody ZhuanZhangQingQiu q) { // near: known requests are answered
        if (liuShuiMapper.cunZai(q.getQingQiuLiuShuiHao())) return Jieguo.chongFu();
        return fuwu.zhuanZhang(q);
    }
}

@RestController
@RequestMapping("/buchungen")
public class Buchungsabfrage {
    @PostMapping("/suche")
    public List<Buchung> suche(@RequestBody Filter filter) { return buchungen.suche(filter); } // near: a search
}
