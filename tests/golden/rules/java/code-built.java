class Sample {
    void bad(ScriptEngine engine, String text) throws Exception {
        engine.eval(text);  // flag
        new SpelExpressionParser().parseExpression(text);  // flag
    }

    void good(ScriptEngine engine) throws Exception {
        engine.eval("1 + 1");
    }
}
