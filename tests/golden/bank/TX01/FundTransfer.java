@Service
@Slf4j
public class FundTransferServiceImpl implements FundTransferService {
    @Resource
    private AccountInfoMapper accountInfoMapper;
    @Resource
    private TransferRecordMapper transferRecordMapper;
    @Autowired
    private AccountService accountService;
    @Autowired
    private TransactionTemplate transactionTemplate;
    @Autowired
    private JdbcOperations jdbc;

    @Override
    public Result<Boolean> doTransfer(TransferReq req) { // flag
        AccountInfo payer = accountInfoMapper.selectByPrimaryKey(req.getPayerId());
        payer.setBalance(payer.getBalance().subtract(req.getAmount()));
        accountInfoMapper.updateByPrimaryKeySelective(payer);
        TransferRecord record = new TransferRecord();
        record.setAmount(req.getAmount());
        transferRecordMapper.insertSelective(record);
        return Result.success(true);
    }

    public void viaServices(String a, String b, BigDecimal amt) { // flag
        accountService.debit(a, amt);
        accountService.credit(b, amt);
    }

    public void halfInside(TransferReq req) { // flag
        transactionTemplate.execute(s -> accountInfoMapper.updateBalance(req.getPayerId(), req.getAmount().negate()));
        accountInfoMapper.updateBalance(req.getPayeeId(), req.getAmount());
    }

    public void batch(List<Object[]> rows) { // flag
        jdbc.batchUpdate("INSERT INTO journal(acct, amt) VALUES (?, ?)", rows);
        jdbc.update("UPDATE batch SET done = 1");
    }

    public void nestedIf(Order order, boolean vip) { // flag
        orderMapper.insert(order);
        if (vip) {
            pointsMapper.increase(order.getUserId(), 100);
        }
    }

    public void tryBoth(Order o) { // flag
        try {
            orderMapper.insert(o);
            logMapper.insert(new Log(o));
        } catch (Exception e) {
            log.error("e", e);
            throw e;
        }
    }

    public void preparedTwice(DataSource ds, List<Entry> es) throws SQLException { // flag
        Connection c = ds.getConnection();
        PreparedStatement ps = c.prepareStatement("INSERT INTO entry VALUES (?,?)");
        for (Entry e : es) {
            ps.setString(1, e.no());
            ps.addBatch();
        }
        ps.executeBatch();
        ps.close();
        PreparedStatement up = c.prepareStatement("UPDATE acct SET bal = bal + ?");
        up.executeUpdate();
        c.close();
    }

    public void deleteThenInsert(Long id, List<Item> items) { // flag
        itemRepo.deleteAllByOrderId(id);
        itemRepo.saveAll(items);
    }

    public boolean mpService(User u) { // flag
        boolean ok = userMapper.insert(u) > 0;
        if (!ok) {
            return false;
        }
        return walletMapper.insert(new Wallet(u.getId())) > 0;
    }

    // good
    @Transactional
    public void good1(Order o) {
        orderMapper.insert(o);
        logMapper.insert(new Log(o));
    }

    public void good2(Order o) {
        Order old = orderMapper.selectById(o.getId());
        int n = old == null ? orderMapper.insert(o) : orderMapper.updateById(o);
        log.info("{} rows", n);
    }

    public void good3(Order o) {
        orderMapper.insert(o);
        mqTemplate.send("order", o);
        redis.delete("order:" + o.getId());
        mailService.sendOrderMail(o);
    }

    public void good4(List<Order> os) {
        List<Order> copy = new ArrayList<>();
        copy.addAll(os);
        copy.remove(0);
        orderMapper.batchInsert(copy);
    }

    @GlobalTransactional(name = "order-create")
    public void good5(Order o) {
        orderMapper.insert(o);
        stockMapper.deduct(o.getSku());
    }

    public void good6(Order o, EntityManager manager) {
        manager.persist(o);
        manager.persist(new Log(o));
    }

    public void good7(Order o) {
        txTemplate.execute(new TransactionCallbackWithoutResult() {
            @Override
            protected void doInTransactionWithoutResult(TransactionStatus status) {
                orderMapper.insert(o);
                logMapper.insert(new Log(o));
            }
        });
    }

    public void good8(Order o) {
        jdbc.update("UPDATE a SET x = 1");
        jdbc.query("SELECT 1", rs -> {});
        Map<String, String> m = cacheMap;
        m.put("x", "y");
    }
}
