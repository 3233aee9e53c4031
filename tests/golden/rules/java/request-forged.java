class Sample {
    void bad(@RequestParam String url, RestTemplate rest) throws Exception {
        new URL(url).openStream();  // flag
        rest.getForObject("http://" + url, String.class);  // flag
    }

    void good(String path, RestTemplate rest) throws Exception {
        new URL("https://rates.example.com/").openStream();
        rest.getForObject(BASE + path, String.class);
    }
}
