import aiomysql
import pymysql
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from myapp.models import Wallet, WalletFlow, Coupon

engine = create_engine("postgresql+psycopg://bank")
SessionLocal = sessionmaker(bind=engine, autoflush=False)


class WalletService:
    def recharge(self, user, amount):  # flag
        wallet, _ = Wallet.objects.get_or_create(user=user)
        wallet.balance += amount
        wallet.save()
        WalletFlow.objects.create(wallet=wallet, amount=amount, kind="recharge")

    def consume(self, wallet_id, amount, coupon_id=None):  # flag
        updated = Wallet.objects.filter(id=wallet_id, balance__gte=amount).update(balance=F("balance") - amount)
        if not updated:
            raise ValueError("insufficient")
        if coupon_id:
            Coupon.objects.filter(id=coupon_id).delete()
        flow = WalletFlow(wallet_id=wallet_id, amount=-amount)
        flow.save()

    def bulk(self, flows):  # flag
        WalletFlow.objects.bulk_create(flows)
        for f in flows:
            f.wallet.balance += f.amount
            f.wallet.save(update_fields=("balance",))


def raw_pymysql(frm, to, amt):  # flag
    db = pymysql.connect(host="db", user="u", password=PW, autocommit=True)
    with db.cursor() as c:
        c.execute("UPDATE acct SET bal = bal - %s WHERE no = %s", (amt, frm))
        c.execute("UPDATE acct SET bal = bal + %s WHERE no = %s", (amt, to))


def no_commit_at_all(frm, to, amt):  # flag
    connection_ = psycopg2.connect(DSN)
    cursor_ = connection_.cursor()
    cursor_.execute(f"UPDATE acct SET bal = bal - {amt} WHERE no = '{frm}'")
    cursor_.execute(f"UPDATE acct SET bal = bal + {amt} WHERE no = '{to}'")
    cursor_.close()
    connection_.close()


def two_commits(frm, to, amt):  # flag
    s = SessionLocal()
    a = s.query(Account).get(frm)
    a.balance -= amt
    s.add(a)
    s.commit()
    b = s.query(Account).get(to)
    b.balance += amt
    s.add(b)
    s.commit()


def core_autocommit(frm, to, amt):  # flag
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        c.execute(text("update acct set bal = bal - :x where no = :n"), {"x": amt, "n": frm})
        c.execute(text("update acct set bal = bal + :x where no = :n"), {"x": amt, "n": to})


async def aio(pool, frm, to, amt):  # flag
    async with pool.acquire() as cx:
        async with cx.cursor() as q:
            await q.execute("UPDATE acct SET bal=bal-%s WHERE no=%s", (amt, frm))
            await q.execute("UPDATE acct SET bal=bal+%s WHERE no=%s", (amt, to))


async def tortoise_like(order):  # flag
    await order.save()
    await Payment.objects.acreate(order=order)


def commit_helper_between(conn, frm, to, amt):  # flag
    cur = conn.cursor()
    cur.execute("UPDATE acct SET bal = bal - ? WHERE no = ?", (amt, frm))
    conn.commit()
    log.info("debited")
    cur.execute("UPDATE acct SET bal = bal + ? WHERE no = ?", (amt, to))
    conn.commit()


# good


def session_block(frm, to, amt):
    with SessionLocal.begin() as s:
        s.add(Flow(frm, -amt))
        s.add(Flow(to, amt))


def psycopg3(frm, to, amt):
    with psycopg.connect(DSN) as conn, conn.cursor() as cur:
        cur.execute("UPDATE acct SET bal = bal - %s WHERE no = %s", (amt, frm))
        cur.execute("UPDATE acct SET bal = bal + %s WHERE no = %s", (amt, to))


class Repo:
    def __init__(self, conn):
        self.conn = conn

    def move(self, frm, to, amt):
        self.conn.execute("UPDATE acct SET bal = bal - ? WHERE no = ?", (amt, frm))
        self.conn.execute("UPDATE acct SET bal = bal + ? WHERE no = ?", (amt, to))
        self.conn.commit()


def with_uow(uow, order):
    with uow:
        order.save()
        order.wallet.save()


def explicit_begin(frm, to):
    c = sqlite3.connect("x.db", isolation_level=None)
    c.execute("BEGIN")
    c.execute("UPDATE acct SET bal = 0 WHERE no = ?", (frm,))
    c.execute("UPDATE acct SET bal = 1 WHERE no = ?", (to,))
    c.execute("COMMIT")


def either(order, new):
    if new:
        Order.objects.create(no=order)
        return
    Order.objects.filter(no=order).update(state="x")


@transaction.atomic(using="core")
def decorated(order):
    order.save()
    order.wallet.save()


def single(order):
    order.total = 1
    order.save()
    logger.info("UPDATE acct SET done")
