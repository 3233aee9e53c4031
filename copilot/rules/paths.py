"""How many marked places one path through a block passes at most: branches are apart, what leaves goes no further."""

from __future__ import annotations

from typing import Final

from copilot.syntax.parsing import Node

_BRANCHES: Final = frozenset(
    {
        "if_statement",
        "conditional_expression",
        "ternary_expression",
        "match_statement",
        "switch_expression",
        "switch_statement",
    }
)
_EXITS: Final = frozenset(
    {"return_statement", "throw_statement", "raise_statement", "break_statement", "continue_statement"}
)
_ARMS: Final = frozenset(
    {"elif_clause", "else_clause", "case_clause", "switch_block_statement_group", "switch_rule", "block"}
)


def most(body: Node, marks: dict[int, int]) -> int:
    """The highest sum of `marks` (by the id of their nodes) on one path through a block."""
    through, out = _path(body, marks)
    return max(through or 0, out)


def _path(node: Node, marks: dict[int, int]) -> tuple[int | None, int]:
    """The most writes on a path that goes through a node (None: none goes through), and on one that leaves in it."""
    own = marks.get(node.id, 0)
    kind = node.type
    if kind in {"function_definition", "class_definition", "class_body", "method_declaration", "class_declaration"}:
        return (0, 0) if kind != "class_body" else _row(node.children, marks, 0)
    if kind in _EXITS:
        through, out = _row(node.children, marks, own)
        return None, max(through or 0, out)
    if kind in _BRANCHES:
        return _branches(node, marks)
    if kind in {"try_statement", "try_with_resources_statement"}:
        return _tried(node, marks)
    if kind.startswith(("for_", "while_", "enhanced_for", "do_")):
        through, out = _row(node.children, marks, own)
        return max(through or 0, out), out
    if kind in {"lambda_expression", "lambda"}:
        through, out = _row(node.children, marks, own)
        return max(through or 0, out), 0
    return _row(node.children, marks, own)


def _row(nodes: list[Node], marks: dict[int, int], total: int) -> tuple[int | None, int]:
    out = 0
    for each in nodes:
        if not each.is_named:
            continue
        through, left = _path(each, marks)
        out = max(out, total + left if left or through is None else 0)
        if through is None:
            return None, out
        total += through
    return total, out


def _branches(node: Node, marks: dict[int, int]) -> tuple[int | None, int]:
    arms: list[Node] = []
    rest: list[Node] = []
    closed = node.type in {"conditional_expression", "ternary_expression"}
    for n, child in enumerate(node.children):
        label = node.field_name_for_child(n)
        if closed and child.is_named and label != "condition":
            arms.append(child)
        elif label in {"consequence", "alternative"}:
            arms.append(child)
            closed = closed or (label == "alternative" and child.type != "elif_clause")
        elif label == "body":
            arms += [each for each in child.children if each.type in _ARMS]
        else:
            rest.append(child)
    before, out = _row(rest, marks, 0)
    results = [_path(arm, marks) for arm in arms]
    throughs = [each for each, _ in results if each is not None] + ([] if closed else [0])
    out = max([out, *((before or 0) + left for _, left in results)])
    return ((before or 0) + max(throughs) if throughs else None), out


def _tried(node: Node, marks: dict[int, int]) -> tuple[int | None, int]:
    usual = [
        each
        for each in node.children
        if each.is_named and each.type not in {"catch_clause", "except_clause", "except_group_clause", "finally_clause"}
    ]
    last = [each for each in node.children if each.type == "finally_clause"]
    handlers = [each for each in node.children if each.type in {"catch_clause", "except_clause", "except_group_clause"}]
    through, out = _row(usual, marks, 0)
    results = [(through, out), *(_path(each, marks) for each in handlers)]
    throughs = [each for each, _ in results if each is not None]
    most_out = max(left for _, left in results)
    added, left = _row(last, marks, 0)
    end = max(throughs) + (added or 0) if throughs and added is not None else None
    return end, max(most_out + (added or 0), left)
