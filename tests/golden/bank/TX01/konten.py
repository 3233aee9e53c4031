import sqlite3

import psycopg
from django.db import transaction


def two_django(order, customer):  # flag
    order.status = "PAID"
    order.save()
    customer.orders_paid = F("orders_paid") + 1
    customer.save()


def helper_each(order_no):  # flag
    run("UPDATE orders SET status = 'X' WHERE no = %s", (order_no,))
    run("INSERT INTO order_history (no) VALUES (%s)", (order_no,))


def run(sql, values):
    conn = pool.getconn()
    conn.cursor().execute(sql, values)
    conn.commit()


class Repo:
    def transfer(self, source, target, amount):  # flag
        self._exec("UPDATE account SET balance = balance - ? WHERE id = ?", amount, source)
        self._exec("UPDATE account SET balance = balance + ? WHERE id = ?", amount, target)

    def _exec(self, sql, *values):
        with self.connect() as conn:
            conn.execute(sql, values)


def two_sessions(factory, order, entry):  # flag
    with factory() as session:
        session.add(order)
        session.commit()
    with factory() as session:
        session.add(entry)
        session.commit()


async def asyncpg_pool(pool, a, b):  # flag
    await pool.execute("UPDATE account SET frozen = true WHERE id = $1", a)
    await pool.execute("INSERT INTO freeze_log (id) VALUES ($1)", b)


async def asyncpg_tx(pool, a, b):
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("UPDATE account SET frozen = true WHERE id = $1", a)  # near: in one
        await conn.execute("INSERT INTO freeze_log (id) VALUES ($1)", b)


def mongo(db, a, b):  # near: one document each, no money
    return db.find(a), db.find(b)


def create_and_m2m(data):  # flag
    loan = Loan.objects.create(**data)
    Plan.objects.bulk_create([Plan(loan=loan)])
    return loan


def one_of_two(order, new):
    if new:
        Order.objects.create(no=order)  # near: one of two
    else:
        Order.objects.filter(no=order).update(status="X")


def one_write(order):
    Order.objects.filter(no=order).update(status="X")  # near: one write


def delete_then_insert(rows):  # flag
    Rate.objects.all().delete()
    Rate.objects.bulk_create(rows)
