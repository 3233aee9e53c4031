class KeyStores {
    private static final String K = "8f0a3cd1179be24455f6c8a90312be7d";
    private static final byte[] RAW = {0x8f, 0x0a, 0x3c, 0x11, 0x17, 0x1b, 0x62, 0x44, 0x55, 0x76, 0x48, 0x29, 0x03, 0x12, 0x3e, 0x7d};
    @Value("${zone.key}")
    private String zoneKey;

    SecretKey hexFormat() {
        return new SecretKeySpec(HexFormat.of().parseHex("8f0a3cd1179be24455f6c8a90312be7d"), "AES"); // flag
    }

    SecretKey hexDecoded() throws Exception {
        return new SecretKeySpec(Hex.decodeHex("8f0a3cd1179be24455f6c8a90312be7d".toCharArray()), "AES"); // flag
    }

    SecretKey base64() {
        return new SecretKeySpec(Base64.getDecoder().decode("OGYwYTNjZDExNzliZTI0NDU1ZjZjOGE5MDMxMmJlN2Q="), "AES"); // flag
    }

    SecretKey constant() {
        return new SecretKeySpec(K.getBytes(StandardCharsets.UTF_8), "SM4"); // flag
    }

    SecretKey constantHex() {
        return new SecretKeySpec(HexFormat.of().parseHex(K), "AES"); // flag
    }

    SecretKey raw() {
        return new SecretKeySpec(RAW, "AES"); // flag
    }

    SecretKey local() {
        byte[] material = "pk-2291-zone-77a".getBytes(StandardCharsets.UTF_8);
        return new SecretKeySpec(material, "AES"); // flag
    }

    SecretKey big() {
        return new SecretKeySpec(new BigInteger("8f0a3cd1179be24455f6c8a90312be7d", 16).toByteArray(), "AES"); // flag
    }

    CipherParameters bouncy() {
        return new KeyParameter(Hex.decode("8f0a3cd1179be24455f6c8a90312be7d")); // flag
    }

    Key jwt() {
        return Keys.hmacShaKeyFor(Decoders.BASE64.decode("OGYwYTNjZDExNzliZTI0NDU1ZjZjOGE5MDMxMmJlN2Q=")); // flag
    }

    Key jwtConstant() {
        return Keys.hmacShaKeyFor(K.getBytes()); // flag
    }

    Connection connect() throws Exception {
        return DriverManager.getConnection("jdbc:oracle:thin:@db:1521/core", "core", "Tq83_vvL2m"); // flag
    }

    void pool(HikariConfig c) {
        c.setPassword("Tq83_vvL2m"); // flag
    }

    KeyStore store() throws Exception {
        KeyStore s = KeyStore.getInstance("PKCS12");
        s.load(in, "Ks_pass-8821".toCharArray()); // flag
        return s;
    }

    SecretKey settings() {
        return new SecretKeySpec(HexFormat.of().parseHex(zoneKey), "AES"); // near: a setting
    }

    SecretKey environment() {
        return new SecretKeySpec(System.getenv("ZONE_KEY").getBytes(), "AES"); // near
    }

    SecretKey vault() {
        return new SecretKeySpec(vault.read("secret/zone"), "AES"); // near: a path of the vault
    }

    SecretKey property(Environment env) {
        return new SecretKeySpec(env.getProperty("zone.key").getBytes(), "AES"); // near: a property's name
    }

    SecretKey generated() throws Exception {
        return KeyGenerator.getInstance("AES").generateKey(); // near
    }

    SecretKey random() {
        byte[] k = new byte[16];
        new SecureRandom().nextBytes(k);
        return new SecretKeySpec(k, "AES"); // near: made here
    }

    Connection configured(Settings s) throws Exception {
        return DriverManager.getConnection(s.url(), s.user(), s.password()); // near
    }

    SecretKey given(byte[] key) {
        return new SecretKeySpec(key, "AES"); // near
    }

    String hutool(String text) {
        return SecureUtil.aes("kq83hs71bcnz02ld".getBytes()).encryptHex(text); // flag
    }

    String hutoolSetting(String text) {
        return SecureUtil.aes(zoneKey.getBytes()).encryptHex(text); // near: a setting
    }
}
