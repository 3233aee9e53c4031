"""输入：``check``、``transfer`` 和 ``day``。"""

import logging
log = logging.getLogger(__name__)


def check(amount_cents):
    """检查 ``amount_cents``。

    Parameters
    ----------
    amount_cents
        若 ``amount_cents <= 0`` 则抛出 ``ValueError``。以货币单位的百分之一计。

    Raises
    ------
    ValueError
        若 ``amount_cents <= 0``，消息为 ``"amount"``。
    """
    if amount_cents <= 0:
        raise ValueError("amount")


def transfer(db, source, target, amount_cents, timeout_ms=500):
    """若 ``source == target`` 则返回 ``None``；否则返回 ``amount_cents / 100``。

    通过 SQL 修改数据表 ``accounts``。通过 ``db.commit`` 结束事务。通过 ``log.info`` 写
    日志。可能传出 ``check`` 抛出的 ``ValueError``。

    Parameters
    ----------
    db
        调用 ``db.execute`` 和 ``db.commit()``。
    source
        来源。通过 ``source == target`` 判断。经计算后传给 ``db.execute``。
    target
        目标。通过 ``source == target`` 判断。
    amount_cents
        传给 ``check(amount_cents)``。经计算后传给
        ``db.execute``。以货币单位的百分之一计。
    timeout_ms
        此实现不使用它。单位为毫秒。默认值为 ``500``。

    Returns
    -------
    object
        若 ``source == target`` 则为 ``None``；否则为 ``amount_cents / 100``。
    """
    check(amount_cents)
    if source == target:
        return None
    db.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (amount_cents, source))
    db.commit()
    log.info("moved")
    return amount_cents / 100


def day(text, rows):
    """返回日：``datetime.strptime(text, "%d.%m.%Y")`` 的结果。

    Parameters
    ----------
    text
        文本。传给 ``rows.append(text)`` 和 ``datetime.strptime(text, "%d.%m.%Y")``。
    rows
        行。被 ``rows.append`` 就地修改。

    Returns
    -------
    object
        ``datetime.strptime(text, "%d.%m.%Y")`` 的结果。
    """
    rows.append(text)
    return datetime.strptime(text, "%d.%m.%Y")
