import tarfile


def bad(path, folder):
    with tarfile.open(path) as tar:
        tar.extractall(folder)  # flag


def good(path, folder):
    with tarfile.open(path) as tar:
        tar.extractall(folder, filter="data")
