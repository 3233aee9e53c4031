package com.bank.port;

public interface Reader<X> {
    X read(int[] at);

    boolean equals(Object other);
}
