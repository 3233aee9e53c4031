package com.bank.account;

class Accounts {
    private static final String TABLE = "account";

    ResultSet byNumber(Statement statement, String number) throws SQLException {
        return statement.executeQuery("SELECT * FROM account WHERE number = '" + number + "'"); // flag
    }

    PreparedStatement prepared(Connection connection, String owner) throws SQLException {
        String sql = "SELECT * FROM account WHERE owner = '" + owner + "'";
        return connection.prepareStatement(sql); // flag
    }

    List<Account> template(String status) {
        return jdbcTemplate.query("SELECT * FROM account WHERE status = '" + status + "'", mapper); // flag
    }

    int update(String number, String name) {
        return jdbcTemplate.update(String.format("UPDATE account SET name = '%s' WHERE number = '%s'", name, number)); // flag
    }

    List<Account> jpa(String owner) {
        return entityManager.createQuery("select a from Account a where a.owner = '" + owner + "'", Account.class) // flag
            .getResultList();
    }

    Object nativeQuery(String id) {
        StringBuilder sql = new StringBuilder("SELECT balance FROM account WHERE 1 = 1");
        sql.append(" AND id = '").append(id).append("'");
        return em.createNativeQuery(sql.toString()).getSingleResult(); // flag
    }

    void block(String number) throws SQLException {
        String sql = """
            UPDATE account SET locked = 1 WHERE number = '%s'
            """.formatted(number);
        stmt.execute(sql); // flag
    }

    List<Account> client(String city) {
        return jdbcClient.sql("SELECT * FROM account WHERE city = '" + city + "'").query(Account.class).list(); // flag
    }

    @Select("SELECT * FROM account WHERE owner = '${owner}'") // flag
    List<Account> mybatis(@Param("owner") String owner);

    @Update({"<script>", "UPDATE account SET status = ${status}", "</script>"}) // flag
    int mybatisUpdate(@Param("status") String status);

    List<Account> wrapper(String name) {
        return mapper.selectList(new QueryWrapper<Account>().apply("name = '" + name + "'")); // flag
    }

    List<Account> wrapperLast(String order) {
        return mapper.selectList(wrapper.eq("status", 1).last("order by " + order)); // flag
    }

    String provided(Map<String, Object> given) {
        return new SQL() {{
            SELECT("*");
            FROM("account");
            WHERE("owner = '" + given.get("owner") + "'"); // flag
        }}.toString();
    }

    PreparedStatement bound(Connection connection, String owner) throws SQLException {
        PreparedStatement statement = connection.prepareStatement("SELECT * FROM account WHERE owner = ?"); // near: bound
        statement.setString(1, owner);
        return statement;
    }

    List<Account> split() {
        return jdbcTemplate.query("SELECT * FROM account " + "WHERE status = 1", mapper); // near: constants only
    }

    List<Account> table(String owner) {
        return jdbcTemplate.query("SELECT * FROM " + TABLE + " WHERE owner = ?", mapper, owner); // near: a constant
    }

    List<Account> named(String owner) {
        return entityManager.createQuery("select a from Account a where a.owner = :owner", Account.class)
            .setParameter("owner", owner).getResultList();
    }

    List<Account> marks(List<String> numbers) {
        String marks = String.join(",", Collections.nCopies(numbers.size(), "?"));
        return jdbcTemplate.query("SELECT * FROM account WHERE number IN (" + marks + ")", mapper, numbers.toArray()); // near: marks
    }

    List<Account> streamed(List<String> numbers) {
        String marks = numbers.stream().map(each -> "?").collect(Collectors.joining(","));
        return jdbcTemplate.query("SELECT * FROM account WHERE number IN (" + marks + ")", mapper, numbers.toArray()); // near: marks
    }

    List<Account> limited(int limit) {
        return jdbcTemplate.query("SELECT * FROM account LIMIT " + limit, mapper); // near: a number
    }

    List<Account> ordered(String column) {
        if (!ALLOWED.contains(column)) {
            throw new IllegalArgumentException(column);
        }
        return jdbcTemplate.query("SELECT * FROM account ORDER BY " + column, mapper); // near: held against a list
    }

    @Select("SELECT * FROM account WHERE owner = #{owner}")
    List<Account> mybatisBound(@Param("owner") String owner);

    @Query("select a from Account a where a.owner = :owner")
    List<Account> spring(@Param("owner") String owner);

    @Value("${bank.datasource.url}")
    private String url; // near: a setting

    void logged(String number) {
        log.info("select of account where number = " + number); // near: a log
    }
}
