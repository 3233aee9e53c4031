import os


def bad(path):
    os.chmod(path, 0o777)  # flag
    os.chmod(path, 0o666)  # flag


def good(path):
    os.chmod(path, 0o640)
