class Sample {
    private static final String COLUMNS = "id, balance";

    void bad(Statement statement, JdbcTemplate jdbc, Connection connection, String number) throws Exception {
        statement.executeQuery("SELECT * FROM account WHERE number = '" + number + "'");  // flag
        String sql = String.format("DELETE FROM account WHERE number = '%s'", number);
        statement.executeUpdate(sql);  // flag
        jdbc.queryForList("SELECT * FROM account WHERE number = " + number);  // flag
        StringBuilder text = new StringBuilder("SELECT * FROM account WHERE 1 = 1");
        text.append(" AND number = '").append(number).append("'");
        connection.prepareStatement(text.toString());  // flag
        String query = "SELECT * FROM account";
        query += " WHERE number = '" + number + "'";
        entityManager.createNativeQuery(query);  // flag
    }

    void good(JdbcTemplate jdbc, Connection connection, String number, int limit, String order) throws Exception {
        connection.prepareStatement("SELECT * FROM account WHERE number = ?");
        jdbc.queryForList("SELECT " + COLUMNS + " FROM account WHERE number = ?", number);
        jdbc.queryForList("SELECT * FROM account LIMIT " + limit);
        StringBuilder text = new StringBuilder("SELECT * FROM account WHERE 1 = 1");
        if (number != null) {
            text.append(" AND number = ?");
        }
        connection.prepareStatement(text.toString());
        if (!ALLOWED.contains(order)) {
            throw new IllegalArgumentException(order);
        }
        jdbc.queryForList("SELECT * FROM account ORDER BY " + order);
        cache.update("update " + number);
    }
}
