class Ledger:
    def total(self):
        amount = 0
        ‸

    def other(self):
        pass
