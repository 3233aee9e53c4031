def reversal(source, target, amount):
    with unit_of_work() as work:
        work.accounts.‸
