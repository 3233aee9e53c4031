import subprocess, tarfile, zipfile, marshal, shelve, importlib, os, pickle, urllib.request
import yaml, joblib, requests, httpx
from xml.dom import minidom
from lxml import etree
from django.http import HttpResponse, FileResponse
from fastapi import FastAPI, Query
from flask import Blueprint, request, render_template_string
app = FastAPI()
bp = Blueprint("x", __name__)
UPLOAD_DIR = "/data/upload"


def download(request):
    name = request.GET["name"]
    path = os.path.join(settings.MEDIA_ROOT, name)
    return FileResponse(open(path, "rb"))  # flag


@app.get("/file")
def get_file(path: str = Query(...)):
    with open("/data/reports/" + path, "rb") as fh:  # flag
        return fh.read()


@bp.route("/del", methods=["POST"])
def remove():
    os.remove(UPLOAD_DIR + "/" + request.form["f"])  # flag
    return "ok"


@bp.route("/up", methods=["POST"])
def up():
    f = request.files["file"]
    f.save(os.path.join(UPLOAD_DIR, f.filename))  # flag
    return "ok"


def gen_pdf(src, dst):
    cmd = "wkhtmltopdf %s %s" % (src, dst)
    subprocess.call(cmd, shell=True)  # flag


def tail(log_name):
    return os.popen("tail -n 100 /var/log/" + log_name).read()  # flag


def load_model(path_or_bytes):
    return pickle.loads(path_or_bytes)  # flag


def load_cfg(stream):
    return yaml.load(stream, Loader=yaml.UnsafeLoader)  # flag


def calc(formula, ctx):
    return eval(formula, {"__builtins__": {}}, ctx)  # flag


@bp.route("/cb", methods=["POST"])
def callback():
    url = request.json["callback_url"]
    return requests.post(url, json={"ok": 1}, timeout=3).text  # flag


@app.get("/img")
async def img(url: str):
    async with httpx.AsyncClient() as client:
        r = await client.get(url)  # flag
    return r.content


@bp.route("/t")
def tpl():
    return render_template_string("<h1>" + request.args["t"] + "</h1>")  # flag


def untar(p):
    with tarfile.open(p) as tar:
        tar.extractall("/data/in")  # flag


@bp.route("/parse", methods=["POST"])
def parse():
    return minidom.parseString(request.data).toxml()  # flag


def ok_cmd(name):
    subprocess.run(["tail", "-n", "100", f"/var/log/{name}"], check=True)


def ok_quote(name):
    os.system("ls " + shlex.quote(name))


@bp.route("/ok")
def ok_path():
    name = os.path.basename(request.args["f"])
    return open(os.path.join(UPLOAD_DIR, name)).read()


def ok_yaml(stream):
    return yaml.load(stream, Loader=yaml.SafeLoader)


def ok_model(data, sig):
    if not hmac.compare_digest(sig, sign(data)):
        raise ValueError
    return pickle.loads(data)


@bp.route("/okurl")
def ok_url():
    url = request.args["u"]
    if urlparse(url).hostname not in ALLOWED_HOSTS:
        abort(400)
    return requests.get(url, timeout=3).text


def ok_open(config_path):
    with open(config_path) as fh:
        return fh.read()


def ok_dispatch(name):
    return HANDLERS[name]()
