package com.bank.web;

import com.bank.port.Page;
import com.bank.port.Repository;
import com.bank.port.StoreException;
import java.io.IOException;
import java.util.*;
import java.util.function.Predicate;

public class Customers implements Repository<String, Long>, Comparable<Customers> {
    @Override
    public String save(String value, Long... keys) throws IOException, StoreException {
        throw new UnsupportedOperationException("save is not implemented");
    }

    @Override
    public <R extends String> Map<Long, R> all(Predicate<? super String> filter, Page page) {
        throw new UnsupportedOperationException("all is not implemented");
    }

    @Override
    public String read(int[] at) {
        throw new UnsupportedOperationException("read is not implemented");
    }

    @Override
    public int compareTo(Customers other) {
        throw new UnsupportedOperationException("compareTo is not implemented");
    }
}
