"""Which calls write to a database, how many a routine makes on one path, and whether they are in one transaction."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.paths import most
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
    r"|append|record|write|withdraw|deposit|reduce|minus|plus|sub|consume|occupy|transfer|charge|post|book|pay|refund|set(?=Balance|Status|State|Stock|Amount|Limit)|register|issue|koukuan|rukuan|speicher[en]*|sichern|aktualisier[en]*|loesch[en]*|einfuegen|anlegen|buchen|baocun|xinzeng|gengxin|shanchu|charu)(?:[A-Z_]\w*)?"
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
    r"(?:debit|credit|withdraw|deposit|deduct|addBalance|subtractBalance|decrease|increase|freeze|unfreeze|reduceStock|postEntry|belasten|gutschreiben|abbuchen|einzahlen|auszahlen|koukuan|rukuan)(?:[A-Z]\w*)?"
)
_BOOKERS: Final = re.compile(
    r"(?i)\w*(?:account|ledger|wallet|balance|stock|inventory|journal|posting|konto|konten|zhanghu)(?:service|manager|domain\w*)(?:impl)?"
)
_SESSIONS: Final = re.compile(r"(?:org\.hibernate\.)?(?:Stateless)?Session")
_BATIS: Final = re.compile(
    r"(?:save|saveBatch|saveOrUpdate|saveOrUpdateBatch|updateById|updateBatchById|removeById|removeByIds|update|remove)"
)
_ORM_FILE: Final = re.compile(
    r"(?m)^\s*(?:(?:from|import)\s+(?:django|peewee|tortoise|pony|playhouse|rest_framework)\b|from\s+[\w.]*\bmodels\s+import\b)|\.objects\b|\bawait\s+[A-Z]\w*\.(?:filter|create|bulk_create)\("
)
_ORM_WORDS: Final = (
    b"django", b"peewee", b"tortoise", b"pony", b"playhouse", b"rest_framework", b"models", b".objects", b"await",
)  # fmt: skip
"""What stands in every text that `_ORM_FILE` finds: to look for these alone takes a tenth of the time."""
_ORM: Final = re.compile(
    r"create|acreate|bulk_create|abulk_create|bulk_update|update|aupdate|delete|adelete|get_or_create|update_or_create|save|asave"
    r"|insert_many|replace_many|aget_or_create|aupdate_or_create"
)
_MONGO: Final = re.compile(
    r"(?:insert|update|replace|delete)_(?:one|many)|find_one_and_(?:update|replace|delete)|bulk_write"
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
        if name == "execute" and re.search(r"\.(?:update|insertInto|deleteFrom|mergeInto)\(", receiver):
            return True  # jOOQ
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
            if self._is_handed(value := given[0]):
                return False  # whoever calls says what is written
            value = given[1] if name in {"execute_batch", "execute_values"} and len(given) > 1 else given[0]
            return self._sql_value(value)
        if given and self._sends(call):
            return self._sql_value(given[0])
        if _MONGO.fullmatch(name) and re.search(r"(?m)^\s*(?:from|import)\s+(?:pymongo|motor)\b", self.routines.text):
            return "session=" not in self.flow.read(call.node)
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

    def _is_handed(self, value: Node) -> bool:
        """Whether a statement is what a routine was handed."""
        routine = self.routines.of(value)
        return (
            value.type == "identifier"
            and routine is not None
            and self.flow.read(value) in self.flow.parameters(routine.node)
        )

    def _sends(self, call: Call) -> bool:
        """Whether a call is of a routine of this file that executes the statement that it is handed."""
        routine = self.routines.of(call.node)
        return routine is not None and any(
            each.name in _EXECUTES and self._is_handed(part)
            for callee in self.routines.own(routine, call)
            for each in callee.calls
            for part in self.flow.arguments(each.node)[:1]
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
            self._orm = self.routines.says(_ORM_WORDS) and _ORM_FILE.search(self.routines.text) is not None
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
                self._most[routine.node.id] = most(body, marks)
        return self._most[routine.node.id]
