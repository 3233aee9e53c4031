class Sample {
    String tag(byte[] data) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-1");  // flag
        MessageDigest other = MessageDigest.getInstance("SHA-256");
        return DigestUtils.md5Hex(data);  // flag
    }
}
