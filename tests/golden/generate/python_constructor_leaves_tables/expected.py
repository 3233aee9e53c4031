class Flag:
    words: dict[str, bool] = {
        "yes": True,  # any case
        "no": False,
    }
    '''How a flag is spelled.'''
    name: str = (
        "flag"  # the usual one
    )
    '''Its name.'''

    def __init__(self, name: str = ( "flag" )) -> None:
        self.name = name
    def spell(self, value: bool) -> str:
        return self.name
    def other(self) -> None: ...
