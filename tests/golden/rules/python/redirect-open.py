from flask import redirect, request


def bad():
    return redirect(request.args["next"])  # flag


def good():
    target = request.args["next"]
    if not target.startswith("/"):
        target = "/"
    return redirect(target)


def fixed():
    return redirect("/login")
