class Ledger:
    def total(self):
        return 1

    ‸
