abstract class Shape implements Runnable {
    protected abstract <T> T area(int... sides) throws Exception;

    abstract String name();

    @Override
    public void run() {
    }
}

class Square extends Shape {
    String name() { return "square"; }

    @Override
    protected <T> T area(int... sides) throws Exception {
        throw new UnsupportedOperationException("area is not implemented");
    }
}
