import ssl, requests, urllib3, httpx, http.client, ftplib, os
from requests.adapters import HTTPAdapter


def a():
    s = requests.session()
    s.verify = False  # flag
    return s


def b(u):
    r = requests.put(u, data={}, cert=CERT, verify=False)  # flag
    return r


def c(host):
    return http.client.HTTPSConnection(host, context=ssl._create_unverified_context())  # flag


def d():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # flag
    context.verify_mode = ssl.VerifyMode.CERT_NONE  # flag
    return context


def e(u):
    with httpx.Client(verify=False) as client:  # flag
        return client.get(u)


class Old(HTTPAdapter):
    def init_poolmanager(self, *a, **k):
        k["ssl_version"] = ssl.PROTOCOL_TLSv1  # flag
        return super().init_poolmanager(*a, **k)


VERIFY_SSL = False


def f(u):
    return requests.get(u, verify=VERIFY_SSL)  # flag


def g():
    return urllib3.PoolManager(cert_reqs=ssl.CERT_NONE, assert_hostname=False)  # flag


def h():
    os.environ["CURL_CA_BUNDLE"] = ""  # flag


async def i(s, u):
    return await s.post(u, json={}, ssl=False)  # flag


async def i2(u):
    import aiohttp
    conn = aiohttp.TCPConnector(verify_ssl=False)  # flag
    return conn


def n1(u):
    return requests.get(u, verify=True)


def n2(u):
    return requests.get(u, verify=os.environ.get("BANK_CA"))


def n3():
    return ssl.create_default_context(cafile="ca.pem")


def n4(jwt_token, key):
    return jwt.decode(jwt_token, key, algorithms=["RS256"])


def n5(ctx):
    ctx.minimum_version = ssl.TLSVersion.TLSv1_2


def n6(order):
    order.verify = False
    order.save()


def n7():
    VERIFY = True
    return requests.get("https://x", verify=VERIFY)
