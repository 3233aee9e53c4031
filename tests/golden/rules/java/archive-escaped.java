class Sample {
    void bad(ZipInputStream zip, File folder) throws Exception {
        ZipEntry entry = zip.getNextEntry();
        File out = new File(folder, entry.getName());  // flag
    }

    void good(ZipInputStream zip, File folder) throws Exception {
        ZipEntry entry = zip.getNextEntry();
        File out = new File(folder, entry.getName());
        if (!out.getCanonicalPath().startsWith(folder.getCanonicalPath())) {
            throw new IOException(entry.getName());
        }
    }
}
