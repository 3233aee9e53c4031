import ssl, requests, httpx, aiohttp, urllib3, smtplib, socket
from ssl import CERT_NONE, create_default_context
from urllib.request import urlopen
from OpenSSL import SSL
import pymongo, redis, ldap3, pymysql


def a(url, data):
    return requests.post(  # flag
        url,
        json=data,
        timeout=10,
        verify=False,
    )


def a2(url, data):
    return requests.request("POST", url, json=data, verify=False)  # flag


class Client:
    def __init__(self):
        self.session = requests.Session()
        self.session.verify = False  # flag


def b():
    ctx = create_default_context()
    ctx.verify_mode = CERT_NONE  # flag
    return ctx


ssl._create_default_https_context = ssl._create_unverified_context  # flag


async def c(url):
    async with aiohttp.ClientSession() as s:
        async with s.get(url, ssl=False) as r:  # flag
            return await r.text()


def d(host):
    ctx = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    ctx.options |= ssl.OP_NO_TLSv1_2
    return ssl.wrap_socket(socket.socket(), ssl_version=ssl.PROTOCOL_TLSv1_1)  # flag


def e():
    return httpx.AsyncClient(verify=False, timeout=5)  # flag


def f():
    ctx = SSL.Context(SSL.TLSv1_METHOD)  # flag
    return ctx


def g():
    return redis.Redis(host="r", ssl=True, ssl_cert_reqs="none")  # flag


def h():
    return pymongo.MongoClient("mongodb://m", tls=True, tlsAllowInvalidCertificates=True)  # flag


def i():
    return ldap3.Tls(validate=ssl.CERT_NONE)  # flag


def j(url):
    kwargs = {}
    kwargs["verify"] = False  # flag
    return requests.get(url, **kwargs)


def k():
    ctx = ssl.create_default_context()
    ctx.minimum_version = ssl.TLSVersion.TLSv1  # flag
    return ctx


def ok1(url):
    return requests.get(url, verify="/etc/pki/bank.pem")


def ok2():
    ctx = ssl.create_default_context()
    ctx.minimum_version = ssl.TLSVersion.TLSv1_3
    return ctx


def ok3():
    return ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)


def ok4(token):
    return verify(token, verify_exp=False)


def ok5(url):
    return httpx.get(url, verify=ssl.create_default_context(cafile=CA))


def ok6():
    return redis.Redis(host="r", ssl=True, ssl_cert_reqs="required")


def ok7(ctx):
    ctx.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
    return ctx


def ok8(form):
    return form.save(commit=False, verify=True)
