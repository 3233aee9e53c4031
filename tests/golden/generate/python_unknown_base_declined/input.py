from orm import Model


class Row(Model):
    key: int
