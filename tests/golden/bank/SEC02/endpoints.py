import os
import pickle
import subprocess
from pathlib import Path

import httpx
import requests
import yaml
from fastapi import FastAPI, Request
from flask import request, send_file
from lxml import etree

app = FastAPI()
UPLOADS = Path("/srv/uploads")
ALLOWED = {"api.partner.example"}


@app.get("/files/{name}")
def read(name: str):
    return (UPLOADS / name).read_bytes()  # flag


@app.get("/open")
def opened(name: str):
    with open(os.path.join("/srv/statements", name)) as f:  # flag
        return f.read()


def flask_file():
    return send_file("/srv/statements/" + request.args["file"])  # flag


@app.post("/upload")
def upload(file):
    target = UPLOADS / file.filename
    target.write_bytes(file.file.read())  # flag


@app.get("/ping")
def ping(host: str):
    return os.popen("ping -c 1 " + host).read()  # flag


@app.get("/convert")
def convert(name: str):
    subprocess.run(f"convert {name} out.pdf", shell=True, check=True)  # flag


@app.post("/state")
async def state(req: Request):
    return pickle.loads(await req.body())  # flag


def cookie():
    return pickle.loads(base64.b64decode(request.cookies["state"]))  # flag


@app.post("/rules")
def rules(body: str):
    return yaml.load(body, Loader=yaml.Loader)  # flag


@app.post("/callback")
def callback(url: str):
    return requests.post(url, json={"ok": True}, timeout=5)  # flag


@app.get("/fetch")
async def fetch(target: str):
    async with httpx.AsyncClient() as client:
        return (await client.get(target)).text  # flag


@app.get("/logo")
def logo(host: str):
    return requests.get(f"https://{host}/logo.png", timeout=5).content  # flag


@app.post("/xml")
def xml(body: bytes):
    parser = etree.XMLParser(resolve_entities=True)  # flag
    return etree.fromstring(body, parser)


@app.post("/calc")
def calc(formula: str):
    return eval(formula)  # flag


@app.get("/tool")
def tool(name: str):
    return __import__(name)  # flag


@app.get("/safe/{name}")
def safe(name: str):
    path = (UPLOADS / name).resolve()
    if not path.is_relative_to(UPLOADS):
        raise ValueError(name)
    return path.read_bytes()  # near: held in its folder


@app.get("/base/{name}")
def based(name: str):
    return (UPLOADS / os.path.basename(name)).read_bytes()  # near: the last part alone


@app.get("/id/{number}")
def numbered(number: int):
    return (UPLOADS / f"{number}.pdf").read_bytes()  # near: a number


@app.get("/run")
def run(host: str):
    return subprocess.run(["ping", "-c", "1", "--", host], check=True)  # near: a list, no shell


@app.post("/yaml")
def safe_yaml(body: str):
    return yaml.safe_load(body)  # near


@app.post("/hook")
def hook(url: str):
    if urlsplit(url).hostname not in ALLOWED:
        raise ValueError(url)
    return requests.post(url, timeout=5)  # near: of a list


@app.get("/partner/{code}")
def partner(code: str):
    return requests.get(PARTNERS[code], timeout=5)  # near: of a table


@app.post("/json")
async def body(req: Request):
    return await req.json()  # near: plain values


@app.get("/quoted")
def quoted(name: str):
    return os.system("ls " + shlex.quote(name))  # near: quoted
