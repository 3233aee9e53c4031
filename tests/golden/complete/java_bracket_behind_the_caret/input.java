class A {
    void a() {
        post(ledger.open(day, currency));
        post(ledger.open(day, currency));
        post(ledger.op‸);
    }
}
