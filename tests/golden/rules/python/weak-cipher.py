from Crypto.Cipher import AES, ARC4, DES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def bad(key):
    DES.new(key, DES.MODE_CBC)  # flag
    ARC4.new(key)  # flag
    AES.new(key, AES.MODE_ECB)  # flag
    Cipher(algorithms.AES(key), modes.ECB())  # flag


def good(key, nonce):
    AES.new(key, AES.MODE_GCM, nonce=nonce)
    Cipher(algorithms.AES(key), modes.GCM(nonce))
