import sqlite3

from sqlalchemy import text

ACCOUNTS = "accounts"
COLUMNS = ("id", "balance")


def bad(cursor, engine, number, order):
    cursor.execute(f"SELECT * FROM accounts WHERE number = '{number}'")  # flag
    cursor.execute("SELECT * FROM accounts WHERE number = '%s'" % number)  # flag
    cursor.execute("SELECT * FROM accounts WHERE number = " + number)  # flag
    cursor.execute("DELETE FROM accounts WHERE number = '{}'".format(number))  # flag
    sql = "SELECT * FROM accounts"
    if number:
        sql += " WHERE number = '" + number + "'"
    cursor.execute(sql)  # flag
    engine.execute(text(f"SELECT * FROM accounts ORDER BY {order}"))  # flag


def good(cursor, number, limit: int, order, ids):
    cursor.execute("SELECT * FROM accounts WHERE number = ?", (number,))
    cursor.execute("SELECT * FROM " + ACCOUNTS + " WHERE number = %s", (number,))
    cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM accounts")
    cursor.execute(f"SELECT * FROM accounts LIMIT {limit}")
    if order not in COLUMNS:
        raise ValueError(order)
    cursor.execute(f"SELECT * FROM accounts ORDER BY {order}")
    marks = ", ".join("?" for _ in ids)
    cursor.execute(f"SELECT * FROM accounts WHERE id IN ({marks})", ids)
    for table in ("accounts", "entries"):
        cursor.execute(f"ANALYZE TABLE {table}")
    cursor.execute("SELECT * FROM accounts WHERE id = %d" % int(number))
