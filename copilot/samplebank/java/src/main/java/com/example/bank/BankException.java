package com.example.bank;

/** A refusal that a channel can translate for the customer. 业务异常. */
public class BankException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public BankException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The code that the channels show. */
    public String code() {
        return code;
    }
}
