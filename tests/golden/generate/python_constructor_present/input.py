class A:
    x: int

    def __init__(self, x):
        self.x = x
