import os

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import modes

IV = b"0123456789abcdef"


def bad(key):
    modes.CBC(b"\x00" * 16)  # flag
    modes.CBC(IV)  # flag
    AES.new(key, AES.MODE_CBC, iv=IV)  # flag
    AES.new(key, AES.MODE_CBC, b"abcdefghijklmnop")  # flag


def good(key):
    iv = os.urandom(16)
    modes.CBC(iv)
    AES.new(key, AES.MODE_CBC, iv)
    AES.new(key, AES.MODE_CFB, segment_size=128)
