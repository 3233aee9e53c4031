"""Statements that are built of values, and ones that only look so."""

import sqlite3

import pandas as pd
from django.db import connection
from psycopg import sql
from sqlalchemy import text

TABLE = "account"
ORDER_BY = {"date": "booked_at", "amount": "amount"}


def by_number(cursor, number):
    cursor.execute(f"SELECT * FROM account WHERE number = '{number}'")  # flag


def by_owner(conn, owner):
    statement = "SELECT * FROM account WHERE owner = '%s'" % owner
    return conn.execute(statement).fetchall()  # flag


def search(db, name, city):
    query = "SELECT id FROM customer WHERE 1 = 1"
    if name:
        query += " AND name LIKE '%" + name + "%'"
    if city:
        query += " AND city = '{}'".format(city)
    return db.execute(query)  # flag


def in_session(session, account_id):
    return session.execute(text("SELECT balance FROM account WHERE id = " + account_id))  # flag


def in_django(status):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE account SET status = '{}'".format(status))  # flag


def raw(model, owner):
    return model.objects.raw(f"SELECT * FROM app_account WHERE owner = '{owner}'")  # flag


def frame(engine, day):
    return pd.read_sql(f"SELECT * FROM booking WHERE day = '{day}'", engine)  # flag


def conditions(cursor, filters):
    where = []
    for key, value in filters.items():
        where.append(f"{key} = '{value}'")
    cursor.execute("SELECT * FROM booking WHERE " + " AND ".join(where))  # flag


async def asynchronous(pool, account):
    return await pool.fetchrow(f"SELECT * FROM account WHERE number = '{account}'")  # flag


def extra(queryset, column):
    return queryset.extra(where=["owner = '%s'" % column])  # flag


def bound(cursor, number):
    cursor.execute("SELECT * FROM account WHERE number = %s", (number,))


def named(session, number):
    return session.execute(text("SELECT * FROM account WHERE number = :number"), {"number": number})


def places(cursor, numbers):
    marks = ", ".join(["%s"] * len(numbers))
    cursor.execute(f"SELECT * FROM account WHERE number IN ({marks})", numbers)  # near: marks only


def fixed_table(cursor, number):
    cursor.execute(f"SELECT * FROM {TABLE} WHERE number = ?", (number,))  # near: a constant


def numbered(cursor, limit):
    cursor.execute(f"SELECT * FROM account LIMIT {int(limit)}")  # near: a number


def listed(cursor, order):
    column = ORDER_BY[order]
    cursor.execute(f"SELECT * FROM booking ORDER BY {column}")  # near: one of a table's values


def checked(cursor, column):
    if column not in ("booked_at", "amount"):
        raise ValueError(column)
    cursor.execute(f"SELECT * FROM booking ORDER BY {column}")  # near: held against a list


def composed(cursor, table):
    cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))  # near: quoted by the driver


def logged(logger, number):
    logger.info(f"select of account where number = {number}")  # near: a log


def optional(cursor, owner, status):
    query, values = "SELECT * FROM account WHERE owner = ?", [owner]
    if status:
        query += " AND status = ?"
        values.append(status)
    cursor.execute(query, values)  # near: constant parts only
