@Service
class Konten {
    private final JdbcTemplate jdbc;
    private final NamedParameterJdbcTemplate named;
    private final KontoRepository konten;
    private final BuchungRepository buchungen;
    private final KontoMapper kontoMapper;
    private final DSLContext db;
    private final JdbcClient client;
    private final AccountClient accounts;
    private final KontoStore store;
    private final TransactionTemplate tx;
    private final EntityManager em;

    void jdbcTwo(String a, String b) { // flag
        jdbc.update("UPDATE k SET s = 'X' WHERE id = ?", a);
        jdbc.update("INSERT INTO h (id) VALUES (?)", b);
    }

    void namedTwo(Map<String, ?> p) { // flag
        named.update("UPDATE k SET s = 'X' WHERE id = :id", p);
        named.update("INSERT INTO h (id) VALUES (:id)", p);
    }

    void repositories(Konto k, Buchung b) { // flag
        konten.save(k);
        buchungen.save(b);
    }

    void dirty(String von, String nach, BigDecimal betrag) { // flag
        Konto a = konten.findById(von).orElseThrow();
        Konto b = konten.findById(nach).orElseThrow();
        a.belasten(betrag);
        konten.save(a);
        b.gutschreiben(betrag);
        konten.save(b);
    }

    void loop(List<Buchung> alle) { // near: each row is whole by itself
        for (Buchung b : alle) {
            buchungen.save(b);
        }
    }

    void mapper(String no) { // flag
        kontoMapper.updateStatus(no, "X");
        kontoMapper.insertHistory(no, "X");
    }

    void jooq(String no) { // flag
        db.update(KONTO).set(KONTO.STATUS, "X").where(KONTO.NO.eq(no)).execute();
        db.insertInto(HISTORIE, HISTORIE.NO).values(no).execute();
    }

    void jdbcClient(String no) { // flag
        client.sql("UPDATE k SET s = 'X' WHERE no = ?").param(no).update();
        client.sql("INSERT INTO h (no) VALUES (?)").param(no).update();
    }

    void template(String no) {
        tx.executeWithoutResult(s -> { // near: one transaction
            konten.updateStatus(no);
            buchungen.deleteByNo(no);
        });
    }

    @Transactional
    public void marked(Konto k, Buchung b) { // near: marked
        konten.save(k);
        buchungen.save(b);
    }

    void readThenWrite(String no) { // near: one write
        Konto k = konten.findById(no).orElseThrow();
        k.setStatus("X");
        konten.save(k);
    }

    void hibernate(Session s, Konto k) { // near: of the caller's session
        s.persist(k);
        s.persist(k.historie());
    }

    void statements(Connection c) throws SQLException { // near: the caller's connection
        c.prepareStatement("UPDATE k SET s = 1").executeUpdate();
        c.prepareStatement("INSERT INTO h VALUES (1)").executeUpdate();
    }

    void own(DataSource ds) throws SQLException { // flag
        try (Connection c = ds.getConnection(); Statement s = c.createStatement()) {
            s.executeUpdate("UPDATE k SET s = 1");
            s.executeUpdate("INSERT INTO h VALUES (1)");
        }
    }

    void manual(DataSource ds) throws SQLException { // near: committed once
        try (Connection c = ds.getConnection(); Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.executeUpdate("UPDATE k SET s = 1");
            s.executeUpdate("INSERT INTO h VALUES (1)");
            c.commit();
        }
    }

    void entityManager(Konto k, Buchung b) { // flag
        em.merge(k);
        em.persist(b);
    }

    void collaborators(String von, String nach, BigDecimal betrag) { // flag
        kontoService.debit(von, betrag);
        kontoService.credit(nach, betrag);
    }
}
