from collections.abc import MutableMapping


class Cache(MutableMapping[str, int]):
    def __init__(self) -> None:
        self.data: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.data)

    def __setitem__(self, key: str, value: int) -> None:
        raise NotImplementedError

    def __delitem__(self, key: str) -> None:
        raise NotImplementedError

    def __getitem__(self, key: str) -> int:
        raise NotImplementedError

    def __iter__(self):
        raise NotImplementedError
