@Repository
public class TxnDao {
    @Autowired private JdbcTemplate jdbcTemplate;
    @PersistenceContext private EntityManager em;
    private static final String BASE_SQL = "SELECT * FROM t_txn WHERE 1=1";

    public List<Map<String, Object>> search(TxnQuery q) {
        String sql = BASE_SQL;
        if (q.getAcctNo() != null) {
            sql += " AND acct_no = '" + q.getAcctNo() + "'";
        }
        return jdbcTemplate.queryForList(sql); // flag
    }

    public int close(String acctNo) {
        return jdbcTemplate.update("UPDATE t_account SET status='C' WHERE acct_no=" + acctNo); // flag
    }

    public BigDecimal balance(Connection conn, String acct) throws SQLException {
        try (Statement st = conn.createStatement();
             ResultSet rs = st.executeQuery("select balance from t_account where acct_no='" + acct + "'")) { // flag
            return rs.next() ? rs.getBigDecimal(1) : null;
        }
    }

    public List<Txn> jpql(String name) {
        String jpql = "SELECT t FROM Txn t WHERE t.payee LIKE '%" + name + "%'";
        TypedQuery<Txn> query = em.createQuery(jpql, Txn.class); // flag
        return query.getResultList();
    }

    public List<Object[]> nat(String branch) {
        return em.createNativeQuery(String.format("select * from t_branch where code = '%s'", branch)).getResultList(); // flag
    }

    public void call(Connection c, String p) throws SQLException {
        CallableStatement cs = c.prepareCall("{call close_day('" + p + "')}"); // flag
        cs.execute();
    }

    public List<Txn> hql(Session session, String id) {
        return session.createQuery("from Txn where id = " + id).list(); // flag
    }

    public List<Txn> joined(List<String> ids) {
        String in = String.join("','", ids);
        return jdbcTemplate.query("SELECT * FROM t_txn WHERE id IN ('" + in + "')", rowMapper); // flag
    }

    public Integer count(Long custId) {
        return jdbcTemplate.queryForObject("SELECT COUNT(*) FROM t_txn WHERE cust_id = " + custId, Integer.class);
    }

    public List<Txn> named(String acct) {
        return namedTemplate.query("SELECT * FROM t_txn WHERE acct_no = :acct", Map.of("acct", acct), rowMapper);
    }

    public List<Txn> dynamicOk(TxnQuery q) {
        StringBuilder sb = new StringBuilder(BASE_SQL);
        List<Object> args = new ArrayList<>();
        if (q.getAcctNo() != null) {
            sb.append(" AND acct_no = ?");
            args.add(q.getAcctNo());
        }
        return jdbcTemplate.query(sb.toString(), rowMapper, args.toArray());
    }

    public List<Txn> builder(String acct, String sort) {
        StringBuilder sb = new StringBuilder();
        sb.append("SELECT * FROM t_txn WHERE acct_no = '");
        sb.append(acct);
        sb.append("'");
        return jdbcTemplate.query(sb.toString(), rowMapper); // flag
    }

    public List<Txn> criteriaOk(String payee) {
        CriteriaBuilder cb = em.getCriteriaBuilder();
        CriteriaQuery<Txn> cq = cb.createQuery(Txn.class);
        cq.where(cb.equal(cq.from(Txn.class).get("payee"), payee));
        return em.createQuery(cq).getResultList();
    }

    public List<Txn> sortOk(SortField sort) {
        return jdbcTemplate.query("SELECT * FROM t_txn ORDER BY " + sort.column(), rowMapper);
    }

    public List<Txn> switchOk(String sort) {
        String col;
        switch (sort) {
            case "amt": col = "amount"; break;
            default: col = "id";
        }
        return jdbcTemplate.query("SELECT * FROM t_txn ORDER BY " + col, rowMapper);
    }
}

@Mapper
interface TxnMapper {
    @Select("select * from t_txn order by ${sortColumn}") // flag
    List<Txn> list(@Param("sortColumn") String sortColumn);

    @Delete("delete from ${table} where id = #{id}") // flag
    int delete(@Param("table") String table, @Param("id") long id);

    @Select("select * from t_txn where acct_no = #{acctNo}")
    List<Txn> byAcct(String acctNo);

    @SelectProvider(type = TxnSqlProvider.class, method = "search")
    List<Txn> search(TxnQuery q);
}

class TxnSqlProvider {
    public String search(TxnQuery q) {
        SQL sql = new SQL().SELECT("*").FROM("t_txn");
        sql.WHERE("acct_no = '" + q.getAcctNo() + "'"); // flag
        return sql.toString();
    }

    public String ok(TxnQuery q) {
        return new SQL().SELECT("*").FROM("t_txn").WHERE("acct_no = #{acctNo}").toString();
    }

    public String raw(@Param("name") String name) {
        return "SELECT * FROM t_cust WHERE name = '" + name + "'"; // flag
    }
}
