import os, subprocess, pickle, base64, yaml, shutil, urllib.request, importlib
from flask import Flask, request, send_from_directory, jsonify
from django.views import View
from rest_framework.views import APIView
app = Flask(__name__)
ROOT = "/data/stmt/"


class Download(APIView):
    def get(self, request):
        fn = request.query_params.get("file")
        with open(ROOT + fn, "rb") as f:  # flag
            return Response(f.read())


class Preview(View):
    def post(self, request):
        tpl = request.POST.get("tpl")
        return HttpResponse(eval(tpl))  # flag


@app.route("/rm")
def rm():
    shutil.rmtree(os.path.join(ROOT, request.args.get("dir")))  # flag
    return "ok"


@app.route("/cookie")
def cookie():
    return pickle.loads(base64.b64decode(request.cookies["s"]))  # flag


def backup(db_name):
    os.system(f"mysqldump {db_name} > /backup/{db_name}.sql")  # flag


def run(args):
    return subprocess.check_output(" ".join(args), shell=True)  # flag


def cfg(p):
    with open(p) as fh:
        return yaml.load(fh)  # flag


@app.route("/fetch")
def fetch():
    return urllib.request.urlopen(request.args["u"]).read()  # flag


def stmt_pdf(report_name):
    with open(f"/data/reports/{report_name}.pdf", "rb") as f:  # flag
        return f.read()


@app.route("/plugin")
def plugin():
    mod = importlib.import_module(request.args["m"])  # flag
    return mod.run()


@app.route("/n1/<path:name>")
def n1(name):
    return send_from_directory(ROOT, name)


def n2(cmd_args):
    return subprocess.run(["openssl", *cmd_args], capture_output=True)


def n3():
    subprocess.run("df -h | grep data", shell=True)



def n5(value):
    return int(eval("1 + 1"))


def n6(day):
    p = os.path.join(ROOT, day.strftime("%Y%m%d") + ".csv")
    return open(p).read()


@app.route("/n7")
def n7():
    key = request.args["k"]
    if key not in REPORTS:
        return "no"
    return open(ROOT + REPORTS[key]).read()
