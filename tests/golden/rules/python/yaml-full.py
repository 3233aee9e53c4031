import yaml


def bad(text):
    yaml.load(text, Loader=yaml.FullLoader)  # flag
    yaml.full_load(text)  # flag


def good(text):
    yaml.load(text, Loader=yaml.SafeLoader)
    return yaml.safe_load(text)
