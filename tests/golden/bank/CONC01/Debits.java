class Debits {
    private final AccountRepository accountRepository;

    @Transactional
    public void pay(Long id, BigDecimal amount) {
        Account account = accountRepository.findById(id).orElseThrow();
        if (!account.canPay(amount)) throw new NoMoney();
        account.debit(amount); // flag
        accountRepository.save(account);
    }

    public void locked(Long id, BigDecimal amount) {
        Account account = accountRepository.findByIdWithLock(id).orElseThrow();
        account.debit(amount);
        accountRepository.save(account);
    }

    public void service(Long id, BigDecimal amount) {
        accountService.debit(id, amount);
        auditRepository.save(new Audit(id));
    }
}
