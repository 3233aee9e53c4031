class Customer:
    def __init__(self, name: str, age: int) -> None:
        self._name = name
        self._age = age
        self.city = ""

    @property
    def name(self) -> str:
        return self._name
    # the end


x = 1
