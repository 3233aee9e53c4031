package com.example.bank;

/** Tells customers about movements on their accounts. 动账通知. */
public interface NotificationSender {

    /** Sends a text; returns the gateway's message number. */
    String send(String customer, String text);

    /** True when the gateway can be reached. */
    boolean isAvailable();

    /** Most characters of one message. */
    int maximumLength();
}
