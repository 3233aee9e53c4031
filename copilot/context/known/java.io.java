// What an implementation of these interfaces must define.
package java.io;

public interface Closeable extends AutoCloseable {
    void close() throws IOException;
}

public interface Flushable {
    void flush() throws IOException;
}
