public class CreditService {
    private final CreditLineRepository creditLines;
    private final AccountService accountService;
    private final UserPointsMapper userPointsMapper;

    public void draw(String lineId, BigDecimal amount) {
        CreditLine line = creditLines.findById(lineId).orElseThrow(NotFound::new);
        if (line.getUsed().add(amount).compareTo(line.getLimit()) > 0) {
            throw new LimitExceeded();
        }
        line.setUsed(line.getUsed().add(amount)); // flag
        creditLines.save(line);
    }

    public void redeem(long userId, int points) {
        UserPoints up = userPointsMapper.getByUserId(userId);
        int current = up.getPoints();
        if (current < points) return;
        current -= points;
        up.setPoints(current); // flag
        userPointsMapper.update(up);
    }

    public void hold(String no, BigDecimal amt) {
        Account acc = accountService.getAccount(no);
        acc.setFrozenAmount(acc.getFrozenAmount().add(amt)); // flag
        accountService.updateAccount(acc);
    }

    public void named(String id, BigDecimal amt) {
        Map<String, Object> row = namedJdbc.queryForMap("select balance from acct where id = :id", Map.of("id", id));
        BigDecimal newBalance = ((BigDecimal) row.get("balance")).subtract(amt);
        namedJdbc.update("update acct set balance = :b where id = :id", Map.of("b", newBalance, "id", id)); // flag
    }

    @Transactional
    public void both(Long from, Long to, BigDecimal amt) {
        Account a = accountRepository.getReferenceById(from);
        Account b = accountRepository.getReferenceById(to);
        a.setBalance(a.getBalance().subtract(amt)); // flag
        b.setBalance(b.getBalance().add(amt));
    }

    public void record(String id, BigDecimal amt) {
        AccountRow row = accountDao.get(id);
        accountDao.save(new AccountRow(id, row.balance().subtract(amt))); // flag
    }

    public int seats(Long flightId) {
        Flight f = flightRepository.findOne(flightId);
        int available = f.getAvailableSeats();
        if (available > 0) {
            f.setAvailableSeats(available - 1); // flag
            flightRepository.save(f);
        }
        return available;
    }

    // good
    public void g1(String lineId, BigDecimal amount) {
        CreditLine line = creditLines.findAndLockById(lineId);
        line.setUsed(line.getUsed().add(amount));
        creditLines.save(line);
    }

    public void g2(long userId, int points) {
        int rows = userPointsMapper.deductPoints(userId, points);
        if (rows != 1) throw new NotEnough();
    }

    public void g3(String no, BigDecimal amt) {
        lockTemplate.execute("acct:" + no, () -> {
            Account acc = accountService.getAccount(no);
            acc.setFrozenAmount(acc.getFrozenAmount().add(amt));
            accountService.updateAccount(acc);
        });
    }

    public void g4(String id, BigDecimal amt) {
        jdbc.update("update acct set balance = balance + ? where id = ?", amt, id);
    }

    public BigDecimal g5(List<Account> all) {
        BigDecimal totalBalance = BigDecimal.ZERO;
        for (Account a : all) {
            totalBalance = totalBalance.add(a.getBalance());
        }
        return totalBalance;
    }

    public void g6(Long id, BigDecimal amt) {
        for (int i = 0; i < 3; i++) {
            Account a = accountMapper.selectById(id);
            int n = accountMapper.updateBalanceWithVersion(id, a.getBalance().add(amt), a.getVersion());
            if (n == 1) return;
        }
        throw new Conflict();
    }

    public void g7(AccountDto dto, Account a) {
        dto.setBalance(a.getBalance().subtract(a.getFrozen()));
    }

    public void g8(Page page) {
        page.setLimit(page.getLimit() + 1);
        pageRepository.find(page);
    }

    public void g9(Long id, BigDecimal amt) {
        BigDecimal before = jdbc.queryForObject("SELECT balance FROM acct WHERE id = ? FOR UPDATE", BigDecimal.class, id);
        jdbc.update("UPDATE acct SET balance = ? WHERE id = ?", before.subtract(amt), id);
    }
}
