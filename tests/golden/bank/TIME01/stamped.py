"""A day as text, in the zone of the server."""

import time


def value_date(order):
    order.value_date = time.strftime("%Y%m%d")  # flag


def value_date_of(order, moment):
    order.value_date = time.strftime("%Y%m%d", moment)  # near: of a moment that is given
