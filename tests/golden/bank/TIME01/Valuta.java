// Days that are booked by, in German and pinyin.
public class Valuta {
    public LocalDate valutadatum() {
        return LocalDate.now(); // flag
    }
}

public class Buchung {
    void buche(Posten p) {
        p.setBuchungsdatum(LocalDate.now()); // flag
    }
}

public class QiXi {
    void kaihu(ZhangHu z) {
        z.setQiXiRi(LocalDate.now()); // flag
    }
}

public class A {
    LocalDate valueDate() { return LocalDate.now(ZoneId.of("Europe/Berlin")); } // near: the zone is said
    LocalDate valutadatum(Clock clock) { return LocalDate.now(clock); }
}

public class Depot {
    void anlegen(Posten p) { // near: when it was made, not booked
        p.setAngelegtAm(LocalDateTime.now());
    }
}
