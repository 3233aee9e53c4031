import requests
from flask import request


def bad():
    requests.get(request.args["url"])  # flag
    url = request.args.get("callback")
    requests.post(f"https://{url}/done", json={})  # flag


def good(path):
    requests.get("https://rates.example.com/" + path)
    url = request.args["url"]
    if urlparse(url).hostname not in ALLOWED_HOSTS:
        raise ValueError(url)
    requests.get(url)
