package com.bank.port;

public class StoreException extends Exception {
}
