class SM3 {
    private static final int[] V = {0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600}; // flag
}

class H {
    static byte[] sm4Encrypt(byte[] in, int[] rk) { // flag
        int x = in[0];
        x = x ^ Integer.rotateLeft(x ^ rk[0], 13);
        return in;
    }

    Cipher a() throws Exception {
        return Cipher.getInstance("SM4/ECB/PKCS5Padding"); // flag
    }

    MessageDigest b() throws Exception {
        return MessageDigest.getInstance("SHA-256"); // flag
    }

    Cipher c() throws Exception {
        return Cipher.getInstance("RSA/ECB/PKCS1Padding"); // flag
    }

    String d(String x) {
        return SecureUtil.sha256(x); // flag
    }

    Digest e() {
        return new SHA256Digest(); // flag
    }

    Signature n1() throws Exception {
        return Signature.getInstance("SM3withSM2", "BC");
    }

    Cipher n2() throws Exception {
        return Cipher.getInstance("SM4/CBC/PKCS5Padding", "BC");
    }

    SM4Engine n3() {
        return new SM4Engine();
    }

    SM2 n4() {
        return SmUtil.sm2();
    }
}
