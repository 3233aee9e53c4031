package com.example.core;

@Service
@RequiredArgsConstructor
public class LoanDisbursementService {
    private final LoanRepository loanRepository;
    private final RepaymentPlanRepository planRepository;
    private final AccountDao accountDao;
    private final FlowDao flowDao;
    private final NamedParameterJdbcTemplate npJdbc;
    private final JdbcClient jdbcClient;
    private final SqlSessionFactory sqlSessionFactory;
    private final TxExecutor txExecutor;
    private final PlatformTransactionManager txManager;
    private final SessionFactory sessionFactory;

    public LoanReceipt disburse(DisburseCommand cmd) { // flag
        Loan loan = loanRepository.findById(cmd.getLoanId())
                .orElseThrow(() -> new LoanNotFoundException(cmd.getLoanId()));
        loan.disburse(cmd.getAmount());
        loanRepository.saveAndFlush(loan);
        List<RepaymentPlan> plans = planner.plan(loan);
        planRepository.saveAll(plans);
        return LoanReceipt.of(loan);
    }

    public int zhuanzhang(String fromAcct, String toAcct, BigDecimal jine) { // flag
        int n = accountDao.subtractBalance(fromAcct, jine);
        if (n != 1) {
            throw new BizException("余额不足");
        }
        n = accountDao.addBalance(toAcct, jine);
        flowDao.insertFlow(new Flow(fromAcct, toAcct, jine));
        return n;
    }

    public void adjust(Adjustment a) { // flag
        npJdbc.update("update acct set bal = bal + :amt where acct_no = :no", new MapSqlParameterSource("amt", a.getAmt()));
        npJdbc.update("insert into adj_log(acct_no, amt) values (:no, :amt)", new BeanPropertySqlParameterSource(a));
    }

    public void client(Long id, BigDecimal amount) { // flag
        jdbcClient.sql("UPDATE wallet SET balance = balance - :a WHERE id = :id").param("a", amount).param("id", id).update();
        jdbcClient.sql("INSERT INTO wallet_flow(wallet_id, amount) VALUES (:id, :a)").param("a", amount).param("id", id).update();
    }

    public void hibernate(Account a, Journal j) { // flag
        Session session = sessionFactory.getCurrentSession();
        session.update(a);
        session.save(j);
    }

    public void batis(Account a, Flow f) { // flag
        try (SqlSession s = sqlSessionFactory.openSession(true)) {
            AccountMapper am = s.getMapper(AccountMapper.class);
            FlowMapper fm = s.getMapper(FlowMapper.class);
            am.updateBalance(a);
            fm.insert(f);
        }
    }

    public void stmt(String no, BigDecimal amt) { // flag
        Connection con = null;
        Statement st = null;
        try {
            con = DriverManager.getConnection(url, user, pw);
            st = con.createStatement();
            st.executeUpdate("UPDATE acct SET bal = bal - " + amt + " WHERE no = '" + no + "'");
            st.execute("INSERT INTO tx_log(no, amt) VALUES ('" + no + "', " + amt + ")");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            close(st, con);
        }
    }

    public void cancel(Long orderId) { // flag
        Order order = orderRepo.getReferenceById(orderId);
        if (order.isPaid()) {
            refundRepo.save(Refund.of(order));
        }
        order.setStatus(CANCELLED);
        orderRepo.save(order);
    }

    public CompletableFuture<Void> async(Order order) { // flag
        return CompletableFuture.runAsync(() -> {
            orderRepo.save(order);
            refundRepo.deleteByOrderId(order.getId());
        });
    }

    public void switched(Event e) { // flag
        switch (e.getType()) {
            case DEBIT:
                accountDao.update(e.getAccount());
                flowDao.insert(e.toFlow());
                break;
            default:
                break;
        }
    }

    // good

    public void viaManager(Account a, Flow f) {
        TransactionStatus status = txManager.getTransaction(new DefaultTransactionDefinition());
        try {
            accountDao.update(a);
            flowDao.insert(f);
            txManager.commit(status);
        } catch (RuntimeException e) {
            txManager.rollback(status);
            throw e;
        }
    }

    public void viaExecutor(Account a, Flow f) {
        txExecutor.run(() -> {
            accountDao.update(a);
            flowDao.insert(f);
        });
    }

    public void emTx(Account a, Flow f) {
        EntityTransaction t = em.getTransaction();
        t.begin();
        em.merge(a);
        em.persist(f);
        t.commit();
    }

    public void switchedOnce(Event e) {
        switch (e.getType()) {
            case OPEN -> accountDao.insert(e.getAccount());
            case CLOSE -> accountDao.delete(e.getAccount());
            default -> throw new IllegalArgumentException();
        }
    }

    public void retryOnce(Flow f) {
        try {
            flowDao.insert(f);
        } catch (DuplicateKeyException e) {
            flowDao.update(f);
        }
    }

    @jakarta.transaction.Transactional
    public void jakarta(Account a, Flow f) {
        accountDao.update(a);
        flowDao.insert(f);
    }

    public Map<String, Object> collect(List<Account> list) {
        Map<String, Object> m = new HashMap<>();
        m.put("a", 1);
        m.remove("b");
        list.add(accountDao.selectById(1L));
        list.remove(0);
        return m;
    }

    public void mapped(AccountDto dto) {
        Account a = accountMapper.toEntity(dto);
        objectMapper.convertValue(dto, Map.class);
        accountDao.update(a);
    }
}

class Order2 {
    private List<Line> lines;
    private Audit audit;

    void addLine(Line l) {
        lines.add(l);
        audit.add(l);
        lines.remove(0);
    }
}
