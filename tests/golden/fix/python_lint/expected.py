import json


def load(path):
    print("loading")
    with open(path) as source:
        return json.load(source)
