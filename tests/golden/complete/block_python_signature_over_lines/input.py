class A:
    def total(self, rows,
              start=0):‸

    def other(self):
        pass
