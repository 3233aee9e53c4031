class T {
    static class TrustAll implements X509TrustManager {
        @Override public void checkClientTrusted(X509Certificate[] c, String a) {}
        @Override public void checkServerTrusted(X509Certificate[] c, String a) { // flag
            // trust everything
        }
        @Override public X509Certificate[] getAcceptedIssuers() { return null; }
    }

    static final HostnameVerifier ANY = (h, s) -> true; // flag

    void a() {
        HttpsURLConnection.setDefaultHostnameVerifier((hostname, session) -> true); // flag
    }

    CloseableHttpClient b() throws Exception {
        SSLContext ctx = new SSLContextBuilder().loadTrustMaterial(null, (TrustStrategy) (chain, t) -> true).build(); // flag
        return HttpClients.custom().setSSLContext(ctx).build();
    }

    SSLConnectionSocketFactory c(SSLContext ctx) {
        return new SSLConnectionSocketFactory(ctx, NoopHostnameVerifier.INSTANCE); // flag
    }

    SSLConnectionSocketFactory c2(SSLContext ctx) {
        return new SSLConnectionSocketFactory(ctx, SSLConnectionSocketFactory.ALLOW_ALL_HOSTNAME_VERIFIER); // flag
    }

    SSLContext d() throws Exception {
        SSLContext ctx = SSLContext.getInstance("TLSv1.1"); // flag
        ctx.init(null, null, null);
        return ctx;
    }

    void e(SSLServerSocket s) {
        s.setEnabledProtocols(new String[]{"SSLv3"}); // flag
    }

    void f() {
        System.setProperty("https.protocols", "TLSv1,TLSv1.1"); // flag
    }

    HttpClient g() {
        return HttpClient.create().secure(s -> s.sslContext(SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE))); // flag
    }

    void h(HikariConfig c) {
        c.setJdbcUrl("jdbc:mysql://10.0.0.1:3306/pay?useUnicode=true&useSSL=false"); // flag
    }

    OkHttpClient i() {
        return new OkHttpClient.Builder()
            .hostnameVerifier(new HostnameVerifier() {
                public boolean verify(String hostname, SSLSession session) { return true; } // flag
            }).build();
    }

    ConnectionSpec j() {
        return new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS).tlsVersions(TlsVersion.TLS_1_0).build(); // flag
    }

    SSLContext ok1() throws Exception {
        return SSLContext.getInstance("TLS");
    }

    SSLContext ok2() throws Exception {
        return SSLContext.getInstance("TLSv1.3");
    }

    void ok3(SSLSocket s) {
        s.setEnabledProtocols(new String[]{"TLSv1.2"});
    }

    void ok4(HttpsURLConnection c) {
        c.setHostnameVerifier((h, s) -> h.equals("core.bank"));
    }

    SSLContext ok5(KeyStore ks) throws Exception {
        return SSLContexts.custom().loadTrustMaterial(ks, null).build();
    }

    void ok6(HikariConfig c) {
        c.setJdbcUrl("jdbc:mysql://10.0.0.1:3306/pay?useSSL=true&requireSSL=true");
    }

    boolean verify(Account a) {
        return true;
    }

    void ok7() {
        System.setProperty("https.protocols", "TLSv1.2,TLSv1.3");
    }
}
