class Base<T> {
    private final T id;

    Base(T id) {
        this.id = id;
    }
}

class Order extends Base<Long> {
    private final int id;
}
