@Repository
class LedgerRepo {
    private final JdbcOperations jdbc;
    private static final String COLS = "acct, bal";

    void a(String acct, String memo) {
        jdbc.execute("UPDATE ledger SET memo = '" + memo + "' WHERE acct = '" + acct + "'"); // flag
    }

    List<Ledger> b(LedgerQuery q) {
        StringBuilder hql = new StringBuilder("from Ledger l where 1=1");
        if (StringUtils.isNotBlank(q.getBranch())) {
            hql.append(" and l.branch = '" + q.getBranch() + "'");
        }
        Query<Ledger> query = session.createQuery(hql.toString(), Ledger.class); // flag
        return query.list();
    }

    ResultSet c(Connection con, String[] ids) throws SQLException {
        String sql = "select * from ledger where id in (" + String.join(",", ids) + ")";
        Statement st = con.createStatement();
        return st.executeQuery(sql); // flag
    }

    void d(Connection con, List<String> accts) throws SQLException {
        try (Statement st = con.createStatement()) {
            for (String acct : accts) {
                st.addBatch("DELETE FROM ledger WHERE acct = '" + acct + "'"); // flag
            }
            st.executeBatch();
        }
    }

    List<?> e(String name) {
        return em.createNativeQuery("SELECT * FROM cust WHERE name = '" + name.replace("'", "''") + "'").getResultList(); // flag
    }

    List<Ledger> f(String order) {
        return namedJdbc.query("SELECT * FROM ledger ORDER BY " + order, Map.of(), mapper); // flag
    }

    long g(String table) {
        Long n = jdbc.queryForObject("SELECT COUNT(*) FROM " + table, Long.class); // flag
        return n == null ? 0 : n;
    }

    List<Ledger> h(String kw) {
        return baseMapper.selectList(Wrappers.<Ledger>lambdaQuery().apply("memo like '%" + kw + "%'")); // flag
    }

    PreparedStatement n1(Connection con, String acct) throws SQLException {
        String sql = "select " + COLS + " from ledger where acct = ?";
        PreparedStatement ps = con.prepareStatement(sql);
        ps.setString(1, acct);
        return ps;
    }

    List<Ledger> n2(LocalDate day) {
        return jdbc.query("SELECT * FROM ledger WHERE day = '" + day + "'", mapper);
    }

    List<Ledger> n3(boolean desc) {
        return jdbc.query("SELECT * FROM ledger ORDER BY id " + (desc ? "DESC" : "ASC"), mapper);
    }

    List<Ledger> n4(Set<Long> ids) {
        return namedJdbc.query("SELECT * FROM ledger WHERE id IN (:ids)", Map.of("ids", ids), mapper);
    }

    List<Ledger> n5(String kw) {
        return baseMapper.selectList(Wrappers.<Ledger>lambdaQuery().apply("memo like {0}", "%" + kw + "%"));
    }

    String n6(String acct) {
        return "Selected account " + acct + " from ledger";
    }

    List<Ledger> n7(int n) {
        String marks = String.join(",", Collections.nCopies(n, "?"));
        return jdbc.query("SELECT * FROM ledger WHERE id IN (" + marks + ")", mapper);
    }

    Specification<Ledger> n8(String name) {
        return (root, query, cb) -> cb.like(root.get("name"), "%" + name + "%");
    }
}
