from flask import render_template_string, request


def bad():
    return render_template_string("Hello " + request.args["name"])  # flag


def good():
    return render_template_string("Hello {{ name }}", name=request.args["name"])
