import logging

log = logging.getLogger("core")


class LedgerPoster:
    def post_batch(self, batch):
        for v in batch:
            try:
                self.core.book(v.debit, v.credit, v.amount)
            except Exception as e:  # flag
                log.warning("skip %s: %s", v.no, e)

    def reverse(self, voucher):
        try:
            self.core.reverse(voucher)
        except CoreBankingError:  # flag
            return None

    async def payout(self, merchant, amt):
        try:
            await self.bank.payout(merchant, amt)
        except (httpx.HTTPError, asyncio.TimeoutError):  # flag
            log.exception("payout")


def charge_card(card, cents):
    ok = True
    try:
        stripe.Charge.create(card=card, amount=cents)
    except stripe.error.StripeError:  # flag
        pass
    return ok


def compute_interest(loan):
    try:
        return engine.interest(loan)
    except Exception:  # flag
        return 0


def duizhang(day):
    try:
        rows = bank_file.read(day)
        compare_ledger(rows)
    except:  # flag
        print("reconcile error")


def repay_all(loans):
    done = 0
    for loan in loans:
        try:
            repay(loan)
            done += 1
        except Exception:  # flag
            continue
    return done


def get_wallet_balance(uid):
    try:
        return wallet_api.balance(uid)
    except RequestException:  # flag
        return {}


def settle_safe(b):
    with suppress(BaseException):  # flag
        settlement.settle(b)


def finalise_payment(p):
    try:
        p.capture()
    finally:
        return p  # flag


# good
def pay_or_fail(order):
    try:
        gateway.charge(order)
    except GatewayError as e:
        raise PaymentError("charge") from e


def pay_http(order):
    try:
        gateway.charge(order)
    except GatewayError as e:
        return JsonResponse({"error": str(e)}, status=502)


def pay_dead_letter(order):
    try:
        gateway.charge(order)
    except GatewayError:
        log.exception("x")
        dead_letters.put(order)


def pay_task(self, order):
    try:
        gateway.charge(order)
    except GatewayError as e:
        self.retry(exc=e)


def pay_flagged(order):
    failed = False
    try:
        gateway.charge(order)
    except GatewayError:
        failed = True
    return not failed


def parse_fee(s):
    try:
        return float(s)
    except (TypeError, ValueError):
        return None


def payment_by_no(no):
    try:
        return PAYMENTS[no]
    except KeyError:
        return None


def warm_balance_cache(uid):
    try:
        cache.set(uid, 1)
    except Exception:
        log.debug("cache")


def pay_last_error(order):
    last = None
    for _ in range(3):
        try:
            return gateway.charge(order)
        except GatewayError as e:
            last = e
    raise last


def optional_import_for_payments():
    try:
        import stripe
    except ImportError:
        stripe = None
    return stripe
