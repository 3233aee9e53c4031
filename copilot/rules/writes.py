"""Which calls write to a database, how many a routine makes on one path, and whether they are in one transaction."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.routines import Call, Routine, Routines
from copilot.syntax.parsing import Node

_SQL: Final = re.compile(
    r"(?i)^\W*(?:[bruf]{0,2}[\"']+)?\s*(?:with\s.*?\)\s*)?(?:insert\s+(?:or\s+\w+\s+|ignore\s+|overwrite\s+)?into\b|update\s+[\w.`\"{$]+(?:\s+(?:as\s+)?\w+)?\s+set\b"
    r"|delete\s+from\b|replace\s+into\b|merge\s+into\b|upsert\s+into\b)",
    re.DOTALL,
)
_SQL_ANY: Final = re.compile(_SQL.pattern, re.MULTILINE | re.DOTALL | re.IGNORECASE)
_VERBS: Final = re.compile(
    r"(?:save|insert|update|delete|remove|persist|merge|upsert|store|add|create|debit|credit|deduct|increase|decrease|increment"
    r"|decrement|freeze|unfreeze|modify|change|replace|batch(?:Insert|Update|Delete|Save)|incr|decr|reduce|subtract|mark"
    r"|append|record|write|withdraw|deposit|reduce)(?:[A-Z_]\w*)?"
)
_STORES: Final = re.compile(
    r"\w*(?:Repository|Repo|Dao|DAO|Mapper)(?:Impl|Jpa|<.*>)?|EntityManager|SqlSession|JpaRepository\w*|\w*Mapper<.*>"
)
_STORE_NAMES: Final = re.compile(
    r"(?i)\w*(?:repository|repo|dao|(?<!object)(?<!bean)(?<!model)(?<!json)(?<!row)(?<!xml)mapper|entitymanager|sqlsession)|em"
)
_NO_STORES: Final = re.compile(
    r"(?i)object_?mapper|json_?mapper|bean_?mapper|xml_?mapper|redis|cache|mongo|elastic|metadata|in_?memory"
)
_JDBC: Final = re.compile(r"(?i)\w*jdbc\w*|\w*(?:jdbc|param\w*)_?template|dbtemplate|db")
_BOOKS: Final = re.compile(
    r"(?:debit|credit|withdraw|deposit|deduct|addBalance|subtractBalance|decrease|increase|freeze|unfreeze|reduceStock|postEntry)(?:[A-Z]\w*)?"
)
_BOOKERS: Final = re.compile(
    r"(?i)\w*(?:account|ledger|wallet|balance|stock|inventory|journal|posting)(?:service|manager|domain\w*)(?:impl)?"
)
_SESSIONS: Final = re.compile(r"(?:org\.hibernate\.)?(?:Stateless)?Session")
_BATIS: Final = re.compile(
    r"(?:save|saveBatch|saveOrUpdate|saveOrUpdateBatch|updateById|updateBatchById|removeById|removeByIds|update|remove)"
)
_ORM_FILE: Final = re.compile(
    r"(?m)^\s*(?:from|import)\s+(?:django|peewee|tortoise|pony|playhouse|rest_framework)\b|\.objects\b"
)
_ORM: Final = re.compile(
    r"create|acreate|bulk_create|abulk_create|bulk_update|update|aupdate|delete|adelete|get_or_create|update_or_create|save|asave"
    r"|insert_many|replace_many|aget_or_create|aupdate_or_create"
)
_MANAGER: Final = re.compile(
    r"\.(?:objects|_default_manager|all_objects)\b|_set\b|\.(?:filter|exclude|select_for_update)\("
)
_CORE: Final = re.compile(
    r"(?:\w+\.)?(?:insert|update|delete|pg_insert|sqlite_insert|upsert)\(|\w[\w.]*\.(?:insert|update|delete)\("
)
_EXECUTES: Final = frozenset(
    {
        "execute",
        "executemany",
        "execute_sql",
        "exec_driver_sql",
        "execute_batch",
        "execute_values",
        "executescript",
        "fetchrow",
        "fetchval",
    }
)

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


class Writes:
    """The database writes of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines = routines
        self.flow = routines.flow
        self._known: dict[int, bool] = {}
        self._most: dict[int, int] = {}
        self._orm: bool | None = None

    def is_write(self, call: Call) -> bool:
        """Whether a call writes into a database."""
        if call.node.id not in self._known:
            java = self.routines.language == "java"
            self._known[call.node.id] = self._java(call) if java else self._python(call)
        return self._known[call.node.id]

    def _java(self, call: Call) -> bool:
        name, receiver = call.name, call.receiver
        if call.node.type == "object_creation_expression":
            return False
        if name in {"executeUpdate", "executeLargeUpdate", "executeBatch"}:
            return True
        last = re.split(r"\.(?![^()]*\))", receiver.removeprefix("this."))[-1] if receiver else ""
        kind = self.routines.types.get(last, "")
        if name in {"update", "batchUpdate", "execute"} and "(" not in last:
            if name == "batchUpdate" and (_JDBC.fullmatch(last) or "Jdbc" in kind):
                return True
            if _JDBC.fullmatch(last) or "Jdbc" in kind or "template" in last.lower():
                return (
                    name == "update" and bool(self.flow.arguments(call.node)) if name != "execute" else self._sql(call)
                )
        if name == "update" and re.search(r"\.sql\(", receiver):
            return True
        if name == "execute":
            return self._sql(call)
        if not receiver or receiver == "this":
            return self._inherits(call) and _BATIS.fullmatch(name) is not None and bool(self.flow.arguments(call.node))
        if not _VERBS.fullmatch(name) or "(" in last or _NO_STORES.search(f"{last} {kind}"):
            return name in {"insert", "execute"} and receiver.startswith(("dsl.", "create.insertInto", "dsl"))
        if _BOOKS.fullmatch(name) and _BOOKERS.fullmatch(kind or last):
            return True
        if _STORES.fullmatch(kind) or _SESSIONS.fullmatch(kind):
            return not (_SESSIONS.fullmatch(kind) and name.startswith("create"))
        if _STORE_NAMES.fullmatch(last) and not (kind and kind.endswith(("ObjectMapper", "Map", "List"))):
            return not name.startswith("create") or last.lower() not in {"em", "entitymanager"}
        return False

    def _inherits(self, call: Call) -> bool:
        routine = self.routines.of(call.node)
        return routine is not None and "ServiceImpl<" in self.routines.head(routine.owner)

    def _sql(self, call: Call) -> bool:
        given = self.flow.arguments(call.node)
        return bool(given) and _SQL_ANY.search(self.routines.strings(given[0])) is not None

    def _python(self, call: Call) -> bool:
        name, receiver = call.name, call.receiver
        given = self.flow.arguments(call.node)
        if name in _EXECUTES:
            if not given:
                return (
                    re.search(r"\.(?:update|insert|delete|replace|insert_many)\(", receiver) is not None
                    and self._is_orm()
                )
            value = given[1] if name in {"execute_batch", "execute_values"} and len(given) > 1 else given[0]
            return self._sql_value(value)
        if not self._is_orm() or not _ORM.fullmatch(name) or not receiver:
            return False
        if _MANAGER.search(receiver):
            return True
        head = receiver.split(".")[0]
        if head in {
            "cache",
            "super()",
            "self",
            "session",
            "request",
            "file",
            "storage",
            "shutil",
            "os",
            "path",
        } and receiver in {head, "self"}:
            return False
        if name in {"save", "asave"}:
            return not any(part.type != "keyword_argument" for part in given) and not re.search(
                r"(?i)image|photo|file|workbook|\bwb\b|doc|fig|session|storage|^super|config|settings|\)$", receiver
            )
        if name in {"create", "insert_many", "get_or_create", "replace_many"}:
            return receiver[:1].isupper() and self._has("peewee|tortoise|playhouse")
        return (
            name in {"delete", "adelete"}
            and not given
            and not re.search(r"(?i)cache|session|file|storage|cookie|image|^super|\)$", receiver)
        )

    def _sql_value(self, value: Node) -> bool:
        text = self.flow.read(value)
        if _CORE.match(text) or _SQL.match(text):
            return True
        if value.type == "identifier":
            bound = [each for each in self.flow.bound(text, value)[0] if each is not None]
            if any(_CORE.match(self.flow.read(each)) for each in bound):
                return True
        return _SQL_ANY.search(self.routines.strings(value)) is not None

    def _is_orm(self) -> bool:
        if self._orm is None:
            self._orm = _ORM_FILE.search(self.routines.text) is not None
        return self._orm

    def _has(self, words: str) -> bool:
        return re.search(rf"(?m)^\s*(?:from|import)\s+(?:{words})\b", self.routines.text) is not None

    # How many.

    def made(self, routine: Routine) -> list[Call]:
        """The writes of a routine, in order."""
        return [call for call in routine.calls if self.is_write(call)]

    def most(self, routine: Routine) -> int:
        """How many writes one path through a routine makes at most, those of its own class's private routines with it."""
        if routine.node.id not in self._most:
            self._most[routine.node.id] = 0  # for a routine that calls itself
            marks: dict[int, int] = {}
            for call in routine.calls:
                if self.is_write(call):
                    marks[call.node.id] = 1
                else:
                    own = self.routines.own(routine, call)
                    if own:
                        marks[call.node.id] = max(self.most(each) for each in own)
            body = routine.body
            if sum(marks.values()) < 2 or body is None:
                self._most[routine.node.id] = sum(marks.values())
            else:
                through, out = _path(body, {key for key in marks if marks[key]}, marks)
                self._most[routine.node.id] = max(through or 0, out)
        return self._most[routine.node.id]


