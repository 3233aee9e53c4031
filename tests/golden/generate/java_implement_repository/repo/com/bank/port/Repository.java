package com.bank.port;

import java.io.IOException;
import java.util.*;
import java.util.function.Predicate;

public interface Repository<T, K extends Comparable<K>> extends Reader<T> {
    T save(final T value, @Deprecated K... keys) throws IOException, StoreException;

    <R extends T> Map<K, R> all(Predicate<? super T> filter, Page page);

    default void flush() {
    }

    static void reset() {
    }
}
