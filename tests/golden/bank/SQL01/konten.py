import sqlite3

import pandas as pd
from django.db import connection
from sqlalchemy import text, select


def fstring(cur, no):
    cur.execute(f"SELECT * FROM konto WHERE nr = '{no}'")  # flag


def percent(cur, no):
    cur.execute("SELECT * FROM konto WHERE nr = '%s'" % no)  # flag


def formatted(cur, no):
    cur.execute("SELECT * FROM konto WHERE nr = '{}'".format(no))  # flag


def local(cur, no):
    sql = "SELECT * FROM konto WHERE nr = " + no
    cur.execute(sql)  # flag


def appended(cur, filters):
    sql = "SELECT * FROM konto WHERE 1 = 1"
    if filters.get("status"):
        sql += " AND status = '" + filters["status"] + "'"
    cur.execute(sql)  # flag


def joined(cur, numbers):
    cur.execute("SELECT * FROM konto WHERE nr IN (" + ",".join(numbers) + ")")  # flag


def ordered(session, column):
    return session.execute(text(f"SELECT * FROM konto ORDER BY {column}"))  # flag


def text_local(session, owner):
    statement = text("SELECT * FROM konto WHERE owner = '%s'" % owner)  # flag
    return session.execute(statement)


def filtered(query, name):
    return query.filter(text(f"name = '{name}'"))  # flag


def raw(name):
    return Konto.objects.raw(f"SELECT * FROM konto WHERE name = '{name}'")  # flag


def extra(name):
    return Konto.objects.extra(where=[f"name = '{name}'"])  # flag


def frame(engine, branch):
    return pd.read_sql(f"SELECT * FROM konto WHERE branch = '{branch}'", engine)  # flag


def script(path, name):
    sqlite3.connect(path).executescript("DELETE FROM konto WHERE name = '" + name + "';")  # flag


def many(cur, table, rows):
    cur.executemany("INSERT INTO " + table + " VALUES (%s)", rows)  # flag


async def pool(pool, no):
    return await pool.fetchrow(f"SELECT * FROM konto WHERE nr = '{no}'")  # flag


def spark_sql(spark, day):
    return spark.sql(f"SELECT * FROM txn WHERE day = '{day}'")  # flag


def parts(cur, conditions):
    where = " AND ".join(f"{k} = '{v}'" for k, v in conditions.items())
    cur.execute("SELECT * FROM konto WHERE " + where)  # flag


def like(cur, word):
    cur.execute("SELECT * FROM kunde WHERE name LIKE '%" + word + "%'")  # flag


class Repo:
    def find(self, nr):
        return self._rows(f"SELECT * FROM konto WHERE nr = '{nr}'")  # flag

    def _rows(self, sql):
        return self.conn.execute(sql).fetchall()

    def by_date(self, start):
        query = """
            SELECT * FROM buchung
            WHERE datum >= '{start}'
        """.format(start=start)
        return self.conn.execute(query).fetchall()  # flag


def bound(cur, no):
    cur.execute("SELECT * FROM konto WHERE nr = %s", (no,))  # near: bound


def named(session, no):
    session.execute(text("SELECT * FROM konto WHERE nr = :no"), {"no": no})  # near


def places(cur, numbers):
    marks = ",".join("?" for _ in numbers)
    cur.execute(f"SELECT * FROM konto WHERE nr IN ({marks})", numbers)  # near: only marks


def listed(cur, column):
    if column not in {"nr", "name"}:
        raise ValueError(column)
    cur.execute(f"SELECT * FROM konto ORDER BY {column}")  # near: of a list


def table(cur):
    cur.execute(f"SELECT count(*) FROM {TABLE}")  # near: a constant


def mapped(cur, sort):
    order = {"new": "created DESC", "old": "created ASC"}[sort]
    cur.execute(f"SELECT * FROM konto ORDER BY {order}")  # near: of a table of constants


def number(cur, n):
    cur.execute(f"SELECT * FROM konto LIMIT {int(n)}")  # near: a whole number


def core(session, no):
    return session.execute(select(Konto).where(Konto.nr == no))  # near


def log_only(no):
    log.info(f"SELECT for {no}")  # near: no statement


def composed(cur, table):
    cur.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))  # near: quoted as a name


def helper(no):
    return run_sql(f"UPDATE konto SET status = 'X' WHERE nr = '{no}'")  # flag


def helper_bound(no):
    return run_sql("UPDATE konto SET status = 'X' WHERE nr = %s", no)  # near: bound


def replaced(cur, no):
    cur.execute("SELECT * FROM konto WHERE nr = '{nr}'".replace("{nr}", no))  # flag


def spaces(cur):
    cur.execute("SELECT *\nFROM konto".replace("\n", " "))  # near: constants


def chosen(cur, sort):
    cur.execute("SELECT * FROM konto ORDER BY " + SORTS.get(sort, "created"))  # near: of a table
