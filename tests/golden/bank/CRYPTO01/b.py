import hashlib
import random
from passlib.hash import md5_crypt


def a(user, ts):
    sign = hashlib.md5((user + ts + SECRET).encode()).hexdigest()  # flag
    return sign


def b(f):
    m = hashlib.md5()  # flag
    for chunk in iter(lambda: f.read(8192), b""):
        m.update(chunk)
    return m.hexdigest()


def verify_file_md5(path, expected):
    return hashlib.md5(path.read_bytes()).hexdigest() == expected


def c(p):
    return md5_crypt.hash(p)  # flag


def d():
    return random.SystemRandom().choice("abc")


def generate_txn_id():
    return str(random.randint(1, 10**9))


def gen_captcha():
    return "".join(random.choices("0123456789", k=4))  # flag


def e(key, data):
    return hmac.new(key, data, hashlib.sha1).hexdigest()  # flag


class TokenService:
    def issue(self, user):
        return hashlib.sha1(f"{user}{time.time()}".encode()).hexdigest()  # flag

    def new_id(self):
        token = random.getrandbits(64)  # flag
        return token
