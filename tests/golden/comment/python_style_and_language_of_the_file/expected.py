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
    """返回 ``today > due_date``。

    不修改任何外部状态。

    Parameters
    ----------
    due_date
        到期日。通过 ``today > due_date`` 判断。
    today
        通过 ``today > due_date`` 判断。

    Returns
    -------
    object
        ``today > due_date``。
    """
    # 到期日当天不算逾期
    return today > due_date
