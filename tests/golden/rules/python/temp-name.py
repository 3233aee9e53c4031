import tempfile


def bad():
    return tempfile.mktemp()  # flag


def good():
    return tempfile.mkstemp()
