import logging
log = logging.getLogger(__name__)


def check(amount_cents):
    if amount_cents <= 0:
        raise ValueError("amount")


def transfer(db, source, target, amount_cents, timeout_ms=500):
    check(amount_cents)
    if source == target:
        return None
    db.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (amount_cents, source))
    db.commit()
    log.info("moved")
    return amount_cents / 100


def day(text, rows):
    rows.append(text)
    return datetime.strptime(text, "%d.%m.%Y")
