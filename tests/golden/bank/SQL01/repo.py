from django.db.models.expressions import RawSQL
from sqlalchemy import text as sql_text
import cx_Oracle
import sqlite3 as db


def q1(conn, branch, day):
    with conn.cursor() as cur:
        cur.execute(  # flag
            "SELECT acct, bal FROM ledger "
            "WHERE branch = '" + branch + "' "
            f"AND day = '{day}'"
        )
        return cur.fetchall()


def q2(cur, acct):
    tpl = "SELECT * FROM ledger WHERE acct = '{acct}'"
    cur.execute(tpl.format(acct=acct))  # flag


def q3(cur, name):
    cur.execute("".join(["SELECT * FROM cust WHERE name = '", name, "'"]))  # flag


def q4(qs, term):
    return qs.annotate(rank=RawSQL(f"ts_rank(v, to_tsquery('{term}'))", []))


def q5(session, ids):
    session.execute(sql_text(f"UPDATE acct SET frozen = 1 WHERE id IN ({','.join(ids)})"))  # flag


def q6(cur, where):
    sql = "DELETE FROM ledger"
    if where:
        sql = sql + " WHERE " + where
    cur.execute(sql)  # flag


class Repo:
    def __init__(self, dsn):
        self._db = db.connect(dsn)

    def q7(self, user):
        return self._db.execute("SELECT * FROM user WHERE login='" + user + "'").fetchone()  # flag

    def q8(self, script):
        self._db.executescript(f"INSERT INTO audit VALUES ('{script}')")  # flag

    def n1(self, user):
        return self._db.execute("SELECT * FROM user WHERE login=:u", {"u": user}).fetchone()

    def n2(self, n):
        self._db.execute("SELECT * FROM ledger LIMIT %d" % n)

    def n3(self):
        day = date.today().isoformat()
        self._db.execute(f"SELECT * FROM ledger WHERE day = '{day}'")

    def n4(self, cols):
        names = ", ".join(c for c in cols if c in ALLOWED_COLUMNS)
        return names

    def n5(self, acct):
        logger.info("select from ledger where acct = " + acct)

    def n6(self, rows):
        self._db.executemany("INSERT INTO ledger VALUES (?, ?, ?)", rows)

    def n7(self, suffix):
        assert suffix in ("2023", "2024")
        self._db.execute(f"SELECT * FROM ledger_{suffix}")

    def n8(self):
        cols = ", ".join(COLUMNS)
        self._db.execute("SELECT " + cols + " FROM ledger")
