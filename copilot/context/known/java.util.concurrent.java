// What an implementation of these interfaces must define.
package java.util.concurrent;

public interface Callable<V> {
    V call() throws Exception;
}

public interface Executor {
    void execute(Runnable command);
}
