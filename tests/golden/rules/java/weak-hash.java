class Sample {
    String storedPassword(String password) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");  // flag
        return DigestUtils.sha1Hex(password);  // flag
    }

    void sign() throws Exception {
        Signature.getInstance("SHA1withRSA");  // flag
        Signature.getInstance("SHA256withRSA");
    }

    String fileTag(byte[] data) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        return DigestUtils.sha256Hex(data);
    }
}
