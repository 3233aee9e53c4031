class Account:
    owner: str

    def name(self:
        return self.owner
