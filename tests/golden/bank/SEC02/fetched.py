"""An address of the request, read with the library of old."""

from urllib.request import urlretrieve

from flask import request


def mirror():
    urlretrieve(request.args["address"], "/srv/mirror/page")  # flag


def mirror_rates():
    urlretrieve("https://core.bank.example/rates", "/srv/mirror/rates")  # near: a fixed address
