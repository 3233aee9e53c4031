from cryptography.hazmat.primitives.asymmetric import rsa
from Crypto.PublicKey import RSA


def bad():
    rsa.generate_private_key(public_exponent=65537, key_size=1024)  # flag
    RSA.generate(1024)  # flag


def good():
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    RSA.generate(4096)
