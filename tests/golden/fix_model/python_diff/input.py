import os


class Ledger:
    def total(self, rows):
        amount = sum(row.amount for row in rows)
        return ‸amuont

    def other(self):
        return os.name
