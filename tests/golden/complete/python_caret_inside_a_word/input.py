import logging

logger = logging.getLogger(__name__)


def debit(account, amount):
    if amount <= 0:
        raise ValueError("amount must be positive")
    logger.info("debit %s", account.number)
    account.balance -= amount


def credit(account, amount):
    if amo‸unt <= 0:
        pass
    logger.info("credit %s", account.number)
    account.balance += amount
