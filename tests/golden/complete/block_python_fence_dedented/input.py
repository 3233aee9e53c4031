class Ledger:
    def total(self):
        ‸

    def other(self):
        pass
