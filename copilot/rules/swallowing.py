"""Handlers that end a failure of a payment or of accounting without a trace: nothing is thrown, recorded or told."""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.routines import Routine, Routines
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants

_MONEY: Final = re.compile(
    r"(?i)pay(?!load)(?:ment|out|roll|ing|able|er|ee|s\b|_|[A-Z]|\b)|(?-i:Pay(?!load))|(?<!data_)(?<!file)(?<!file_)transfer(?!_?encod|_?proto|able|_?file|_?data|queue)|refund|ledger|(?<!ac)(?<!test)accounting|balance[sd]?\b(?!r)|settle(?!r)|posting(?!s?_?url)|withdraw"
    r"|deposit|remit|(?<![a-z])loans?(?![a-z])|(?-i:Loan)|repay|disburs|(?<![a-z])fees?(?![a-z])|(?-i:Fee(?![dl]))|interest(?!ing|ed)|voucher|reconcil|invoice|billing|wallet|recharge|top_?up|debit|charge(?![drn]|able|_?point)"
    r"|credit(?!s?_?(?:entials|ation))|clearing(?:_?house)|escrow|dividend|core_?bank|account_?(?:service|repo|dao|mapper|manager)|general_?ledger|journal_?entr|book_?entr|fund(?:s|ing)?\b|amount|(?<![a-z])(?:zhi_?fu|zhuan_?zhang|tui_?kuan|ji_?zhang|ru_?zhang|dui_?zhang|ti_?xian|chong_?zhi|ru_?jin|chu_?jin|kuai_?ji|kouk(?:uan)?|kou_?kuan|huan_?kuan|fang_?kuan)"
    r"|ueberweis|(?<![a-z])(?:ver|ab|um)?buch(?:e[nst]?|ung\w*)(?![a-z])|zahlung|erstatt|gutschrift|lastschrift|kernbank|acquirer|core_?banking|iso_?8583"
    r"|支付|转账|退款|记账|对账|提现|充值|扣款|入账|还款|放款"
)
_BENIGN: Final = re.compile(
    r"(?i)^(?:[\w.]*\.)?\w*(?:Duplicate\w*|Already\w*|UniqueViolation|DoesNotExist|NotFound\w*|NoResult\w*|EmptyResult\w*|NoSuchElement\w*|NumberFormat\w*|DateTimeParse|DateTime"
    r"|Parse|InvalidOperation|UnsupportedEncoding|KeyError|IndexError|AttributeError|ImportError|ModuleNotFound|StopIteration|StopAsyncIteration|LookupError|UnicodeDecode|UnicodeError"
    r"|ClassNotFound|NoSuchMethod|NoSuchField|CloneNotSupported|GeneratorExit|KeyboardInterrupt|Cancelled|CancellationException|QueueEmpty|Empty|FileNotFound|NoSuchFile|ObjectDoesNotExist|MissingResource)(?:Exception|Error)?$"
)
_PARSE: Final = re.compile(
    r"(?:[\w.]*\.)?(?:ValueError|TypeError|IllegalArgumentException|ArithmeticException|InterruptedException|JSONDecodeError|ValidationError|JsonProcessingException|OSError|json\.\w+)$"
)
_NOTES: Final = re.compile(
    r"(?i)mail|sms|notif|cache|redis|metric|counter|histogram|statsd|prometheus|webhook|close|rollback|shutdown|dispose|cleanup|sleep|flush|tracer|span|telemetry|analytics|report_?usage|toast|push"
    r"|thumbnail|websocket|release|unlock|disconnect|quietly|delete_?temp|unlink|deleteIfExists|await_?termination|heartbeat|config|propert|locale|template|render|stats?\b|statistic|badge|banner|avatar|recommend"
)
_TELLS: Final = re.compile(
    r"(?i)\w*(?:fail|alert|compensat|retry|enqueue|requeue|dead_?letter|dlq|nack|reject|rollback|interrupt|abort|reverse|revert|mark|record|save|insert|update|persist|store|raise|throw"
    r"|rethrow|propagate|handle|capture_?exception|completeExceptionally|onError|set_?exception|set_?error|add_?error|suppress|notify|publish|emit|send|set_?status|setState|exit|escalate|report|park|suspend|schedule|undo|unwind|audit|append|put|offer|increment|inc|flash|escrow|cancel|create|set_?rollback\w*|refund|defer|fallback|skip_?test|error_?response|unknown|pending)\w*"
)
_COLLECTS: Final = frozenset({"add", "append", "put", "push", "offer", "accept", "extend", "countDown"})
_NOTHING: Final = re.compile(
    r"(?i)^(?:null|none|false|true|-?0(?:\.0+)?[dlf]?|-1|\"\"|''|\[\]|\{\}|\(\)|(?:java\.util\.)?(?:optional|collections|list|map|set|mono|flux)\s*\.\s*(?:empty\w*|of)\(\)|(?:new\s+\w+(?:<\w*>)?|list|dict|set|tuple)\(\)|(?:BigDecimal|BigInteger)\.ZERO"
    r"|(?:Decimal|float|int)\(\s*['\"]?0?(?:\.0+)?['\"]?\s*\)|\"(?:success|ok)\"|'(?:success|ok)'|(?:new\s+)?BigDecimal(?:\.valueOf)?\(\s*\"?0(?:\.0+)?\"?\s*\)|(?:\w+\.)?(?:ok|success)\(\)|none,\s*none|default\w*|Boolean\.(?:TRUE|FALSE))$"
)
_SUCCESS: Final = re.compile(
    r"(?i)(?<![a-z])(?:success(?:ful(?:ly)?)?|ok|approved?|paid|done|completed?|accepted|settled|processed|posted|erfolgreich|chenggong|成功)(?-i:(?![a-z]))|status(?:_code)?\s*=\s*200\b"
)
_NO_SUCCESS: Final = re.compile(
    r"(?i)fail|error|declin|reject|pending|unknown|refus|denied|retry|un_?success|not_|\bfalse\b|message|reason|exc\b|partial|compensat|dead_?letter|queue"
)
_RETRIES: Final = ("for_statement", "while_statement", "enhanced_for_statement", "do_statement")


