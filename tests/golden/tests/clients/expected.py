"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from unittest.mock import Mock, call

import pytest

from subject import owner, rate


# guards behaviour
def test_rate_calls_get():
    session = Mock(
        **{
            "get.return_value.status_code": 200,
            "get.return_value.json.return_value": {"rate": 10.5},
        }
    )
    result = rate(session, "rate")
    assert result == 10.5
    assert session.get.call_args == call("/rates/rate", timeout=3)


# guards behaviour
def test_rate_rejects_no_rate():
    session = Mock(
        **{
            "get.return_value.status_code": 404,
            "get.return_value.json.return_value": {"rate": 10.5},
        }
    )
    with pytest.raises(ValueError, match="no rate"):
        rate(session, "rate")


# guards behaviour
def test_rate_rejects_no_rate_2():
    session = Mock(
        **{"get.return_value.status_code": 0, "get.return_value.json.return_value": {"rate": 10.5}}
    )
    with pytest.raises(ValueError, match="no rate"):
        rate(session, "rate")


# guards behaviour
def test_owner_calls_execute():
    connection = Mock(**{"execute.return_value.fetchone.return_value": ("abc",)})
    result = owner(connection, "2024-01-15")
    assert result == "abc"
    assert connection.execute.call_args == call(
        "SELECT owner FROM accounts WHERE number = ?", ("2024-01-15",)
    )


# guards behaviour
def test_owner_rejects_lookup():
    connection = Mock(**{"execute.return_value.fetchone.return_value": None})
    with pytest.raises(LookupError, match="no such account"):
        owner(connection, "2024-01-15")
