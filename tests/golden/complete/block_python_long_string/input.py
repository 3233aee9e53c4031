def query():
    ‸
