// What an implementation of these interfaces must define.
package java.lang;

public interface Runnable {
    void run();
}

public interface Comparable<T> {
    int compareTo(T other);
}

public interface AutoCloseable {
    void close() throws Exception;
}

public interface Iterable<T> {
    java.util.Iterator<T> iterator();
}

public interface CharSequence {
    int length();

    char charAt(int index);

    CharSequence subSequence(int start, int end);

    String toString();
}
