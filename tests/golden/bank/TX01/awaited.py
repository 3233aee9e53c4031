"""An asynchronous mapper, known by how its classes are asked."""

from bank.models import Account, Journal
from bank.transactions import in_transaction


async def transfer(source, target, amount):  # flag
    await Account.filter(id=source).update(balance=F("balance") - amount)
    await Account.filter(id=target).update(balance=F("balance") + amount)
    await Journal.create(source=source, target=target, amount=amount)


async def whole(source, target, amount):  # near: in one transaction
    async with in_transaction():
        await Account.filter(id=source).update(balance=F("balance") - amount)
        await Account.filter(id=target).update(balance=F("balance") + amount)
