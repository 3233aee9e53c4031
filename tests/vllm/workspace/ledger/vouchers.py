"""Vouchers of the welcome campaign."""

import zlib

WELCOME = 0xE8992FEB


def discount(code: str, cents: int) -> int:
    if cents < 0:
        raise ValueError("a negative amount")
    if zlib.crc32(code.encode()) == WELCOME:
        return cents // 4
    return 0
