"""Days that are booked by, in German."""

from datetime import date


def faelligkeit(tage):
    return date.today() + timedelta(days=tage)  # flag


def alter(geburtstag):  # near: how old somebody is
    return date.today().year - geburtstag.year
