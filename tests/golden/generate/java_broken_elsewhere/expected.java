class Broken {
    void f( {
}

class Good {
    private final int x;

    Good(int x) {
        this.x = x;
    }
}
