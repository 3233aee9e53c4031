class Journal {
    private final DSLContext dsl;
    public void jooq(String a, BigDecimal x) { // flag
        dsl.update(ACCOUNT).set(ACCOUNT.BALANCE, ACCOUNT.BALANCE.minus(x)).where(ACCOUNT.ID.eq(a)).execute();
        dsl.insertInto(JOURNAL).values(a, x).execute();
    }
    public void jooqTx(String a, BigDecimal x) {
        dsl.transaction(c -> {
            DSL.using(c).update(ACCOUNT).set(ACCOUNT.BALANCE, x).execute();
            DSL.using(c).insertInto(JOURNAL).values(a, x).execute();
        });
    }
    public void auto(Connection conn) throws SQLException { // flag
        conn.setAutoCommit(true);
        conn.prepareStatement(A).executeUpdate();
        conn.prepareStatement(B).executeUpdate();
    }
}
