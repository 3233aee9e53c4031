class Sample {
    Object bad(String text) {
        return new XStream().fromXML(text);  // flag
    }

    Object good(String text) {
        return new Stream().fromXML(text);
    }
}
