"""Payments and their postings."""

import contextlib
import logging
from decimal import Decimal, InvalidOperation

logger = logging.getLogger(__name__)


def pay(order):
    try:
        gateway.charge(order.id, order.amount)
    except Exception:  # flag
        pass
    order.status = "paid"


def post(entry):
    try:
        ledger.post(entry)
    except:  # flag
        logger.exception("posting of %s failed", entry.id)


def transfer(source, target, amount):
    try:
        source.debit(amount)
        target.credit(amount)
    except Exception as error:  # flag
        logger.error("transfer failed: %s", error)
        return False
    return True


def refund(payment_id):
    try:
        return gateway.refund(payment_id)
    except (ConnectionError, TimeoutError):  # flag
        return None


def balance_of(account):
    try:
        return core.balance(account)
    except CoreError as error:  # flag
        print(f"no balance: {error}")
        return Decimal("0")


def settle_all(batches):
    for batch in batches:
        try:
            settle(batch)
        except Exception as error:  # flag
            logger.warning("batch %s: %s", batch.id, error)
            continue


def disburse(loan):
    with contextlib.suppress(Exception):  # flag
        core.disburse(loan.account, loan.principal)


class Reconciliation:
    def run(self, day):
        entries = []
        try:
            entries = self.ledger.entries(day)
        except Exception:  # flag
            entries = []
        return self.compare(entries)


async def deposit(account, amount):
    try:
        await core.deposit(account, amount)
    except CoreError:  # flag
        # the nightly job repairs it
        ...


def pay_raised(order):
    try:
        gateway.charge(order.id, order.amount)
    except GatewayError:  # near: raised on
        logger.exception("charge failed")
        raise


def pay_result(order):
    try:
        gateway.charge(order.id, order.amount)
    except GatewayError as error:  # near: a failed result
        return PaymentResult(ok=False, reason=str(error))
    return PaymentResult(ok=True)


def pay_recorded(order):
    try:
        gateway.charge(order.id, order.amount)
    except GatewayError as error:  # near: recorded
        logger.error("charge failed: %s", error)
        order.mark_failed(error)


def pay_retried(order):
    for attempt in range(3):
        try:
            return gateway.charge(order.id, order.amount)
        except GatewayError:  # near: raises after the last attempt
            logger.warning("attempt %d", attempt)
    raise PaymentError(order.id)


def read_amount(text):
    try:
        return Decimal(text)
    except InvalidOperation:  # near: no amount was given
        return None


def find_payment(number):
    try:
        return Payment.objects.get(number=number)
    except Payment.DoesNotExist:  # near: a question
        return None


def tell_payer(payment):
    try:
        mailer.send(payment.email, "paid")
    except Exception:  # near: a message, no payment
        logger.exception("no mail")


def close(payment_channel):
    try:
        payment_channel.close()
    except OSError:  # near: a cleanup
        pass


def pay_all(orders):
    failures = []
    for order in orders:
        try:
            gateway.charge(order.id, order.amount)
        except GatewayError as error:  # near: collected
            failures.append((order.id, error))
    return failures
