class Sample {
    Object bad(InputStream in) throws Exception {
        return new ObjectInputStream(in).readObject();  // flag
    }

    Object good(InputStream in) throws Exception {
        ObjectInputStream stream = new ObjectInputStream(in);
        stream.setObjectInputFilter(FILTER);
        return stream.readObject();
    }
}
