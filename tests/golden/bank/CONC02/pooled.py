"""What a module holds, changed by the threads of a pool."""

from concurrent.futures import ThreadPoolExecutor

totals = {}
names = {}


def add(row):
    totals[row.account] = totals.get(row.account, 0) + row.amount  # flag


def name(row):
    names[row.account] = row.name  # near: no thread runs it


def run(rows):
    with ThreadPoolExecutor() as pool:
        list(pool.map(add, rows))
    for row in rows:
        name(row)
