@RestController
class B {
    @GetMapping("/f")
    ResponseEntity<Resource> f(@RequestParam String fileName) throws Exception {
        Path p = Paths.get("/data/files").resolve(fileName); // flag
        return ResponseEntity.ok(new UrlResource(p.toUri()));
    }

    void g(String tableName) throws Exception {
        String[] cmd = {"/bin/sh", "-c", "mysqldump core " + tableName};
        Runtime.getRuntime().exec(cmd); // flag
    }

    Object h(String base64) throws Exception {
        byte[] b = Base64.getDecoder().decode(base64);
        ObjectInputStream ois = new ObjectInputStream(new ByteArrayInputStream(b)); // flag
        return ois.readObject();
    }

    @PostMapping("/i")
    String i(@RequestBody WebhookReq req) throws Exception {
        HttpGet get = new HttpGet(req.getUrl()); // flag
        return EntityUtils.toString(httpClient.execute(get).getEntity());
    }

    Object j(String script) throws Exception {
        GroovyShell shell = new GroovyShell();
        return shell.evaluate(script); // flag
    }

    @GetMapping("/k")
    Object k(@RequestParam String cls) throws Exception {
        return Class.forName(cls).newInstance(); // flag
    }

    void l(ZipInputStream zis, File dir) throws IOException {
        ZipEntry e;
        while ((e = zis.getNextEntry()) != null) {
            File out = new File(dir, e.getName()); // flag
            Files.copy(zis, out.toPath());
        }
    }

    Object m(String xml) throws Exception {
        SAXBuilder sb = new SAXBuilder(); // flag
        return sb.build(new StringReader(xml));
    }

    Path n1(UUID id) {
        return Paths.get("/data/files").resolve(id + ".pdf");
    }

    void n2(List<String> args) throws IOException {
        List<String> cmd = new ArrayList<>();
        cmd.add("/usr/bin/openssl");
        cmd.addAll(args);
        new ProcessBuilder(cmd).start();
    }

    String n3(@PathVariable Long id) {
        return restTemplate.getForObject(coreUrl + "/acct/" + id, String.class);
    }

    InputStream n4() throws IOException {
        return new ClassPathResource("rates.csv").getInputStream();
    }

    Properties n5(File f) throws IOException {
        Properties p = new Properties();
        p.load(new FileInputStream(f));
        return p;
    }

    Object n6(Expression e, Object root) {
        return e.getValue(root);
    }
}
