"""Input: ``check``, ``transfer`` and ``day``."""

import logging
log = logging.getLogger(__name__)


def check(amount_cents):
    """Check ``amount_cents``.

    Args:
        amount_cents: In hundredths of the currency unit. Rejected with ``ValueError``
            if ``amount_cents <= 0``.

    Raises:
        ValueError: If ``amount_cents <= 0``, with the message ``"amount"``.
    """
    if amount_cents <= 0:
        raise ValueError("amount")


def transfer(db, source, target, amount_cents, timeout_ms=500):
    """Return ``None`` if ``source == target``, otherwise ``amount_cents / 100``.

    Changes the table ``accounts`` by SQL. Ends a transaction with ``db.commit``. Writes
    to the log with ``log.info``. May pass on ``ValueError`` from ``check``.

    Args:
        db: ``db.execute`` and ``db.commit()`` are invoked.
        source: Tested by ``source == target``. Goes into the call of ``db.execute``.
        target: Tested by ``source == target``.
        amount_cents: In hundredths of the currency unit. Passed to
            ``check(amount_cents)``. Goes into the call of ``db.execute``.
        timeout_ms: In milliseconds. Ignored by this implementation. Default ``500``.

    Returns:
        ``None`` if ``source == target``, otherwise ``amount_cents / 100``.
    """
    check(amount_cents)
    if source == target:
        return None
    db.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (amount_cents, source))
    db.commit()
    log.info("moved")
    return amount_cents / 100


def day(text, rows):
    """Return the day: the result of ``datetime.strptime(text, "%d.%m.%Y")``.

    Args:
        text: Passed to ``rows.append(text)`` and
            ``datetime.strptime(text, "%d.%m.%Y")``.
        rows: Changed in place by ``rows.append``.

    Returns:
        The result of ``datetime.strptime(text, "%d.%m.%Y")``.
    """
    rows.append(text)
    return datetime.strptime(text, "%d.%m.%Y")
