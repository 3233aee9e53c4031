-- 账户与分录. Tables of the sample bank.
CREATE TABLE t_account (
    account_number VARCHAR(34)    NOT NULL PRIMARY KEY,
    holder_name    VARCHAR(140)   NOT NULL,
    currency       CHAR(3)        NOT NULL,
    status         CHAR(1)        NOT NULL DEFAULT 'A',
    balance        DECIMAL(18, 2) NOT NULL DEFAULT 0,
    opened_on      DATE           NOT NULL,
    version        BIGINT         NOT NULL DEFAULT 0
);

CREATE TABLE t_ledger_entry (
    reference      VARCHAR(35)    NOT NULL,
    line_number    INTEGER        NOT NULL,
    account_number VARCHAR(34)    NOT NULL REFERENCES t_account (account_number),
    side           CHAR(1)        NOT NULL CHECK (side IN ('D', 'C')),
    amount         DECIMAL(18, 2) NOT NULL CHECK (amount >= 0),
    booked_on      DATE           NOT NULL,
    PRIMARY KEY (reference, line_number)
);

CREATE INDEX i_ledger_entry_account ON t_ledger_entry (account_number, booked_on);
