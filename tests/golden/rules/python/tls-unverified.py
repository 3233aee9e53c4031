import ssl

import paramiko
import requests


def bad(url, session, context):
    requests.get(url, verify=False)  # flag
    session.verify = False  # flag
    context.check_hostname = False  # flag
    context.verify_mode = ssl.CERT_NONE  # flag
    ssl._create_unverified_context()  # flag
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # flag


def good(url, session, context):
    requests.get(url, verify="/etc/bank/ca.pem")
    session.verify = True
    context.verify_mode = ssl.CERT_REQUIRED
    check(url, verify=True)
