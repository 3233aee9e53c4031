"""Functions that are given a session of a web service or a connection to a database."""


def rate(session, currency: str) -> float:
    """The rate of the day."""
    response = session.get(f"/rates/{currency}", timeout=3)
    if response.status_code != 200:
        raise ValueError("no rate")
    return response.json()["rate"]


def owner(connection, account: str) -> str:
    """Whose account it is."""
    row = connection.execute("SELECT owner FROM accounts WHERE number = ?", (account,)).fetchone()
    if row is None:
        raise LookupError("no such account")
    return row[0]
