"""Schemathesis against the real process: what the document promises is what comes, for an administrator and a developer.

Left to `test_control_plane.py`: drain (everything after it is 503 by design).
"""

from __future__ import annotations

import pytest
import schemathesis
from gateway_process import plane
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.app import create
from serving.config import Config

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def running():
    roomy = "\n[limits]\nkey_requests_per_minute = 0\nkey_tokens_per_minute = 0\n"
    with plane(extra=roomy) as made:
        made.behave(size=60, chunks=3)
        yield made


schema = schemathesis.openapi.from_dict(create(Config()).openapi()).exclude(path="/admin/drain")
OPERATIONS = [found.ok() for found in schema.get_all_operations()]
"""Each a parameter of its own: what schemathesis collects has one name for all, of which parallel runs would take one."""

bounded = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def held(case, running, who):
    response = case.call(base_url=running.url, headers={"Authorization": f"Bearer {running.keys[who]}"}, timeout=20)
    case.validate_response(response, checks=CHECKS)
    assert "Traceback" not in response.text
    assert response.headers["x-content-type-options"] == ["nosniff"]


@pytest.mark.parametrize("who", ["admin", "alpha"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=[one.label for one in OPERATIONS])
def test_a_caller_gets_what_the_document_promises(operation, who, running):
    @bounded
    @given(case=operation.as_strategy())
    def each(case):
        held(case, running, who)

    each()


def test_it_all_left_no_trace_in_the_log_and_a_gateway_that_works(running):
    assert running.errors() == ""
    assert running.ask("GET", "/ready").json["status"] == "ready"
    answer = running.ask("POST", "/v1/completions", {"prompt": "a", "model": "coder"}, key="alpha")
    assert answer.status == 200
