@Controller
class W {
    static final String DIR = "/data/stmt";

    @GetMapping("/d")
    void d(@RequestParam("name") String name, HttpServletResponse r) throws IOException {
        try (FileInputStream in = new FileInputStream(DIR + "/" + name)) { // flag
            IOUtils.copy(in, r.getOutputStream());
        }
    }

    @PostMapping("/u")
    void u(@RequestPart MultipartFile f) throws IOException {
        String name = f.getOriginalFilename();
        File dest = new File(DIR, name); // flag
        f.transferTo(dest);
    }

    @DeleteMapping("/x")
    void x(@RequestParam String p) throws IOException {
        Files.delete(Paths.get(DIR + p)); // flag
    }

    String ping(String ip) throws IOException {
        ProcessBuilder pb = new ProcessBuilder("/bin/bash", "-c", "ping -c 1 " + ip); // flag
        return read(pb.start());
    }

    Object o(Socket s) throws Exception {
        try (ObjectInputStream in = new ObjectInputStream(s.getInputStream())) { // flag
            return in.readObject();
        }
    }

    Object fj(String t) {
        return JSON.parseObject(t, Object.class, Feature.SupportAutoType); // flag
    }

    Object xs(String xml) {
        XStream x = new XStream(); // flag
        return x.fromXML(xml);
    }

    Document dom(InputStream in) throws Exception {
        DocumentBuilderFactory f = DocumentBuilderFactory.newInstance(); // flag
        f.setNamespaceAware(true);
        DocumentBuilder b = f.newDocumentBuilder();
        return b.parse(in);
    }

    @PostMapping("/cb")
    void cb(@RequestBody Map<String, String> body) {
        restTemplate.postForEntity(body.get("url"), null, Void.class); // flag
    }

    @GetMapping("/ok")
    Mono<String> wc(@RequestParam String target) {
        return WebClient.create().get().uri(target).retrieve().bodyToMono(String.class); // flag
    }

    Object spel(@RequestParam String e) {
        ExpressionParser parser = new SpelExpressionParser();
        return parser.parseExpression(e).getValue(); // flag
    }

    void n1(String name) throws IOException {
        File f = new File(DIR, name).getCanonicalFile();
        if (!f.getPath().startsWith(DIR)) {
            throw new SecurityException();
        }
    }

    void n2(Path dir) throws IOException {
        Files.createDirectories(dir.resolve("out"));
    }

    Process n3(String in, String out) throws IOException {
        return new ProcessBuilder("convert", in, out).start();
    }

    Order n4(String t) {
        return JSON.parseObject(t, Order.class);
    }

    Object n5(String t) throws Exception {
        return new ObjectMapper().readValue(t, Order.class);
    }

    @GetMapping("/n6")
    String n6(@RequestParam Long id) {
        return restTemplate.getForObject("https://core.bank/acct/" + id, String.class);
    }

    File n7(LocalDate day) {
        return new File(DIR, day + ".csv");
    }

    Object n8(Map<String, Object> env) {
        return AviatorEvaluator.execute("amount * rate", env);
    }
}
