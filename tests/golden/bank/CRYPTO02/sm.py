"""Commercial cryptography of China as it must not be used, and as it may."""

import hashlib
import hmac
import os

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmssl import sm2, sm3, sm4

S_BOX = [  # flag
    0xD6, 0x90, 0xE9, 0xFE, 0xCC, 0xE1, 0x3D, 0xB7, 0x16, 0xB6, 0x14, 0xC2, 0x28, 0xFB, 0x2C, 0x05,
    0x2B, 0x67, 0x9A, 0x76, 0x2A, 0xBE, 0x04, 0xC3, 0xAA, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99,
]
FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)


def sm4_round(x0, x1, x2, x3, key):  # flag
    x = x1 ^ x2 ^ x3 ^ key
    return x0 ^ x ^ (x << 2) ^ (x << 10)


def sm3_compress(state, block):  # flag
    a = state[0]
    return ((a << 12 | a >> 20) + state[4]) ^ block[0]


class Sm3:
    IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600)  # flag

    def p0(self, x):
        return x ^ rotl(x, 9) ^ rotl(x, 17)


def sm2_point_add(p, q, a, prime):  # flag
    slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, prime) % prime
    return slope


def ecb(key, data):
    cipher = sm4.CryptSM4()
    cipher.set_key(key, sm4.SM4_ENCRYPT)
    return cipher.crypt_ecb(data)  # flag


def ecb_again(key):
    return Cipher(algorithms.SM4(key), modes.ECB())  # flag


def digest(data):
    return hashlib.sha256(data).hexdigest()  # flag


def mac(key, data):
    return hmac.new(key, data, "sha256").digest()  # flag


def encrypt(key, data):
    return AES.new(key, AES.MODE_GCM).encrypt(data)  # flag


def pair():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)  # flag


def sm3_digest(data):
    return sm3.sm3_hash(list(data))  # near: the provider's


def sm3_by_openssl(data):
    return hashlib.new("sm3", data).hexdigest()  # near: the provider's


def sm4_cbc(key, data):
    cipher = sm4.CryptSM4()
    cipher.set_key(key, sm4.SM4_ENCRYPT)
    return cipher.crypt_cbc(os.urandom(16), data)  # near: a vector drawn anew


def sm4_gcm(key, nonce):
    return Cipher(algorithms.SM4(key), modes.GCM(nonce))  # near: GCM


def sm2_sign(private, public, data):
    return sm2.CryptSM2(private_key=private, public_key=public).sign_with_sm3(data)  # near: the provider's


def sm4_parts(data):
    return [data[at : at + 16] for at in range(0, len(data), 16)]  # near: no rounds


def flags(mask):
    return mask ^ (1 << 4)  # near: bits, of nothing here


def sm3_known():
    return "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # near: a value of a test
