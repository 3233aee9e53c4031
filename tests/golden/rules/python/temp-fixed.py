def bad(rows):
    with open("/tmp/report.csv", "w") as out:  # flag
        out.write(rows)


def good(path):
    with open("/tmp/report.csv") as rows:
        return rows.read()
