"""What MyBatis pastes into a statement of a mapper file: `${}` that a caller fills.

`(#pasted? @site)` holds for a text that has such places, and they are what is reported, each on its own. No caller fills a
property that an `<include>` gives by a constant, a static member (`${@pack.Class@NAME}`), a name of the database vendor, or
the segment of MyBatis-Plus' wrapper, which binds its values itself.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node
from copilot.types import Span

_PLACE: Final = re.compile(rb"\$\{\s*([^}\s]*)[^}\n]*\}")
_OWN: Final = re.compile(
    rb"@|ew\.(?:sqlSegment|customSqlSegment|sqlSet|sqlSelect|sqlFirst|sqlComment|nonEmptyOfEntity)|_databaseId$"
)
_PROPERTY: Final = re.compile(rb"<property\s+name\s*=\s*[\"']([\w.]+)[\"']\s+value\s*=\s*[\"']([^\"']*)[\"']")
_INCLUDE: Final = re.compile(rb"<include\b[^>]*[^/]>(.*?)</include>", re.DOTALL)
_BOUND: Final = re.compile(rb"<bind\s+name\s*=\s*[\"'](\w+)[\"']\s+value\s*=\s*[\"'](?:'[^'\"]*'|@[^\"']*)[\"']")
_COMMENT: Final = re.compile(rb"(?:/\*.*?\*/|--[^\n]*)", re.DOTALL)


def pasted(flow: Flow, node: Node) -> list[Span]:
    """The places of a text that a caller fills, in bytes."""
    text = flow.text[node.start_byte : node.end_byte]
    if b"${" not in text:
        return []
    given = {
        row[1] for part in _INCLUDE.finditer(flow.text) for row in _PROPERTY.finditer(part[1]) if b"${" not in row[2]
    }
    given |= {row[1] for row in _BOUND.finditer(flow.text)}
    remarks = [found.span() for found in _COMMENT.finditer(text)]
    return [
        Span(node.start_byte + found.start(), node.start_byte + found.end())
        for found in _PLACE.finditer(text)
        if not _OWN.match(found[1]) and found[1] not in given
        if not any(start <= found.start() < end for start, end in remarks)
    ]
