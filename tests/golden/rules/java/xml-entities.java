class Sample {
    void bad(InputStream in) throws Exception {
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);  // flag
    }

    void alsoBad(InputStream in) throws Exception {
        XMLInputFactory.newInstance().createXMLStreamReader(in);  // flag
    }

    void worse(InputStream in) throws Exception {
        SAXParserFactory factory = SAXParserFactory.newInstance();  // flag
        factory.newSAXParser().parse(in, handler);
    }

    void good(InputStream in) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.newDocumentBuilder().parse(in);
    }

    void alsoGood(InputStream in) throws Exception {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.createXMLStreamReader(in);
    }
}
