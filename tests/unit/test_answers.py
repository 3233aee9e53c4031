"""Raw model answers are read tolerantly where the meaning is plain, and refused where it is not."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.tasks import answers, wrapping

CODE = "def f(a):\n    return a\n"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"```python\n{CODE}```",
        f"```py\n{CODE}```\n",
        f"~~~\n{CODE}~~~",
        f"````python\n{CODE}````",
        f"``` {{.python .numberLines}}\n{CODE}```",
        f"\ufeff```python\r\n{CODE.replace(chr(10), chr(13) + chr(10))}```\r\n",
        f"Sure, here is the function:\n\n```python\n{CODE}```\n\nIt returns its argument.",
        f"Here is the function:\n\n{CODE}\nThis function returns its argument.",
        f"好的，以下是代码：\n```python\n{CODE}```",
        "  ```python\n  def f(a):\n      return a\n  ```",
        f"<think>\nI could write\n```python\nreturn 0\n```\n</think>\n\n```python\n{CODE}```",
        f"I should think first.\n</think>\n{CODE}",
        f"[THINK]plan[/THINK]{CODE}",
        f"◁think▷plan◁/think▷\n{CODE}",
        f"<|im_start|>assistant\n{CODE}<|im_end|>\n<|im_start|>user\nmore",
        f"<|start_header_id|>assistant<|end_header_id|>\n\n{CODE}<|eot_id|>",
        f"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>{CODE}<|return|>",
        f"```bash\npip install nothing-that-matters-here-at-all\n```\nthen\n```python\n{CODE}```",
        f"```python\n{CODE}```\n```text\n1\n2\n3\n4\n5\n6\n7\n8\n```",
        "1| def f(a):\n2|     return a",
        "```python\n 12: def f(a):\n 13:     return a\n```",
        "10\tdef f(a):\n11\t    return a\n",
    ],
)
def test_the_code_is_found_in_any_wrapping(text: str) -> None:
    found = answers.code(text, "python")
    assert found is not None
    assert found.strip("\n") == CODE.strip("\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\n",
        "I am sorry, but I cannot help with that request.",
        f"```python\n{CODE}",
        f"```python\n{CODE}```\nand then\n```python\ndef g(",
        "<think>def f(a): pass",
        "```python\ndef f(a):\n    # ... rest of the code\n```",
        "```python\ndef f(a):\n    x = 1\n    ...\n    return x\n```",
        "```java\nvoid f() {\n    // existing code stays here\n}\n```",
        "```python\ndef f(a):\n    # 其余代码不变\n    return a\n```",
        "```python\ndef f(a):\n    # (remaining lines unchanged)\n    return a\n```",
        "```java\nvoid f() {\n    ...\n}\n```",
        "```json\n{}\n```",
        "```\n```",
    ],
)
def test_what_is_truncated_elided_or_no_code_is_refused(text: str) -> None:
    assert answers.code(text, "java" if "java" in text else "python") is None


def test_a_finished_model_may_leave_the_fence_open() -> None:
    assert answers.code(f"```python\n{CODE}", "python", finished=True) == CODE


def test_a_fence_inside_a_docstring_does_not_end_the_block() -> None:
    body = 'def f():\n    """Use it:\n\n    ```\n    f()\n    ```\n    """\n'
    assert answers.code(f"```python\n{body}```", "python") == body


def test_of_several_blocks_the_one_that_fits_is_taken_else_the_longest() -> None:
    text = "```python\nx = 1\ny = 2\nz = 3\n```\n```python\nwanted = 1\n```"
    assert answers.code(text, "python", fits=lambda code: "wanted" in code) == "wanted = 1\n"
    assert answers.code(text, "python") == "x = 1\ny = 2\nz = 3\n"


def test_a_body_of_dots_is_code_in_python() -> None:
    stub = 'class P(Protocol):\n    def f(self) -> int:\n        """Words."""\n        ...\n\n    def g(self) -> int: ...\n'
    assert answers.code(f"```python\n{stub}```", "python") == stub


def test_a_comment_that_the_original_has_is_no_elision() -> None:
    body = "def f(a):\n    # ... and so on\n    return a\n"
    assert answers.code(f"```python\n{body}```", "python") is None
    assert answers.code(f"```python\n{body}```", "python", original=body) == body


def test_a_table_with_numbers_as_keys_keeps_them() -> None:
    table = "1: one,\n2: two,\n3: three,\n"
    assert answers.unnumbered(table) == table


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": {"b": []}}\n```', {"a": {"b": []}}),
        ('Sure! {"a": 1} I hope this helps {you}.', {"a": 1}),
        ('<think>{"a": 2}</think>{"a": 1}', {"a": 1}),
        ('```\nsome log\n```\n```json\n{"a": 1}\n```', {"a": 1}),
        ("In {braces}: {}", {}),
    ],
)
def test_a_json_object_is_found(text: str, value: object) -> None:
    assert answers.json_object(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        '{"a": 1,}',
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        '{"a": ',
        "{'a': 1}",
        '```json\n{"a": 1',
        '{"a": {"b": 1},',
    ],
)
def test_what_only_looks_like_json_is_refused(text: str) -> None:
    assert answers.json_object(text) is None


PIECES = st.sampled_from(
    ["```", "~~~", "````", "python", "\n", "\r\n", "<think>", "</think>", "<|im_end|>", "<|im_start|>assistant\n", "...",
     "# ... rest\n", "{", "}", '"a"', ":", "1: ", "2| ", "    ", "\t", "def f():", "return 1", "Here is the code:", "以下",
     "\ufeff", "\x00", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "@@ -1 +1 @@", "+x", "-y", "[INST]"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_no_answer_raises_and_reading_twice_says_the_same(text: str) -> None:
    for language in ("python", "java", None):
        found = answers.code(text, language)
        assert found is None or found.strip()
        assert found == answers.code(text, language)
        assert isinstance(wrapping.bare(text, language).text, str)
    once = answers.plain(text)
    assert "\r" not in once
    value = answers.json_object(text)
    assert value is None or json.loads(json.dumps(value)) == value
    assert all("\n" + "```python" not in block.language for block in answers.blocks(once))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abc ()=:\n#'\"{}", min_size=1, max_size=120), st.sampled_from(["```", "~~~~", "`````"]))
def test_a_fenced_text_comes_back_byte_for_byte(body: str, fence: str) -> None:
    text = body if body.endswith("\n") else body + "\n"
    (block,) = answers.blocks(f"{fence}python\n{text}{fence}")
    assert block == answers.Block(text, "python", closed=True)


HOSTILE = [
    "<|a|>", "<think></think>", "<think>", "```\n", "~~~python\n", "{", '{"a":', '{"a":{', "note ", "Here is x\n", "1: ",
    "1: x\n", "# ... ", "`", " ", "\n", "</think>\n", "[THINK]", "<|channel|>final<|message|>", "@@ -1 +1 @@\n", "\t```\n",
    "**a**\n\n", "(", "...\n", "<|im_start|>assistant\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE, ids=range(len(HOSTILE)))
def test_the_longest_hostile_answer_costs_seconds_at_most(unit: str) -> None:
    text = unit * (answers.LONGEST // len(unit))
    started = time.process_time()
    answers.code(text, "python")
    wrapping.bare(text)
    answers.json_object(text)
    answers.unnumbered(text)
    assert time.process_time() - started < 5
    assert answers.code(text * 4, "python") is None, "a megabyte is no answer"