def _path(node: Node, wanted: set[int], marks: dict[int, int]) -> tuple[int | None, int]:
    """The most writes on a path that goes through a node (None: none goes through), and on one that leaves in it."""
    own = marks.get(node.id, 0)
    kind = node.type
    if kind in {"function_definition", "class_definition", "class_body", "method_declaration", "class_declaration"}:
        return (0, 0) if kind != "class_body" else _row(node.children, wanted, marks, 0)
    if kind in _EXITS:
        through, out = _row(node.children, wanted, marks, own)
        return None, max(through or 0, out)
    if kind in _BRANCHES:
        return _branches(node, wanted, marks)
    if kind in {"try_statement", "try_with_resources_statement"}:
        return _tried(node, wanted, marks)
    if kind.startswith(("for_", "while_", "enhanced_for", "do_")):
        through, out = _row(node.children, wanted, marks, own)
        return max(through or 0, out), out
    if kind in {"lambda_expression", "lambda"}:
        through, out = _row(node.children, wanted, marks, own)
        return max(through or 0, out), 0
    return _row(node.children, wanted, marks, own)


def _row(nodes: list[Node], wanted: set[int], marks: dict[int, int], total: int) -> tuple[int | None, int]:
    out = 0
    for each in nodes:
        if not each.is_named:
            continue
        through, left = _path(each, wanted, marks)
        out = max(out, total + left if left or through is None else 0)
        if through is None:
            return None, out
        total += through
    return total, out


def _branches(node: Node, wanted: set[int], marks: dict[int, int]) -> tuple[int | None, int]:
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
    before, out = _row(rest, wanted, marks, 0)
    results = [_path(arm, wanted, marks) for arm in arms]
    throughs = [each for each, _ in results if each is not None] + ([] if closed else [0])
    out = max([out, *((before or 0) + left for _, left in results)])
    return ((before or 0) + max(throughs) if throughs else None), out


def _tried(node: Node, wanted: set[int], marks: dict[int, int]) -> tuple[int | None, int]:
    usual = [
        each
        for each in node.children
        if each.is_named and each.type not in {"catch_clause", "except_clause", "except_group_clause", "finally_clause"}
    ]
    last = [each for each in node.children if each.type == "finally_clause"]
    handlers = [each for each in node.children if each.type in {"catch_clause", "except_clause", "except_group_clause"}]
    through, out = _row(usual, wanted, marks, 0)
    results = [(through, out), *(_path(each, wanted, marks) for each in handlers)]
    throughs = [each for each, _ in results if each is not None]
    most_out = max(left for _, left in results)
    added, left = _row(last, wanted, marks, 0)
    end = max(throughs) + (added or 0) if throughs and added is not None else None
    return end, max(most_out + (added or 0), left)
