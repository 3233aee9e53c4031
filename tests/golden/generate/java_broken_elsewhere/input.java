class Broken {
    void f( {
}

class Good {
    private final int x;
}
