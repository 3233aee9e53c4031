// Decisions in classes whose routines say nothing, in German and pinyin, by scorecards and filters.
import java.util.Set;

public class Annahmepruefung {
    private final Set<String> ausschluss;
    public Annahmepruefung(Set<String> a) { this.ausschluss = a; }
    public Ergebnis pruefe(Antragsteller a) {
        if (ausschluss.contains(a.konfession())) { // flag
            return Ergebnis.ABLEHNEN;
        }
        return Ergebnis.ANNEHMEN;
    }
}

public class Zinsrechner {
    public BigDecimal zinssatz(Kunde kunde, int laufzeit) {
        BigDecimal satz = basis.fuer(laufzeit);
        if ("W".equals(kunde.getGeschlecht())) { // flag
            satz = satz.add(new BigDecimal("0.25"));
        }
        return satz;
    }
}

public class Bonitaetspruefung {
    public int punkte(Antrag antrag) {
        int punkte = 500;
        switch (antrag.getFamilienstand()) { // flag
            case "VERHEIRATET": punkte += 20; break;
            case "GESCHIEDEN": punkte -= 30; break;
            default: break;
        }
        return punkte;
    }
}

public class LilvService {
    private static final Map<String, BigDecimal> DIQU_JIADIAN = Map.of("WEST", new BigDecimal("0.0120"));
    public BigDecimal nianLilv(KehuProfile kehu, int qixianYue) {
        BigDecimal lilv = jizhun.of(qixianYue);
        return lilv.add(DIQU_JIADIAN.getOrDefault(kehu.huJiDiqu(), BigDecimal.ZERO)); // flag
    }
}

public class ShenheService {
    public boolean shenhe(Kehu kehu) {
        if (kehu.getMinZu() != 1) { // flag
            return false;
        }
        return kehu.getShouRu() > 5000;
    }
}

public class PricingEngine {
    public BigDecimal price(Customer c) {
        BigDecimal margin = switch (c.ethnicity()) { // flag
            case HAN -> new BigDecimal("0.01");
            default -> new BigDecimal("0.02");
        };
        return base.add(margin);
    }
}

public class CreditLine {
    BigDecimal line(Applicant a) {
        BigDecimal line = a.income().multiply(new BigDecimal("3"));
        return a.gender() == Gender.FEMALE ? line.multiply(new BigDecimal("0.8")) : line; // flag
    }
}

public class Loans {
    public List<Applicant> preselect(List<Applicant> all) {
        return all.stream()
            .filter(a -> !a.getReligion().equals("X")) // flag
            .toList();
    }
}

public class CardApproval {
    public Decision decide(CardApplication app) {
        Person p = app.getPerson();
        String prov = p.getHomeProvince();
        if (HIGH_RISK.contains(prov)) { // flag
            return Decision.decline("R12");
        }
        return Decision.approve();
    }
}

public class FeatureBuilder {
    public double[] toVector(Applicant a) {
        return new double[] { a.income(), a.dti(), a.gender() == Gender.F ? 1 : 0 }; // flag
    }
}

@Component
public class ZhunRuRule implements Rule<LoanContext> {
    @Override
    public RuleResult execute(LoanContext ctx) {
        if (ctx.getKehu().getHujiDizhi().startsWith("65")) { // flag
            return RuleResult.refuse("HJ01");
        }
        return RuleResult.pass();
    }
}

public class DaikuanDingjia {
    public BigDecimal jisuan(KeHu kehu) {
        BigDecimal lilv = JIZHUN;
        if (kehu.getXingBie().equals("NV")) { // flag
            lilv = lilv.add(new BigDecimal("0.1"));
        }
        return lilv;
    }
}

public class KonditionenService {
    public BigDecimal aufschlag(Kreditantrag antrag) {
        Person p = antrag.getPerson();
        if (p.getStaatsangehoerigkeit() != Land.DE) { // flag
            return new BigDecimal("0.015");
        }
        return BigDecimal.ZERO;
    }
}

public final class ScoreCard {
    private static final Map<String, Integer> RELIGION_POINTS = Map.of("A", 10, "B", 0);
    public int total(Applicant a) {
        int total = incomePoints(a);
        total += RELIGION_POINTS.getOrDefault(a.getReligion(), 5); // flag
        return total;
    }
}

