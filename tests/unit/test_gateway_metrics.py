"""Metrics: what is counted, and that no client can make a label."""

from __future__ import annotations

import time

from prometheus_client.parser import text_string_to_metric_families

from serving.metrics import Metrics


def samples(metrics):
    families = text_string_to_metric_families(metrics.render().decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def value(metrics, name, **labels):
    return samples(metrics).get((f"bank_copilot_{name}", tuple(sorted(labels.items()))))


def test_a_finished_request_is_counted_once_in_each_figure():
    metrics = Metrics()
    metrics.finished(
        "chat", "generate", "payments", "m", "ok", seconds=0.4, first_byte_s=0.08, tokens_in=9, tokens_out=3
    )
    metrics.finished("chat", "generate", "payments", "m", "denied", seconds=0.001)
    names = {"endpoint": "chat", "task": "generate", "team": "payments", "model": "m"}
    assert value(metrics, "requests_total", **names, outcome="ok") == 1
    assert value(metrics, "requests_total", **names, outcome="denied") == 1
    assert value(metrics, "request_seconds_count", endpoint="chat", task="generate") == 2
    assert value(metrics, "first_byte_seconds_count", endpoint="chat", task="generate") == 1
    assert value(metrics, "first_byte_seconds_bucket", endpoint="chat", task="generate", le="0.1") == 1
    assert value(metrics, "first_byte_seconds_bucket", endpoint="chat", task="generate", le="0.05") == 0
    assert value(metrics, "tokens_total", team="payments", model="m", direction="in") == 9
    assert value(metrics, "tokens_total", team="payments", model="m", direction="out") == 3


def test_words_that_nobody_knows_become_other_and_leave_no_memory():
    metrics = Metrics(lambda name: name == "m")
    for at in range(3000):
        metrics.finished(f"e{at}", f"t{at}", "payments", f"m{at}", f"o{at}", seconds=0.1)
    text = metrics.render().decode()
    other = {"endpoint": "other", "task": "other", "team": "payments", "model": "other", "outcome": "other"}
    assert value(metrics, "requests_total", **other) == 3000
    assert text.count("bank_copilot_requests_total{") == 1
    assert len(metrics._children) == 0


def test_queues_upstreams_detections_and_audit_are_shown():
    metrics = Metrics()
    metrics.active("local", 3, 7)
    metrics.active("local", 2, 0)
    metrics.upstream("local", up=True)
    metrics.upstream("far", up=False)
    metrics.reviewed("bank-card", "redact", "input")
    metrics.audited(0.004)
    assert value(metrics, "upstream_running", upstream="local") == 2
    assert value(metrics, "upstream_waiting", upstream="local") == 0
    assert value(metrics, "upstream_up", upstream="local") == 1
    assert value(metrics, "upstream_up", upstream="far") == 0
    assert value(metrics, "detections_total", kind="bank-card", action="redact", node="input") == 1
    assert value(metrics, "audit_seconds_bucket", le="0.005") == 1


def test_two_gateways_in_one_process_count_apart():
    one, two = Metrics(), Metrics()
    one.reviewed("password", "redact", "output")
    assert value(two, "detections_total", kind="password", action="redact", node="output") is None


def test_counting_costs_little():
    metrics = Metrics(lambda _name: True)

    def count(times):
        began = time.process_time()
        for _ in range(times):
            metrics.finished("chat", "chat", "t", "m", "ok", seconds=0.3, first_byte_s=0.1, tokens_in=9, tokens_out=9)
        return (time.process_time() - began) / times

    count(100)
    assert min(count(2000) for _ in range(5)) < 40e-6
