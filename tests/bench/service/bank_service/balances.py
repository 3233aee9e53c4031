"""Balances in a relational database, by DB-API connections that the caller hands in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


class AccountNotFoundError(LookupError):
    """No such account."""


def balance_of(connection: Any, number: str) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute("select balance from account where number = %s", (number,))
        row = cursor.fetchone()
    if row is None:
        raise AccountNotFoundError(number)
    return Decimal(row[0]).quantize(Decimal("0.01"))


def overdrawn(connection: Any, limit: Decimal) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select number, balance from account order by number")
        rows = cursor.fetchall()
    return [row[0] for row in rows if row[1] < limit]


def withdraw(connection: Any, number: str, amount: Decimal) -> Decimal:
    if amount <= 0:
        raise ValueError("an amount is positive")
    with connection:
        cursor = connection.cursor()
        cursor.execute("select balance from account where number = ?", (number,))
        row = cursor.fetchone()
        if row is None:
            raise AccountNotFoundError(number)
        left = row[0] - amount
        if left < 0:
            raise ValueError("not covered")
        cursor.execute("update account set balance = ? where number = ?", (left, number))
        if cursor.rowcount != 1:
            raise RuntimeError("the account changed meanwhile")
    return left


def close_account(connection: Any, number: str) -> bool:
    cursor = connection.cursor()
    try:
        cursor.execute("delete from account where number = ? and balance = 0", (number,))
        connection.commit()
        return cursor.rowcount > 0
    finally:
        cursor.close()
