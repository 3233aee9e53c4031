"""Requests and messages that move money: which routines take them, and whether one that comes twice is told apart."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.routines import Call, Routine, Routines
from copilot.rules.writes import Writes
from copilot.syntax.tree import descendants

_MONEY: Final = (
    r"pay(?!load|_?method|_?type|_?channel|ee|er(?![a-z])|slip)(?:ment|out|roll)?s?|transfers?|refunds?|withdraw(?:al)?s?|deposits?|recharges?|top_?ups?|charges?(?!_?point)|charge_?backs?|disburse(?:ment)?s?|repay(?:ment)?s?|remit(?:tance)?s?|settle(?:ment)?s?"
    r"|debits?|credits?(?!_?(?:limit|score|rating|report|line|card|check))|deduct(?:ion)?s?|cash_?outs?|cash_?in|redeem|redemption|purchase|capture|payee_?transfer|collections?_?order|zhifu|tuikuan|zhuanzhang|tixian|chongzhi|koukuan|huankuan|fangkuan|wire|send_?money|move_?money|move_?funds|payin|posting"
    r"|ueberweis(?:ung(?:en)?|e)?|(?:aus|ein|rueck)?zahlung(?:en|s\w*)?|(?:aus|ein)zahle|(?:ver|ab|um)?buch(?:e|ungen|ung|ungs\w*)|erstatt(?:ung(?:en)?|e)|belast(?:e|ung)|gutschrift(?:en)?|lastschrift(?:en)?"
    r"|(?:zhi_fu|tui_kuan|zhuan_zhang|ti_xian|chong_zhi|kou_kuan|huan_kuan|fang_kuan)"
)
_MONEY_NAME: Final = re.compile(
    rf"(?i)(?-i:(?<![a-z]))(?:{_MONEY})(?-i:(?![a-z]))|(?-i:[a-z])(?-i:Pay(?!load|Method|Type|Channel|ee|er)|Transfer|Refund|Withdraw|Deposit|Recharge|TopUp|Charge|Disburse|Repay|Remit|Settle|Debit|Credit(?!Limit|Score|Rating|Report|Card|Line)|Deduct|CashOut|Redeem)(?-i:ment|al|out|tance|ion)?s?"
)
_PLAIN: Final = (
    b"pay", b"transfer", b"refund", b"withdraw", b"deposit", b"recharge", b"top", b"charge", b"disburse", b"remit", b"settle",
    b"debit", b"credit", b"deduct", b"cash", b"redeem", b"redemption", b"purchase", b"capture", b"zhifu", b"tuikuan", b"zhuanzhang",
    b"tixian", b"chongzhi", b"koukuan", b"huankuan", b"fangkuan", b"wire", b"money", b"funds", b"posting", b"transaction",
    b"balance", b"ueberweis", b"zahlung", b"buchung", b"buche", b"erstatt", b"belast", b"gutschrift", b"lastschrift",
)  # fmt: skip
_READS: Final = re.compile(
    r"(?i)(?-i:(?<![a-z]))(?:get|list|query|search|find|page|export|preview|quote|estimate|calc\w*|validate|check|verify|status|count|report|template|simulate|history|detail|download|upload|config\w*|rules?|methods?|channels?|settings?|limits?|types?|fetch|lookup|view|statement|schedule_?preview|sign|notify_?user|send_?(?:mail|email|sms|notification|receipt)|log|audit|index_|cache|reminders?|receipt|invoice_?pdf|fee_?quote|eligib\w*|login|payees?|beneficiar\w*|contacts?|pruefe[n]?|suche[n]?|liste|abfrage\w*|anzeige\w*|lade|hole|lies|chaxun|cha_?xun)(?-i:(?![a-z]))"
    r"|(?-i:[a-z])(?-i:Query|Search|List|Page|Export|Preview|Quote|Estimate|Validat|Status|Report|Template|History|Detail|Config|Rule|Method|Channel|Setting|Limit|Type|Statement|Notification|Email|Receipt|Eligib|Reminder|Fee|Payee|Beneficiar|Contact)\w*"
)
_POSTS: Final = re.compile(
    r"@(?:PostMapping|PutMapping|PatchMapping|POST|PUT|Post|Put)\b|@RequestMapping\s*\([^)]*\b(?:POST|PUT)\b|@RequestMapping\s*\((?![^)]*\bmethod\s*=)"
)
_LISTENS: Final = re.compile(
    r"@(?:Kafka|Rabbit|Jms|Stream|Sqs|Pulsar|RocketMQMessage|Nats|SqsListener|Queue|Topic|Redis\w*)(?:Listener|Handler|Mapping)\b|@(?:Incoming|RabbitHandler|KafkaHandler|JmsListener|EventHandler|RocketMQMessageListener|StreamListener|SqsListener|ServiceActivator)\b"
)
_CONSUMER_CLASS: Final = re.compile(
    r"implements[^{]*\b(?:\w*MessageListener|RocketMQListener|\w*MessageHandler|Consumer)\b|@RocketMQMessageListener|MessageDriven|@RabbitListener|@KafkaListener|extends\s+(?:DefaultConsumer|\w*Consumer)\b"
)
_CONSUMES: Final = re.compile(
    r"onMessage|consume\w*|handle\w*|handleDelivery|consumeMessage|receive\w*|process\w*|on[A-Z]\w*|listen\w*|accept"
)
_POSTS_PY: Final = re.compile(
    r"@[\w.]+\.(?:post|put|patch)\(|@[\w.]+\.(?:route|api_route|add_route)\([^)]*methods?\s*=\s*[\[({][^\])}]*['\"](?:POST|PUT)['\"]|@(?:[\w.]*\.)?(?:api_view|require_http_methods)\(\s*[\[(][^\])]*['\"](?:POST|PUT)|@(?:[\w.]*\.)?require_POST\b|@(?:[\w.]*\.)?action\([^)]*['\"](?:post|put)['\"]|@[\w.]+\.route\([^)]*\)"
)
_TASKS_PY: Final = re.compile(
    r"@(?:[\w.]*\.)?(?:shared_task|task|agent|subscriber|subscribe|consumer|kafka_consumer|on_message|listener|handler|dramatiq\.actor|actor|job|rabbit_\w+|message_handler|event_handler|periodic_task|app\.agent|topic|event|stream_listener)\b"
)
_CONSUMES_PY: Final = re.compile(
    r"on_\w*message\w*|on_\w+_event|handle_\w+|consume\w*|process_\w*message\w*|callback|on_\w+|receive\w*|process_\w+|lambda_handler|_?on_\w+"
)
_MESSAGE_PY: Final = re.compile(
    r"(?i)^(?:message|msg|event|body|ch|channel|record|delivery|envelope|payload|data|method|properties)$"
)
_VIEW: Final = re.compile(r"(?:View|ViewSet|Resource|Handler|Controller|Endpoint|Mixin)\b")
_KEY: Final = re.compile(
    r"(?i)idempot|(?-i:(?<![A-Za-z])|(?=[A-Z]))(?:req(?:uest)?|serial|biz|business|flow|seq(?:uence)?|msg|message|event|client_?req(?:uest)?|trans(?:action)?|txn|tx|trx|unique|dedup\w*|delivery|correlation|callback|global|instruction|instr|end_?to_?end|e2e|ext(?:ernal)?)_?(?:no|num|number|id|key|sn|token|ref(?:erence)?|uuid|seq|serial)(?-i:\b|(?=[A-Z_]))"
    r"|(?-i:(?<![A-Za-z])|(?=[A-Z]))(?:out_?trade|trade|client|channel|payment|pay|transfer|refund|platform|order|order_?req|merchant_?order|source|record|batch|apply|withdraw(?:al)?|voucher|posting|debit|customer)_?(?:sn|req(?:uest)?_?(?:no|id)|ref(?:erence)?|uuid|serial(?:_?no)?|key|out_?no|unique\w*)(?-i:\b|(?=[A-Z_]))"
    r"|(?-i:(?<![A-Za-z])|(?=[A-Z]))(?:out_?trade|trade|pay(?:ment)?|transfer|refund|out_?refund|out_?order|out_?biz|merchant_?order|withdraw(?:al)?|voucher|order_?req|apply|repay(?:ment)?|settle(?:ment)?|flow|order|bill)_?(?:no|number|num)(?-i:\b|(?=[A-Z_(]))"
    r"|reference(?:_?(?:no|id|number|key))?\b|\bnonce\b|\buetr\b|dedup|duplicat|(?<![\"'])already|(?<![\"'])processed(?![\"'])|replay|setifabsent|set_if_absent|setnx|\bnx\s*=|on\s+conflict|insert\s+(?:or\s+)?ignore|get_or_create|exactly_?once|repeat_?submit|resubmit|no_?repeat|prevent_?dup|once\b|form_?token|liu_?shui|qingqiu\w*hao|\blsh\b|流水|幂等|重复|referenz|vorgangs(?:nummer|nr|id)|auftrags(?:nummer|nr|id)|duplikat|bereits|schon_?verarbeitet|chong_?fu|cun_?zai"
    r"|exists(?:By|_by)?\w*\(|\.exists\(|on_conflict|putIfAbsent|claim\w*\(|inbox|(?<![\"'])consumed\b|is_?(?:paid|settled|refunded|done|completed|finished|final|handled|pending|unpaid)\b|has_?(?:paid|been)|isconsumed|unique_?key|integrityerror|uniqueviolation|sadd\(|add_if_absent|(?<![\"'])seen\b|is_new\b|mark_?if_?new|first_?time|x-request-id|etag|if-match"
)
_STATE: Final = re.compile(
    r"(?i)(?:get)?(?:status|state)(?:\(\))?\s*(?:==|!=|is\b|not\s+in|in\s)|\.equals\(\s*\w+\.get(?:Status|State)\(\)|get(?:Status|State)\(\)\.equals\(|Status\.\w+\.equals\(|compare_?status|update\w*status\w*\([^()]*,[^()]*,|where\b[^;]*\bstatus\s*=|filter\([^()]*status\s*=|status\w*\s*(?:==|!=)|expected_?status"
)
_MADE: Final = re.compile(
    r"(?i)uuid|nextid|next_id|snowflake|generat|random|nanoid|ulid|idworker|id_?gen|sequence\.next|nextval|currenttimemillis|\bnow\(|newid|new_id|System\.nano|time\.time|IdUtil|\.incr\("
)
_BALANCE_CALL: Final = re.compile(
    r"(?i)(?:add|increase|incr|decrease|decr|subtract|reduce|adjust|plus|minus)_?(?:\w+_?)?balance(?:_\w+|(?-i:[A-Z]\w*))?"
)
_ASKS: Final = re.compile(
    r"(?i)(?:get|is|set|find|list|query|build|to|of|from|valid\w*|check|log|render|parse)(?-i:(?=[A-Z_]|$))"
)
_ASIDE: Final = re.compile(
    r"(?i)^(?:log|logger|logging)|file|upload|image|mail|sms|notif|push|metric|cache|audit|webhook|slack|builder|objectmapper|json$|^response|^request(?!s$)|^self\.request|serializer$"
)
_BY_HAND: Final = (
    b"request.method",
    b"request.post",
    b"add_post",
    b"add_put",
    b"add_api_route",
    b"add_url_rule",
    b"consumer",
    b"subscri",
    b"queue_iter",
)
_BY_METHOD: Final = re.compile(r"request\.method\s*==\s*['\"]POST['\"]|\brequest\.POST\b")
_REGISTERS: Final = re.compile(r"add_(?:post|put|api_route|url_rule|route)\(([^)]*)")
_WORD: Final = re.compile(r"\w+")
_LOOPS: Final = re.compile(
    r"(?m)^[ \t]*(?:async[ \t]+)?for\s+\w+\s+in\s+\w*\.?\w*(?:consumer|subscription|subscriber|queue_iter)\w*(?:\.\w+\(\))?:"
)
_DONE: Final = re.compile(
    rf"(?i)(?:\w*_)?(?:{_MONEY})(?:_\w+|(?-i:[A-Z]\w*))?|(?:execute|do|process|create|submit|handle|initiate|make|apply|post|book|perform|start|send|place|save|insert|increase|decrease|add|subtract|move|issue|run|invoke|update|reverse|release|confirm|complete|trigger|dispatch|commit|append|record|verarbeite|fuehre|ausfuehren|veranlasse|sende|chuli|zhixing)(?:_\w+|(?-i:[A-Z]\w*))?"
)


class Requests:
    """The routines of one document that take requests and messages."""

    def __init__(self, routines: Routines, writes: Writes) -> None:
        self.routines, self.writes, self.flow = routines, writes, routines.flow

    def is_repeatable(self, routine: Routine) -> bool:
        """Whether a request or message that moves money is carried out as often as it comes."""
        if self.routines.is_test or routine.body is None or not self.routines.says(_PLAIN):
            return False
        taken = self._taken(routine)
        if taken is None:
            return False
        if not self._moves(routine, taken):
            return False
        return not self._is_told_apart(routine)

    def _taken(self, routine: Routine) -> str | None:
        """By what a routine takes requests or messages (its marks and class as text); None where it takes none."""
        head = self.routines.head(routine.owner) if routine.owner is not None else ""
        if self.routines.language == "java":
            if _POSTS.search(routine.marks) or _LISTENS.search(routine.marks):
                return routine.marks
            given = routine.node.child_by_field_name("parameters")
            if routine.name == "doPost" or (given is not None and "StreamObserver<" in self.flow.read(given)):
                return head
            if "@Bean" in routine.marks and re.search(r"\bConsumer\s*<", self.routines.head(routine.node)):
                return " "
            taker = _CONSUMER_CLASS.search(head) is not None and _CONSUMES.fullmatch(routine.name) is not None
            return head if taker and not routine.is_private and "static" not in routine.marks else None
        marks = routine.marks
        if _POSTS_PY.search(marks):
            only_get = re.search(r"\.route\(", marks) and not re.search(r"POST|PUT", marks)
            return marks if not only_get or "POST" in self.routines.code(routine.node) else None
        if _TASKS_PY.search(marks):
            return marks
        if (
            routine.owner is not None
            and _VIEW.search(head)
            and routine.name in {"post", "put", "create", "perform_create", "on_post", "form_valid"}
        ):
            return head
        names = list(self.flow.parameters(routine.node))
        if routine.name == "post" or (
            routine.outer is None and _CONSUMES_PY.fullmatch(routine.name) and any(map(_MESSAGE_PY.match, names))
        ):
            return head or " "
        if not self.routines.says(_BY_HAND):
            return None
        if routine.name in self._registered:
            return " "
        code = self.routines.code(routine.node)
        return " " if _BY_METHOD.search(code) or _LOOPS.search(code) else None

    @cached_property
    def _registered(self) -> frozenset[str]:
        """The names that are handed to what registers handlers of requests."""
        return frozenset(word for given in _REGISTERS.findall(self.routines.text) for word in _WORD.findall(given))

    def _moves(self, routine: Routine, taken: str) -> bool:
        """Whether money moves: by the routine's name, its path or topic, or its class; and something is done."""
        path = " ".join(each for each in re.findall(r"[\"']([^\"']*)[\"']", routine.marks) if not each.isupper())
        own = f"{routine.name} {path}"
        if _READS.search(path.rpartition("/")[2]):
            return False
        if _READS.search(routine.name) and not _MONEY_NAME.search(routine.name.split("_")[0]):
            return False
        title = self.routines.title(routine.owner)
        made = [call for call in routine.calls if _is_doing(call)]
        if not made:
            return False
        if _MONEY_NAME.search(own):
            return True
        if re.search(r"(?i)(?-i:(?<![a-z]))transactions?(?-i:(?![a-z]))", f"{own} {title}") and re.search(
            r"(?i)amount|\bamt\b|jine", self.routines.code(routine.node)
        ):
            return True
        if re.search(
            r"(?i)(?-i:(?<![a-z]))(?:cancel|close|create_?account|register|update|delete|edit)(?-i:(?![a-z]))",
            routine.name,
        ) and not any(_MONEY_NAME.search(call.name) for call in made):
            return False
        about = bool(_MONEY_NAME.search(title)) or (taken == " " and bool(_MONEY_NAME.search(routine.name)))
        if about and not _READS.search(title):
            return True
        return any(
            _BALANCE_CALL.fullmatch(call.name) or (_MONEY_NAME.match(call.name) and not _READS.search(call.name))
            for call in made
        )

    def _is_told_apart(self, routine: Routine) -> bool:
        """Whether a key that the caller gives, a check or a state stands anywhere in what is done, or in what is taken."""
        texts = [routine.marks, self.routines.head(routine.owner) if routine.owner is not None else ""]
        for each in self.routines.reached(routine, 3):
            texts += [self._given(each), each.marks]
        texts += self._shapes(routine)
        text = "\n".join(texts)
        return _KEY.search(text) is not None or _STATE.search(text) is not None

    def _given(self, routine: Routine) -> str:
        """The code of a routine without names (and what is read of them) that are bound to what is made up here."""
        code = self.routines.code(routine.node)
        if routine.body is None:
            return code
        made = set()
        for node in descendants(
            routine.body,
            "variable_declarator",
            "assignment",
            "assignment_expression",
            "keyword_argument",
            "method_invocation",
        ):
            value = (
                node.child_by_field_name("value")
                or node.child_by_field_name("right")
                or node.child_by_field_name("arguments")
            )
            name = node.child_by_field_name("name") or node.child_by_field_name("left")
            if value is None or name is None or not _MADE.search(self.flow.read(value)):
                continue
            if node.type == "method_invocation" and not self.flow.read(name).startswith("set"):
                continue
            made.add(self.flow.read(name).rpartition(".")[2])
        for each in made:
            short = re.escape(re.sub(r"^set(?=[A-Z])", "", each))
            code = re.sub(rf"(?i)\b(?:set|get)?{short}\b", " ", code)
        return code

    def _shapes(self, routine: Routine) -> list[str]:
        """The classes of this file that a routine takes, as text."""
        held = routine.node.child_by_field_name("parameters")
        if held is None:
            return []
        names = set(re.findall(r"\b[A-Z]\w+", self.flow.read(held)))
        return [text for name, text in self._classes().items() if name in names]

    def _classes(self) -> dict[str, str]:
        kinds = (
            ("class_definition",) if self.routines.language == "python" else ("class_declaration", "record_declaration")
        )
        return {
            self.routines.title(node): self.routines.code(node)
            for node in descendants(self.flow.tree.root_node, *kinds)
        }


def _is_doing(call: Call) -> bool:
    """Whether a call does something: it is none that reads, builds or answers."""
    if call.node.type == "object_creation_expression" or _ASKS.match(call.name):
        return False
    if _ASIDE.search(call.receiver):
        return call.name in {"save", "create"} and "serializer" in call.receiver
    return _DONE.fullmatch(call.name) is not None
