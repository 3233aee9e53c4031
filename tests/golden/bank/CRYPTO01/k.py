import hashlib, random, os
import numpy as np
from Crypto.Cipher import AES, DES3
from Crypto.Hash import MD5, SHA
from cryptography.hazmat.primitives.ciphers import modes, algorithms, Cipher
from cryptography.hazmat.primitives.asymmetric import rsa, dsa


def a(pin):
    return hashlib.md5(pin.encode() + b"salt").digest()  # flag


def b(x):
    h = MD5.new()  # flag
    h.update(x)
    return h.digest()


def c(x):
    return hashlib.new("SHA1", x).hexdigest()  # flag


def d(k, x):
    aes = AES.new(k.encode("utf-8"), AES.MODE_ECB)  # flag
    return aes.encrypt(pad(x, 16))


def e(k, iv, x):
    cipher = DES3.new(k, DES3.MODE_CBC, iv)  # flag
    return cipher.encrypt(x)


def f(k, x):
    return Cipher(algorithms.AES(k), modes.CBC(b"bank-static-iv-1")).encryptor()  # flag


class G:
    IV = b"abcdefghijklmnop"

    def g(self, k, x):
        return AES.new(k, AES.MODE_CBC, self.IV).encrypt(x)  # flag


def h():
    return rsa.generate_private_key(65537, 1024)  # flag


def i():
    otp = ""
    for _ in range(6):
        otp += str(random.randint(0, 9))  # flag
    return otp


def j(n=16):
    return "".join(random.choice(CHARS) for _ in range(n))


def create_api_key():
    return "".join(random.choice(CHARS) for _ in range(32))  # flag


def k(password, salt):
    return hashlib.pbkdf2_hmac("sha1", password, salt, 1000)  # flag


def n1(x):
    return hashlib.sha256(x).hexdigest()


def n2(path):
    checksum = hashlib.md5(open(path, "rb").read()).hexdigest()
    return checksum


def n3(k, x):
    iv = os.urandom(16)
    return iv + AES.new(k, AES.MODE_CBC, iv).encrypt(x)


def n4():
    return rsa.generate_private_key(public_exponent=65537, key_size=4096)


def n5(rows):
    return random.sample(rows, 10)


def n6():
    time.sleep(random.random() * 3)


def n7():
    return secrets.token_urlsafe(32)


def n8(x):
    return hashlib.blake2b(x).hexdigest()


def n9(x, y):
    return np.random.normal(x, y)
