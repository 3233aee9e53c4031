"""Rows of a mapper that is known by the module of its classes."""

from bank.models import Account, Voucher


def open_account(customer, first_deposit):  # flag
    account = Account(customer=customer, balance=first_deposit)
    account.save()
    voucher = Voucher(account=account, amount=first_deposit)
    voucher.save()
    return account


def rename(account, title):  # near: one write
    account.title = title
    account.save()
