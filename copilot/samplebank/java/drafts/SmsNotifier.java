package com.example.bank;

/** Draft: short messages to customers. 短信通知, 草稿. */
public final class SmsNotifier implements NotificationSender {
    private final String gateway;

    public SmsNotifier(String gateway) {
        this.gateway = gateway;
    }

    @Override
    public String send(String customer, String text) {
        return gateway + ":" + customer + ":" + text.length();
    }
}