public class PreApproval {
    public Optional<Offer> offerFor(Customer c) {
        if (Set.of("TIBET", "XINJIANG").contains(c.getHukouProvince())) { // flag
            return Optional.empty();
        }
        return Optional.of(offers.standard(c));
    }
}

public class RiskFactors {
    public double weight(Applicant a) {
        double w = 1.0;
        if (a.isFemale()) { // flag
            w *= 1.1;
        }
        return w;
    }
}

public class Zulassung {
    boolean zugelassen(Antragsteller a) {
        return a.einkommen().compareTo(MIN) >= 0 && a.familienstand() != Familienstand.GESCHIEDEN; // flag
    }
}

public class RuleSetup {
    void init(List<Predicate<Applicant>> knockOutRules) {
        knockOutRules.add(a -> a.getAge() < 18);
        knockOutRules.add(a -> "DIVORCED".equals(a.getMaritalStatus())); // flag
    }
}

public class MortgageQuote {
    BigDecimal quote(Applicant a) {
        BigDecimal spread = BASE;
        if (a.getEthnicGroup() == EthnicGroup.MINORITY) // flag
            spread = spread.add(EXTRA);
        return spread;
    }
}

public class MaxLoan {
    long max(Applicant a) {
        int multiple;
        if (a.gender().equals("M")) { // flag
            multiple = 6;
        } else {
            multiple = 4;
        }
        return a.income() * multiple;
    }
}

public class LoanLetter {
    public String salutation(Applicant a) { // near: a form of address
        if (a.getGender() == Gender.FEMALE) {
            return "Dear Ms " + a.getName();
        }
        return "Dear Mr " + a.getName();
    }
}

public class RateService {
    public BigDecimal rateFor(Branch branch, Product product) { // near: a branch's region
        if ("WEST".equals(branch.getRegion())) {
            return product.getWestRate();
        }
        return product.getRate();
    }
}

public class ApplicationMapper {
    public LoanApplicationDto toDto(LoanApplication a) { // near: handed over, nothing hangs on it
        LoanApplicationDto dto = new LoanApplicationDto();
        dto.setGender(a.getGender() == null ? "UNKNOWN" : a.getGender().name());
        dto.setNationality(a.getNationality());
        return dto;
    }
}

public class DisparateImpactMonitor {
    public Map<String, Double> approvalByReligion(List<Decision> all) { // near: shows that decisions are fair
        return all.stream().collect(Collectors.groupingBy(d -> d.religion(), Collectors.averagingDouble(d -> d.approved() ? 1 : 0)));
    }
}

public class Sanctions {
    public boolean screen(Customer c) { // near: the law asks for it
        return EMBARGO.contains(c.getNationality());
    }
}

public class PricingService {
    private final Map<String, BigDecimal> regionRates;
    public BigDecimal shippingFee(Order order) { // near: where a parcel goes
        return regionRates.get(order.getShippingRegion());
    }
}

public class CreditDecision {
    public Decision decide(Application a) { // near: recorded, not decided by
        audit.record("gender", a.getGender());
        if (a.getScore() < 500) {
            return Decision.REJECT;
        }
        return Decision.APPROVE;
    }
}

public class ScoringRepository {
    List<Applicant> find(String gender) { // near: a search
        return em.createQuery("select a from Applicant a where a.gender = :g", Applicant.class).setParameter("g", gender).getResultList();
    }
}

public class OfferMapper {
    OfferDto map(Offer offer, Applicant a) { // near: a form of address
        return new OfferDto(offer.rate(), a.getGender() == Gender.F ? "Frau" : "Herr");
    }
}

public class LoanStatistics {
    public BigDecimal averageRate(List<Loan> loans, String gender) { // near: a report
        return loans.stream().filter(l -> l.gender().equals(gender)).map(Loan::rate).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}

public class CreditFile {
    public void updatePerson(Applicant a, PersonDto dto) { // near: the person's data
        if (!Objects.equals(a.getGender(), dto.gender())) {
            a.setGender(dto.gender());
            history.add("gender changed");
        }
    }
}

public class RegionalPricingReport {
    public Map<String, BigDecimal> volumeByRegion(List<Loan> loans) { // near: a report
        Map<String, BigDecimal> volume = new TreeMap<>();
        for (Loan loan : loans) {
            volume.merge(loan.getRegion(), loan.getAmount(), BigDecimal::add);
        }
        return volume;
    }
}
