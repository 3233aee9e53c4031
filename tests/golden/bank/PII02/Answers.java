class Answers {
    @GetMapping("/{nummer}")
    public Map<String, Object> zeigen(@PathVariable String nummer) {
        Kunde k = kunden.laden(nummer);
        Map<String, Object> antwort = new LinkedHashMap<>();
        antwort.put("nummer", k.getNummer());
        antwort.put("ausweisnummer", k.getPersonalausweisNummer()); // flag
        return antwort;
    }

    @PostMapping("/query")
    public HashMap<String, String> query(@RequestBody Q q) {
        HashMap<String, String> m = new HashMap<>();
        m.put("phone", repo.find(q.id()).getPhone()); // flag
        return m;
    }

    @GetMapping("/wrapped")
    public ResponseEntity<Map<String, Object>> wrapped() {
        Map<String, Object> out = new HashMap<>();
        out.put("idCard", current().getIdCard()); // flag
        return ResponseEntity.ok(out);
    }

    @GetMapping("/of")
    public Map<String, String> of(@PathVariable String no) {
        return Map.of("no", no, "mobile", repo.find(no).getMobile()); // flag
    }

    @GetMapping("/masked")
    public Map<String, Object> masked(String no) {
        Map<String, Object> out = new HashMap<>();
        out.put("idCard", MaskUtil.idCard(current().getIdCard())); // near: masked
        return out;
    }

    void call(Kunde k) {
        Map<String, Object> anfrage = new HashMap<>();
        anfrage.put("idCard", k.getIdCard()); // near: sent to the identity service
        identity.check(anfrage);
    }

    @GetMapping("/call")
    public String checked(Kunde k) {
        Map<String, Object> anfrage = new HashMap<>();
        anfrage.put("idCard", k.getIdCard()); // near: no answer, either
        return identity.check(anfrage);
    }
}

@Data
class KundeDto {
    private String nummer;
    private String ausweisNummer; // flag
    private String handynummer; // flag
    @ToString.Exclude
    private String kennwort; // near: left out
}

record KundeView(String nummer, String telefonNummer) { // flag
}

class KehuVO {
    private String kehuHao;
    private String shoujiHao; // flag
    @JsonIgnore
    private String mima; // near: not sent
    private String beizhu;
}

class Karte {
    private String kartenNummer;

    @Override
    public String toString() {
        return new StringJoiner(", ", "Karte[", "]").add("nummer=" + kartenNummer).toString(); // flag
    }
}

class Guava {
    public String toString() {
        return MoreObjects.toStringHelper(this).add("idCard", idCard).toString(); // flag
    }
}

class Commons {
    public String toString() {
        return new ToStringBuilder(this).append("name", name).append("mobile", mobile).toString(); // flag
    }
}

class Formatted {
    public String toString() {
        return String.format("Formatted[%s, %s]", name, passwort); // flag
    }
}

class Joined {
    public String toString() {
        String text = "Joined[" + name;
        text += ", phone=" + phone;
        return text + "]"; // flag
    }
}

class Concise {
    public String toString() {
        return "Concise[" + name + ", " + Maske.telefon(telefon) + "]"; // near: a mask
    }
}

class Short {
    public String toString() {
        return "Short[****" + cardNo.substring(12) + "]"; // near: the last four
    }
}
