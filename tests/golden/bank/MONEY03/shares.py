import decimal
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
D = Decimal


def quantize(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)  # flag


def zinsen(kapital: Decimal, satz: Decimal) -> Decimal:
    return (kapital * satz).quantize(Decimal("0.01"))  # flag


def rounded_fee(fee: Decimal) -> Decimal:
    return round(fee, 2)  # flag


def betrag_gerundet(betrag):
    return round(betrag, 2)  # flag


def share(total: Decimal, n: int) -> Decimal:
    return total / n  # flag


def per_person(amount: Decimal, people: list) -> Decimal:
    each = amount / len(people)  # flag
    return each


def monthly(principal: Decimal, months: int):
    instalment = principal / Decimal(months)  # flag
    return [instalment] * months


def rounded_with_mode(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)  # near: the mode is told


def positional(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)  # near


def with_context(amount: Decimal) -> Decimal:
    with decimal.localcontext() as ctx:
        ctx.rounding = ROUND_HALF_UP
        return amount.quantize(CENT)  # near: the context of this block says it


def ratio(part: Decimal, whole: Decimal) -> Decimal:
    return part / whole


def percent_of(balance: Decimal, limit: Decimal) -> Decimal:
    utilisation = balance / limit  # near: a ratio
    return utilisation


def cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value())  # flag


def cents_mode(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(rounding=ROUND_HALF_UP))  # near


def exact(amount: Decimal) -> Decimal:
    return amount / 100  # near: a shift of the point


def avg_balance(balances: list[Decimal]) -> Decimal:
    return sum(balances) / len(balances)  # flag


def avg_then(balances: list[Decimal]) -> Decimal:
    average_balance = sum(balances, Decimal(0)) / len(balances)
    return average_balance.quantize(CENT, rounding=ROUND_HALF_UP)  # near


def floor_div(amount: Decimal, n: int):
    return amount // n  # near: whole division, the rest is kept


def int_cast(amount: Decimal) -> int:
    return int(amount * 100)


def round_points(score: float) -> float:
    return round(score, 2)  # near: no money


def round_days(days: float) -> int:
    return round(days)  # near


def faxi(overdue_principal, days):
    faxi = overdue_principal * Decimal("0.0005") * days
    return faxi.quantize(CENT)  # flag


def named_arg(amount: Decimal) -> Decimal:
    return amount.quantize(exp=CENT)  # flag


def list_rounded(rows):
    return [round(r.amount, 2) for r in rows]  # flag


def dict_rounded(account):
    return {"balance": round(account.balance, 2)}  # flag


def in_sum(rows):
    return sum(round(r.interest, 2) for r in rows)  # flag


def series(df):
    df["fee"] = df["amount"].mul(0.001).round(2)  # flag
    return df


def jine(total_jine: Decimal, n: int):
    meiqi_jine = (total_jine / n).quantize(Decimal("0.01"))  # flag
    return meiqi_jine


def fen(amount: Decimal) -> int:
    return round(amount * 100)  # flag


def ceil_fee(fee: Decimal) -> Decimal:
    return math.ceil(fee)  # near: up, and said


def currency_quantum(value: Decimal, exponent: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-exponent))  # flag


class Money:
    def __truediv__(self, n: int) -> "Money":
        return Money((self.amount / n).quantize(CENT), self.ccy)  # flag

    def rounded(self):
        return Money(self.amount.quantize(CENT), self.ccy)  # flag

    def __round__(self, n=2):
        return Money(self.amount.quantize(CENT, rounding=self.mode), self.ccy)  # near


def converted(amount: Decimal, kurs: Decimal) -> Decimal:
    return amount / kurs  # flag


def converted_rounded(amount: Decimal, rate: Decimal) -> Decimal:
    eur = amount / rate
    return eur.quantize(CENT, rounding=ROUND_HALF_UP)  # near


def formatted(amount: Decimal) -> str:
    return f"{amount:.2f}"


def day_interest(balance: Decimal, annual: Decimal) -> Decimal:
    interest = balance * annual / 360  # flag
    return interest


def loan_to_value(loan: Decimal, value: Decimal) -> Decimal:
    return loan / value  # near: a ratio by its name
