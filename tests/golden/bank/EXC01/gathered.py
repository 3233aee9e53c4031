"""Failures that are gathered, answered with a success, or left by a context."""

import asyncio
import logging


async def settle_all(batch):
    await asyncio.gather(*(settle(b) for b in batch), return_exceptions=True)  # flag


async def pay(order, gateway):
    try:
        return await gateway.charge(order)
    except aiohttp.ClientError as exc:  # flag
        logging.warning("gateway: %s", exc)
        return PaymentStatus.SUCCESS


def post_entries(entries, ledger):
    for entry in entries:
        try:
            ledger.post(entry)
        except Exception:  # flag
            continue


@shared_task
def capture_payment(payment_id):
    payment = Payment.objects.get(pk=payment_id)
    try:
        acquirer.capture(payment.reference)
    except Exception as exc:  # flag
        logger.exception(exc)
    else:
        payment.mark_captured()


class Handler:
    async def handle(self, message):
        try:
            await self.book_transfer(message.body)
        except Exception as e:  # flag
            print("error", e)
        await message.ack()


def charge(card, amount):
    try:
        resp = psp.charge(card, amount)
    except PspTimeout:  # flag
        resp = {"status": "ok"}
    return resp


def ueberweise(auftrag):
    try:
        kernbank.buche(auftrag)
    except KernbankFehler as e:  # flag
        log.error("Buchung fehlgeschlagen %s", e)


@app.post("/pay")
def pay(req):
    try:
        service.pay(req)
    except Exception:  # flag
        return JSONResponse({"code": 0, "msg": "success"})
    return JSONResponse({"code": 0, "msg": "success"})


class PostingGuard:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):  # flag
        logger.error("posting failed", exc_info=error)
        return True


def repay(loan, amount):
    try:
        core.post(loan.account, -amount)
    except Exception:  # flag
        return Response(status=200)
    return Response(status=200)


async def settle_all(batch):  # near: looked at afterwards
    results = await asyncio.gather(*(settle(b) for b in batch), return_exceptions=True)
    failed = [r for r in results if isinstance(r, Exception)]
    if failed:
        raise SettlementError(failed)


def pay(order):  # near: recorded
    try:
        gateway.charge(order)
    except GatewayError as exc:
        order.status = "FAILED"
        order.save()
        return PaymentResult.failed(str(exc))
    return PaymentResult.ok()


def charge(order):  # near: thrown after the last attempt
    for attempt in range(3):
        try:
            return gateway.charge(order)
        except Timeout:
            time.sleep(2**attempt)
    raise PaymentUnavailable(order.id)


def pay(order):  # near: done before
    try:
        store.insert(order.request_id)
    except IntegrityError:
        return store.result_of(order.request_id)
    return core.pay(order)


def settle(batch):  # near: collected and thrown
    errors = []
    for item in batch:
        try:
            ledger.post(item)
        except LedgerError as e:
            errors.append((item, e))
    if errors:
        raise BatchFailed(errors)


async def transfer(cmd):  # near: asked later
    try:
        return await core.transfer(cmd)
    except asyncio.TimeoutError:
        await inquiries.enqueue(cmd.reference)
        return TransferState.UNKNOWN


def payment_state(reference):  # near: not known is no success
    try:
        return gateway.status(reference)
    except GatewayTimeout:
        return PaymentState.UNKNOWN


def pay(order):  # near: a refusal is told
    try:
        gateway.charge(order)
    except CardDeclined as e:
        return {"status": "declined", "reason": e.code}
    return {"status": "ok"}


class PaymentTimer:
    def __enter__(self):  # near: the failure goes on
        self.start = time.monotonic()
        return self

    def __exit__(self, *exc):
        histogram.observe(time.monotonic() - self.start)
        return False


async def notify_all(subscribers, payment):  # near: messages beside the payment
    await asyncio.gather(*(s.send(payment) for s in subscribers), return_exceptions=True)


def pay(order):  # near: done before
    try:
        core.pay(order)
    except AlreadyPaid:
        return PaymentResult.SUCCESS
    return PaymentResult.SUCCESS
