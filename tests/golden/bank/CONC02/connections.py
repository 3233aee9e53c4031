"""Connections and sessions of the module."""

from sqlalchemy.orm import Session
import sqlite3


_conn = sqlite3.connect("bank.db", check_same_thread=False)  # flag


def book(entry):
    _conn.execute("INSERT INTO entry VALUES (?)", (entry,))
    _conn.commit()


session = Session(engine)  # flag


@app.get("/accounts/{no}")
def account(no: str):
    return session.get(Account, no)
