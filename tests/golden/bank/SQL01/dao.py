import pymysql
from sqlalchemy import text, create_engine
import sqlalchemy as sa
from django.db import connections
from flask import request


class AccountDao:
    TABLE = "t_account"

    def __init__(self, conn):
        self.conn = conn
        self.cursor = conn.cursor()

    def freeze(self, acct_no, reason):
        self.cursor.execute("UPDATE t_account SET status='F', reason='%s' WHERE acct_no='%s'" % (reason, acct_no))  # flag
        self.conn.commit()

    def find_by_cust(self, cust_id, order_by="id"):
        sql = f"""
            SELECT acct_no, balance
            FROM t_account
            WHERE cust_id = '{cust_id}'
            ORDER BY {order_by}
        """
        self.cursor.execute(sql)  # flag
        return self.cursor.fetchall()

    def search(self, **kw):
        clauses = [f"{k} = '{v}'" for k, v in kw.items()]
        sql = "SELECT * FROM t_account WHERE " + " AND ".join(clauses)
        return self.conn.execute(sql).fetchall()  # flag

    def delete(self, ids):
        self.cursor.execute("DELETE FROM t_txn WHERE id IN (%s)" % ",".join(ids))  # flag

    def in_clause(self, ids):
        placeholders = ",".join("?" for _ in ids)
        self.cursor.execute("SELECT * FROM t_txn WHERE id IN (" + placeholders + ")", ids)

    def by_table(self, acct_no):
        self.cursor.execute(f"SELECT * FROM {self.TABLE} WHERE acct_no = %s", (acct_no,))

    def page(self, page: int, size: int):
        self.cursor.execute(f"SELECT * FROM t_txn LIMIT {size} OFFSET {page * size}")

    def many(self, rows, branch):
        self.cursor.executemany("INSERT INTO t_log_" + branch + " VALUES (?, ?)", rows)  # flag


def report(session, start, end):
    stmt = text("SELECT SUM(amount) FROM t_txn WHERE txn_date BETWEEN '{}' AND '{}'".format(start, end))  # flag
    return session.execute(stmt).scalar()


def list_view():
    keyword = request.args.get("q", "")
    engine = create_engine(URL)
    with engine.connect() as conn:
        return conn.execute(sa.text("SELECT * FROM cust WHERE name LIKE '%" + keyword + "%'")).all()  # flag


def scalar(db, name):
    return db.session.query(Customer).filter(text("name = '%s'" % name)).all()  # flag


def orm_ok(session, name):
    return session.query(Customer).filter(Customer.name == name).all()


async def asyncpg_ok(conn, acct):
    return await conn.fetch("SELECT * FROM t_account WHERE acct_no = $1", acct)


async def aio(conn, acct):
    async with conn.cursor() as cur:
        await cur.execute("SELECT balance FROM t_account WHERE acct_no = " + acct)  # flag


def multi_db(alias, cust):
    with connections[alias].cursor() as c:
        c.execute("CALL p_close(%s)" % cust)  # flag


def sort_ok(cursor, sort):
    allowed = {"date": "txn_date", "amt": "amount"}
    col = allowed.get(sort, "id")
    cursor.execute("SELECT * FROM t_txn ORDER BY " + col)


def enum_ok(cursor, status):
    if status not in {"A", "F"}:
        raise ValueError(status)
    cursor.execute("SELECT * FROM t_account WHERE status = '" + status + "'")


def log_ok(log, acct):
    sql = "SELECT * FROM t_account WHERE acct_no = %s"
    log.debug("running %s for %s" % (sql, acct))
    return sql


def spark(spark, day):
    return spark.sql(f"SELECT * FROM ods.txn WHERE dt = '{day}'")  # flag
