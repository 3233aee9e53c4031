from contextlib import suppress

from django.db import DatabaseError, transaction
from sqlalchemy import insert, update
from sqlalchemy.orm import Session


def cut(session: Session, old, new):
    try:
        session.execute(update(Konto).where(Konto.nr == old).values(nr=new))
        session.commit()  # flag
        session.execute(update(Kunde).where(Kunde.nr == old).values(nr=new))
        session.execute(update(Vertrag).where(Vertrag.nr == old).values(nr=new))
        session.commit()
    except Exception:
        session.rollback()
        raise


def cut_objects(session, order, entry):
    session.add(order)
    session.add(order.head)
    session.commit()  # flag
    session.add(entry)
    session.commit()


def cut_cursor(conn, source, target, amount):
    cur = conn.cursor()
    try:
        cur.execute("UPDATE account SET balance = balance - %s WHERE id = %s", (amount, source))
        conn.commit()  # flag
        cur.execute("UPDATE account SET balance = balance + %s WHERE id = %s", (amount, target))
        conn.commit()
    except Exception:
        conn.rollback()
        raise


def cut_inside(source, target, amount):
    with transaction.atomic():
        Account.objects.filter(pk=source).update(balance=F("balance") - amount)
        transaction.commit()  # flag
        Account.objects.filter(pk=target).update(balance=F("balance") + amount)


def cut_begin(engine, order):
    with engine.begin() as conn:
        conn.execute(insert(orders).values(order))
        conn.commit()  # flag
        conn.execute(insert(entries).values(order))


async def cut_async(session, order, entry):
    session.add(order)
    await session.flush()
    await session.commit()  # flag
    session.add(entry)
    await session.execute(update(Konto).values(saldo=Konto.saldo - 1))
    await session.commit()


def flush_between(session, order, entry):
    session.add(order)
    session.flush()  # near: a flush ends nothing
    session.add(entry)
    session.commit()


def savepoint(session, rows):
    for row in rows:
        with session.begin_nested():  # near: a part of its own
            session.add(row)
    session.commit()


def per_chunk(session, chunks):
    for chunk in chunks:
        session.add_all(chunk)
        session.commit()  # near: each chunk is whole


def read_after(session, order):
    session.add(order)
    session.commit()  # near: only read behind it
    return session.execute(select(Order)).all()


def swallowed(order):
    with transaction.atomic():
        order.save()
        try:
            order.entries.create(kind="fee")
        except DatabaseError:  # flag
            log.exception("no entry for %s", order.pk)


@transaction.atomic
def swallowed_marked(order):
    try:
        order.save()
        Entry.objects.create(order=order)
    except Exception as e:  # flag
        log.error("failed: %s", type(e).__name__)
        return None
    return order


def swallowed_session(factory, kunde):
    with factory.begin() as session:
        session.add(kunde)
        try:
            session.execute(insert(historie).values(nr=kunde.nr))
        except SQLAlchemyError:  # flag
            log.warning("no history")


def suppressed(order):
    with transaction.atomic():
        order.save()
        with suppress(Exception):  # flag
            Entry.objects.create(order=order)


@transaction.atomic
def returned(order):
    try:
        order.save()
        Entry.objects.create(order=order)
    except Exception:  # flag
        return {"ok": False}
    return {"ok": True}


def finally_commits(conn, rows):
    cur = conn.cursor()
    try:
        for row in rows:
            cur.execute("INSERT INTO entry VALUES (%s)", row)
    finally:
        conn.commit()  # flag


def handler_rolls_back(order):
    with transaction.atomic():
        try:
            order.save()
            Entry.objects.create(order=order)
        except DatabaseError:  # near: marked
            transaction.set_rollback(True)


def outside(order):
    try:
        with transaction.atomic():
            order.save()
            Entry.objects.create(order=order)
    except DatabaseError:  # near: outside of the block
        log.exception("failed")


def inner(order):
    with transaction.atomic():
        order.save()
        try:
            with transaction.atomic():
                Entry.objects.create(order=order)
        except IntegrityError:  # near: a savepoint is undone
            log.info("entry there already")


@transaction.atomic
def raised(order):
    try:
        order.save()
        Entry.objects.create(order=order)
    except DatabaseError as e:  # near: thrown on
        raise BookingError(order.pk) from e


@transaction.atomic
def only_mail(order):
    order.save()
    Entry.objects.create(order=order)
    try:
        mailer.send(order.email)
    except Exception:  # near: no write
        log.warning("mail not sent")
