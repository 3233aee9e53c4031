package com.bank.config;

class Settings {
    private static final String DB_PASSWORD = "Kx7#mQ2vT9!zLw"; // flag
    private static final String API_KEY = "sk_live_51HqLyjWDarjtT1zdp7dcXyZ"; // flag
    private static final String AES_SECRET_KEY = "q7Xz2Lm9Vb4Kt8Rw"; // flag
    private String clientSecret = "8f14e45fceea167a5a36dedd4bea2543"; // flag

    Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:oracle:thin:@db:1521:core", "core", "Or4cle#Pr0d!77"); // flag
    }

    Connection openByUrl() throws SQLException {
        return DriverManager.getConnection("jdbc:mysql://db/core?user=core&password=Zx81!qwPL0v"); // flag
    }

    void jedis(Jedis jedis) {
        jedis.auth("R3dis-Pr0d-8842"); // flag
    }

    void pool(HikariConfig config) {
        config.setPassword("H1kari!Pr0d#552"); // flag
    }

    SecretKeySpec key() {
        return new SecretKeySpec("q7Xz2Lm9Vb4Kt8Rw".getBytes(), "AES"); // flag
    }

    String token(String user) {
        return JWT.create().withSubject(user).sign(Algorithm.HMAC256("bank-core-2024")); // flag
    }

    SecretKeySpec keyWell(byte[] key) {
        return new SecretKeySpec(key, "AES"); // near: given
    }

    @Value("${bank.datasource.password}")
    private String password; // near: a setting

    Connection openWell() throws SQLException {
        return DriverManager.getConnection(url, user, System.getenv("DB_PASSWORD")); // near: from the environment
    }

    private static final String PASSWORD_FIELD = "password"; // near: a name
    private static final String TOKEN_HEADER = "X-Auth-Token"; // near: a header's name
    private static final String PASSWORD_KEY = "bank.datasource.password"; // near: a setting's name

    void poolWell(HikariConfig config) {
        config.setPassword(vault.read("secret/core/db")); // near: from the key store
    }

    String message() {
        return "password must have at least 12 characters"; // near: a sentence
    }

    String placeholder() {
        return "password=changeme"; // near: stands for one
    }
}
