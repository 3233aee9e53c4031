class X {
    void a() throws Exception {
        TrustManager[] tm = {new X509TrustManager() {
            public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[]{}; }
            public void checkClientTrusted(X509Certificate[] c, String t) {}
            public void checkServerTrusted(X509Certificate[] c, String t) { return; } // flag
        }};
        SSLContext.getInstance("TLS").init(null, tm, new SecureRandom());
    }

    void b() {
        HostnameVerifier v = (h, s) -> { return true; }; // flag
        HttpsURLConnection.setDefaultHostnameVerifier(v);
    }

    HttpClientBuilder c() {
        return HttpClients.custom().setSSLHostnameVerifier(new NoopHostnameVerifier()); // flag
    }

    TrustStrategy d() {
        return new TrustStrategy() {
            @Override
            public boolean isTrusted(X509Certificate[] chain, String authType) { // flag
                return true;
            }
        };
    }

    SSLContext e() throws Exception {
        return SSLContext.getInstance("SSL"); // flag
    }

    SSLEngine f(SSLEngine e) {
        e.setEnabledProtocols(new String[] {"TLSv1", "TLSv1.1"}); // flag
        return e;
    }

    SslContext g() throws Exception {
        return SslContextBuilder.forClient().protocols("TLSv1.1").build(); // flag
    }

    SSLContext h() throws Exception {
        return SSLContexts.custom().loadTrustMaterial(TrustAllStrategy.INSTANCE).build(); // flag
    }

    static final String URL = "jdbc:mysql://db:3306/core?useSSL=false&characterEncoding=utf8"; // flag

    void i(Properties p) {
        p.put("mail.smtp.ssl.checkserveridentity", "false"); // flag
    }

    SSLContext n1() throws Exception {
        return SSLContext.getInstance("TLSv1.2", "BCJSSE");
    }

    void n2(HttpsURLConnection c) {
        c.setHostnameVerifier(new DefaultHostnameVerifier());
    }

    class Pinned implements X509TrustManager {
        public void checkClientTrusted(X509Certificate[] c, String t) {}
        public void checkServerTrusted(X509Certificate[] c, String t) throws CertificateException {
            if (!PIN.equals(hash(c[0]))) throw new CertificateException("pin");
        }
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }

    static final String OK = "jdbc:mysql://db:3306/core?useSSL=true&verifyServerCertificate=true";

    boolean n3(String h) {
        return true;
    }

    SSLEngine n4(SSLEngine e) {
        e.setEnabledProtocols(new String[] {"TLSv1.3"});
        return e;
    }

    Predicate<String> n5() {
        return s -> true;
    }
}
