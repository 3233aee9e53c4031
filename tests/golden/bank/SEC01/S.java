class S {
    String password = "Adm1n#core"; // flag
    static final String ACCESS_KEY = "AKIAIOSFODNN7QRSTUVW"; // flag
    String url = "jdbc:mysql://root:R00t#pwd@10.0.0.1:3306/core"; // flag
    void a(MongoCredential c) {
        MongoCredential.createCredential("core", "admin", "M0ngo!core9".toCharArray()); // flag
    }
    boolean b(String pwd) {
        return "SuperAdmin@2023".equals(pwd); // flag
    }
    void c(JSch j) throws Exception {
        session.setPassword("Sftp!9081x"); // flag
    }
    Algorithm d() {
        return Algorithm.HMAC256("core-banking-secret"); // flag
    }
    byte[] e = "ThisIsASecretKey".getBytes();
    static final String SMS_APP_SECRET = "b1c2d3e4f5a60718293a4b5c6d7e8f90"; // flag
    String n1 = System.getProperty("db.password");
    static final String n2 = "login.password.error";
    @NotBlank(message = "密码不能为空") String n3;
    static final String PASSWORD = "password";
    static final String SIGN_TYPE = "HMAC-SHA256";
    static final String TOKEN_URL = "https://auth.bank/token";
    void n4(Config c) { c.setPassword(props.getProperty("pwd")); }
    static final String REGEX_PASSWORD = "^[A-Za-z0-9]{6,20}$";
}
