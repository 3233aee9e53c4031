import hashlib
from gmssl import sm2, sm3, sm4, func
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.asymmetric import ec, padding


class SM3Hash:
    def __init__(self):
        self.v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]  # flag


def sm3_ff(x, y, z, j):
    return x ^ y ^ z if j < 16 else (x & y) | (x & z) | (y & z)


def sm3_p1(x):  # flag
    return x ^ ((x << 15) | (x >> 17)) ^ ((x << 23) | (x >> 9))


def sm4_tau(a):
    return SBOX[a >> 24] << 24


SM4_SBOX = bytes.fromhex("d690e9fecce13db716b614c228fb2c05")  # flag


def expand_key_sm4(mk):  # flag
    k = [mk[i] ^ FK[i] for i in range(4)]
    return [x ^ (x << 13) ^ (x << 23) for x in k]


def enc(key, data):
    c = sm4.CryptSM4()
    c.set_key(key, sm4.SM4_ENCRYPT)
    return c.crypt_ecb(data)  # flag


def h(data):
    return hashlib.sha512(data).digest()  # flag


def h2(data):
    d = hashes.Hash(hashes.SHA256())  # flag
    d.update(data)
    return d.finalize()


def g(key, n, data):
    return AESGCM(key).encrypt(n, data, None)  # flag


def k():
    return ec.generate_private_key(ec.SECP256R1())  # flag


def s(key, data):
    return key.sign(data, padding.PKCS1v15(), hashes.SHA384())  # flag


def ok1(data):
    return sm3.sm3_hash(func.bytes_to_list(data))


def ok2(data):
    d = hashes.Hash(hashes.SM3())
    d.update(data)
    return d.finalize()


def ok3(key, iv, data):
    c = sm4.CryptSM4()
    c.set_key(key, sm4.SM4_ENCRYPT)
    return c.crypt_cbc(iv, data)


def ok4(priv, pub):
    return sm2.CryptSM2(public_key=pub, private_key=priv)


def ok5(flags, bit):
    return flags ^ (1 << bit)


def ok6(sm4_key, iv):
    return bytes(a ^ b for a, b in zip(sm4_key, iv))
