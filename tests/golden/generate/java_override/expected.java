class A { void close(int code, String... why) {} int size() { return 1; } }
class B extends A {
    @Override
    void close(int code, String... why) {
        super.close(code, why);
    }

    @Override
    int size() {
        return super.size();
    }
}
