"""Opening hours of a branch."""


def is_open(hour, day):
    if day in ("sat", "sun"):
        return False
    return 9 <= hour < 17
