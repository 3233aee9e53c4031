package com.bank.crypto;

class Sm4Tables {
    private static final byte[] SBOX = { // flag
        (byte) 0xd6, (byte) 0x90, (byte) 0xe9, (byte) 0xfe, (byte) 0xcc, (byte) 0xe1, 0x3d, (byte) 0xb7,
    };
    private static final int[] FK = {0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC};
}

class Sm3Digest {
    int rotate(int x, int n) { // flag
        return (x << n) ^ (x >>> (32 - n));
    }

    int p1(int x) {
        return x ^ rotate(x, 15) ^ rotate(x, 23);
    }
}

class Sm {
    int sm4Round(int x0, int x1, int key) { // flag
        int x = x1 ^ key;
        return x0 ^ x ^ Integer.rotateLeft(x, 2);
    }

    Cipher ecb() throws Exception {
        return Cipher.getInstance("SM4/ECB/PKCS5Padding", "BC"); // flag
    }

    Cipher plain() throws Exception {
        return Cipher.getInstance("SM4"); // flag
    }

    Cipher aes() throws Exception {
        return Cipher.getInstance("AES/GCM/NoPadding"); // flag
    }

    byte[] sha(byte[] data) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(data); // flag
    }

    Signature rsa() throws Exception {
        return Signature.getInstance("SHA256withRSA"); // flag
    }

    KeyPairGenerator pair() throws Exception {
        return KeyPairGenerator.getInstance("RSA"); // flag
    }

    String hutool(String data) {
        return SecureUtil.aes(key).encryptHex(data); // flag
    }

    Cipher other() throws Exception {
        return Cipher.getInstance("SM4/GCM/NoPadding", "HomeMade"); // flag
    }

    Cipher gcm() throws Exception {
        return Cipher.getInstance("SM4/GCM/NoPadding", "BC"); // near: an approved provider
    }

    byte[] sm3(byte[] data) throws Exception {
        return MessageDigest.getInstance("SM3", "BC").digest(data); // near: SM3
    }

    Signature sm2() throws Exception {
        return Signature.getInstance("SM3withSM2", "BC"); // near: SM2
    }

    KeyPair sm2Pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC"); // near: SM2's curve
        generator.initialize(new ECGenParameterSpec("sm2p256v1"));
        return generator.generateKeyPair();
    }

    String sm3Hex(String data) {
        return SmUtil.sm3(data); // near: the provider's
    }

    Cipher cbc() throws Exception {
        return Cipher.getInstance("SM4/CBC/PKCS5Padding", "BC"); // near: CBC
    }

    byte[] sm3Mac(byte[] data) throws Exception {
        return Mac.getInstance("HmacSM3", "BC").doFinal(data); // near: SM3
    }

    int flags(int mask) {
        return mask ^ (1 << 4); // near: bits, of nothing here
    }
}
