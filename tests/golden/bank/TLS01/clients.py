"""Clients that trust anybody, and ones that do not."""

import os
import ssl

import aiohttp
import httpx
import psycopg2
import requests
import urllib3

CA_FILE = "/etc/bank/ca.pem"


def balance(url):
    return requests.get(url, verify=False, timeout=5)  # flag


def in_session(url):
    session = requests.Session()
    session.verify = False  # flag
    return session.get(url)


def context():
    made = ssl.create_default_context()
    made.check_hostname = False  # flag
    made.verify_mode = ssl.CERT_NONE  # flag
    return made


def unverified(url):
    return urlopen(url, context=ssl._create_unverified_context())  # flag


async def fetch(url):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session:  # flag
        return await session.get(url)


def pool():
    return urllib3.PoolManager(cert_reqs="CERT_NONE")  # flag


def named(url):
    verify = False
    return httpx.Client(verify=verify).get(url)  # flag


def spread(url):
    options = {"verify": False, "timeout": 5}  # flag
    return requests.get(url, **options)


def old():
    return ssl.SSLContext(ssl.PROTOCOL_TLSv1)  # flag


def lowest(made):
    made.minimum_version = ssl.TLSVersion.TLSv1_1  # flag
    return made


def by_environment():
    os.environ["PYTHONHTTPSVERIFY"] = "0"  # flag


def hostless(url):
    return urllib3.HTTPSConnectionPool(url, assert_hostname=False)  # flag


def database():
    return psycopg2.connect("host=db dbname=core sslmode=disable")  # flag


def checked(url):
    return requests.get(url, verify=CA_FILE, timeout=5)  # near: the bank's own CA


def checked_by_default(url):
    return requests.get(url, timeout=5)


def full():
    made = ssl.create_default_context(cafile=CA_FILE)
    made.check_hostname = True  # near: on
    made.verify_mode = ssl.CERT_REQUIRED  # near: on
    return made


def modern():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # near: today's protocol
    made.minimum_version = ssl.TLSVersion.TLSv1_2  # near: TLS 1.2
    return made


def other_verify(token):
    return check_signature(token, verify=False)  # near: another kind of check


def mutual(url):
    return httpx.Client(verify=True, cert=("client.pem", "client.key")).get(url)  # near: on


def full_database():
    return psycopg2.connect("host=db dbname=core sslmode=verify-full")  # near: checked


def downward(made):
    made.maximum_version = ssl.TLSVersion.TLSv1_3  # near: the highest


def told(logger):
    logger.warning("never use verify=False or CERT_NONE")  # near: a text
