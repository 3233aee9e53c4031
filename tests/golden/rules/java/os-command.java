class Sample {
    void bad(String host) throws Exception {
        Runtime.getRuntime().exec("ping " + host);  // flag
        Runtime runtime = Runtime.getRuntime();
        runtime.exec(host);  // flag
        new ProcessBuilder("sh", "-c", "ping " + host).start();  // flag
        String[] command = {"/bin/sh", "-c", "ping " + host};
        new ProcessBuilder(command).start();  // flag
    }

    void good(String host) throws Exception {
        Runtime.getRuntime().exec("uptime");
        new ProcessBuilder("ping", "-c", "1", host).start();
        executor.exec(host);
    }
}
