import threading


class Card:
    def __init__(self, number, holder, pin):
        self.number = number
        self.holder = holder
        self.pin = pin
        self._lock = threading.Lock()

    def __eq__(self, other):
        if not isinstance(other, Card):
            return NotImplemented
        return (self.number, self.holder, self.pin) == (other.number, other.holder, other.pin)

    def __hash__(self):
        return hash((self.number, self.holder, self.pin))

    def __repr__(self):
        return f"{type(self).__name__}(number={self.number!r}, holder={self.holder!r})"
