"""Django, on its default of one transaction a statement."""

from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F

from .models import Account, Entry, Order


def transfer(source_id, target_id, amount):  # flag
    source = Account.objects.get(pk=source_id)
    target = Account.objects.get(pk=target_id)
    source.withdraw(amount)
    source.save()
    target.deposit(amount)
    target.save(update_fields=["balance"])


def post(entry: Entry, amount: Decimal) -> None:  # flag
    Entry.objects.create(account=entry.account, amount=amount)
    Account.objects.filter(pk=entry.account_id).update(balance=F("balance") + amount)


class OrderView:
    def post(self, request):  # flag
        # with transaction.atomic(): would be right
        order = Order.objects.create(user=request.user)
        order.lines.bulk_create(request.data["lines"])
        self.stock.filter(sku=order.sku).update(count=F("count") - 1)
        return order


def archive(day):  # flag
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO entry_old SELECT * FROM entry WHERE day = %s", [day])
        cursor.execute("DELETE FROM entry WHERE day = %s", [day])


def close(account):  # flag
    account.status = "closed"
    account.save()
    for card in account.cards.all():
        card.status = "blocked"
        card.save()


@transaction.atomic
def transfer_in_one(source, target, amount):  # near: decorated
    source.save()
    target.save()


def transfer_in_block(source, target, amount):  # near: in a block
    with transaction.atomic():
        Account.objects.filter(pk=source).update(balance=F("balance") - amount)
        Account.objects.filter(pk=target).update(balance=F("balance") + amount)


def upsert(account, **values):  # near: one of two
    if Account.objects.filter(no=account).exists():
        Account.objects.filter(no=account).update(**values)
    else:
        Account.objects.create(no=account, **values)


def report(day):  # near: reads only
    entries = Entry.objects.filter(day=day).all()
    orders = Order.objects.filter(day=day).values("total")
    return list(entries), list(orders)


@transaction.atomic()
def outer(source, target):
    _move(source, target)


def _move(source, target):  # near: called in a transaction only
    source.save()
    target.save()


def remember(account):  # near: one write and a cache
    account.save()
    cache.delete(f"account:{account.pk}")
    settings_cache.save()
