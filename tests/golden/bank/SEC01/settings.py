"""Secrets of a bank's services (all of them made up), and what is none."""

import os

import psycopg2
import requests

DB_PASSWORD = "Kx7#mQ2vT9!zLw"  # flag
REDIS_URL = "redis://:S3cure-Redis-91@cache.bank.internal:6379/0"  # flag
AWS_SECRET_ACCESS_KEY = "x8Kq2ZrT5vWn9LmB4cYd7FgH1jPs6QeU3aRoVtXi"  # flag
JWT_SECRET = "f3b1c9d27a5e4806b7c1d2e3f4a5968778695a4b3c2d1e0f"  # flag


def connect():
    return psycopg2.connect(host="db", user="core", password="Tr0ub4dor&3xyz")  # flag


def headers():
    return {"Authorization": "Bearer 9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c"}  # flag


def sms(phone):
    return requests.post("https://sms", data={"phone": phone, "api_key": "sk_live_51HqLyjWDarjtT1zdp7dcXyZ"}, timeout=5)  # flag


class Config:
    SECRET_KEY = "p@9Zr!5wLq8#Tn2$Vb7"  # flag
    OTHER_SECRET_KEY = os.environ["SECRET_KEY"]  # near: from the environment


PRIVATE_KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu\n-----END RSA PRIVATE KEY-----"  # flag


def encrypt(number):
    return AES.new(b"0123456789abcdef", AES.MODE_GCM).encrypt(number)  # flag


def session(user):
    return jwt.encode({"sub": user}, "bank-core-2024", algorithm="HS256")  # flag


def basic(url):
    return requests.get(url, auth=("core", "Pr0d-core-81"), timeout=5)  # flag


def connect_well():
    return psycopg2.connect(host="db", user="core", password=os.environ["DB_PASSWORD"])  # near: from the environment


def session_well(user, key):
    return jwt.encode({"sub": user}, key, algorithm="HS256")  # near: given


def placeholder():
    return {"password": "<your-password>"}  # near: stands for one


def field_name():
    return form["password"]  # near: a name


def message():
    return "the password is wrong, or the token has expired"  # near: a sentence


def digest():
    return "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # near: a checksum


def number():
    return "550e8400-e29b-41d4-a716-446655440000"  # near: an identifier


def templated(user, password):
    return f"postgresql://{user}:{password}@db/core"  # near: filled when it runs

FORM_ERRORS = {"password": "must have at least 12 characters", "token": "has expired"}  # near: what a form says
