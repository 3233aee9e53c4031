class Sample {
    void both() throws Exception {
        SSLContext.getInstance("TLSv1");  // flag
        SSLContext.getInstance("SSLv3");  // flag
        SSLContext.getInstance("TLSv1.2");
        SSLContext.getInstance("TLS");
    }
}
