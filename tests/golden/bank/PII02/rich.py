"""A text for a console."""


class Holder:
    def __rich_repr__(self):
        return f"{self.name} {self.id_card}"  # flag
