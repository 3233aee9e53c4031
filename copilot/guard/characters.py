"""The text as detectors see it: one byte a code point, so that offsets agree.

ASCII and the letters of Latin-1 are themselves, everything else is `?`, but for those Chinese characters of which the
words are made that detectors look for: each has a byte of its own, in the place of a control or sign of Latin-1 that no
code needs. So a word like 手机号 is found by the same search in C as `mobile`.
"""

from __future__ import annotations

import codecs
from typing import Final

_KNOWN: Final = "手机电话联系号码卡账帐户有效期安全验证校动态口令密支付交易取款护照通行组织构代身份港澳台胞回乡订单流水编时间金额信用短到磁道"
_BYTES: Final = [byte for byte in range(0x80, 0xC0) if byte != 0xA0][: len(_KNOWN)]
_BYTE_OF: Final = dict(zip(_KNOWN, _BYTES, strict=True))
_CHARACTER_OF: Final = {byte: character for character, byte in _BYTE_OF.items()}
_MAP: Final = codecs.charmap_build("".join(_CHARACTER_OF.get(byte, chr(byte)) for byte in range(256)))


def encoded(text: str) -> bytes:
    """One byte for each code point of `text`. Never raises."""
    if text.isascii():
        return text.encode()
    return codecs.charmap_encode(text, "replace", _MAP)[0]


def word(chinese: str) -> bytes:
    """How a Chinese word looks in an encoded text. Raises KeyError for a character that has no byte."""
    return bytes(_BYTE_OF[character] for character in chinese)
