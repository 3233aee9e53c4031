-- Core ledger
CREATE TABLE IF NOT EXISTS core.account (
    id BIGINT PRIMARY KEY,
    iban VARCHAR(34) NOT NULL,
    balance DECIMAL(18, 2) DEFAULT 0, -- 余额
    opened_at TIMESTAMP
);

CREATE TABLE posting (
    account_id BIGINT REFERENCES core.account (id),
    amount DECIMAL(18, 2)
);

CREATE VIEW overdrawn AS
SELECT a.id, coalesce(a.balance, 0) FROM core.account a WHERE a.balance < 0;

CREATE OR REPLACE FUNCTION fee(p_amount numeric, p_rate numeric) RETURNS numeric AS $$
BEGIN
    RETURN round(p_amount * p_rate, 2);
END;
$$ LANGUAGE plpgsql;

DECLARE @broken TABLE (x INT);

SELECT sum(p.amount) FROM posting p;
