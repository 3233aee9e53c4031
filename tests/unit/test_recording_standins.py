"""What code does with an object that it is handed, and stand-ins that answer it."""

from __future__ import annotations

import ast
import asyncio
import textwrap
from typing import Any

import pytest

from copilot.verify.recording import answering, stubs
from copilot.verify.recording.code import Code
from copilot.verify.recording.place import AENTER, AWAIT, CALL, EACH, ENTER, Place
from copilot.verify.recording.standins import Reading


def place(source: str, owner: str, name: str, parameter: str, only: str = "") -> Place:
    return Reading(Code(ast.parse(textwrap.dedent(source)))).of(owner, name, only)[parameter]


def stands(source: str, name: str, parameter: str, owner: str = "") -> list[Any]:
    """The stand-ins as objects."""
    found = list(answering.answers(place(source, owner, name, parameter), {"ConnectionError": ConnectionError}))
    made = []
    for expr in found:
        names: dict[str, Any] = {}
        for module, imported in expr.imports:
            exec(f"from {module} import {imported}", names)
        made.append(eval(expr.text, names))
    return made


BALANCE = """
def balance(connection, number):
    with connection.cursor() as cursor:
        cursor.execute("select", (number,))
        row = cursor.fetchone()
    if row is None:
        raise LookupError(number)
    return row[0] + row[2]
"""


def test_a_path_is_followed_through_variables_and_contexts() -> None:
    found = place(BALANCE, "", "balance", "connection")
    cursor = found.steps["", "cursor"].steps[CALL].steps[ENTER]
    row = cursor.steps["", "fetchone"].steps[CALL]
    assert row.marks == {"none"}
    assert {key for key, _ in row.parts()} == {0, 2}
    assert row.steps[0].marks == {"number"}


def test_stand_ins_of_a_database_answer_with_a_row_and_with_none() -> None:
    names: dict[str, Any] = {}
    exec(BALANCE, names)
    outcomes: set[str] = set()
    for connection in stands(BALANCE, "balance", "connection"):
        try:
            outcomes.add(type(names["balance"](connection, "A1")).__name__)
        except LookupError as error:
            outcomes.add(repr(error))
    assert outcomes == {"int", "LookupError('A1')"}


SCREEN = """
async def hits(client, name):
    response = await client.post("/screen", json={"name": name})
    if response.status_code != 200:
        raise ConnectionError(response.status_code)
    return [hit["list"] for hit in response.json()["hits"] if hit["score"] > 10]


async def blocked(client, name):
    return bool(await hits(client, name))


async def version(session, url):
    async with session.get(url) as response:
        body = await response.json()
    return f"{body['name']}-{body['version']}"
"""


@pytest.mark.parametrize(("name", "parameter"), [("hits", "client"), ("blocked", "client"), ("version", "session")])
def test_stand_ins_of_asynchronous_clients_can_be_awaited(name: str, parameter: str) -> None:
    names: dict[str, Any] = {}
    exec(SCREEN, names)
    outcomes = []
    for client in stands(SCREEN, name, parameter):
        try:
            outcomes.append(asyncio.run(names[name](client, "x")))
        except ConnectionError as error:
            outcomes.append(error.args[0])
    if name == "version":
        assert "abc-abc" in outcomes
    else:
        assert 404 in outcomes
        assert any(outcomes[:1])


def test_steps_of_awaited_and_entered_calls() -> None:
    post = place(SCREEN, "", "blocked", "client").steps["", "post"].steps[CALL]
    assert set(post.steps) == {AWAIT}, "the helper is awaited, not its answer"
    get = place(SCREEN, "", "version", "session").steps["", "get"].steps[CALL]
    assert set(get.steps) == {AENTER}


CLASS = """
class Cards:
    def __init__(self, session, cache):
        self._session = session
        self._cache = cache

    def names(self):
        return [card.name for card in self._load() if not card.closed]

    def _load(self):
        return self._session.query("Card").all()

    def limit(self, number):
        found = self._cache.get(f"limit:{number}")
        return int(found) if found is not None else 0
"""


def test_what_a_class_keeps_is_followed_through_its_methods() -> None:
    session = place(CLASS, "Cards", "__init__", "session")
    card = session.steps["", "query"].steps[CALL].steps["", "all"].steps[CALL].steps[EACH]
    assert {name for name, _ in card.attributes()} == {"name", "closed"}
    cache = place(CLASS, "Cards", "__init__", "cache", "limit")
    assert cache.steps["", "get"].steps[CALL].marks == {"none", "number"}
    assert not place(CLASS, "Cards", "__init__", "session", "limit").steps, "another method's"


