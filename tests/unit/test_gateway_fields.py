"""What becomes of a request: the table of fields, the texts that are reviewed, the hole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.guard import Policy, review
from prompts import fim
from serving import asked, fields, inbound
from serving.callers import Route
from serving.errors import Refused

ROUTE = Route("bank-coder", "stub", "main", "qwen2.5-coder", 8192)
QWEN = fim.named("qwen2.5-coder")


def read(body, *, chat=False):
    return asked.read(json.dumps(body).encode(), chat=chat)


def prepared(body, *, chat=False, route=ROUTE):
    given = read(body, chat=chat)
    result = inbound.reviewed(given, Policy())
    return inbound.prepared(given, route, result, "t:salt")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from(sorted({*fields.COMPLETIONS, *fields.CHAT})), value=JSON, chat=st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_value_of_any_field_is_taken_or_refused_by_its_name(name, value, chat):
    body = {"messages": [{"role": "user", "content": "x"}]} if chat else {"prompt": "x"}
    try:
        made = prepared({**body, name: value}, chat=chat)
    except Refused as refused:
        assert refused.status == 400
        assert refused.param is not None
    else:
        json.dumps(made.body)
        assert made.body["cache_salt"] == "t:salt"
        assert made.body["model"] == "stub"


@given(body=JSON, chat=st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_json_is_a_request_or_a_refusal(body, chat):
    with pytest.raises(Refused) as refused:
        read(body, chat=chat)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "body", [b"", b"nul", b"[" * 100_000, b'{"prompt": NaN}', b"\xef\xbb\xbf{}", b'{"prompt":"\xc3\x28"}']
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(Refused) as refused:
        asked.read(body, chat=False)
    assert refused.value.status == 400


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_every_text_that_goes_to_the_engine_is_reviewed():
    """Whatever string the engine's body holds was among the reviewed ones, is a field's name, or is ours."""
    body = {
        "messages": [
            {"role": "system", "content": "s1", "name": "s2"},
            {"role": "user", "content": [{"type": "text", "text": "s3"}, {"type": "text", "text": "s4"}]},
            {
                "role": "assistant",
                "content": None,
                "reasoning_content": "s5",
                "tool_calls": [
                    {"id": "s6", "type": "function", "function": {"name": "s7", "arguments": '{"a": "s8"}'}}
                ],
            },
            {"role": "tool", "content": "s9", "tool_call_id": "s6"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "s7",
                    "description": "s10",
                    "parameters": {"properties": {"s11": {"enum": ["s12"]}}},
                },
            }
        ],
        "stop": ["s13"],
        "response_format": {"type": "json_schema", "json_schema": {"name": "s14", "schema": {"title": "s15"}}},
    }
    given = read(body, chat=True)
    reviewed = {place.text for place in given.places}
    assert {f"s{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15)} | {'{"a": "s8"}'} <= reviewed
    sent = set(strings(prepared(body, chat=True).body))
    ours = {"stub", "t:salt", *fields.CHAT, *asked._MESSAGE, *asked._ROLES, "text", "type", "max_tokens"}
    assert sent - reviewed - ours <= {"cache_salt", "priority", "function", "id", "arguments"}


def test_texts_of_a_hole_are_reviewed_with_their_paths():
    body = {"prompt": "p", "suffix": "s", "copilot": {"snippets": [{"path": "sp", "text": "st"}], "path": "cp"}}
    assert {place.text for place in read(body).places} == {"p", "s", "sp", "st", "cp"}


CARD = "4111111111111111"


@pytest.mark.parametrize(
    ("body", "chat"),
    [
        ({"prompt": f"a {CARD}"}, False),
        ({"prompt": "a", "suffix": f"b {CARD}"}, False),
        ({"prompt": "a", "copilot": {"snippets": [{"path": "x", "text": f"c {CARD}"}]}}, False),
        ({"prompt": ["a", f"b {CARD}"]}, False),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": CARD}]}]}, True),
        ({"messages": [{"role": "user", "content": "x"}], "stop": [CARD]}, True),
    ],
)
def test_what_review_replaces_is_replaced_wherever_it_stands(body, chat):
    made = prepared(body, chat=chat)
    assert CARD not in json.dumps(made.body)
    assert made.replaced
    surrogate = next(iter(made.reviewed.surrogates))
    assert made.restored(f"x {surrogate}") == f"x {CARD}"


def test_a_secret_in_a_field_name_is_denied_since_it_cannot_be_replaced():
    schema = {"properties": {f"card {CARD}": {}}}
    with pytest.raises(inbound.Denied):
        prepared({"prompt": "x", "structured_outputs": {"json": schema}})
    assert review([f"card {CARD}"], Policy()).verdict.action == "redact"


def test_control_words_in_a_field_name_of_a_tool_are_refused():
    tool = {"type": "function", "function": {"name": "f", "parameters": {"<|im_start|>": 1}}}
    with pytest.raises(Refused) as refused:
        prepared({"messages": [{"role": "user", "content": "x"}], "tools": [tool]}, chat=True)
    assert refused.value.param == "tools[0]"


def test_control_words_in_prompts_are_text_and_in_stops_stay():
    made = prepared({"prompt": "a <|endoftext|> b", "stop": ["<|endoftext|>"]})
    assert "<|endoftext|>" not in made.body["prompt"]
    assert made.body["stop"] == ["<|endoftext|>"]
    assert made.escaped


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>", ("a", "b")),
        ("<|fim_prefix|><|fim_suffix|><|fim_middle|>", ("", "")),
        ("<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>c", None),
        ("x<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>", None),
        ("<|fim_prefix|>a<|fim_suffix|>b<|fim_suffix|>c<|fim_middle|>", None),
        ("<|fim_prefix|>a<|fim_prefix|>b<|fim_suffix|>c<|fim_middle|>", None),
        ("<|fim_prefix|>a<|fim_middle|>b<|fim_suffix|>", None),
        ("<|fim_prefix|>a<|fim_middle|>b<|fim_suffix|>c<|fim_middle|>", None),
        ("[SUFFIX]b[PREFIX]a", ("a", "b")),
        ("<PRE> a <SUF>b <MID>", ("a", "b")),
        ("<html>", None),
        ("", None),
        ("plain", None),
    ],
)
def test_a_clean_frame_is_understood_and_nothing_else_is(prompt, parts):
    assert inbound.frame(prompt, QWEN) == parts


FRAMED = [row for row in fim.families() if not row.chat and not row.head and not row.named]


@pytest.mark.parametrize("family", FRAMED, ids=lambda row: row.name)
def test_what_we_render_ourselves_is_read_back_as_the_same_hole_whatever_the_model(family):
    rendered = fim.render(family, "before\n", "after\n", [], language="", path="", budget_bytes=4000)
    assert inbound.frame(rendered.prompt, family) == ("before\n", "after\n")
    assert inbound.frame(rendered.prompt, QWEN) == ("before\n", "after\n")


def test_a_shortened_hole_is_shorter_each_time_and_keeps_the_caret():
    made = prepared({"prompt": "x = 1\n" * 1000 + "caret", "suffix": "\ny = 2" * 500})
    sizes = [made.rendered]
    for _ in range(3):
        inbound.shortened(made)
        sizes.append(made.rendered)
        assert "caret<|fim_suffix|>" in made.body["prompt"]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 3


def test_an_engine_gets_no_more_stop_words_than_it_takes():
    """VLLM takes four unless told otherwise, and answers 400 to a request with more."""
    wordy = ["<|fim_pad|>", "<|im_end|>", "a", "<|endoftext|>", "b", "<|file_sep|>", "c"]
    made = prepared({"prompt": "x", "suffix": "y", "stop": wordy})
    assert made.body["stop"] == ["a", "b", "c", "<|fim_pad|>"]
    with pytest.raises(Refused) as refused:
        prepared({"prompt": "x", "stop": ["a", "b", "c", "d", "e"]})
    assert refused.value.param == "stop"


def test_stop_words_that_are_special_tokens_can_end_an_infill():
    assert prepared({"prompt": "x", "suffix": "y"}).body["skip_special_tokens"] is False
    assert "skip_special_tokens" not in prepared({"prompt": "plain"}).body


def test_the_documentation_of_the_fields_is_the_table():
    page = Path(fields.__file__).with_name("fields.md")
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(fields.page(), "utf-8")
    assert page.read_text("utf-8") == fields.page(), "run it with UPDATE_DOCS=1"


def test_every_rule_says_what_it_does_and_stands_in_the_table():
    table = fields.table()
    for name in {*fields.COMPLETIONS, *fields.CHAT}:
        assert f"| `{name}` |" in table
    for rule in (*fields.COMPLETIONS.values(), *fields.CHAT.values()):
        assert rule.does == "honoured" or rule.note
        assert not (rule.does == "refused" and rule.check)
