from cryptography.hazmat.primitives.asymmetric import rsa
from Crypto.PublicKey import RSA

SIZE = 1024
ENOUGH = 3072


def bad():
    rsa.generate_private_key(public_exponent=65537, key_size=1024)  # flag
    RSA.generate(1024)  # flag
    rsa.generate_private_key(public_exponent=65537, key_size=SIZE)  # flag
    rsa.generate_private_key(65537, SIZE)  # flag
    RSA.generate(SIZE)  # flag


def good():
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    RSA.generate(4096)
    rsa.generate_private_key(public_exponent=65537, key_size=ENOUGH)
    RSA.generate(ENOUGH)
