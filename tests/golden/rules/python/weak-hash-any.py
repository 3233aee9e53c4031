import hashlib


def cached(path):
    name = hashlib.md5(path).hexdigest()  # flag
    tag = hashlib.md5(path, usedforsecurity=False)
    return name, tag, hashlib.sha256(path)
