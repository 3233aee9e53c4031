import hashlib, hmac
from Crypto.PublicKey import RSA
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

T_J = [0x79CC4519] * 16 + [0x7A879D8A] * 48  # flag


def sm3_cf(v, b):  # flag
    ss1 = ((v[0] << 12) | (v[0] >> 20)) ^ b
    return ss1


class SM4Cipher:
    def _l(self, b):  # flag
        return b ^ (b << 2) ^ (b << 10) ^ (b << 18) ^ (b << 24)

    def _round(self, x):
        return x ^ (x << 1)


def a(x):
    return hashlib.sha1(x).hexdigest()  # flag


def b(k, x):
    return hmac.new(k, x, hashlib.sha256).hexdigest()  # flag


def c():
    return RSA.generate(2048)  # flag


def d(k, x):
    return Fernet(k).encrypt(x)  # flag


def e(k, iv):
    return Cipher(algorithms.AES(k), modes.CBC(iv))  # flag


def f(k):
    return Cipher(algorithms.SM4(k), modes.ECB())  # flag


def n1(k, iv):
    return Cipher(algorithms.SM4(k), modes.CBC(iv))


def n2(x):
    return hashlib.new("sm3", x).digest()


def n3(k, x):
    return hmac.new(k, x, "sm3").digest()


def n4(x, y):
    return (x << 8) ^ y


def etag(body):
    return hashlib.sha256(body).hexdigest()[:16]  # near: nothing that has to be safe


def issued(claims, key):
    return jwt.encode(claims, key, algorithm="RS256")  # flag


def issued_by_policy(claims, key):
    return jwt.encode(claims, key, algorithm="SM2")  # near: the national algorithm
