class Sample {
    void bad(@RequestParam String name) throws Exception {
        Class.forName(name);  // flag
    }

    void good(String name) throws Exception {
        Class.forName("com.example.Driver");
        Class.forName(name);
    }
}
