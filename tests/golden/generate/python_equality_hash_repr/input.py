import threading


class Card:
    def __init__(self, number, holder, pin):
        self.number = number
        self.holder = holder
        self.pin = pin
        self._lock = threading.Lock()
