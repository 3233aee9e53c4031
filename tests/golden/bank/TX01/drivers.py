"""The drivers' own interface, and SQLAlchemy."""

import sqlite3

import psycopg2
from sqlalchemy import create_engine, insert, text, update
from sqlalchemy.orm import Session

engine = create_engine(URL)
DEBIT = "UPDATE account SET balance = balance - %s WHERE id = %s"
CREDIT = "UPDATE account SET balance = balance + %s WHERE id = %s"


def transfer(source, target, amount):  # flag
    conn = psycopg2.connect(DSN)
    conn.autocommit = True
    cur = conn.cursor()
    cur.execute(DEBIT, (amount, source))
    cur.execute(CREDIT, (amount, target))
    cur.close()


def transfer_twice_committed(source, target, amount):  # flag
    conn = pool.getconn()
    cur = conn.cursor()
    cur.execute(DEBIT, (amount, source))
    conn.commit()
    cur.execute(CREDIT, (amount, target))
    conn.commit()


def book(session: Session, debit, credit):  # flag
    session.add(debit)
    session.commit()
    session.add(credit)
    session.commit()


def legacy(source, target, amount):  # flag
    engine.execute(text("UPDATE account SET balance = balance - :a WHERE id = :i"), a=amount, i=source)
    engine.execute(text("UPDATE account SET balance = balance + :a WHERE id = :i"), a=amount, i=target)


async def settle(pool, batch):  # flag
    async with pool.acquire() as link:
        await link.execute("UPDATE batch SET status = 'DONE' WHERE id = $1", batch.id)
        await link.execute("INSERT INTO batch_log(batch_id) VALUES ($1)", batch.id)


def open_account(no, owner):  # flag
    link = sqlite3.connect("bank.db", isolation_level=None)
    link.execute("INSERT INTO account(no) VALUES (?)", (no,))
    link.execute(
        """
        INSERT INTO owner(account, name)
        VALUES (?, ?)
        """,
        (no, owner),
    )


def transfer_once_committed(source, target, amount):  # near: one commit at the end
    conn = psycopg2.connect(DSN)
    try:
        cur = conn.cursor()
        cur.execute(DEBIT, (amount, source))
        cur.execute(CREDIT, (amount, target))
        conn.commit()
    except Exception:
        conn.rollback()
        raise


def transfer_in_block(source, target, amount):  # near: the connection is the transaction
    with sqlite3.connect("bank.db") as conn:
        conn.execute("UPDATE account SET balance = balance - ? WHERE id = ?", (amount, source))
        conn.execute("UPDATE account SET balance = balance + ? WHERE id = ?", (amount, target))


def move(cur, source, target, amount):  # near: the caller's cursor
    cur.execute(DEBIT, (amount, source))
    cur.execute(CREDIT, (amount, target))


def core(source, target, amount):  # near: a transaction begins
    with engine.begin() as conn:
        conn.execute(update(accounts).where(accounts.c.id == source))
        conn.execute(insert(entries).values(amount=amount))


async def settle_in_one(pool, batch):  # near: a transaction of asyncpg
    async with pool.acquire() as link, link.transaction():
        await link.execute("UPDATE batch SET status = 'DONE' WHERE id = $1", batch.id)
        await link.execute("INSERT INTO batch_log(batch_id) VALUES ($1)", batch.id)


def book_in_one(session, debit, credit):  # near: a session commits both
    session.add(debit)
    session.add(credit)
    session.commit()


def balances(ids):  # near: reads only
    link = sqlite3.connect("bank.db", isolation_level=None)
    first = link.execute("SELECT balance FROM account WHERE id = ?", ids[:1]).fetchone()
    second = link.execute("SELECT balance FROM account WHERE id = ?", ids[1:]).fetchone()
    return first, second
