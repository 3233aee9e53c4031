"""What comes from outside reaches files, commands, parsers and addresses; and where it does no harm."""

import ast
import json
import os
import pickle
import subprocess
from pathlib import Path

import requests
import yaml
from fastapi import APIRouter, UploadFile
from flask import Flask, request, send_file
from lxml import etree
from werkzeug.utils import secure_filename

app = Flask(__name__)
router = APIRouter()
BASE = "/srv/statements"


@app.route("/statement")
def statement():
    return send_file(os.path.join(BASE, request.args["file"]))  # flag


@router.get("/report/{name}")
def report(name: str):
    with open(f"{BASE}/{name}") as held:  # flag
        return held.read()


def read_statement(file_name):
    return open(os.path.join(BASE, file_name)).read()  # flag


@router.post("/upload")
async def upload(file: UploadFile):
    target = Path(BASE) / file.filename
    target.write_bytes(await file.read())  # flag


def ping(host):
    return os.system("ping -c 1 " + host)  # flag


def convert(name):
    subprocess.run(f"pdftotext {name}", shell=True, check=True)  # flag


def remote(client, account):
    client.exec_command(f"grep {account} /var/log/core.log")  # flag


def session(cookie):
    return pickle.loads(cookie)  # flag


def rules(text):
    return yaml.load(text, Loader=yaml.Loader)  # flag


def formula(expression):
    return eval(expression)  # flag


@app.post("/xml")
def upload_xml():
    parser = etree.XMLParser(resolve_entities=True)  # flag
    return etree.fromstring(request.data, parser)


@app.get("/proxy")
def proxy():
    return requests.get(request.args["url"], timeout=5).content  # flag


@app.route("/safe")
def safe_statement():
    return send_file(os.path.join(BASE, secure_filename(request.args["file"])))  # near: only a name is left


@router.get("/checked/{name}")
def checked(name: str):
    path = (Path(BASE) / name).resolve()
    if not path.is_relative_to(BASE):
        raise PermissionError(name)
    return path.read_text()  # near: held against the folder


def ping_well(host):
    subprocess.run(["ping", "-c", "1", host], check=True)  # near: no shell


def fixed():
    os.system("sync")  # near: constant


def session_json(cookie):
    return json.loads(cookie)  # near: JSON


def rules_well(text):
    return yaml.safe_load(text)  # near: plain data only


def literal(text):
    return ast.literal_eval(text)  # near: literals only


@app.get("/rates")
def rates():
    return requests.get("https://rates.bank.internal/" + BASE, timeout=5).json()  # near: a fixed host


def configured(settings):
    with open(settings.path) as held:  # near: a setting
        return held.read()
