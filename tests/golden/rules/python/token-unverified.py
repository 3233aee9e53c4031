import jwt


def bad(token):
    jwt.decode(token, options={"verify_signature": False})  # flag
    jwt.decode(token, key="", algorithms=["none"])  # flag


def good(token, key):
    jwt.decode(token, key, algorithms=["RS256"])
