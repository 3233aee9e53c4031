"""Which variables a place in Java can see: the tree's bindings, scope by scope. Inherited fields are not among them."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.engines.embedded.claimed import text_of
from copilot.syntax import tree as trees
from copilot.syntax.tree import Node


def variables(node: Node) -> dict[str, int]:
    """The variables that a place can see, with how many scopes away."""
    found: dict[str, int] = {}
    depth, at = 0, node
    while at.parent is not None:
        holder = at.parent
        for name in _bound(holder, at):
            found.setdefault(name, depth)
        depth += holder.type in {"block", "class_body", "constructor_body", "method_declaration", "lambda_expression"}
        at = holder
    return found


def _bound(holder: Node, at: Node) -> Iterator[str]:
    """What a node binds for the child `at` of it."""
    if holder.type in {"class_body", "enum_body_declarations", "interface_body", "enum_body"}:
        for field in holder.named_children:
            if field.type in {"field_declaration", "constant_declaration"}:
                yield from _declarators(field)
            elif field.type == "enum_constant":
                yield text_of(field.child_by_field_name("name"))
    elif holder.type in {"block", "constructor_body", "switch_block_statement_group"}:
        for statement in holder.named_children:
            if statement.start_byte >= at.start_byte:
                break
            if statement.type == "local_variable_declaration":
                yield from _declarators(statement)
    elif holder.type in {"for_statement", "try_with_resources_statement"}:
        for part in holder.named_children:
            if part.type == "local_variable_declaration":
                yield from _declarators(part)
            for resource in part.named_children if part.type == "resource_specification" else ():
                yield text_of(resource.child_by_field_name("name"))
    elif holder.type == "enhanced_for_statement":
        yield text_of(holder.child_by_field_name("name"))
    elif holder.type == "catch_clause":
        for part in trees.descendants(holder, "catch_formal_parameter"):
            yield text_of(part.child_by_field_name("name"))
    elif holder.type in {"method_declaration", "constructor_declaration", "lambda_expression", "record_declaration"}:
        given = holder.child_by_field_name("parameters")
        if given is not None and given.type == "identifier":
            yield text_of(given)
        for part in given.named_children if given is not None else ():
            yield text_of(part if part.type == "identifier" else part.child_by_field_name("name"))


def _declarators(node: Node) -> Iterator[str]:
    for part in node.named_children:
        if part.type == "variable_declarator":
            yield text_of(part.child_by_field_name("name"))
