package com.example.bank;

import java.time.LocalDate;

/** A payee that a customer keeps for later. 常用收款人. */
public class Beneficiary {
    private String name;
    private String iban;
    private String nickname;
    private LocalDate lastUsedOn;

    /** Records that the customer paid this beneficiary. */
    public void used(LocalDate day) {
        lastUsedOn = day;
    }

    /** True when the beneficiary was not paid for a year. */
    public boolean isStale(LocalDate today) {
        return lastUsedOn == null || lastUsedOn.isBefore(today.minusYears(1));
    }

    public boolean hasValidIban() {
        return iban != null && IbanValidator.isValid(iban);
    }

    /** The nickname, or the name when there is none. */
    public String label() {
        return nickname == null || nickname.isBlank() ? name : nickname;
    }
}
