from django.contrib import admin
from django.db import connections, transaction
from django.db.models import F
from rest_framework.views import APIView
from peewee import SqliteDatabase, Model
import sqlite3


class TransferView(APIView):
    def post(self, request):  # flag
        payer = Account.objects.get(pk=request.data["payer"])
        payee = Account.objects.get(pk=request.data["payee"])
        Account.objects.filter(pk=payer.pk).update(balance=F("balance") - request.data["amount"])
        Account.objects.filter(pk=payee.pk).update(balance=F("balance") + request.data["amount"])
        return Response({"ok": True})


def create_order(user, items):  # flag
    order = Order(user=user)
    order.save()
    OrderLine.objects.bulk_create([OrderLine(order=order, **i) for i in items])
    return order


def outside(order):  # flag
    with transaction.atomic():
        order.save()
    Wallet.objects.filter(user=order.user).update(balance=F("balance") - order.total)


def peewee_like(a, b, amt):  # flag
    Acct.update(balance=Acct.balance - amt).where(Acct.id == a).execute()
    Acct.update(balance=Acct.balance + amt).where(Acct.id == b).execute()


def sqlite_each(path, a, b, amt):  # flag
    con = sqlite3.connect(path)
    con.execute("UPDATE acct SET bal = bal - ? WHERE id = ?", (amt, a))
    con.commit()
    con.execute("UPDATE acct SET bal = bal + ? WHERE id = ?", (amt, b))
    con.commit()
    con.close()


def helper_split(a, b, amt):  # flag
    _debit(a, amt)
    _credit(b, amt)


def _debit(a, amt):
    Account.objects.filter(pk=a).update(balance=F("balance") - amt)


def _credit(b, amt):
    Account.objects.filter(pk=b).update(balance=F("balance") + amt)


async def asyncpg_plain(a, b, amt):  # flag
    link = await asyncpg.connect(DSN)
    await link.execute("UPDATE acct SET bal = bal - $1 WHERE id = $2", amt, a)
    await link.execute("UPDATE acct SET bal = bal + $1 WHERE id = $2", amt, b)


def raw_sql_const(user):  # flag
    sql = "DELETE FROM limits WHERE user_id = %s"
    with connections["core"].cursor() as cur:
        cur.execute(sql, [user])
        cur.execute("INSERT INTO limits(user_id) VALUES (%s)", [user])


# good
def g1(user):
    with transaction.atomic("core"), connections["core"].cursor() as cur:
        cur.execute("DELETE FROM limits WHERE user_id = %s", [user])
        cur.execute("INSERT INTO limits(user_id) VALUES (%s)", [user])


def g2(a, b):
    with db.atomic():
        Acct.update(balance=0).where(Acct.id == a).execute()
        Acct.update(balance=0).where(Acct.id == b).execute()


def g3(order):
    order.total = 3
    order.save()
    form.save_m2m()
    cache.set("x", 1)


def g4(session, a, b):
    session.execute(update(Acct).where(Acct.id == a))
    session.execute(update(Acct).where(Acct.id == b))
    session.commit()


def g5(path, rows):
    con = sqlite3.connect(path)
    try:
        con.execute("DELETE FROM t")
        con.executemany("INSERT INTO t VALUES (?)", rows)
        con.commit()
    finally:
        con.close()


def g6(order):
    try:
        order.save()
    except IntegrityError:
        Order.objects.filter(no=order.no).update(n=1)


class OrderAdmin(admin.ModelAdmin):
    @transaction.atomic
    def save_model(self, request, obj, form, change):
        obj.save()
        Log.objects.create(obj=obj)


def g7(cursor, a):
    cursor.execute("UPDATE acct SET a = 1")
    cursor.execute("UPDATE acct SET b = 1")
