class Sm4Impl {
    private static final int[] CK = {0x00070e15, 0x1c232a31, 0x383f464d, 0x545b6269}; // flag
    int tau(int a) { return a; }
}

class Gm {
    private long sm3Rotate(long x, int k) { // flag
        return ((x << k) | (x >>> (32 - k))) ^ 0L;
    }

    byte[] a(byte[] k, byte[] d) throws Exception {
        Cipher c = Cipher.getInstance("SM4/ECB/NoPadding", BouncyCastleProvider.PROVIDER_NAME); // flag
        c.init(1, new SecretKeySpec(k, "SM4"));
        return c.doFinal(d);
    }

    String b(String s) {
        return DigestUtils.sha256Hex(s); // flag
    }

    KeyPairGenerator c() throws Exception {
        return KeyPairGenerator.getInstance("RSA", "BC"); // flag
    }

    Mac d() throws Exception {
        return Mac.getInstance("HmacSHA256"); // flag
    }

    SymmetricCrypto e(byte[] key) {
        return new SM4(Mode.ECB, Padding.PKCS5Padding, key); // flag
    }

    AES f(byte[] key) {
        return new AES(key); // flag
    }

    Signature g() throws Exception {
        return Signature.getInstance("SHA256withECDSA"); // flag
    }

    KeyGenerator h() throws Exception {
        return KeyGenerator.getInstance("AES"); // flag
    }

    String ok1(String s) {
        return SmUtil.sm3(s);
    }

    Signature ok2() throws Exception {
        return Signature.getInstance("SM3withSM2", new BouncyCastleProvider());
    }

    SymmetricCrypto ok3(byte[] key, byte[] iv) {
        return new SM4(Mode.CBC, Padding.PKCS5Padding, key, iv);
    }

    KeyGenerator ok4() throws Exception {
        return KeyGenerator.getInstance("SM4", "BC");
    }

    int ok5(int a) {
        return (a << 3) ^ 5;
    }

    SM3Digest ok6() {
        return new SM3Digest();
    }

    X9ECParameters ok7() {
        return GMNamedCurves.getByName("sm2p256v1");
    }
}
