"""账户。"""


def balance_of(account):
    """返回余额。

    Parameters
    ----------
    account
        账户。

    Returns
    -------
    余额。
    """
    return account.balance


def is_overdue(due_date, today):
    # 到期日当天不算逾期
    return today > due_date