class Swallowing:
    """The swallowed failures of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines, self.flow = routines, routines.flow

    def is_swallowed(self, handler: Node) -> bool:
        """Whether a handler ends a failure of a payment path and leaves no trace of it but a line in the log."""
        tried = handler.parent
        if tried is None or not self.is_hushed(handler) or self.routines.is_test:
            return False
        routine = self.routines.of(handler)
        body = tried.child_by_field_name("body")
        if routine is None or body is None or re.match(r"test|setUp|tearDown", routine.name):
            return False
        if not self.is_money(routine, body):
            return False
        return not self._is_benign(handler, body) and not self._is_raised_later(tried, routine)

    def is_suppressed(self, block: Node) -> bool:
        """`with suppress(Exception)` around a payment."""
        routine = self.routines.of(block)
        body = block.child_by_field_name("body")
        if routine is None or body is None or self.routines.is_test:
            return False
        given = re.search(r"suppress\(([^()]*)\)", self.flow.read(block.children[1]))
        kinds = [part.strip() for part in given[1].split(",")] if given is not None else []
        if not kinds or all(_BENIGN.match(kind) or _PARSE.match(kind) for kind in kinds):
            return False
        return self.is_money(routine, body) and not self._is_aside(body)

    def is_returned_over(self, leaving: Node) -> bool:
        """`return` in `finally`: the exception on its way is dropped."""
        at = leaving.parent
        while at is not None and at.type not in {
            "finally_clause",
            "lambda_expression",
            "function_definition",
            "method_declaration",
        }:
            at = at.parent
        if at is None or at.type != "finally_clause" or at.parent is None or self.routines.is_test:
            return False
        routine, body = self.routines.of(leaving), at.parent.child_by_field_name("body")
        return routine is not None and body is not None and self.is_money(routine, body)

    def is_money(self, routine: Routine, body: Node) -> bool:
        """Whether the routine, its class or file, or what is tried deals with money."""
        names = [routine.name, self.routines.title(routine.owner)]
        if self.routines.language == "python":
            names.append(self.flow.document.path.stem)  # its module
        if any(_MONEY.search(name) for name in names):
            return True
        return _MONEY.search(self.routines.code(body)) is not None

    # What the handler does.

    def _kinds(self, handler: Node) -> list[str]:
        if handler.type == "catch_clause":
            given = next((each for each in handler.children if each.type == "catch_formal_parameter"), handler)
            return [self.flow.read(part) for each in descendants(given, "catch_type") for part in each.named_children]
        value = handler.child_by_field_name("value")
        if value is None:
            return []
        value = value.named_children[0] if value.type == "as_pattern" else value
        return [self.flow.read(part) for part in (value.named_children if value.type == "tuple" else [value])]

    def _is_benign(self, handler: Node, body: Node) -> bool:
        kinds = self._kinds(handler)
        if kinds and all(_BENIGN.match(kind) for kind in kinds):
            return True
        if kinds and all(_BENIGN.match(kind) or _PARSE.match(kind) for kind in kinds) and self._is_parsing(body):
            return True
        return self._is_aside(body)

    def _is_parsing(self, body: Node) -> bool:
        """Whether what is tried only reads values: nothing is done that could be half done."""
        kinds = ("call",) if self.routines.language == "python" else ("method_invocation",)
        return not any(
            re.match(
                r"(?:debit|credit|transfer|pay|refund|withdraw|deposit|settle|post|book|save|insert|update|deduct|charge|execute|submit|send|commit|create|repay|disburse|process)(?:[A-Z_]|$)",
                self.flow.called(call),
            )
            for call in descendants(body, *kinds)
        )

    def _is_aside(self, body: Node) -> bool:
        """Whether all that is tried is beside the payment: a message, a cache, a cleanup."""
        kinds = ("call",) if self.routines.language == "python" else ("method_invocation",)
        statements = [
            each for each in body.named_children if not each.type.endswith("comment") and each.type != "pass_statement"
        ]
        calls = [
            [each for each in descendants(part, *kinds) if not self.routines.is_log(self.routines.call(each))]
            for part in statements
        ]
        told = [any(_NOTES.search(re.split(r"[(]", self.flow.read(each))[0]) for each in row) for row in calls if row]
        return bool(told) and all(told)

    def is_hushed(self, handler: Node) -> bool:
        """Whether all that a handler does leaves no trace of the failure."""
        block = handler.child_by_field_name("body") or handler.named_children[-1]
        return all(self.is_hush(each) for each in block.named_children)

    def is_hush(self, node: Node) -> bool:
        """Whether a statement of a handler leaves no trace of the failure (a line in the log is none)."""
        kind = node.type
        if kind.endswith("comment") or kind in {
            "pass_statement",
            "continue_statement",
            "break_statement",
            "ellipsis",
            "string",
            ";",
        }:
            return True
        if kind == "return_statement":
            value = next((each for each in node.named_children if not each.type.endswith("comment")), None)
            return value is None or self.is_nothing(value)
        if kind == "expression_statement" and node.named_children:
            return self.is_hush(node.named_children[0])
        if kind in {"call", "method_invocation"}:
            return self._is_told_nobody(node)
        if kind in {"assignment", "assignment_expression", "local_variable_declaration"}:
            return self._is_hush_value(node)
        if kind == "await":
            return self.is_hush(node.named_children[0])
        if kind == "if_statement":
            return all(
                self.is_hush(part)
                for label in ("consequence", "alternative")
                for part in node.children_by_field_name(label)
            )
        if kind in {"block", "else_clause", "elif_clause"}:
            return all(self.is_hush(part) for part in node.named_children if kind == "block" or part.type == "block")
        return False

    def is_nothing(self, value: Node) -> bool:
        """Whether a value says nothing of a failure: it is empty, or says that all went well."""
        text = re.sub(r"\s+", " ", self.flow.read(value))
        if value.type == "parenthesized_expression":
            text = text.strip("() ")
        elif value.type == "cast_expression":
            text = text.rpartition(")")[2].strip()
        return _NOTHING.match(text) is not None or self._is_success(text)

    @staticmethod
    def _is_success(text: str) -> bool:
        """Whether a value says that all went well (`PaymentResult.SUCCESS`)."""
        return len(text) < 200 and _SUCCESS.search(text) is not None and _NO_SUCCESS.search(text) is None

    def _is_hush_value(self, node: Node) -> bool:
        if node.type == "local_variable_declaration":
            return all(
                (value := part.child_by_field_name("value")) is not None and "get" in self.flow.read(value)
                for part in node.named_children
                if part.type == "variable_declarator"
            )
        value = node.child_by_field_name("right")
        text = self.flow.read(value) if value is not None else ""
        target = self.flow.read(node.child_by_field_name("left") or node)
        if self._is_success(text) and re.match(r"[{\"']|[A-Z]\w*[.(]", text) and not re.search(r"(?i)err|fail", target):
            return True
        flag = text.lower() in {"true", "false"} or re.match(r"-1$", text) is not None
        return (
            _NOTHING.match(text) is not None and not flag and not re.search(r"(?i)err|fail|status|state|last", target)
        )

    def _is_told_nobody(self, node: Node) -> bool:
        call = self.routines.call(node)
        if self.routines.is_log(call):
            return True
        if call.name in {"sleep", "getMessage", "gc", "print_exc", "format_exc"}:
            return True
        return re.search(r"(?i)(?:^|\.|_)log(?:ger|ging)?$", call.receiver) is not None and not _TELLS.fullmatch(
            call.name
        )

    def _is_raised_later(self, tried: Node, routine: Routine) -> bool:
        """Whether the handler stands in a loop of retries after which something is thrown, or a failure is returned."""
        at, loop = tried.parent, None
        while at is not None and at.id != routine.node.id:
            if at.type in _RETRIES:
                loop = at
                break
            at = at.parent
        if loop is None or loop.parent is None:
            return False
        head = self.flow.read(loop)[:120].split("\n")[0]
        retried = re.search(r"(?i)attempt|retr|tries|times|range\(|\bi\b|backoff|while", head) is not None
        later = [each for each in loop.parent.named_children if each.start_byte >= loop.end_byte]
        inside = [each for each in loop.named_children if each.type == "else_clause"]
        return retried and any(
            True for part in [*later, *inside] for _ in descendants(part, "throw_statement", "raise_statement")
        )
