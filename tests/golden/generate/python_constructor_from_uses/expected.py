class Converter:
    def __init__(self, rate, fee):
        self.rate = rate
        self.fee = fee

    def convert(self, amount):
        return amount * self.rate + self.fee

    def reset(self):
        self.total = 0
