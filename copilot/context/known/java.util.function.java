// What an implementation of these interfaces must define.
package java.util.function;

public interface Function<T, R> {
    R apply(T value);
}

public interface BiFunction<T, U, R> {
    R apply(T first, U second);
}

public interface Supplier<T> {
    T get();
}

public interface Consumer<T> {
    void accept(T value);
}

public interface BiConsumer<T, U> {
    void accept(T first, U second);
}

public interface Predicate<T> {
    boolean test(T value);
}

public interface UnaryOperator<T> extends Function<T, T> {
}

public interface BinaryOperator<T> extends BiFunction<T, T, T> {
}
