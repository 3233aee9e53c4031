import os
from pathlib import Path

from flask import request, send_file


@app.get("/statement/<name>")
def bad(name):
    send_file(os.path.join("/data", name))  # flag
    open("/data/" + request.args["file"])  # flag
    (Path("/data") / request.args["file"]).read_text()  # flag


def good(name):
    open(name)
    target = (Path("/data") / request.args["file"]).resolve()
    if not target.is_relative_to("/data"):
        raise ValueError(target)
    return target.read_text()
