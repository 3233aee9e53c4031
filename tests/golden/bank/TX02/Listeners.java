package com.acme.tx;

@Service
public class Listeners {
    @Autowired private LedgerEntryRepository ledgerEntryRepository;
    @Autowired private AccountRepository accountRepository;
    @Autowired private DebitService other;
    @Autowired private ApplicationContext ctx;

    @Transactional
    public void process(List<Long> ids) {
        ids.forEach(id -> {
            try {
                accountRepository.deleteById(id);
            } catch (Exception e) { // flag
                log.info("skip {}", id);
            }
        });
    }

    @KafkaListener(topics = "x")
    public void listen(String m) {
        save(m); // flag
    }

    @Transactional(rollbackFor = Exception.class)
    public void save(String m) {
        ledgerEntryRepository.save(parse(m));
        accountRepository.touch(m);
    }

    @PostConstruct
    public void init() {
        if (enabled) {
            Listeners.this.save("x"); // flag
        }
    }

    @Transactional
    private final void both() { // flag
        accountRepository.deleteAll();
    }

    @Transactional(propagation = Propagation.REQUIRED, timeout = 5)
    public void pay(Long id) throws PaymentFailedException { // flag
        accountRepository.debit(id);
        if (gateway.down()) {
            throw new PaymentFailedException(id);
        }
    }

    @Transactional
    public void withSql() throws java.sql.SQLException { // flag
        accountRepository.deleteAll();
    }

    @Transactional
    public void manual(Long id) {
        try {
            other.debit(id);
            other.credit(id);
        } catch (RuntimeException e) { // flag
            errors.add(e.getMessage());
            return;
        }
        log.info("ok");
    }

    @Transactional
    public String returns(Long id) {
        try {
            accountRepository.debit(id);
            return "ok";
        } catch (Exception e) { // flag
            e.printStackTrace();
            return "error";
        }
    }

    // near
    public void listenOk(String m) {
        ctx.getBean(Listeners.class).save(m);
        other.save(m);
    }

    @Transactional
    public void dup(Long id) {
        try {
            ledgerEntryRepository.save(new LedgerEntry(id));
        } catch (DataIntegrityViolationException e) {
            throw new DuplicateEntryException(id, e);
        }
    }

    @Transactional(rollbackForClassName = "Exception")
    public void named() throws Exception {
        accountRepository.deleteAll();
    }

    public void plainThrows() throws Exception {
        accountRepository.deleteAll();
    }

    @Transactional
    public void file(Long id) {
        accountRepository.debit(id);
        try {
            Files.writeString(path, "x");
        } catch (IOException e) {
            log.warn("no file", e);
        }
    }

    @Transactional
    public void rte() throws InsufficientFundsRuntimeException {
        accountRepository.deleteAll();
    }

    private void helper() {
        save("x");
    }

    @Transactional
    public void callsHelper() {
        helper();
    }

    @Transactional(noRollbackFor = EmailException.class)
    public void email(Long id) {
        accountRepository.debit(id);
    }
}