def test_rows_of_objects_differ() -> None:
    names: dict[str, Any] = {}
    exec(CLASS, names)
    lengths = {len(names["Cards"](session, None).names()) for session in stands(CLASS, "__init__", "session", "Cards")}
    assert lengths >= {0, 1}


def test_an_expected_exception_is_raised_by_a_stand_in() -> None:
    source = """
    def fetch(client):
        try:
            return client.load("x").text.strip()
        except ConnectionError:
            return "away"
    """
    names: dict[str, Any] = {}
    exec(textwrap.dedent(source), names)
    assert "away" in {names["fetch"](client) for client in stands(source, "fetch", "client")}


def test_a_refused_answer_raises_where_it_is_asked_to() -> None:
    source = """
    def rate(session):
        response = session.get("/rate")
        if response.status_code == 404:
            return None
        response.raise_for_status()
        return response.json()["rate"]
    """
    seen = set()
    for session in stands(source, "rate", "session"):
        response = session.get("/rate")
        if response.status_code >= 400:
            seen.add(response.status_code)
            with pytest.raises(RuntimeError):
                response.raise_for_status()
        else:
            response.raise_for_status()
    assert seen >= {404, 500}


@pytest.mark.parametrize(
    "source",
    [
        "def f(text):\n    return text.strip().upper()\n",
        "def f(rows):\n    rows.append(1)\n    return rows.count(1)\n",
        "def f(config):\n    return config.get('a') or config.items()\n",
        "def f(day):\n    return day.isoformat()\n",
        "def f(key):\n    return key(1)\n",
        "class Money:\n    def cents(self):\n        return 1\n\n\ndef f(money):\n    return money.cents()\n",
    ],
)
def test_plain_data_and_own_objects_get_no_stand_in(source: str) -> None:
    reading = Reading(Code(ast.parse(source)))
    (found,) = reading.of("", "f").values()
    assert not stubs._serves(found) or found.called() & reading.methods


def test_stand_ins_in_a_constructor_become_variables() -> None:
    class Client:
        def __init__(self, session: Any, url: str) -> None: ...

    found = stubs.named("Client(Mock(**{'get.return_value': 1}), 'abc')", Client)
    assert found == ([("session", "Mock(**{'get.return_value': 1})")], "Client(session, 'abc')")


def test_what_was_asked_is_told_through_contexts() -> None:
    (connection, *_) = stands(BALANCE, "balance", "connection")
    names: dict[str, Any] = {}
    exec(BALANCE, names)
    names["balance"](connection, "A1")
    told = {left: expr.text for left, expr in stubs.calls_of(connection, "connection")}
    left = "connection.cursor.return_value.__enter__.return_value.execute.call_args"
    assert told == {left: "call('select', ('A1',))"}


MAKES = """
import json
import smtplib
from urllib.request import urlopen


class Mailer:
    def __init__(self, host):
        self._server = smtplib.SMTP(host)

    def send(self, to):
        return self._server.sendmail("bank", [to], "x")


def holidays(year):
    with urlopen(f"https://cal.example/{year}") as answer:
        rows = json.loads(answer.read())
    return [row["date"] for row in rows]
"""


def test_clients_that_code_makes_itself_are_found() -> None:
    reading = Reading(Code(ast.parse(MAKES)))
    (smtp,) = reading.clients("Mailer", "send").values()
    assert "sendmail" in smtp.steps[CALL].called()
    assert list(reading.clients("Mailer", "send")) == ["smtplib.SMTP"]
    assert list(reading.clients("", "holidays")) == ["urlopen"]
    assert reading.imported["urlopen"] == "urllib.request.urlopen"


def test_a_body_in_json_is_a_text() -> None:
    place = Reading(Code(ast.parse(MAKES))).clients("", "holidays")["urlopen"]
    names: dict[str, Any] = {}
    exec(MAKES, names)
    seen = []
    for expr in answering.answers(place, {}):
        made: dict[str, Any] = {}
        for module, imported in expr.imports:
            exec(f"from {module} import {imported}", made)
        names["urlopen"] = eval(expr.text, made)
        seen.append(names["holidays"](2026))
    assert ["2024-01-15", "abc"] in seen or ["2024-01-15", "2024-01-15"] in seen
    assert [] in seen


def test_a_clock_gives_dates_and_what_is_compared_with_it_is_one() -> None:
    source = """
    def due(jobs, clock):
        return [job.name for job in jobs.pending() if job.due <= clock.today()]
    """
    names: dict[str, Any] = {}
    exec(textwrap.dedent(source), names)
    (clock, *_) = stands(source, "due", "clock")
    counts = {len(names["due"](jobs, clock)) for jobs in stands(source, "due", "jobs")}
    assert counts >= {0, 1, 2}
