// Amounts in German and pinyin, and those that are drawn, read by mappers, DAOs and Redis.
@Service
public class EduService {
    @Transactional(rollbackFor = Exception.class)
    public void zhanyong(Long kehuId, BigDecimal jine) {
        BigDecimal keyong = eduMapper.chaxunKeyong(kehuId);
        if (keyong.compareTo(jine) < 0) {
            throw new IllegalStateException("edu buzu");
        }
        eduMapper.gengxinKeyong(kehuId, keyong.subtract(jine)); // flag
    }
}

public class KontoService {
    @Transactional
    public void belaste(String iban, BigDecimal betrag) {
        Konto konto = kontoRepository.findByIban(iban).orElseThrow();
        if (konto.getSaldo().compareTo(betrag) < 0) throw new DeckungException();
        konto.setSaldo(konto.getSaldo().subtract(betrag)); // flag
    }
}

public class LimitService {
    @Transactional
    public void use(Long id, BigDecimal amount) {
        Limit limit = repository.getReferenceById(id);
        BigDecimal rest = limit.getTotal().subtract(limit.getUsed());
        if (rest.compareTo(amount) < 0) throw new LimitExceeded();
        limit.setUsed(limit.getUsed().add(amount)); // flag
    }
}

public class WalletService {
    public void pay(String id, long cents) {
        Long saldo = Long.valueOf(redisTemplate.opsForValue().get("wallet:" + id));
        if (saldo < cents) throw new IllegalStateException();
        redisTemplate.opsForValue().set("wallet:" + id, String.valueOf(saldo - cents)); // flag
    }
}

public class Konten {
    void gutschrift(long id, BigDecimal betrag) {
        BigDecimal saldo = dao.leseSaldo(id);
        dao.schreibeSaldo(id, saldo.add(betrag)); // flag
    }
}

public class R3 {
    @Transactional
    public void draw(UUID id, BigDecimal amount) {
        CreditLine line = lines.findById(id).orElseThrow();
        BigDecimal drawn = line.getDrawn().add(amount);
        if (drawn.compareTo(line.getCeiling()) > 0) throw new OverLimit();
        line.setDrawn(drawn); // flag
    }
}

public class DongJie {
    public void dongJie(String zhangHao, BigDecimal jinE) {
        ZhangHu z = zhangHuMapper.selectByZhangHao(zhangHao);
        z.setDongJieJinE(z.getDongJieJinE().add(jinE)); // flag
        zhangHuMapper.updateByPrimaryKey(z);
    }
}

public class Seats {
    public boolean reserve(long id) {
        Tranche t = trancheRepo.findById(id).get();
        if (t.getOpenSlots() == 0) return false;
        t.setOpenSlots(t.getOpenSlots() - 1); // flag
        trancheRepo.save(t);
        return true;
    }
}

public class A {
    @Transactional
    public void pay(Long id, BigDecimal a) { // near: locked while it is read
        Account acc = repo.findByIdForUpdate(id);
        acc.setBalance(acc.getBalance().subtract(a));
    }
}

public class B {
    public void use(Long id, BigDecimal a) { // near: the database computes and checks
        int n = jdbc.update("UPDATE limit_ SET used = used + ? WHERE id = ? AND used + ? <= total", a, id, a);
        if (n == 0) throw new LimitExceeded();
    }
}

public class D {
    public BigDecimal projected(Long id, BigDecimal a) { // near: nothing is written
        Account acc = repo.findById(id).orElseThrow();
        return acc.getBalance().subtract(a);
    }
}

public class F {
    public void cover(Long id, BigDecimal amount) { // near: the database computes
        int rows = mapper.kouJian(id, amount);
        if (rows != 1) throw new IllegalStateException();
    }
}

public class G {
    void summarize(List<Posting> ps, Summary s) { // near: only in memory
        for (Posting p : ps) s.setBalance(s.getBalance().add(p.amount()));
        printer.print(s);
    }
}

public class H {
    void update(Long id, BigDecimal keyong, long version) { // near: by version
        int n = mapper.gengxinKeyong(id, keyong, version);
        if (n == 0) throw new OptimisticLockException();
    }
}

public class I {
    public void apply(Command c) { // near: locked while it is read
        Position p = positions.lockAndGet(c.id());
        p.setQuantity(p.getQuantity() + c.quantity());
        positions.save(p);
    }
}
