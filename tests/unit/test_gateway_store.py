"""The gateway's database: private, shared between processes, never older than its reader, never holding a key."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from copilot.errors import ConfigError
from copilot.usage.counts import Row, Subject
from serving import auth, store, tables
from serving.store import AdapterRow, KeyRow, Store, StoreError, TeamRow, UsageRow


@pytest.fixture
def database(tmp_path):
    opened = Store(f"sqlite:///{tmp_path}/deep/gateway.db")
    yield opened
    opened.close()


def file_of(tmp_path):
    return tmp_path / "deep" / "gateway.db"


def test_the_file_and_its_side_files_are_for_their_owner_alone(database, tmp_path):
    database.add_team(TeamRow("payments"))
    found = list(file_of(tmp_path).parent.iterdir())
    assert {path.name for path in found} >= {"gateway.db", "gateway.db-wal"}
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    path = tmp_path / "gateway.db"
    path.touch(0o644)
    Store(f"sqlite:///{path}").close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_key_stands_in_the_file_only_its_hash(database, tmp_path):
    database.add_team(TeamRow("payments"))
    key, row = auth.issue(database, "payments", "j.doe", "developer", 30)
    data = b"".join(path.read_bytes() for path in file_of(tmp_path).parent.iterdir())
    assert row.hash.encode() in data
    assert key.encode() not in data
    assert key[13:].encode() not in data


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(database, tmp_path):
    database.close()
    with sqlite3.connect(file_of(tmp_path)) as db:
        db.execute("update meta set value = '2' where name = 'schema'")
    with pytest.raises(ConfigError, match="newer version"):
        Store(f"sqlite:///{file_of(tmp_path)}")
    with sqlite3.connect(file_of(tmp_path)) as db:
        assert db.execute("select value from meta where name = 'schema'").fetchone() == ("2",)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no database address"),
        ("nosuch://host/name", "no database address"),
        ("postgresql+asyncpg://db/x", "asyncpg"),
        ("sqlite:////proc/nothing/x.db", "cannot be opened"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_sentence(url, said):
    with pytest.raises(ConfigError, match=said):
        Store(url)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path):
    (tmp_path / "x.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(ConfigError, match="cannot be used"):
        Store(f"sqlite:///{tmp_path}/x.db")


def opened_at_once(url, told):
    told.put(Store(url).secret)


def test_processes_that_start_together_agree_on_the_secret(tmp_path):
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    workers = [context.Process(target=opened_at_once, args=(f"sqlite:///{tmp_path}/g.db", told)) for _ in range(4)]
    for worker in workers:
        worker.start()
    secrets = {told.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join(60)
    assert len(secrets) == 1
    assert len(secrets.pop()) == 32


def test_usage_of_many_writers_adds_up(database, tmp_path):
    other = Store(f"sqlite:///{file_of(tmp_path)}")
    rows = [UsageRow("2026-11-01", "bck_1", name, "t", 1, 10, 3) for name in ("m1", "m2")]

    def write(target):
        for _ in range(25):
            target.add_usage(rows)

    threads = [threading.Thread(target=write, args=(target,)) for target in (database, other, database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    found = database.usage("2026-11-01", "2026-11-01")
    assert [(row.model, row.requests, row.tokens_in, row.tokens_out) for row in found] == [
        ("m1", 100, 1000, 300),
        ("m2", 100, 1000, 300),
    ]
    assert database.usage("2026-11-02", "2026-11-30") == ()
    assert database.usage("2026-11-01", "2026-11-01", "other") == ()


def test_every_change_is_seen_in_the_revision_and_usage_is_not(database):
    seen = [database.revision()]

    def moved():
        seen.append(database.revision())
        return seen[-1] != seen[-2]

    database.add_team(TeamRow("payments"))
    assert moved()
    _, row = auth.issue(database, "payments", "j.doe", "developer", 30)
    assert moved()
    auth.rotate(database, row.prefix, 1)
    assert moved()
    database.revoke_key(row.prefix)
    assert moved()
    database.put_adapter(AdapterRow("a", "m", "d", "p", ("payments",)))
    assert moved()
    database.set_loaded("a", True)
    assert moved()
    database.add_usage([UsageRow("2026-11-01", row.prefix, "m", "payments", 1, 1, 1)])
    assert not moved()


def test_adapters_are_replaced_by_name_and_forgotten(database):
    database.put_adapter(AdapterRow("a", "m", "d1", "p", ("payments",), created="2026-11-01T00:00:00Z", created_by="x"))
    database.put_adapter(AdapterRow("a", "m", "d2", "p", ("cards", "loans"), loaded=True))
    assert database.adapters() == (AdapterRow("a", "m", "d2", "p", ("cards", "loans"), loaded=True),)
    assert database.drop_adapter("a")
    assert not database.drop_adapter("a")
    assert not database.set_loaded("a", True)


def test_a_team_that_goes_takes_its_keys_along_and_leaves_its_usage(database):
    database.add_team(TeamRow("payments"))
    database.add_team(TeamRow("cards"))
    _, gone = auth.issue(database, "payments", "a", "developer", 30)
    _, kept = auth.issue(database, "cards", "b", "developer", 30)
    database.add_usage([UsageRow("2026-11-01", gone.prefix, "m", "payments", 1, 1, 1)])
    assert database.drop_team("payments")
    assert not database.drop_team("payments")
    valid = {row.prefix: row.revoked is None for row in database.issued()}
    assert valid == {gone.prefix: False, kept.prefix: True}
    assert len(database.usage("2026-01-01", "2026-12-31", "payments")) == 1


def test_a_prefix_that_is_taken_is_no_second_key(database):
    database.add_team(TeamRow("payments"))
    row = KeyRow("bck_00000000", "0" * 64, "payments", "a", "developer", 1, 2)
    assert database.add_key(row)
    assert not database.add_key(KeyRow("bck_00000000", "1" * 64, "payments", "b", "developer", 1, 2))
    assert [found.owner for found in database.issued()] == ["a"]


def test_a_store_that_went_away_is_a_sentence_without_its_address(database, tmp_path):
    database.close()
    with sqlite3.connect(file_of(tmp_path)) as db:
        db.execute("drop table keys")
    with pytest.raises(StoreError) as caught:
        database.issued()
    assert str(tmp_path) not in str(caught.value)
    assert "select" not in str(caught.value).lower()


def test_every_statement_compiles_for_postgresql_too(database):
    seen = []
    sa.event.listen(database._engine, "before_execute", lambda _c, clause, *_: seen.append(clause))
    database.add_team(TeamRow("payments"))
    database.change_team("payments", {"concurrent": 3})
    _, row = auth.issue(database, "payments", "a", "developer", 30)
    auth.rotate(database, row.prefix, 1)
    database.revoke_key(row.prefix)
    database.put_adapter(AdapterRow("a", "m", "d", "p"))
    database.drop_adapter("a")
    database.add_usage([UsageRow("2026-11-01", row.prefix, "m", "payments", 1, 1, 1)] * 2)
    database.usage("2026-01-01", "2026-12-31", "payments")
    database.add_report("a" * 32, row.prefix, "payments", [counted(), counted()])
    database.suggestions("2026-01-01", "2026-12-31", "payments", "python")
    database.drop_team("payments")
    dialect = postgresql.dialect()
    texts = [str(clause.compile(dialect=dialect)) for clause in seen]
    texts += [str(CreateTable(table).compile(dialect=dialect)) for table in tables.META.sorted_tables]
    assert len(texts) > 25
    assert not any(
        re.search(r"\b(pragma|or ignore|or replace|on conflict|rowid)\b", text, re.IGNORECASE) for text in texts
    )


def counted(day="2026-11-30", **labels):
    return Row(day, Subject(**{"task": "complete", "language": "python", "engine": "model", **labels}), {"shown": 2})


def test_a_report_counts_once_and_one_that_fails_in_the_middle_does_not_count_at_all(database):
    assert database.add_report("a" * 32, "bck_1", "payments", [counted(), counted(language="java")]) is True
    assert database.add_report("a" * 32, "bck_1", "payments", [counted()]) is False
    assert database.add_report("b" * 32, "bck_1", "payments", [counted()]) is True
    found = database.suggestions("2026-11-01", "2026-11-30")
    assert [(row["language"], row["shown"]) for row in found] == [("java", 2), ("python", 4)]
    too_much = Row("2026-11-30", Subject("fix", "python"), {"shown": 2**64})
    with pytest.raises(OverflowError):
        database.add_report("c" * 32, "bck_1", "payments", [counted(), too_much])
    assert database.suggestions("2026-11-01", "2026-11-30") == found
    assert database.add_report("c" * 32, "bck_1", "payments", [counted()]) is True  # its id was not taken


def test_a_key_that_invents_labels_gets_a_bounded_number_of_rows(database, monkeypatch):
    monkeypatch.setattr(store, "MOST_SUBJECTS", 3)
    for number in range(8):
        database.add_report(f"{number:032x}", "bck_1", "payments", [counted(template=f"t{number}@1")])
    with sqlite3.connect(database._engine.url.database) as db:
        rows = db.execute("select template, shown from suggestions order by template").fetchall()
    assert rows == [("other", 10), ("t0@1", 2), ("t1@1", 2), ("t2@1", 2)]
