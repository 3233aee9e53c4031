import marshal
import pickle
from pickle import loads


def bad(data, path):
    pickle.loads(data)  # flag
    with open(path, "rb") as stream:
        state = pickle.load(stream)  # flag
    marshal.loads(data)  # flag
    loads(data)  # flag
    return state


def good(data, key, signature):
    pickle.dumps(data)
    if not hmac.compare_digest(signature, sign(key, data)):
        raise ValueError
    return pickle.loads(data)
