import org.springframework.transaction.annotation.*;
@Service
@Transactional
public class AccountFacade {
    public void a(Account x) throws java.io.IOException { // flag
        accountRepository.save(x);
        Files.delete(x.path());
    }

    public void b(Account x) {
        c(x); // near
        d(x); // flag
    }

    public void c(Account x) {
        accountRepository.save(x);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void d(Account x) {
        accountRepository.save(x);
    }

    public void e(Account x) {
        try {
            accountRepository.save(x);
            ledgerRepository.save(x.entry());
        } catch (Exception ex) { // flag
            log.error("e", ex);
        }
    }

    @Transactional(readOnly = true)
    public Account f(Long id) {
        try {
            return accountRepository.findById(id).orElseThrow();
        } catch (RuntimeException ex) {
            return null;
        }
    }

    private void g(Account x) {
        accountRepository.save(x);
    }

    static String h(Account x) {
        return x.toString();
    }
}

@Service
class Jobs {
    public void run(List<Account> all) {
        all.forEach(this::one); // flag
        all.parallelStream().forEach(x -> this.one(x)); // flag
    }

    @Transactional
    public void one(Account x) {
        accountRepository.save(x);
    }

    @Transactional
    public void sub(Account x) throws LedgerException { // flag
        accountRepository.save(x);
        ledger.post(x);
        if (x.bad()) throw new LedgerException("bad");
    }

    @Transactional(rollbackFor = LedgerException.class)
    public void ok(Account x) throws LedgerException {
        ledger.post(x);
    }

    @Transactional
    public void ok2(Account x) {
        try {
            ledger.post(x);
        } catch (LedgerException ex) {
            throw new IllegalStateException(ex);
        }
    }

    public void ok3(Account x) {
        applicationContext.getBean(Jobs.class).one(x);
    }

    @org.junit.Test
    public void ok4() {
    }
}
