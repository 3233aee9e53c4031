// What an implementation of these interfaces must define.
package java.util;

public interface Comparator<T> {
    int compare(T first, T second);
}

public interface Iterator<E> {
    boolean hasNext();

    E next();
}
