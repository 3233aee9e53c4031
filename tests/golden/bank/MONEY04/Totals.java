import java.math.BigDecimal;
import java.util.List;

record Bestand(String isin, String waehrung, BigDecimal betrag) {
}

record Gebuehr(String art, BigDecimal betragNetto) {
}

record Geld(BigDecimal wert, Currency waehrung) {
    Geld plus(Geld summand) {
        return new Geld(wert.add(summand.wert()), waehrung); // flag
    }

    Geld minus(Geld abzug) {
        if (!waehrung.equals(abzug.waehrung())) {
            throw new IllegalArgumentException("waehrung");
        }
        return new Geld(wert.subtract(abzug.wert()), waehrung); // near: refused
    }
}

class Totals {
    BigDecimal total(List<Bestand> alle) {
        return alle.stream().map(Bestand::betrag).reduce(BigDecimal.ZERO, BigDecimal::add); // flag
    }

    BigDecimal lambda(List<Bestand> alle) {
        return alle.stream().map(b -> b.betrag()).reduce(BigDecimal.ZERO, BigDecimal::add); // flag
    }

    BigDecimal looped(List<Bestand> alle) {
        BigDecimal summe = BigDecimal.ZERO;
        for (Bestand b : alle) {
            summe = summe.add(b.betrag()); // flag
        }
        return summe;
    }

    BigDecimal ofOne(List<Bestand> alle, String code) {
        return alle.stream().filter(b -> code.equals(b.waehrung())).map(Bestand::betrag).reduce(BigDecimal.ZERO, BigDecimal::add); // near: of one
    }

    BigDecimal gebuehren(List<Gebuehr> alle) {
        return alle.stream().map(Gebuehr::betragNetto).reduce(BigDecimal.ZERO, BigDecimal::add); // near: no currency
    }

    BigDecimal umgerechnet(List<Bestand> alle, Kurse kurse) {
        return alle.stream().map(b -> kurse.nach(b)).reduce(BigDecimal.ZERO, BigDecimal::add); // near: converted
    }
}
