import hashlib, random, string, hmac, uuid
from hashlib import md5
from Crypto.Cipher import AES, DES
from Cryptodome.Cipher import Blowfish
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.backends import default_backend


def sign_params(params, key):
    raw = "&".join(f"{k}={v}" for k, v in sorted(params.items())) + key
    return md5(raw.encode("utf-8")).hexdigest().upper()  # flag


class PasswordHasher:
    def hash(self, pwd):
        h = hashlib.sha1()  # flag
        h.update(pwd.encode())
        return h.hexdigest()


def hash_card(no):
    return getattr(hashlib, "md5")(no.encode()).hexdigest()


def digest2(data):
    d = hashes.Hash(hashes.SHA1(), backend=default_backend())  # flag
    d.update(data)
    return d.finalize()


def mac(key, msg):
    return hmac.new(key, msg, digestmod="sha1").hexdigest()  # flag


def des(key, data):
    return DES.new(key, DES.MODE_ECB).encrypt(data)  # flag


def bf(key, data):
    return Blowfish.new(key, Blowfish.MODE_CBC).encrypt(data)  # flag


def tdes(key, iv):
    return Cipher(algorithms.TripleDES(key), modes.CBC(iv))  # flag


class Aes:
    MODE = AES.MODE_ECB  # flag

    def enc(self, k, d):
        return AES.new(k, self.MODE).encrypt(d)


def cbc(k, d):
    iv = b"1234567890123456"
    return AES.new(k, AES.MODE_CBC, iv=iv).encrypt(d)  # flag


def zero(k, d):
    iv = bytes(16)
    return AES.new(k, AES.MODE_CBC, iv).encrypt(d)  # flag


def keypair():
    return RSA.generate(1024)  # flag


def gen_verify_code():
    return "".join(random.sample(string.digits, 6))  # flag


def new_session_token():
    return "%032x" % random.getrandbits(128)  # flag


def init_password(n=8):
    chars = string.ascii_letters + string.digits
    return "".join(random.choices(chars, k=n))  # flag


def ok_hash(d):
    return hashlib.sha3_256(d).hexdigest()


def ok_md5(d):
    return hashlib.md5(d, usedforsecurity=False).hexdigest()


def ok_cache_key(url):
    return "cache:" + hashlib.md5(url.encode()).hexdigest()


def ok_gcm(k, d):
    iv = get_random_bytes(12)
    c = AES.new(k, AES.MODE_GCM, nonce=iv)
    return iv + c.encrypt(d)


def ok_pick(servers):
    return random.choice(servers)


def ok_shuffle(rows):
    random.shuffle(rows)
    return rows


def ok_rsa():
    return RSA.generate(2048)


def ok_trace():
    return uuid.uuid4().hex


def ok_sample(txns):
    return random.sample(txns, 100)


def ok_scrypt(p, s):
    return hashlib.pbkdf2_hmac("sha256", p, s, 600000)
