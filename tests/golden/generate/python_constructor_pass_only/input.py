class Outer:
    class Inner:
        name: str

    class Bare:
        """Nothing yet."""
        pass
