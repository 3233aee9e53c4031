from collections.abc import MutableMapping


class Cache(MutableMapping[str, int]):
    def __init__(self) -> None:
        self.data: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.data)
