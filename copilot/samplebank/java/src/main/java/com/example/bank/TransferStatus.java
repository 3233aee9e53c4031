package com.example.bank;

/** 转账状态. */
public enum TransferStatus {
    ACCEPTED,
    SETTLED,
    REJECTED,
    RETURNED
}
