import base64
import hmac
import os

from Crypto.Cipher import AES
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

ZONE = bytes.fromhex("8f0a3cd1179be24455f6c8a90312be7d")
SEED = b"\x8f\x0a\x3c\xd1\x17\x9b\xe2\x44\x55\xf6\xc8\xa9\x03\x12\xbe\x7d"


def hex_key(iv):
    return AES.new(bytes.fromhex("8f0a3cd1179be24455f6c8a90312be7d"), AES.MODE_GCM, nonce=iv)  # flag


def unhex_key(iv):
    return Cipher(algorithms.AES(binascii.unhexlify("8f0a3cd1179be24455f6c8a90312be7d")), modes.GCM(iv))  # flag


def b64_key():
    return Fernet(base64.b64decode("OGYwYTNjZDExNzliZTI0NDU1ZjZjOGE5MDMxMmJlN2Q="))  # flag


def constant_key(iv):
    return AES.new(ZONE, AES.MODE_GCM, nonce=iv)  # flag


def constant_bytes(iv):
    return AES.new(SEED, AES.MODE_GCM, nonce=iv)  # flag


def local_key(data):
    k = b"pk-2291-zone-77"
    return hmac.new(k, data, "sha256").hexdigest()  # flag


def signed(claims):
    return jwt.encode(claims, "hx-core-9931-sign", algorithm="HS256")  # flag


def keyword_signed(claims):
    return jwt.encode(claims, key="hx-core-9931-sign", algorithm="HS256")  # flag


def connect():
    return psycopg2.connect(host="db", user="core", password="Tq83_vvL2m")  # flag


def engine():
    return create_engine("postgresql://core:Tq83vvL2m@db-01/core")  # flag


def header():
    return {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjb3JlIn0.c2lnbmF0dXJlLWhlcmU"}  # flag


def basic():
    return requests.get(URL, auth=("core", "Tq83_vvL2m"), timeout=5)  # flag


def redis_client():
    return redis.Redis(host="cache", password="Rd_77xKq29")  # flag


def default():
    return os.environ.get("DB_PASSWORD", "Tq83_vvL2m")  # flag


def from_env(iv):
    return AES.new(bytes.fromhex(os.environ["ZONE_KEY"]), AES.MODE_GCM, nonce=iv)  # near: of the environment


def from_vault(iv):
    return AES.new(vault.read("zone"), AES.MODE_GCM, nonce=iv)  # near


def generated():
    return Fernet(Fernet.generate_key())  # near: made here


def key_name():
    return kms.get_key("alias/zone-pin-key")  # near: a name


def digest(data):
    return hmac.new(settings.SIGN_KEY.encode(), data, "sha256")  # near


def header_name():
    return {"X-Api-Key": request.headers["X-Api-Key"]}  # near


def placeholder():
    return connect(password="${DB_PASSWORD}")  # near: filled when it is deployed


def derived(password, salt):
    return hashlib.pbkdf2_hmac("sha256", password, salt, 200_000)  # near


SIGNING = "b7e23ec29af22b0b4e41da31e868d572"


def issued(claims):
    return jwt.encode(claims, SIGNING, algorithm="HS256")  # flag


def issued_from_settings(claims):
    return jwt.encode(claims, settings.signing, algorithm="HS256")  # near: a setting
