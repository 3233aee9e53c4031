class Konten {
    private static final String BASE = "SELECT * FROM konto WHERE 1 = 1";
    private static final Map<String, String> SORTS = Map.of("new", "created DESC");

    List<Konto> plus(String nr) {
        return jdbc.query("SELECT * FROM konto WHERE nr = '" + nr + "'", mapper); // flag
    }

    List<Konto> format(String nr) {
        return jdbc.query(String.format("SELECT * FROM konto WHERE nr = '%s'", nr), mapper); // flag
    }

    List<Konto> formatted(String nr) {
        return jdbc.query("SELECT * FROM konto WHERE nr = '%s'".formatted(nr), mapper); // flag
    }

    List<Konto> block(String nr) {
        String sql = """
            SELECT * FROM konto
            WHERE nr = '%s'
            """.formatted(nr);
        return jdbc.query(sql, mapper); // flag
    }

    List<Konto> builder(Filter f) {
        StringBuilder sql = new StringBuilder("SELECT * FROM konto WHERE 1 = 1");
        if (f.name() != null) {
            sql.append(" AND name = '").append(f.name()).append("'");
        }
        return jdbc.query(sql.toString(), mapper); // flag
    }

    List<Konto> base(Filter f) {
        String sql = BASE;
        if (f.name() != null) {
            sql += " AND name LIKE '%" + f.name() + "%'";
        }
        return jdbc.query(sql, mapper); // flag
    }

    ResultSet statement(Connection c, String nr) throws SQLException {
        Statement s = c.createStatement();
        return s.executeQuery("SELECT * FROM konto WHERE nr = " + nr); // flag
    }

    ResultSet prepared(Connection c, String nr) throws SQLException {
        return c.prepareStatement("SELECT * FROM konto WHERE nr = '" + nr + "'").executeQuery(); // flag
    }

    List<?> jpql(String name) {
        return em.createQuery("select k from Konto k where k.name = '" + name + "'").getResultList(); // flag
    }

    List<?> nativeQuery(String name) {
        return em.createNativeQuery("SELECT * FROM konto WHERE name = '" + name + "'").getResultList(); // flag
    }

    List<Konto> joined(List<String> ids) {
        return jdbc.query("SELECT * FROM konto WHERE nr IN (" + String.join(",", ids) + ")", mapper); // flag
    }

    List<Konto> sorted(String column) {
        return jdbc.query("SELECT * FROM konto ORDER BY " + column, mapper); // flag
    }

    int update(String table, String nr) {
        return jdbc.update("DELETE FROM " + table + " WHERE nr = ?", nr); // flag
    }

    List<Konto> client(String name) {
        return client.sql("SELECT * FROM konto WHERE name = '" + name + "'").query(Konto.class).list(); // flag
    }

    @Select("SELECT * FROM konto WHERE name = '${name}'") // flag
    List<Konto> annotated(@Param("name") String name);

    @Select("SELECT * FROM konto ORDER BY ${sort}") // flag
    List<Konto> annotatedSort(@Param("sort") String sort);

    @Select("SELECT * FROM konto WHERE name = #{name}") // near: bound
    List<Konto> boundAnnotated(@Param("name") String name);

    List<Konto> wrapper(String name) {
        return mapper.selectList(new QueryWrapper<Konto>().last("ORDER BY " + name)); // flag
    }

    List<Konto> apply(String day) {
        return mapper.selectList(new QueryWrapper<Konto>().apply("date(created) = '" + day + "'")); // flag
    }

    List<?> jooq(String name) {
        return dsl.fetch("SELECT * FROM konto WHERE name = '" + name + "'"); // flag
    }

    List<?> jooqCondition(String name) {
        return dsl.selectFrom(KONTO).where("name = '" + name + "'").fetch(); // flag
    }

    void batch(Statement s, List<String> names) throws SQLException {
        for (String name : names) {
            s.addBatch("INSERT INTO h (name) VALUES ('" + name + "')"); // flag
        }
    }

    List<Konto> named(String name) {
        return named.query("SELECT * FROM konto WHERE name = '" + name + "'", Map.of(), mapper); // flag
    }

    List<Konto> concat(String name) {
        return jdbc.query("SELECT * FROM konto WHERE name = '".concat(name).concat("'"), mapper); // flag
    }

    List<Konto> replaced(String name) {
        return jdbc.query("SELECT * FROM konto WHERE name = ':n'".replace(":n", name), mapper); // flag
    }

    List<Konto> bound(String nr) {
        return jdbc.query("SELECT * FROM konto WHERE nr = ?", mapper, nr); // near: bound
    }

    List<Konto> constant() {
        return jdbc.query(BASE + " AND status = 'OPEN'", mapper); // near: constants
    }

    List<Konto> listed(String sort) {
        return jdbc.query("SELECT * FROM konto ORDER BY " + SORTS.getOrDefault(sort, "created ASC"), mapper); // near: of a list
    }

    List<Konto> marks(List<String> ids) {
        String marks = String.join(",", Collections.nCopies(ids.size(), "?"));
        return jdbc.query("SELECT * FROM konto WHERE nr IN (" + marks + ")", mapper, ids.toArray()); // near: only marks
    }

    List<Konto> limit(int n) {
        return jdbc.query("SELECT * FROM konto LIMIT " + n, mapper); // near: a whole number
    }

    List<Konto> sortEnum(Sort sort) {
        return jdbc.query("SELECT * FROM konto ORDER BY " + sort.column(), mapper);
    }

    List<Konto> builderBound(Filter f) {
        StringBuilder sql = new StringBuilder("SELECT * FROM konto WHERE 1 = 1");
        List<Object> values = new ArrayList<>();
        if (f.name() != null) {
            sql.append(" AND name = ?");
            values.add(f.name());
        }
        return jdbc.query(sql.toString(), mapper, values.toArray()); // near: bound
    }

    void logged(String nr) {
        log.info("select of " + nr); // near: no statement
    }

    List<Map<String, Object>> ownHelper(String nr) {
        return loadRows("SELECT * FROM konto WHERE nr = '" + nr + "'"); // flag
    }

    List<Map<String, Object>> ownHelperBound(String nr) {
        return loadRows("SELECT * FROM konto WHERE nr = ?", nr); // near: bound
    }
}
