package com.bank.web;

@RestController
class Views {
    private static final String BASE = "/srv/statements/";

    @GetMapping("/statement")
    byte[] statement(@RequestParam String file) throws IOException {
        return Files.readAllBytes(Paths.get(BASE, file)); // flag
    }

    @PostMapping("/upload")
    void upload(@RequestParam MultipartFile file) throws IOException {
        file.transferTo(new File(BASE + file.getOriginalFilename())); // flag
    }

    File byName(String fileName) {
        return new File(BASE + fileName); // flag
    }

    void ping(String host) throws IOException {
        Runtime.getRuntime().exec("ping -c 1 " + host); // flag
    }

    void shell(String command) throws IOException {
        new ProcessBuilder("sh", "-c", command).start(); // flag
    }

    Object session(byte[] cookie) throws Exception {
        return new ObjectInputStream(new ByteArrayInputStream(cookie)).readObject(); // flag
    }

    void autoType() {
        ParserConfig.getGlobalInstance().setAutoTypeSupport(true); // flag
    }

    Document parse(InputStream in) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in); // flag
    }

    org.dom4j.Document read(InputStream in) throws Exception {
        SAXReader reader = new SAXReader(); // flag
        return reader.read(in);
    }

    @GetMapping("/proxy")
    String proxy(@RequestParam String url) {
        return restTemplate.getForObject(url, String.class); // flag
    }

    @GetMapping("/image")
    InputStream image(@RequestParam("url") String url) throws IOException {
        return new URL(url).openStream(); // flag
    }

    Object formula(String expression) {
        return new SpelExpressionParser().parseExpression(expression).getValue(); // flag
    }

    Object yaml(String text) {
        Yaml yaml = new Yaml();
        return yaml.load(text); // flag
    }

    @GetMapping("/checked")
    byte[] checked(@RequestParam String file) throws IOException {
        Path path = Paths.get(BASE).resolve(file).normalize();
        if (!path.startsWith(BASE)) {
            throw new AccessDeniedException(file);
        }
        return Files.readAllBytes(path); // near: held against the folder
    }

    void pingWell(String host) throws IOException {
        new ProcessBuilder("ping", "-c", "1", host).start(); // near: no shell
    }

    void fixed() throws IOException {
        Runtime.getRuntime().exec("sync"); // near: constant
    }

    Object json(String text) throws Exception {
        return mapper.readValue(text, Session.class); // near: a fixed class
    }

    Document parseWell(InputStream in) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance(); // near: no DOCTYPE
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(in);
    }

    @GetMapping("/rate")
    String rate(@RequestParam String currency) {
        return restTemplate.getForObject("https://rates.bank.internal/{currency}", String.class, currency); // near: a fixed host
    }

    Object yamlWell(String text) {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        return yaml.load(text); // near: plain data only
    }

    Object fixedFormula(Customer customer) {
        return new SpelExpressionParser().parseExpression("age >= 18").getValue(customer); // near: constant
    }

    File temporary() throws IOException {
        return File.createTempFile("statement", ".pdf"); // near: no name from outside
    }
}
