"""Handlers inside and outside of transactions."""

import contextlib
import logging

from django.db import DatabaseError, IntegrityError, transaction

logger = logging.getLogger(__name__)


def transfer(source, target, amount):
    with transaction.atomic():
        try:
            source.debit(amount)
            source.save()
            target.credit(amount)
            target.save()
        except Exception as error:  # flag
            logger.error("transfer failed: %s", error)


@transaction.atomic
def settle(batch):
    for entry in batch.entries.all():
        try:
            entry.save()
            Account.objects.filter(pk=entry.account_id).update(balance=entry.after)
        except Exception:  # flag
            continue


@transaction.atomic()
def pay(order):
    try:
        Payment.objects.create(order=order)
        order.save(update_fields=["status"])
    except (DatabaseError, ValueError):  # flag
        return False
    return True


def book(session, entry):
    with session.begin():
        try:
            session.add(entry)
            session.flush()
        except:  # flag
            pass


def post(conn, debit, credit):
    cur = conn.cursor()
    try:
        cur.execute("UPDATE account SET balance = balance - %s WHERE id = %s", debit)
        cur.execute("UPDATE account SET balance = balance + %s WHERE id = %s", credit)
    except Exception as error:  # flag
        logger.warning("posting failed: %s", error)
    conn.commit()


def post_at_last(conn, debit, credit):
    cur = conn.cursor()
    try:
        cur.execute("UPDATE account SET balance = balance - %s WHERE id = %s", debit)
        cur.execute("UPDATE account SET balance = balance + %s WHERE id = %s", credit)
    finally:
        conn.commit()  # flag


def refund(payment):
    with transaction.atomic():
        with contextlib.suppress(Exception):  # flag
            payment.refunds.create(amount=payment.amount)
            payment.save()


async def disburse(pool, loan):
    async with pool.acquire() as link:
        async with link.transaction():
            try:
                await link.execute("UPDATE loan SET status = 'PAID' WHERE id = $1", loan.id)
                await link.execute("INSERT INTO entry(loan_id) VALUES ($1)", loan.id)
            except Exception:  # flag
                logger.exception("loan %s", loan.id)


def transfer_caught_outside(source, target):
    try:
        with transaction.atomic():
            source.save()
            target.save()
    except Exception:  # near: the block was left by the failure
        logger.exception("transfer failed")
        return False
    return True


def transfer_thrown(source, target):
    with transaction.atomic():
        try:
            source.save()
            target.save()
        except DatabaseError:  # near: raised on
            logger.exception("transfer failed")
            raise


@transaction.atomic
def settle_by_savepoint(batch):
    for entry in batch.entries.all():
        try:
            with transaction.atomic():
                entry.save()
        except IntegrityError:  # near: a savepoint of its own
            logger.warning("entry %s was there", entry.pk)


@transaction.atomic
def settle_marked(batch):
    try:
        batch.save()
    except DatabaseError:  # near: the transaction is told
        transaction.set_rollback(True)
        return False
    return True


@transaction.atomic
def notify(order):
    order.save()
    try:
        mailer.send(order.customer.email)
    except Exception:  # near: no write fails there
        logger.exception("no mail")


@transaction.atomic
def find(number):
    try:
        return Account.objects.get(number=number)
    except Account.DoesNotExist:  # near: a question, no failure
        return None


def post_rolled_back(conn, debit):
    cur = conn.cursor()
    try:
        cur.execute("UPDATE account SET balance = balance - %s WHERE id = %s", debit)
        conn.commit()
    except Exception:  # near: rolled back
        conn.rollback()
        logger.exception("posting failed")


def post_left(conn, debit):
    cur = conn.cursor()
    try:
        cur.execute("UPDATE account SET balance = balance - %s WHERE id = %s", debit)
    except Exception:  # near: leaves before the commit
        logger.exception("posting failed")
        return False
    conn.commit()
    return True
