"""Small calculations of a bank."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal


def simple_interest(principal, rate, days, basis):
    """Interest for a number of days, in cents."""
    if days <= 0 or principal <= 0:
        return 0
    return round(principal * rate * days / (basis * 100))


def instalment(principal, monthly_rate, months):
    """The equal payment of an annuity loan."""
    if months == 0:
        return 0.0
    if monthly_rate == 0:
        return round(principal / months, 2)
    factor = (1 + monthly_rate) ** months
    return round(principal * monthly_rate * factor / (factor - 1), 2)


def amortisation(principal, monthly_rate, payment):
    """The balances after each payment, the last one zero."""
    balances = []
    while principal > 0:
        interest = round(principal * monthly_rate, 2)
        if payment <= interest:
            return None
        principal = round(principal + interest - payment, 2)
        if principal < 0:
            principal = 0
        balances.append(principal)
    return balances


def tiered_fee(amount, tiers):
    """Each tier (limit, per mille) counts for the part of the amount below its limit."""
    fee = 0
    lower = 0
    for limit, rate in tiers:
        if amount <= lower:
            break
        part = min(amount, limit) - lower
        fee += part * rate
        lower = limit
    return fee


def split(total, parts):
    """Split cents into parts that differ by a cent at most and sum up to the total."""
    share, rest = divmod(total, parts)
    result = []
    for index in range(parts):
        if index < rest:
            result.append(share + 1)
        else:
            result.append(share)
    return result


def netted(payments):
    """What each party gets (or owes) when all payments (payer, payee, amount) are settled at once."""
    positions = {}
    for payer, payee, amount in payments:
        positions[payer] = positions.get(payer, 0) - amount
        positions[payee] = positions.get(payee, 0) + amount
    return {party: value for party, value in positions.items() if value != 0}


def worst_day(balances):
    """The index of the lowest balance, the first of several; None without balances."""
    if not balances:
        return None
    worst = 0
    for index, balance in enumerate(balances):
        if balance < balances[worst]:
            worst = index
    return worst


def overdrawn_days(balances, limit):
    """How many days in a row, at most, the balance was below the limit."""
    longest = 0
    current = 0
    for balance in balances:
        if balance < limit:
            current += 1
            longest = max(longest, current)
        else:
            current = 0
    return longest


def rounded(amount, step):
    """The amount as a multiple of a step (text), halves away from zero."""
    unit = Decimal(step)
    value = (Decimal(amount) / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return str((value * unit).quantize(unit, rounding=ROUND_HALF_EVEN))


def exchange(amount, rates, source, target):
    """Convert through the base currency; rates are units for one of the base."""
    if source == target:
        return amount
    base = amount / rates[source]
    return round(base * rates[target], 4)


def average_balance(entries, until):
    """The time-weighted average of (day, balance) entries up to a day."""
    total = 0
    for index, (day, balance) in enumerate(entries):
        end = entries[index + 1][0] if index + 1 < len(entries) else until
        total += balance * (end - day)
    first = entries[0][0]
    return total / (until - first)


def applied_payment(invoices, amount):
    """Pay open invoices in order; what is left of each, and of the payment."""
    left = []
    for invoice in invoices:
        paid = min(invoice, amount)
        amount -= paid
        if invoice > paid:
            left.append(invoice - paid)
    return left, amount


def iban_valid(text):
    """Whether the check digits of an IBAN hold."""
    compact = text.replace(" ", "").upper()
    if len(compact) < 5 or not compact.isalnum():
        return False
    turned = compact[4:] + compact[:4]
    digits = ""
    for letter in turned:
        if letter.isdigit():
            digits += letter
        else:
            digits += str(ord(letter) - ord("A") + 10)
    return int(digits) % 97 == 1


def luhn(number):
    """Whether a card number's check digit holds."""
    total = 0
    for index, digit in enumerate(reversed(number)):
        value = int(digit)
        if index % 2 == 1:
            value *= 2
            if value > 9:
                value -= 9
        total += value
    return total % 10 == 0


class Account:
    """An account with a limit; amounts in cents."""

    def __init__(self, limit=0):
        self.balance = 0
        self.limit = limit
        self.entries = []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("not positive")
        self.balance += amount
        self.entries.append(amount)

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError("not positive")
        if self.balance + self.limit < amount:
            return False
        self.balance -= amount
        self.entries.append(-amount)
        return True

    def turnover(self):
        return sum(abs(entry) for entry in self.entries)


def played(limit, moves):
    """The balance, what succeeded and the turnover of an account after moves (negative: withdrawals)."""
    account = Account(limit)
    done = []
    for move in moves:
        if move > 0:
            account.deposit(move)
        else:
            done.append(account.withdraw(-move))
    return account.balance, done, account.turnover()
