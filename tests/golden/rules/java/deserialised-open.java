class Sample {
    void bad(ObjectMapper mapper, String text) {
        mapper.enableDefaultTyping();  // flag
        mapper.activateDefaultTyping(LaissezFaireSubTypeValidator.instance);  // flag
        ParserConfig.getGlobalInstance().setAutoTypeSupport(true);  // flag
        JSON.parseObject(text, Object.class, Feature.SupportAutoType);  // flag
        new Yaml().load(text);  // flag
    }

    void good(ObjectMapper mapper, String text) {
        mapper.activateDefaultTyping(VALIDATOR);
        ParserConfig.getGlobalInstance().setAutoTypeSupport(false);
        JSON.parseObject(text, Account.class);
        new Yaml(new SafeConstructor(options)).load(text);
    }
}
