class Converter:
    def convert(self, amount):
        return amount * self.rate + self.fee

    def reset(self):
        self.total = 0
