from django.db import transaction
from sqlalchemy.exc import SQLAlchemyError


@transaction.atomic
def settle_order(order):
    try:
        order.wallet.debit(order.amount)
        order.wallet.save()
        order.mark_paid()
        order.save()
    except Exception:  # flag
        return {"ok": False}
    return {"ok": True}


class Service:
    @transaction.atomic
    def execute(self, cmd):
        try:
            self.repo.save(cmd.account)
            self.ledger.post(cmd.entry)
        except (ValueError, Exception) as exc:  # flag
            self.log.error(exc)

    def execute2(self, cmd):
        with transaction.atomic(using="core"):
            for line in cmd.lines:
                try:
                    Line.objects.create(**line)
                except IntegrityError:  # flag
                    continue

    def execute3(self, cmd):
        with self.session.begin():
            try:
                self.session.add(cmd.entry)
                self.session.execute(update(Account).values(x=1))
            except SQLAlchemyError as exc:  # flag
                logger.exception(exc)


def commit_in_handler(conn, rows):
    cur = conn.cursor()
    try:
        cur.executemany("INSERT INTO flow VALUES (?, ?)", rows)
    except Exception:
        logger.exception("x")
        conn.commit()  # flag


def commit_after(session, a, b):
    try:
        session.add(a)
        session.flush()
        session.add(b)
        session.flush()
    except Exception as e:  # flag
        print(e)
    session.commit()


def commit_finally(session, a):
    try:
        session.add(a)
        session.flush()
    except Exception:
        logger.exception("x")
        raise
    finally:
        session.commit()  # flag


def suppressed(order):
    with transaction.atomic():
        order.save()
        with suppress(Exception):  # flag
            order.wallet.save()


def nested(order):
    with transaction.atomic():
        try:
            order.save()
            order.wallet.save()
        except DatabaseError as e:  # flag
            order.error = str(e)


def sqlite_block(conn, rows):
    with conn:
        try:
            conn.executemany("INSERT INTO flow VALUES (?, ?)", rows)
            conn.execute("UPDATE acct SET n = n + 1")
        except sqlite3.Error:  # flag
            pass


# good
def good1(order):
    try:
        with transaction.atomic():
            order.save()
            order.wallet.save()
    except DatabaseError:
        return None


def good2(session, a):
    try:
        session.add(a)
        session.commit()
    except SQLAlchemyError:
        session.rollback()
        raise


def good3(order):
    with transaction.atomic():
        try:
            coupon = Coupon.objects.get(code=order.code)
        except Coupon.DoesNotExist:
            coupon = None
        order.coupon = coupon
        order.save()


def good4(order):
    with transaction.atomic():
        order.save()
        try:
            send_sms(order.phone)
        except Exception:
            logger.warning("sms")


@transaction.atomic
def good5(order):
    sid = transaction.savepoint()
    try:
        order.save()
        transaction.savepoint_commit(sid)
    except Exception:
        transaction.savepoint_rollback(sid)


def good6(session, a):
    try:
        session.add(a)
        session.flush()
    except Exception:
        session.rollback()
        return False
    session.commit()
    return True


def good7(order):
    with transaction.atomic():
        try:
            amount = Decimal(order.raw)
        except InvalidOperation:
            amount = Decimal(0)
        order.amount = amount
        order.save()
