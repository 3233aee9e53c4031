package com.example.wallet;

@Service
public class WalletOps {
    @Autowired private WalletRepo walletRepo;
    @Autowired private InventoryRepository inventoryRepository;
    @PersistenceContext private EntityManager em;
    private final Map<String, BigDecimal> balances = new ConcurrentHashMap<>();

    @Transactional(rollbackFor = Exception.class)
    public void pay(String uid, BigDecimal amt) {
        Wallet w = walletRepo.findByUid(uid);
        BigDecimal left = w.getAvailableAmount().subtract(amt);
        if (left.signum() < 0) throw new BizException("NO_MONEY");
        w.setAvailableAmount(left); // flag
        walletRepo.save(w);
    }

    @Transactional
    public void dirty(Long id, long cents) {
        Wallet w = em.find(Wallet.class, id);
        w.setBalanceCents(w.getBalanceCents() + cents); // flag
    }

    public void optional(Long id, BigDecimal amt) {
        walletRepo.findById(id).ifPresent(w -> {
            w.setBalance(w.getBalance().add(amt)); // flag
            walletRepo.save(w);
        });
    }

    public void stock(Long skuId, Integer n) {
        Inventory inv = inventoryRepository.getOne(skuId);
        int remain = inv.getStock() - n;
        if (remain < 0) {
            throw new SoldOutException();
        }
        inv.setStock(remain); // flag
        inventoryRepository.saveAndFlush(inv);
    }

    public void memory(String no, BigDecimal amt) {
        BigDecimal b = balances.get(no);
        if (b.compareTo(amt) >= 0) {
            balances.put(no, b.subtract(amt)); // flag
        }
    }

    public void plus(String uid, BigDecimal amt) {
        LambdaUpdateWrapper<Wallet> uw = new LambdaUpdateWrapper<>();
        Wallet w = walletMapper.selectOne(q(uid));
        uw.eq(Wallet::getUid, uid).set(Wallet::getBalance, w.getBalance().add(amt)); // flag
        walletMapper.update(null, uw);
    }

    public void creditLimit(String cust, BigDecimal use) {
        Facility f = facilityDao.load(cust);
        f.setUsedLimit(f.getUsedLimit().add(use)); // flag
        f.setAvailableLimit(f.getAvailableLimit().subtract(use));
        facilityDao.update(f);
    }

    public void jedis(String act) {
        String key = "quota:" + act;
        long left = Long.parseLong(jedis.get(key));
        if (left > 0) {
            jedis.set(key, String.valueOf(left - 1)); // flag
        }
    }

    public void mapperCall(String acctNo, BigDecimal jine) {
        BigDecimal yue = acctMapper.queryYue(acctNo);
        acctMapper.updateYue(acctNo, yue.subtract(jine)); // flag
    }

    public void builder(Long id, BigDecimal amt) {
        Account a = accountRepo.findById(id).get();
        Account b = a.toBuilder().balance(a.getBalance().subtract(amt)).build(); // flag
        accountRepo.save(b);
    }

    // good
    @Transactional
    public void ok1(Long id, BigDecimal amt) {
        Wallet w = em.find(Wallet.class, id, LockModeType.PESSIMISTIC_WRITE);
        w.setBalance(w.getBalance().subtract(amt));
    }

    public void ok2(String uid, BigDecimal amt) {
        int rows = walletMapper.deductBalance(uid, amt);
        if (rows == 0) throw new BizException("NO_MONEY");
    }

    public void ok3(Long id, BigDecimal amt) {
        synchronized (this) {
            Wallet w = walletRepo.findById(id).get();
            w.setBalance(w.getBalance().subtract(amt));
            walletRepo.save(w);
        }
    }

    public void ok4(String no, BigDecimal amt) {
        balances.compute(no, (k, v) -> v.subtract(amt));
    }

    @DistributedLock(key = "#uid")
    public void ok5(String uid, BigDecimal amt) {
        Wallet w = walletRepo.findByUid(uid);
        w.setBalance(w.getBalance().subtract(amt));
        walletRepo.save(w);
    }

    public StatementView ok6(Long id) {
        Account a = accountRepo.findById(id).get();
        StatementView v = new StatementView();
        v.setAvailableBalance(a.getBalance().subtract(a.getHold()));
        return v;
    }

    public void ok7(Long id, String nickname) {
        Account a = accountRepo.findById(id).get();
        a.setNickname(a.getNickname() + nickname);
        accountRepo.save(a);
    }

    public void ok8(Long id, BigDecimal limit) {
        Account a = accountRepo.findById(id).get();
        a.setDailyLimit(limit.setScale(2, RoundingMode.HALF_UP));
        accountRepo.save(a);
    }
}
