"""Sensitive operations without an audit record, where their siblings write one."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from copilot.rules.routines import Routine, Routines
from copilot.syntax.tree import descendants

_AUDIT_CALL: Final = re.compile(
    r"(?i)audit|oper(?:ation)?_?log|op_?log|security_?(?:log|event)|sys_?log\b|activity_?log|change_?log|(?-i:Trail(?!ing|er)|_trail\b)|journal\.(?:record|write|append)|compliance_?log|biz_?log|event_?log|history_?log|log_?operation"
    r"|log_?(?:admin|security|sensitive|change)|admin_?log(?!in)|record_?operation|(?-i:\._journal$)|shenji|caozuorizhi|审计"
)
_AUDIT_MARK: Final = re.compile(
    r"@\w*(?:Audit\w*|OperationLog|OperLog|OpLog|SysLog|LogRecord|BizLog|LogOperation|OperateLog|OperatorLog|SystemLog|ActionLog|SecurityLog|TrackChange\w*|ControllerLog|WebLog|LogAnnotation|Log)\b"
    r"|@[\w.]*(?:audit\w*|log_operation|operation_log|track_change\w*|logged_operation)\b"
)
_ACTS: Final = (
    r"update|change|set|modify|adjust|raise|lower|increase|decrease|grant|revoke|assign|unassign|add|remove|reset|delete|enable|disable|activate"
    r"|deactivate|suspend|resume|close|reopen|override|waive|lock|unlock|freeze|unfreeze|edit|reduce|extend|force|clear|replace|promote|demote|switch|put|patch|correct|reactivate|restore|cancel|terminate|block|unblock|bind|unbind|attach|detach|apply|rotate|release"
)
_THINGS: Final = (
    r"limits?|quotas?|ceiling|threshold|roles?|permissions?|privileges?|authorit(?:y|ies)|authoriz?s?ations?|status|state|account|accounts|user|users|admin|administrator|password|passwd|pwd|pin|passcode|credentials?"
    r"|mfa|otp|adjustments?|approvals?|access|rights?|entitlements?|customer_?status|teller|operator|rate|fee|interest|credit_?line|credit|mandate|signator(?:y|ies)|holder|balance|whitelist|blacklist|kyc|risk_?level|grade|beneficiary|card|hold|device|secret|key|scope|group|policy|owner|ownership"
)
_ALONE: Final = (
    r"approve|reject|freeze|unfreeze|thaw|grant|revoke|suspend|unlock|deactivate|activate|reactivate|override|elevate|impersonate|countersign|waive|write_?off"
    r"|manual_?\w+|force_?(?:\w*_?)?(?:approv\w*|post\w*|balance|close|settle\w*|logout)|charge_?off|decline|sign_?off|release_?hold|blacklist|whitelist|disable|enable|block|unblock|demote|promote"
)
_ANY: Final = (
    r"approve|reject|freeze|unfreeze|grant|revoke|override|waive|suspend|deactivate|unlock|impersonate|write_?off"
)
_ADJUSTS: Final = r"(?:post|book|make|apply|enter|create|submit|do)_?(?:manual_?|balance_?|account_?)*adjust\w*"
_WITH: Final = r"adjust|authori[sz]e|close|reopen|lock|reverse|terminate|correct|cancel"
_OBJECTS: Final = (
    r"loan|account|card|user|customer|application|request|transaction|transfer|payment|order|limit|role|permission|member|operator|change|balance|entry|entries|merchant|device|hold"
    r"|funds|access|withdrawal|refund|exception|admin|credit|fee|contract|claim|adjustment|teller|posting|password|privilege|interest|manually"
)
_FOREIGN: Final = (
    r"(?:ent)?sperr(?:e|en|t)|freigeben|genehmige[n]?|ablehnen|storniere[n]?|(?:aendere?|erhoehe|senke|setze|loesche|vergebe?|entziehe)n?(?=[A-Z_])\w*"
    r"|(?:dong_?jie|jie_?dong|shen_?pi|ju_?jue|tiao_?zheng|ti_?gao|jiang_?di|xiu_?gai|zhu_?xiao|shou_?quan|tong_?yi|qiang_?zhi|che_?xiao|gua_?shi|zhong_?zhi|hui_?fu)(?:_\w+|(?-i:[A-Z])\w*)?"
)
"""The same in German and pinyin."""
_SENSITIVE: Final = re.compile(
    rf"(?i)(?:{_ACTS})_?(?:\w*_?)?(?:{_THINGS})(?:_?(?:for|of|by|to|on|from|in|manually|level|value|amount|flag|async|type)_?\w*)?"
    rf"|{_FOREIGN}|(?:{_ALONE})(?:_?(?:{_OBJECTS}|by|for|all|batch)\w*)?|(?:{_ANY})(?-i:_\w+|[A-Z]\w*)|{_ADJUSTS}|(?:{_WITH})_?\w*(?:{_OBJECTS})"
)
_ACT: Final = re.compile(
    r"update|change|modify|adjust|add|create|remove|reset|delete|enable|disable|close|reopen|edit|replace|cancel|terminate|assign"
)
_KEEPER: Final = re.compile(
    r"(?i)(?:user|role|permission|account|limit|customer|operator|teller|card|admin|beneficiary|mandate|whitelist|blacklist|credential|authori[sz]ation|merchant|rate|fee)"
)
"""A class that is named after what is sensitive: there a bare verb is an operation on it."""
_PURE: Final = re.compile(
    r"(?i)(?:get|is|has|can|find|list|query|check|validate|to|build|select|count|load|fetch|search|describe|page|export|view|show|preview|calc\w*|compute)(?-i:(?=[A-Z_]|$))"
)


_MARK: Final = re.compile(r"@([\w.]+)")


class Auditing:
    """The audit records of one document."""

    def __init__(self, routines: Routines) -> None:
        self.routines, self.flow = routines, routines.flow

    @cached_property
    def _is_asked(self) -> bool:
        if not self.routines.says((b"audit", b"log", b"trail", b"journal", b"operation", b"track_change")):
            return False
        text = self.routines.text
        return not self.routines.is_test and (_AUDIT_CALL.search(text) or _AUDIT_MARK.search(text)) is not None

    @cached_property
    def _recorders(self) -> frozenset[str]:
        """Decorators of this file (in Python) that write a record of what they are put on."""
        if self.routines.language != "python":
            return frozenset()
        return frozenset(
            each.outer.outer.name if each.outer.outer is not None else each.outer.name
            for each in self.routines.all.values()
            if each.outer is not None and _AUDIT_CALL.search(self.routines.code(each.node))
        )

    @cached_property
    def _audited(self) -> dict[int, bool]:
        """By routine: whether it writes a record itself or is marked."""
        return {key: self._writes(routine) for key, routine in self.routines.all.items()}

    @cached_property
    def _classes(self) -> set[int]:
        """The classes (0: the file's functions) of which a routine that does something is audited."""
        return {
            _class(self.routines.all[key])
            for key, is_audited in self._audited.items()
            if is_audited and not self._is_record(self.routines.all[key])
        }

    def is_unaudited(self, routine: Routine) -> bool:
        """Whether a sensitive operation writes no audit record, while a sibling of its class does."""
        if routine.body is None or routine.is_private or routine.outer is not None:
            return False
        if not self._is_sensitive(routine) or _PURE.match(routine.name) or not self._does(routine):
            return False
        if not self._is_asked:
            return False
        if _class(routine) not in self._classes or _AUDIT_MARK.search(self.routines.head(routine.owner)):
            return False
        return not any(
            self._audited[each.node.id] for each in self.routines.reached(routine, 3)
        ) and not self._is_covered(routine)

    def _is_sensitive(self, routine: Routine) -> bool:
        bare = _ACT.fullmatch(routine.name) is not None
        if _SENSITIVE.fullmatch(routine.name) is not None:
            return True
        if not bare:
            return False
        about = [self.routines.title(routine.owner), *list(self.flow.parameters(routine.node))[:2]]
        return any(_KEEPER.search(each) for each in about)

    def _is_covered(self, routine: Routine) -> bool:
        """Whether all that call it in this file are audited."""
        callers = self.routines.callers.get(routine.node.id, [])
        return bool(callers) and all(self._audited[caller.node.id] for caller, _ in callers)

    def _does(self, routine: Routine) -> bool:
        """Whether there is more than handing a value over (a setter, an abstract body)."""
        does = any(not self.routines.is_log(call) for call in routine.calls) or (
            routine.body is not None
            and any(
                re.match(r"(?!self\.|this\.)\w+[.\[]", self.flow.read(each))
                for each in descendants(routine.body, "assignment", "assignment_expression")
            )
        )
        return does and not re.search(r"\b(?:abstract|native)\b|abstractmethod", routine.marks)

    def _is_record(self, routine: Routine) -> bool:
        """Whether a routine is the writing of records itself, no operation that is audited."""
        return _AUDIT_CALL.search(routine.name) is not None

    def _writes(self, routine: Routine) -> bool:
        if _AUDIT_MARK.search(routine.marks) or any(name in self._recorders for name in _MARK.findall(routine.marks)):
            return True
        for call in routine.calls:
            if self.routines.is_log(call) and not _AUDIT_CALL.search(call.receiver):
                continue
            if (
                call.receiver != "sys"
                and _AUDIT_CALL.search(f"{call.receiver.partition('(')[0]}.{call.name}")
                and not _PURE.match(call.name)
            ):
                return True
            if re.search(r"(?i)audit\w*(?:event|record|entry|log)", self.flow.read(call.node)) and re.match(
                r"(?i)publish|send|save|insert|add|emit|persist|record|write|log|convertAndSend", call.name
            ):
                return True
        return False


def _class(routine: Routine) -> int:
    return routine.owner.id if routine.owner is not None else 0
