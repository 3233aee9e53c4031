class Sample {
    void bad(@RequestParam String name, HttpServletRequest request) throws Exception {
        new File("/data/" + name);  // flag
        Paths.get("/data", request.getParameter("file"));  // flag
    }

    void good(String name) throws Exception {
        new File("/data/" + name);
        Paths.get("/data/rates.csv");
    }

    void checked(@RequestParam String name) {
        Path target = Paths.get("/data", name).normalize();
        if (!target.startsWith("/data")) {
            throw new IllegalArgumentException(name);
        }
    }
}
