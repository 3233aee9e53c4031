package com.example.bank;

/** Life of an account. 账户状态. */
public enum AccountStatus {
    ACTIVE("A"),
    FROZEN("F"),
    DORMANT("D"),
    CLOSED("C");

    private final String code;

    AccountStatus(String code) {
        this.code = code;
    }

    /** The code stored in the database. */
    public String code() {
        return code;
    }

    /**
     * Finds a status by its stored code.
     *
     * @param code one letter
     * @return the status
     * @throws IllegalArgumentException when no status has this code
     */
    public static AccountStatus ofCode(String code) {
        for (AccountStatus status : values()) {
            if (status.code.equals(code)) {
                return status;
            }
        }
        throw new IllegalArgumentException("unknown status code: " + code);
    }

    /** True when money may move. */
    public boolean isOperable() {
        return this == ACTIVE;
    }
}
