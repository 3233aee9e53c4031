import random
import secrets


def token(letters):
    return "".join(random.choice(letters) for _ in range(16))  # flag


def issue():
    sms_code = random.randint(100000, 999999)  # flag
    return sms_code


def shuffled(rows):
    chosen = random.sample(rows, 3)
    session_id = secrets.token_hex(16)
    return chosen, session_id
