class Conf {
    private String dbPwd = "Core#2024$prd"; // flag
    static final String APP_SECRET = "c1d2e3f4a5b60718293a4b5c6d7e8f90"; // flag
    static final String JWT_SIGNING_KEY = "Zx9vKq2mW7pLr4tYb8nD3sHf6gJc1aEu"; // flag
    void a(DruidDataSource ds) {
        ds.setPassword("Dru1d@prod"); // flag
    }
    Connection b() throws Exception {
        return DriverManager.getConnection("jdbc:postgresql://10.0.0.8/core", "core_rw", "c0reRW_8812"); // flag
    }
    String c(String user) {
        return Jwts.builder().setSubject(user).signWith(SignatureAlgorithm.HS512, "bankJwtSecret2024").compact(); // flag
    }
    Mac d() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("a8Kd72mzQp10".getBytes(StandardCharsets.UTF_8), "HmacSHA256")); // flag
        return mac;
    }
    void e(Properties p) {
        p.setProperty("spring.datasource.password", "Spr1ng!ds77"); // flag
    }
    void f(HttpHeaders h) {
        h.set("Authorization", "Basic Y29yZTpDMHJlUGFzcyE5OQ=="); // flag
    }
    void g(Properties p) {
        p.setProperty("mail.smtp.password", System.getenv("MAIL_PWD"));
    }
    @Value("${pay.secret}")
    private String paySecret;
    static final String PWD_KEY = "user_pwd";
    static final String TOKEN_PREFIX = "Bearer ";
    static final String PASSWORD_PATTERN = "^(?=.*[0-9])(?=.*[a-z]).{8,20}$";
    String h() {
        return "密码长度不足";
    }
    String i(KeyStore ks) {
        return ks.get("core.db.password");
    }
}
