class Sample {
    void bad() {
        new IvParameterSpec("0123456789abcdef".getBytes());  // flag
        byte[] iv = new byte[16];
        new IvParameterSpec(iv);  // flag
    }

    void good(byte[] given) {
        byte[] iv = new byte[16];
        random.nextBytes(iv);
        new IvParameterSpec(iv);
        new GCMParameterSpec(128, given);
    }
}
