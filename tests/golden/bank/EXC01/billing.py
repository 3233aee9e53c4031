"""billing jobs"""

import structlog

logger = structlog.get_logger()


class InvoiceBilling:
    def bill(self, invoice):
        try:
            self.psp.charge(invoice.customer, invoice.total)
            invoice.paid = True
        except PSPError as exc:  # flag
            logger.bind(invoice=invoice.id).error("charge_failed", error=str(exc))
        return invoice

    def bill_all(self, invoices):
        results = []
        for invoice in invoices:
            try:
                results.append(self.bill(invoice))
            except Exception:  # flag
                logger.exception("bill")
        return results

    def post_journal(self, journal):
        try:
            self.gl.post(journal)
        except (GLError, OSError):  # flag
            return False

    def credit_note(self, invoice):
        with contextlib.suppress(PSPError):  # flag
            self.psp.refund(invoice.charge_id)


async def accrue(loans):
    for loan in loans:
        try:
            await accrue_interest(loan)
        except Exception as e:  # flag
            print("accrual failed", e)


def withdraw(acct, amt):
    try:
        acct.withdraw(amt)
    except InsufficientFunds:  # flag
        pass


# near
def charge_or_queue(invoice):
    try:
        psp.charge(invoice)
    except PSPError:
        retry_queue.push(invoice)


def charge_sentry(invoice):
    try:
        psp.charge(invoice)
    except PSPError as e:
        sentry_sdk.capture_exception(e)
        raise


def charge_state(invoice):
    try:
        psp.charge(invoice)
    except PSPError as e:
        invoice.state = "failed"
        invoice.error = str(e)


def charge_tuple(invoice):
    try:
        psp.charge(invoice)
    except PSPError as e:
        return False, str(e)
    return True, None


def maybe_amount(text):
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError):
        return None


def rate_for_fee(table, code):
    try:
        return table[code]
    except KeyError:
        return DEFAULT


def close_wallet_socket(sock):
    try:
        sock.close()
    except OSError:
        pass


def payment_gen(q):
    try:
        yield from q
    except GeneratorExit:
        return


def retry_charge(invoice):
    for attempt in range(5):
        try:
            return psp.charge(invoice)
        except PSPTimeout:
            if attempt == 4:
                raise
            time.sleep(2**attempt)


def refund_with_log(invoice):
    try:
        psp.refund(invoice)
    except PSPError:
        AuditLog.objects.create(kind="refund_failed", invoice=invoice)


def charge_back(order):
    with contextlib.suppress(GatewayError):  # flag
        gateway.charge_back(order)
