def a(cursor, start, end, branches):
    sql = "SELECT branch, SUM(amt) FROM txn WHERE dt >= %s AND dt < %s"
    params = [start, end]
    if branches:
        sql += " AND branch IN (" + ",".join(["%s"] * len(branches)) + ")"
        params.extend(branches)
    cursor.execute(sql, params)


def b(cursor, table, cols, vals):
    cursor.execute("INSERT INTO {} ({}) VALUES ({})".format(table, ", ".join(cols), ", ".join("'%s'" % v for v in vals)))  # flag


def c(self, acct):
    query = """SELECT * FROM acct WHERE acct_no = '""" + acct + """'"""
    return self.db.fetch_all(query)  # flag


def d(cur, cust_name):
    cur.execute("SELECT * FROM cust WHERE name = '%(n)s'" % {"n": cust_name})  # flag


def e(cur, cust_name):
    cur.execute("SELECT * FROM cust WHERE name = %(n)s", {"n": cust_name})


def f(engine, tbl):
    with engine.begin() as c:
        c.execute(text(f"TRUNCATE TABLE {tbl}"))  # flag


def g(cur, ids):
    fmt = ",".join(str(int(i)) for i in ids)
    cur.execute(f"SELECT * FROM acct WHERE id IN ({fmt})")


def h(cur, d):
    cur.execute("SELECT * FROM txn WHERE dt = '%s'" % d.strftime("%Y-%m-%d"))


def i(cur, amount):
    cur.execute("UPDATE acct SET bal = bal - %s WHERE id = 1" % amount)  # flag


async def j(db, acct):
    return await db.fetch_one(query=f"SELECT * FROM acct WHERE no = '{acct}'")  # flag


def k(cur):
    cur.execute(f"SELECT * FROM {Account.__tablename__} WHERE id = 1")


def l(cur, status):
    cur.execute(f"SELECT * FROM acct WHERE status = '{Status(status).value}'")


def m(cur, user_input):
    cur.execute("SELECT * FROM acct WHERE no = '" + user_input.replace("'", "''") + "'")  # flag
