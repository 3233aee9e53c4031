import ast

from flask import request


def bad(text):
    eval(text)  # flag
    exec(request.args["code"])  # flag
    eval(input("> "))  # flag


def good(model):
    eval("1 + 1")
    model.eval()
    ast.literal_eval(model)
