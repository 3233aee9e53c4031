// Sensitive operations in German and pinyin.
public class KontoStatus {
    public void sperren(String konto, String nutzer) {
        konten.setStatus(konto, "GESPERRT");
        auditLog.write("SPERRE", konto, nutzer);
    }
    public void entsperren(String konto, String nutzer) { // flag
        konten.setStatus(konto, "OFFEN");
    }
}

public class EduAdmin {
    public void tiGaoEdu(String kehu, BigDecimal e) {
        mapper.gengxin(kehu, e);
        auditService.jilu("TIGAO", kehu);
    }
    public void tiaoZhengEdu(String kehu, BigDecimal e) { // flag
        mapper.gengxin(kehu, e);
    }
}

public class Cards {
    @Audited("CARD_BLOCK")
    public void block(String card) { cards.block(card); }
    public void unblock(String card) { // flag
        cards.unblock(card);
    }
}

public class R {
    public void grantRole(String u, String r) { change("GRANT", u, r, () -> roles.add(u, r)); } // near: recorded by what carries it out
    public void revokeRole(String u, String r) { change("REVOKE", u, r, () -> roles.remove(u, r)); }
    private void change(String what, String u, String r, Runnable run) { run.run(); audit.record(what, u, r); }
}

public class Shenpi {
    @AuditLog(action = "JUJUE")
    public void jujue(Long dan) { mapper.jujue(dan); }
    public void qiangzhiTongguo(Long dan) { // flag
        mapper.biaoji(dan);
    }
    public void chexiao(Long dan, String ren) { // near: it writes its record
        mapper.chexiao(dan);
        shenjiFuwu.jilu("CHEXIAO", dan, ren);
    }
}
