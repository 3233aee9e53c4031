# -*- coding: gb18030 -*-
"""旧核心系统的科目代码. Ledger codes of the former core system; the file keeps its encoding."""

from __future__ import annotations

LEGACY_CODES = {
    "101": "现金",
    "102": "存放中央银行款项",
    "201": "活期存款",
    "202": "定期存款",
    "501": "手续费收入",
    "521": "利息支出",
}


def legacy_name(code: str) -> str:
    """科目名称. Raises KeyError for an unknown code.

    >>> legacy_name("201")
    '活期存款'
    """
    return LEGACY_CODES[code]


def legacy_code(name: str) -> str:
    """按名称反查科目代码."""
    for code, known in LEGACY_CODES.items():
        if known == name:
            return code
    raise KeyError(name)
