import hashlib


def store(password, token):
    digest = hashlib.md5(password.encode()).hexdigest()  # flag
    signing = hashlib.new("sha1", token)  # flag
    return digest, signing


def kept(password):
    return hashlib.sha1(password).digest()  # flag


def cached(path):
    name = hashlib.md5(path).hexdigest()
    tag = hashlib.md5(path, usedforsecurity=False)
    secret = hashlib.sha256(path)
    return name, tag, secret
