"""Sums of amounts that may be of several currencies: the class of what is added up has a currency, and nobody asks for it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_CURRENCY: Final = re.compile(r"(?i)currency|ccy|waehrung|bizhong|huobi")
_ASKED: Final = re.compile(
    r"(?i)currency|ccy|waehrung|bizhong|huobi|convert|exchange|rate\b|rates\b|_rate|\bfx|kurs|huilv|usd|eur|cny|group|filter\(|\bif\b"
)
_MEMBERS: Final = {
    "python": ("assignment", "typed_parameter"),
    "java": ("field_declaration", "formal_parameter", "method_declaration"),
}
_CLASSES: Final = ("class_definition", "class_declaration", "record_declaration", "interface_declaration")


class Sums:
    """The sums of one document."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def is_mixed(self, member: Node) -> bool:
        """Whether a member (`p.amount`, `p.getAmount()`, `Position::amount`) is one of a class with a currency of its own, in a
        routine that names the class and asks for no currency.
        """
        name = re.findall(r"\w+", self.flow.read(member))[-1]
        name = re.sub(r"^get(?=[A-Z])", "", name)
        titles = self._mixed.get(name[:1].lower() + name[1:])
        if titles is None:
            return False
        routine = self.flow.around(member)
        while routine is not None and routine.type.startswith("lambda"):
            routine = self.flow.around(routine)
        if routine is None:
            return False
        text = self.flow.read(routine)
        return not _ASKED.search(text) and not titles.isdisjoint(re.findall(r"\w+", text))

    @cached_property
    def _mixed(self) -> dict[str, set[str]]:
        """The members of the classes of this file that have a currency, too, with the names of these classes."""
        found: dict[str, set[str]] = {}
        if not _CURRENCY.search(self.flow.text.decode("utf-8", "replace")):
            return found
        for holder in descendants(self.flow.tree.root_node, *_CLASSES):
            names = {
                re.sub(r"^get(?=[A-Z])", "", self.flow.read(each))
                for part in descendants(holder, *_MEMBERS.get(self.flow.document.language or "", ()))
                if enclosing(part.parent or part, *_CLASSES) == holder
                for each in _names(part)
            }
            names = {name[:1].lower() + name[1:] for name in names}
            if any(_CURRENCY.fullmatch(re.sub(r"(?i)_?code|_?unit", "", name)) for name in names):
                title = holder.child_by_field_name("name")
                for name in names:
                    found.setdefault(name, set()).add(self.flow.read(title) if title is not None else "")
        return found


def _names(part: Node) -> list[Node]:
    held = part.child_by_field_name("name") or part.child_by_field_name("left")
    if held is None and part.type == "field_declaration":
        held = next(
            (each.child_by_field_name("name") for each in part.named_children if each.type == "variable_declarator"),
            None,
        )
    return [held] if held is not None and held.type == "identifier" else []
