class A { void close(int code, String... why) {} int size() { return 1; } }
class B extends A { }
