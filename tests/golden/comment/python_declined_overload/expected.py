from typing import overload


@overload
def pick(x: int) -> int: ...
