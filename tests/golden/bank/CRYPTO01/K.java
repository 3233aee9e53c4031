class K {
    byte[] a(String s) throws NoSuchAlgorithmException {
        MessageDigest d = MessageDigest.getInstance("SHA-1"); // flag
        return d.digest(s.getBytes());
    }

    String b(String pwd, String salt) {
        return DigestUtils.md5Hex(pwd + salt); // flag
    }

    Cipher c() throws Exception {
        return Cipher.getInstance("DES/ECB/NoPadding"); // flag
    }

    Cipher d() throws Exception {
        return Cipher.getInstance("SM4/ECB/PKCS7Padding", "BC"); // flag
    }

    Cipher e() throws Exception {
        final String transformation = "AES/ECB/NoPadding";
        return Cipher.getInstance(transformation); // flag
    }

    IvParameterSpec f() {
        byte[] iv = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
        return new IvParameterSpec(iv); // flag
    }

    AlgorithmParameterSpec f2() {
        return new IvParameterSpec("0000000000000000".getBytes()); // flag
    }

    KeyPair g() throws Exception {
        KeyPairGenerator kpg = KeyPairGenerator.getInstance("RSA");
        kpg.initialize(KEY_SIZE); // flag
        return kpg.generateKeyPair();
    }
    private static final int KEY_SIZE = 1024;

    String smsCode() {
        Random r = new Random(); // flag
        StringBuilder sb = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            sb.append(r.nextInt(10));
        }
        return sb.toString();
    }

    String sessionId() {
        return Double.toString(Math.random()); // flag
    }

    String i(String x) {
        return SecureUtil.md5(x); // flag
    }

    SecureRandom j() {
        return new SecureRandom("bank".getBytes()); // flag
    }

    byte[] n1(byte[] x) throws Exception {
        return MessageDigest.getInstance("SM3").digest(x);
    }

    Cipher n2() throws Exception {
        return Cipher.getInstance("AES/CBC/PKCS5Padding");
    }

    IvParameterSpec n3() {
        byte[] iv = new byte[16];
        RANDOM.nextBytes(iv);
        return new IvParameterSpec(iv);
    }

    KeyPair n4() throws Exception {
        KeyPairGenerator kpg = KeyPairGenerator.getInstance("RSA");
        kpg.initialize(3072);
        return kpg.generateKeyPair();
    }

    int n5(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    String n6(byte[] body) {
        String etag = DigestUtils.md5Hex(body);
        return etag;
    }

    byte[] n7() {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        return salt;
    }

    Signature n8() throws Exception {
        return Signature.getInstance("SHA256withRSA");
    }
}
