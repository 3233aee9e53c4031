class Sample {
    void both(@RequestParam String name) {
        log.info("name " + name);  // flag
        log.info("started");
        log.info("name {}", name);
    }
}
