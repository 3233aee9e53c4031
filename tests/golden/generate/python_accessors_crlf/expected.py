class Customer:
    def __init__(self, name: str, age: int) -> None:
        self._name = name
        self._age = age
        self.city = ""

    @property
    def name(self) -> str:
        return self._name
    # the end

    @name.setter
    def name(self, value: str) -> None:
        self._name = value

    @property
    def age(self) -> int:
        return self._age

    @age.setter
    def age(self, value: int) -> None:
        self._age = value


x = 1
