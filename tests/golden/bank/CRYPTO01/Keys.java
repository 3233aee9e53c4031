package com.bank.crypto;

class Keys {
    private static final String ALGORITHM = "DES";
    private static final byte[] IV = "0123456789abcdef".getBytes();

    byte[] digest(String password) throws Exception {
        return MessageDigest.getInstance("MD5").digest(password.getBytes()); // flag
    }

    String sign(String text) {
        return DigestUtils.sha1Hex(text + secret); // flag
    }

    byte[] mac(SecretKey key, byte[] data) throws Exception {
        Mac mac = Mac.getInstance("HmacMD5"); // flag
        mac.init(key);
        return mac.doFinal(data);
    }

    Cipher des() throws Exception {
        return Cipher.getInstance(ALGORITHM); // flag
    }

    Cipher tripleDes() throws Exception {
        return Cipher.getInstance("DESede/CBC/PKCS5Padding"); // flag
    }

    Cipher rc4() throws Exception {
        return Cipher.getInstance("RC4"); // flag
    }

    Cipher ecb() throws Exception {
        return Cipher.getInstance("AES/ECB/PKCS5Padding"); // flag
    }

    Cipher plain() throws Exception {
        return Cipher.getInstance("AES"); // flag
    }

    void fixed(Cipher cipher, SecretKey key) throws Exception {
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(IV)); // flag
    }

    void zero(Cipher cipher, SecretKey key) throws Exception {
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16])); // flag
    }

    KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024); // flag
        return generator.generateKeyPair();
    }

    String otp() {
        return String.valueOf(new Random().nextInt(900000) + 100000); // flag
    }

    String resetToken() {
        return RandomStringUtils.randomAlphanumeric(32); // flag
    }

    String hutool(String data) {
        return new cn.hutool.crypto.symmetric.DES(key).encryptHex(data); // flag
    }

    BlockCipher engine() {
        return new CBCBlockCipher(new DESedeEngine()); // flag
    }

    byte[] strong(byte[] data) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(data); // near: SHA-256
    }

    byte[] sm3(byte[] data) throws Exception {
        return MessageDigest.getInstance("SM3").digest(data); // near: SM3
    }

    Cipher gcm() throws Exception {
        return Cipher.getInstance("AES/GCM/NoPadding"); // near: GCM
    }

    Cipher rsa() throws Exception {
        return Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding"); // near: its name for no mode at all
    }

    void drawn(Cipher cipher, SecretKey key) throws Exception {
        byte[] iv = new byte[16];
        new SecureRandom().nextBytes(iv);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv)); // near: drawn anew
    }

    KeyPair longPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048); // near: long enough
        return generator.generateKeyPair();
    }

    long backoff(int attempt) {
        return attempt * 100L + new Random().nextInt(50); // near: a pause
    }

    String token() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes); // near: unpredictable
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    String etag(byte[] body) {
        return DigestUtils.md5Hex(body); // near: a mark for caches
    }
}
