"""Narratives 附言: text that travels with a payment. This file came from Windows and keeps CRLF."""

from __future__ import annotations

ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
LINE = 35


def clean(text: str) -> str:
    """Only characters that the wire format knows; others become a full stop.

    >>> clean("Invoice #12")
    'Invoice .12'
    """
    return "".join(character if character in ALLOWED else "." for character in text)


def wrap(text: str, lines: int = 4) -> list[str]:
    """At most `lines` lines of 35 characters.

    >>> wrap("A" * 40)
    ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'AAAAA']
    """
    if lines < 1:
        raise ValueError("lines must be positive")
    cleaned = clean(text)
    parts = [cleaned[start : start + LINE] for start in range(0, len(cleaned), LINE)]
    if len(parts) > lines:
        raise ValueError("narrative is too long")
    return parts
