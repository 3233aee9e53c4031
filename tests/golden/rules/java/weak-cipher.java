class Sample {
    private static final String MODE = "AES/ECB/PKCS5Padding";

    void bad() throws Exception {
        Cipher.getInstance("DES/CBC/PKCS5Padding");  // flag
        Cipher.getInstance(MODE);  // flag
        Cipher.getInstance("AES");  // flag
        KeyGenerator.getInstance("DESede");
    }

    void keys() throws Exception {
        KeyGenerator.getInstance("DESede");  // flag
    }

    void good() throws Exception {
        Cipher.getInstance("AES/GCM/NoPadding");
        Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding").wrap(key);
        KeyGenerator.getInstance("AES");
    }
}
