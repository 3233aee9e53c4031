@RestController
class Endpoints {
    private final Path root = Path.of("/srv/statements");

    @GetMapping("/f/{name}")
    byte[] read(@PathVariable String name) throws IOException {
        return Files.readAllBytes(Paths.get("/srv/statements/" + name)); // flag
    }

    @GetMapping("/r")
    byte[] resolved(@RequestParam String name) throws IOException {
        return Files.readAllBytes(root.resolve(name)); // flag
    }

    @GetMapping("/s")
    FileInputStream stream(@RequestParam("file") String file) throws IOException {
        return new FileInputStream(new File("/srv/statements", file)); // flag
    }

    @PostMapping("/u")
    void upload(@RequestParam MultipartFile file) throws IOException {
        file.transferTo(new File("/srv/in/" + file.getOriginalFilename())); // flag
    }

    @GetMapping("/res")
    Resource resource(@RequestParam String name) {
        return new FileSystemResource("/srv/statements/" + name); // flag
    }

    @GetMapping("/p")
    void ping(@RequestParam String host) throws IOException {
        Runtime.getRuntime().exec("ping -c 1 " + host); // flag
    }

    @GetMapping("/sh")
    void shell(@RequestParam String name) throws IOException {
        new ProcessBuilder("sh", "-c", "convert " + name + " out.pdf").start(); // flag
    }

    @GetMapping("/shl")
    void shellList(@RequestParam String name) throws IOException {
        Runtime.getRuntime().exec(new String[] {"/bin/sh", "-c", "lpr " + name}); // flag
    }

    @PostMapping("/o")
    Object objects(HttpServletRequest r) throws Exception {
        return new ObjectInputStream(r.getInputStream()).readObject(); // flag
    }

    @PostMapping("/y")
    Object yaml(@RequestBody String body) {
        return new Yaml().load(body); // flag
    }

    @PostMapping("/fj")
    Object fastjson(@RequestBody String body) {
        ParserConfig.getGlobalInstance().setAutoTypeSupport(true); // flag
        return JSON.parse(body);
    }

    @PostMapping("/x")
    Document xml(InputStream in) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in); // flag
    }

    @PostMapping("/xs")
    Object sax(InputStream in) throws Exception {
        SAXReader reader = new SAXReader(); // flag
        return reader.read(in);
    }

    @PostMapping("/xf")
    XMLStreamReader stax(InputStream in) throws Exception {
        return XMLInputFactory.newInstance().createXMLStreamReader(in); // flag
    }

    @PostMapping("/xt")
    Object xstream(@RequestBody String body) {
        return new XStream().fromXML(body); // flag
    }

    @GetMapping("/c")
    String call(@RequestParam String url) {
        return rest.getForObject(url, String.class); // flag
    }

    @GetMapping("/c2")
    InputStream open(@RequestParam String url) throws IOException {
        return new URL(url).openStream(); // flag
    }

    @GetMapping("/c3")
    Mono<String> web(@RequestParam String url) {
        return WebClient.create().get().uri(url).retrieve().bodyToMono(String.class); // flag
    }

    @GetMapping("/c4")
    String host(@RequestParam String host) {
        return rest.getForObject("https://" + host + "/status", String.class); // flag
    }

    @PostMapping("/c5")
    void hook(@RequestBody Hook hook) {
        rest.postForObject(hook.getCallbackUrl(), "ok", String.class); // flag
    }

    @GetMapping("/e")
    Object spel(@RequestParam String expression) {
        return new SpelExpressionParser().parseExpression(expression).getValue(); // flag
    }

    @GetMapping("/cl")
    Object cls(@RequestParam String name) throws Exception {
        return Class.forName(name).newInstance(); // flag
    }

    @GetMapping("/safe")
    byte[] safe(@RequestParam String name) throws IOException {
        Path path = root.resolve(name).normalize();
        if (!path.startsWith(root)) {
            throw new IllegalArgumentException(name);
        }
        return Files.readAllBytes(path); // near: held in its folder
    }

    @GetMapping("/n/{number}")
    byte[] number(@PathVariable long number) throws IOException {
        return Files.readAllBytes(Paths.get("/srv/statements/" + number + ".pdf")); // near: a number
    }

    @GetMapping("/l")
    void list(@RequestParam String host) throws IOException {
        new ProcessBuilder("ping", "-c", "1", host).start(); // near: a list, no shell
    }

    @PostMapping("/xn")
    Document hardened(InputStream in) throws Exception {
        DocumentBuilderFactory f = DocumentBuilderFactory.newInstance();
        f.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return f.newDocumentBuilder().parse(in); // near: hardened
    }

    @PostMapping("/yn")
    Object safeYaml(@RequestBody String body) {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(body); // near
    }

    @GetMapping("/cn")
    String allowed(@RequestParam String url) {
        if (!ALLOWED_HOSTS.contains(URI.create(url).getHost())) {
            throw new IllegalArgumentException(url);
        }
        return rest.getForObject(url, String.class); // near: of a list
    }

    @GetMapping("/cv/{id}")
    String variable(@PathVariable String id) {
        return rest.getForObject("https://core.intra/accounts/{id}", String.class, id); // near: a fixed host
    }
}
