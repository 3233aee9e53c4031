"""Broken algorithms and predictable numbers, and what only looks so."""

import hashlib
import hmac
import os
import random
import secrets

from Crypto.Cipher import AES, ARC4, DES, DES3
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

IV = b"0123456789abcdef"


def password_digest(password):
    return hashlib.md5(password.encode()).hexdigest()  # flag


def sign(fields):
    return hashlib.sha1("&".join(fields).encode()).hexdigest()  # flag


def digest(data):
    return hashlib.new("md5", data).hexdigest()  # flag


def mac(key, message):
    return hmac.new(key, message, hashlib.md5).hexdigest()  # flag


def encrypt_pin(key, block):
    return DES3.new(key, DES3.MODE_CBC, os.urandom(8)).encrypt(block)  # flag


def encrypt_old(key, block):
    return DES.new(key, DES.MODE_CFB, os.urandom(8)).encrypt(block)  # flag


def stream(key):
    return ARC4.new(key)  # flag


def encrypt_card(key, number):
    cipher = AES.new(key, AES.MODE_ECB)  # flag
    return cipher.encrypt(number)


def encrypt_again(key, number):
    cipher = Cipher(algorithms.AES(key), modes.ECB())  # flag
    return cipher.encryptor().update(number)


def fixed_iv(key, number):
    return AES.new(key, AES.MODE_CBC, IV).encrypt(number)  # flag


def zero_iv(key, number):
    encryptor = Cipher(algorithms.AES(key), modes.CBC(b"\x00" * 16)).encryptor()  # flag
    return encryptor.update(number)


def key_as_iv(key, number):
    return AES.new(key, AES.MODE_CBC, key).encrypt(number)  # flag


def pair():
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # flag


def make_token():
    return "".join(random.choice("0123456789abcdef") for _ in range(32))  # flag


def sms_code():
    code = random.randint(100000, 999999)  # flag
    return str(code)


def file_checksum(path):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()  # near: said to be no security


def etag(body):
    return hashlib.md5(body).hexdigest()  # near: a mark for caches


def sm3(data):
    return hashlib.new("sm3", data).hexdigest()  # near: SM3


def strong(data):
    return hmac.new(b"key", data, hashlib.sha256).hexdigest()  # near: SHA-256


def encrypt_well(key, number):
    nonce = os.urandom(12)
    return nonce + AES.new(key, AES.MODE_GCM, nonce=nonce).encrypt(number)  # near: drawn anew


def pair_well():
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)  # near: long enough


def jitter(delay):
    return delay + random.uniform(0, 0.5)  # near: a pause


def token_well():
    return secrets.token_hex(16)  # near: unpredictable


def token_by_system():
    return random.SystemRandom().randrange(10**6)  # near: the system's own


def read_iv(key, data):
    return AES.new(key, AES.MODE_CBC, data[:16]).decrypt(data[16:])  # near: the message's own
