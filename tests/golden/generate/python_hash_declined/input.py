class Basket:
    items: list[str]
