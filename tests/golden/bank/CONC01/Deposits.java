package com.acme.bank;

@Slf4j
@Service
public class Deposits {
    private final DepositAccountRepository depositAccountRepository;
    private final GoodsStockDao goodsStockDao;
    private final HashOperations<String, String, String> hashOps;
    private final CardLimitClient cardLimitClient;
    private final SqlSession sqlSession;
    private final MongoTemplate mongoTemplate;
    private BigDecimal balance = BigDecimal.ZERO;

    @Transactional(rollbackFor = Exception.class)
    public void accrue(Long id, BigDecimal interest) {
        DepositAccount acct = depositAccountRepository.findByIdAndStatus(id, ACTIVE)
                .orElseThrow(() -> new IllegalStateException("no account"));
        BigDecimal newBalance = acct.getBalance().add(interest).setScale(2, RoundingMode.HALF_UP);
        acct.setBalance(newBalance); // flag
        depositAccountRepository.save(acct);
    }

    public void lockStock(Long goodsId, int num) {
        GoodsStock gs = goodsStockDao.queryByGoodsId(goodsId);
        if (gs.getAvailableStock() >= num) {
            gs.setAvailableStock(gs.getAvailableStock() - num); // flag
            gs.setLockedStock(gs.getLockedStock() + num);
            goodsStockDao.modify(gs);
        }
    }

    public void cardLimit(String card, BigDecimal spent) {
        CardLimit limit = cardLimitClient.fetch(card);
        limit.setDailyRemaining(limit.getDailyRemaining().subtract(spent)); // flag
        cardLimitClient.store(limit);
    }

    public void sqlSessionStyle(String no, BigDecimal amt) {
        Map<String, Object> acct = sqlSession.selectOne("acct.byNo", no);
        BigDecimal bal = (BigDecimal) acct.get("balance");
        acct.put("balance", bal.subtract(amt)); // flag
        sqlSession.update("acct.update", acct);
    }

    public void hash(String uid, long cents) {
        long old = Long.parseLong(hashOps.get("wallet:balance", uid));
        hashOps.put("wallet:balance", uid, Long.toString(old - cents)); // flag
    }

    public void jdbcString(String no, double amt) throws SQLException {
        try (Statement st = conn.createStatement()) {
            ResultSet rs = st.executeQuery("select balance from acct where no = '" + no + "'");
            rs.next();
            double bal = rs.getDouble("balance");
            st.executeUpdate("update acct set balance = " + (bal - amt) + " where no = '" + no + "'"); // flag
        }
    }

    public void mongo(String no, long amt) {
        Wallet w = mongoTemplate.findById(no, Wallet.class);
        w.setBalance(w.getBalance() - amt); // flag
        mongoTemplate.save(w);
    }

    public void transferAll(List<Transfer> list) {
        for (Transfer t : list) {
            Account from = accountRepo.findByNo(t.getFrom());
            from.setBalance(from.getBalance().subtract(t.getAmount())); // flag
            accountRepo.save(from);
        }
    }

    public void field(BigDecimal amt) {
        if (this.balance.compareTo(amt) >= 0) {
            this.balance = this.balance.subtract(amt);
        }
    }

    public void reward(Long memberId, int pts) {
        Member m = memberService.getById(memberId);
        Integer total = m.getPoints() + pts;
        memberService.update(new UpdateWrapper<Member>().eq("id", memberId).set("points", total)); // flag
    }

    // near
    public void cas(String no, BigDecimal amt) {
        Account a = accountRepo.findByNo(no);
        int n = jdbc.update("UPDATE acct SET balance = ? WHERE no = ? AND balance = ?", a.getBalance().subtract(amt), no, a.getBalance());
        if (n == 0) throw new Conflict();
    }

    public void inc(String uid) {
        hashOps.increment("wallet:balance", uid, -1);
    }

    public void resilient(Long id, BigDecimal amt) {
        String lockKey = "acct:" + id;
        if (!redisLock.tryLock(lockKey)) throw new Busy();
        try {
            Account a = accountRepo.findById(id).get();
            a.setBalance(a.getBalance().subtract(amt));
            accountRepo.save(a);
        } finally {
            redisLock.unlock(lockKey);
        }
    }

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    public void annotated(Long id, BigDecimal amt) {
        Account a = accountRepo.findById(id).get();
        a.setBalance(a.getBalance().subtract(amt));
        accountRepo.save(a);
    }

    public void price(Long id) {
        Product p = productRepo.findById(id).get();
        p.setPrice(p.getPrice().multiply(new BigDecimal("1.1")));
        productRepo.save(p);
    }

    public BalanceDto dto(Long id) {
        Account a = accountRepo.findById(id).get();
        return BalanceDto.builder().balance(a.getBalance().subtract(a.getHold())).build();
    }
}
