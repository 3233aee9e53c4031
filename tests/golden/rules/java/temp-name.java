class Sample {
    void both() throws Exception {
        new File("/tmp/report.csv");  // flag
        Files.createTempFile("report", ".csv");
    }
}
