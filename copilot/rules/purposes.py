"""What a place of the code is for, by the names around it: a secret, or nothing that has to be safe."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node
from copilot.syntax.tree import enclosing

_SECRET: Final = re.compile(
    r"(?i)token|passw|(?<![a-z])(?:pwd?|passwd)(?![a-z])|secret|nonce|salt|csrf|session_?(?:id|key)|otp\b|verif(?:y|ication)_?code|api_?key|captcha|auth|reset"
    r"|(?:aes|des|sm4|private|master|secret|data)_?key|gen(?:erate)?_?(?:aes|sm4|secret)?_?key|challenge|one_?time"
    r"|credential|(?<![a-z])(?:pin|iv|sms)(?:_?code)?(?![a-z])|signing|encrypt"
)
_PLAIN: Final = re.compile(
    r"(?i)e_?tag|check_?sum|cache|content_?md5|gravatar|dedup|fingerprint|(?:file|content|image|chunk|data|dir)_?(?:hash|md5|sha1)|shard|bucket|partition"
    r"|ketama|git_|websocket|handshake|ntlm|digest_?auth|uuid|unique_?id|change_?detect|non_?crypto|version"
)
_PAUSE: Final = re.compile(r"(?i)jitter|delay|sleep|back_?off|interval|retry|timeout|seed")
_STATEMENTS: Final = (
    "expression_statement", "assignment", "return_statement", "local_variable_declaration", "field_declaration",
    "lexical_declaration", "variable_declaration", "keyword_argument", "pair",
)  # fmt: skip


def is_secret(flow: Flow, node: Node) -> bool:
    """Whether the function or the statement is named after a token, a password or a key; a pause is none."""
    at = enclosing(node, *_STATEMENTS)
    if at is not None and _PAUSE.search(flow.read(at)[:400]):
        return False
    if _SECRET.search(_head(flow, node)):
        return True
    if at is not None and at.type in {"keyword_argument", "pair"}:
        at = enclosing(at.parent, *_STATEMENTS[:-2]) or at if at.parent is not None else at
    return at is not None and _SECRET.search(flow.read(at)[:400]) is not None


def is_plain(flow: Flow, node: Node) -> bool:
    """Whether the function or the statement says that a hash is no security: an etag, a checksum, a key of a cache."""
    at = enclosing(node, *_STATEMENTS)
    own = flow.read(at)[:400] if at is not None else ""
    return _PLAIN.search(_head(flow, node)) is not None or _PLAIN.search(own) is not None


def _head(flow: Flow, node: Node) -> str:
    """The head of the function around a node."""
    routine = flow.around(node)
    body = routine.child_by_field_name("body") if routine is not None else None
    if routine is None or body is None:
        return ""
    return flow.text[routine.start_byte : body.start_byte].decode("utf-8", "replace")
