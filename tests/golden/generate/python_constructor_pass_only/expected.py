class Outer:
    class Inner:
        name: str

        def __init__(self, name: str) -> None:
            self.name = name

    class Bare:
        """Nothing yet."""
        pass
