@RestController
public class FileController {
    @Value("${upload.dir}") private String uploadDir;

    @GetMapping("/download")
    public void download(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String fileName = request.getParameter("fileName");
        File file = new File(uploadDir, fileName); // flag
        Files.copy(file.toPath(), response.getOutputStream());
    }

    @PostMapping("/upload")
    public String upload(MultipartFile file) throws IOException {
        Path target = Paths.get(uploadDir).resolve(file.getOriginalFilename()); // flag
        file.transferTo(target);
        return "ok";
    }

    @GetMapping("/res/{name}")
    public Resource res(@PathVariable String name) {
        return new FileSystemResource("/data/res/" + name); // flag
    }

    @PostMapping("/exec")
    public String exec(@RequestParam("cmd") String cmd) throws Exception {
        Process p = Runtime.getRuntime().exec(new String[] {"/bin/sh", "-c", cmd}); // flag
        return read(p);
    }

    public void zip(String dir) throws IOException {
        String cmd = "tar czf /tmp/a.tgz " + dir;
        Runtime.getRuntime().exec(cmd); // flag
    }

    public Object load(InputStream in) throws Exception {
        ObjectInputStream ois = new ObjectInputStream(in); // flag
        return ois.readObject();
    }

    public Object decode(InputStream in) {
        return new XMLDecoder(in).readObject(); // flag
    }

    @Bean
    public ObjectMapper mapper() {
        ObjectMapper m = new ObjectMapper();
        m.enableDefaultTyping(ObjectMapper.DefaultTyping.NON_FINAL); // flag
        return m;
    }

    public Doc xml(String text) throws Exception {
        SAXParserFactory f = SAXParserFactory.newInstance(); // flag
        f.newSAXParser().parse(new ByteArrayInputStream(text.getBytes()), handler);
        return handler.doc();
    }

    public Object stax(Reader r) throws Exception {
        XMLInputFactory f = XMLInputFactory.newInstance(); // flag
        return f.createXMLStreamReader(r);
    }

    @PostMapping("/notify")
    public String notify(@RequestBody NotifyReq req) {
        return restTemplate.postForObject(req.getCallbackUrl(), req, String.class); // flag
    }

    @GetMapping("/fetch")
    public String fetch(HttpServletRequest request) throws IOException {
        URL u = new URL(request.getParameter("u")); // flag
        HttpURLConnection c = (HttpURLConnection) u.openConnection();
        return IOUtils.toString(c.getInputStream(), "UTF-8");
    }

    @GetMapping("/calc")
    public Object calc(@RequestParam String expr) throws Exception {
        ScriptEngine engine = new ScriptEngineManager().getEngineByName("js");
        return engine.eval(expr); // flag
    }

    public Object aviator(String rule, Map<String, Object> env) {
        return AviatorEvaluator.execute(rule, env); // flag
    }

    @GetMapping("/ok")
    public Resource ok(@RequestParam String name) throws IOException {
        File f = new File(uploadDir, FilenameUtils.getName(name));
        return new FileSystemResource(f);
    }

    public void okExec() throws IOException {
        Runtime.getRuntime().exec(new String[] {"/usr/bin/df", "-h"});
    }

    public Object okLoad(InputStream in) throws Exception {
        ObjectInputStream ois = new ObjectInputStream(in);
        ois.setObjectInputFilter(ObjectInputFilter.Config.createFilter("com.bank.*;!*"));
        return ois.readObject();
    }

    public Object okXml(InputStream in) throws Exception {
        SAXParserFactory f = SAXParserFactory.newInstance();
        f.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        f.newSAXParser().parse(in, handler);
        return handler.doc();
    }

    @GetMapping("/okfetch")
    public String okFetch(@RequestParam String host) {
        if (!ALLOWED_HOSTS.contains(host)) {
            throw new BadRequest();
        }
        return restTemplate.getForObject("https://" + host + "/ping", String.class);
    }

    public File okConfig() {
        return new File(System.getProperty("user.home"), "bank.properties");
    }
}
