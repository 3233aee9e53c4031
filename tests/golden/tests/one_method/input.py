"""A class and its iteration."""


class Countdown:
    """Counts down to zero."""

    def __init__(self, start: int) -> None:
        self.start = start

    def steps(self):
        """Every number from the start to zero."""
        current = self.start
        while current >= 0:
            yield current
            current -= 1

    def reset(self) -> None:
        """Back to zero."""
        self.start = 0
