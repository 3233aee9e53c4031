public class CryptoUtil {
    private static final String KEY_ALG = "AES";
    private static final String CIPHER_ALG = "AES/ECB/PKCS5Padding";
    private static final String DEFAULT_IV = "1234567890abcdef";

    public static String encrypt(String s, byte[] key) throws Exception {
        Cipher cipher = Cipher.getInstance(CIPHER_ALG); // flag
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, KEY_ALG));
        return Base64.getEncoder().encodeToString(cipher.doFinal(s.getBytes()));
    }

    public static String md5(String s) throws Exception {
        MessageDigest md = MessageDigest.getInstance("md5"); // flag
        return Hex.encodeHexString(md.digest(s.getBytes("UTF-8")));
    }

    public static String sign(Map<String, String> m, String key) {
        return DigestUtils.md5DigestAsHex((join(m) + key).getBytes()); // flag
    }

    public static String pwd(String p) {
        return DigestUtils.sha1Hex(p); // flag
    }

    public static byte[] sha(byte[] b) throws Exception {
        return MessageDigest.getInstance("SHA1").digest(b); // flag
    }

    public static Signature sig(PrivateKey k) throws Exception {
        Signature s = Signature.getInstance("SHA1withRSA"); // flag
        s.initSign(k);
        return s;
    }

    public static byte[] tdes(byte[] k, byte[] d) throws Exception {
        SecretKey key = SecretKeyFactory.getInstance("DESede").generateSecret(new DESedeKeySpec(k));
        Cipher c = Cipher.getInstance("DESede"); // flag
        c.init(Cipher.ENCRYPT_MODE, key);
        return c.doFinal(d);
    }

    public static byte[] cbc(byte[] k, byte[] d) throws Exception {
        Cipher c = Cipher.getInstance("AES/CBC/PKCS5Padding");
        IvParameterSpec iv = new IvParameterSpec(DEFAULT_IV.getBytes(StandardCharsets.UTF_8)); // flag
        c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(k, "AES"), iv);
        return c.doFinal(d);
    }

    public static byte[] gcm(byte[] k, byte[] d) throws Exception {
        byte[] nonce = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
        Cipher c = Cipher.getInstance("AES/GCM/NoPadding");
        c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(k, "AES"), new GCMParameterSpec(128, nonce)); // flag
        return c.doFinal(d);
    }

    public static KeyPair rsa() throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
        g.initialize(512, new SecureRandom()); // flag
        return g.genKeyPair();
    }

    public static String genToken() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong()); // flag
    }

    public static String verifyCode() {
        return RandomUtil.randomNumbers(6); // flag
    }

    public static int captcha() {
        return (int) (Math.random() * 9000) + 1000; // flag
    }

    public static String guava(String pwd) {
        return Hashing.md5().hashString(pwd, UTF_8).toString(); // flag
    }

    public static byte[] hmac(byte[] k, byte[] d) throws Exception {
        Mac m = Mac.getInstance("HmacSHA1"); // flag
        m.init(new SecretKeySpec(k, "HmacSHA1"));
        return m.doFinal(d);
    }

    public static byte[] ok1(byte[] b) throws Exception {
        return MessageDigest.getInstance("SHA-512").digest(b);
    }

    public static Cipher ok2() throws Exception {
        return Cipher.getInstance("RSA/ECB/PKCS1Padding");
    }

    public static byte[] ok3(byte[] k, byte[] msg) throws Exception {
        byte[] iv = Arrays.copyOfRange(msg, 0, 16);
        Cipher c = Cipher.getInstance("AES/CBC/PKCS5Padding");
        c.init(Cipher.DECRYPT_MODE, new SecretKeySpec(k, "AES"), new IvParameterSpec(iv));
        return c.doFinal(msg, 16, msg.length - 16);
    }

    public static KeyPair ok4() throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        return g.genKeyPair();
    }

    public static int ok5(int n) {
        return new Random().nextInt(n);
    }

    public static String ok6() {
        return UUID.randomUUID().toString();
    }

    public static String ok7(File f) throws IOException {
        return DigestUtils.md5Hex(new FileInputStream(f)) + "-checksum";
    }

    public static KeyGenerator ok8() throws Exception {
        KeyGenerator g = KeyGenerator.getInstance("AES");
        g.init(256);
        return g;
    }
}
