class Page:
    size: int = 10
