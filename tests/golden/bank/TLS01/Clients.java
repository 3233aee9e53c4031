package com.bank.client;

class Clients {
    static final TrustManager[] TRUST_ALL = new TrustManager[] { new X509TrustManager() {
        public void checkClientTrusted(X509Certificate[] chain, String type) { }
        public void checkServerTrusted(X509Certificate[] chain, String type) { } // flag
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    } };

    void anyHost(HttpsURLConnection connection) {
        connection.setHostnameVerifier((host, session) -> true); // flag
    }

    HostnameVerifier anonymous() {
        return new HostnameVerifier() {
            @Override
            public boolean verify(String host, SSLSession session) { // flag
                return true;
            }
        };
    }

    CloseableHttpClient noop() {
        return HttpClients.custom().setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE).build(); // flag
    }

    SSLContext trusting() throws Exception {
        return SSLContextBuilder.create().loadTrustMaterial(null, (chain, type) -> true).build(); // flag
    }

    SSLContext selfSigned() throws Exception {
        return SSLContexts.custom().loadTrustMaterial(null, new TrustSelfSignedStrategy()).build(); // flag
    }

    SslContext netty() throws Exception {
        return SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build(); // flag
    }

    SSLContext old() throws Exception {
        return SSLContext.getInstance("SSLv3"); // flag
    }

    void oldProtocols(SSLSocket socket) {
        socket.setEnabledProtocols(new String[] {"TLSv1", "TLSv1.2"}); // flag
    }

    OkHttpClient okhttp() {
        return new OkHttpClient.Builder().hostnameVerifier((h, s) -> true).build(); // flag
    }

    void vertx(WebClientOptions options) {
        options.setTrustAll(true); // flag
        options.setVerifyHost(false); // flag
    }

    void endpoint(SSLParameters parameters) {
        parameters.setEndpointIdentificationAlgorithm(null); // flag
    }

    void property() {
        System.setProperty("jdk.internal.httpclient.disableHostnameVerification", "true"); // flag
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection("jdbc:mysql://db/core?useSSL=false", user, secret()); // flag
    }

    SSLContext modern() throws Exception {
        return SSLContext.getInstance("TLSv1.2"); // near: today's protocol
    }

    void modernProtocols(SSLSocket socket) {
        socket.setEnabledProtocols(new String[] {"TLSv1.2", "TLSv1.3"}); // near: today's protocols
    }

    SSLContext own(KeyStore store) throws Exception {
        return SSLContextBuilder.create().loadTrustMaterial(store, null).build(); // near: the bank's own store
    }

    void checked(HttpsURLConnection connection) {
        connection.setHostnameVerifier(HttpsURLConnection.getDefaultHostnameVerifier()); // near: the default
    }

    void endpointChecked(SSLParameters parameters) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // near: on
    }

    boolean verify(String password, String stored) {
        return true; // near: another kind of check
    }

    void vertxChecked(WebClientOptions options) {
        options.setTrustAll(false); // near: off
        options.setVerifyHost(true); // near: on
    }

    Connection safeDatabase() throws SQLException {
        return DriverManager.getConnection("jdbc:mysql://db/core?sslMode=VERIFY_IDENTITY", user, secret()); // near: checked
    }
}

class PinnedTrustManager implements X509TrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException { // near: it looks
        delegate.checkServerTrusted(chain, type);
        pins.check(chain[0]);
    }
}
