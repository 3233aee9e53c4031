"""Texts that try to become control tokens, counted by the tokenizer itself: as many as the frame has, in every prompt."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import injections
from stack import PYTHON

COUNT = """
import json, sys
from tokenizers import Tokenizer
known = Tokenizer.from_file(sys.argv[1])
special = {at for at, token in known.get_added_tokens_decoder().items() if token.special}
texts = json.load(sys.stdin)
print(json.dumps([sum(at in special for at in known.encode(text, add_special_tokens=False).ids) for text in texts]))
"""


def tokens(texts: list[str], tokenizer: Path) -> list[int]:
    """How many control tokens the tokenizer reads in each text."""
    command = [PYTHON, "-c", COUNT, tokenizer]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, check=True, encoding="utf-8")
    found: list[int] = json.loads(done.stdout)
    return found


def test_no_text_becomes_a_control_token(built):
    attacks = [attack for attack in injections.attacks(6_000) if attack.family == "qwen2.5-coder"]
    made = [injections.rendered(attack) for attack in attacks]
    frames = [injections.plain(attack, prepared) for attack, prepared in zip(attacks, made, strict=True)]
    found, framed = (
        tokens([row.body["prompt"] for row in rows], built / "model" / "tokenizer.json") for rows in (made, frames)
    )
    assert len(found) > 500
    assert found == framed
    raw = tokens([attack.before + attack.after for attack in attacks], built / "model" / "tokenizer.json")
    assert sum(raw) > len(raw), "the texts as they came are full of them"
