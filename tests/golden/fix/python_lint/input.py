import json
import os


def load(path):
    print(f"loading")
    with open(path) as source:
        return json.load(source)
