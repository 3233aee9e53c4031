import yaml


def bad(text):
    yaml.load(text)  # flag
    yaml.load(text, Loader=yaml.Loader)  # flag
    yaml.load(text, yaml.UnsafeLoader)  # flag
    yaml.unsafe_load(text)  # flag


def good(text):
    yaml.safe_load(text)
    yaml.load(text, Loader=yaml.SafeLoader)
    yaml.load(text, yaml.CSafeLoader)
    yaml.load(text, chosen_loader())
