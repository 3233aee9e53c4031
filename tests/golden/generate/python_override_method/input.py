class Job:
    async def run(self, *args: int, retry: bool = False, **kw: str) -> int:
        return 1


class Nightly(Job):
    @property
    def title(self):
        return 'nightly'
