class Sample {
    void bad() {
        HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);  // flag
        builder.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);  // flag
        factory.setHostnameVerifier(SSLSocketFactory.ALLOW_ALL_HOSTNAME_VERIFIER);  // flag
    }

    X509TrustManager trusting = new X509TrustManager() {
        public void checkServerTrusted(X509Certificate[] chain, String type) {}  // flag
    };

    X509TrustManager checking = new X509TrustManager() {
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            own.checkServerTrusted(chain, type);
        }
    };

    void good() {
        builder.setSSLHostnameVerifier(new DefaultHostnameVerifier());
        list.filter(each -> true);
    }
}
