"""Chinese sentences from a contract: a small template grammar over facts, words from `glossary.toml`.

Code stands between backticks. A name is put into Chinese only when every word of it is known; otherwise the sentence
is built from facts alone, so that no half-translated phrase appears.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from copilot.engines.embedded import docfacts
from copilot.engines.embedded.docwords import (
    chinese,
    chinese_verb,
    glossary,
    is_ambiguous,
    is_verb,
    reads_as_noun,
    shouting,
    words,
)
from copilot.verify.contract import SCRIPTS, Condition, Contract, Field, Parameter, Raised, TypeParameter, Value
from copilot.verify.restating import says_nothing

_SHAPES: Final = {
    "array": "一个数组", "object": "一个对象",
    "list": "一个列表", "dict": "一个字典", "set": "一个集合", "tuple": "一个元组", "str": "一个字符串",
    "bool": "一个布尔值", "function": "一个函数", "generator": "一个生成器",
}  # fmt: skip
_PREDICATES: Final = {
    "is": "是否{}", "are": "是否{}", "was": "是否曾{}", "has": "是否有{}", "have": "是否有{}", "can": "能否{}", "should": "是否应{}",
    "must": "是否必须{}", "needs": "是否需要{}", "requires": "是否需要{}", "contains": "是否包含{}", "supports": "是否支持{}",
    "allows": "是否允许{}",
}  # fmt: skip
_LISTED: Final = 5
QUOTED: Final = re.compile(r"`([^`]*)`")


def code(text: str) -> str:
    """`text` marked as code."""
    return f"`{text}`"


def series(items: Sequence[str], last: str = "和") -> str:
    """`a、b 和 c`."""
    return items[0] if len(items) == 1 else f"{'、'.join(items[:-1])} {last} {items[-1]}"


def summary(contract: Contract, module: str = "") -> str:
    """The first sentence; empty when nothing true can be said. `module` is the file's stem."""
    if contract.symbol is None:
        return _module(contract, module)
    if not contract.callable:
        told = _type(contract)
        return f"{told[:-1]}，仅此一个公开成员。" if told and says_nothing(told, *_named(contract)) else told
    for told in (_protocol(contract) or _by_name(contract), _by_facts(contract)):
        if told and (more := told if not says_nothing(told, *_named(contract)) else _further(told, contract)):
            return more
    return ""


def _named(contract: Contract) -> tuple[list[str], list[str]]:
    """The names and types that a sentence about the definition may not merely repeat, and their Chinese."""
    owner = contract.owner.name if contract.owner is not None else ""
    parts = [*words(contract.name), *words(owner)]
    known = [chinese(words(contract.name)), chinese(words(owner)), *(chinese([word]) for word in parts)]
    kinds = [contract.result or "", contract.element or ""]
    return [contract.name, owner, *kinds, *parts], [*known, *(chinese_verb(word) for word in parts)]


def _further(told: str, contract: Contract) -> str:
    """A sentence that repeats the name, with what makes it say more; empty when there is nothing."""
    values = _values(contract.returned) if contract.gives or "property" in contract.flags else ""
    if "`" in values and len(values) <= 100 and not says_nothing(values, *_named(contract)):
        return f"{told[:-1]}：{values}"
    for more in (docfacts.stored(contract, "zh"), *docfacts.clauses(contract, "zh")):
        if (
            more
            and not set(QUOTED.findall(more)) & set(QUOTED.findall(told))
            and not says_nothing(more, *_named(contract))
        ):
            return f"{told[:-1]}{more}。"
    return ""


def details(contract: Contract) -> list[str]:
    """Further sentences: what it changes and does beside its result."""
    if not contract.callable or contract.symbol is None:
        return []
    told = summary(contract)
    listed = [code(name) for name in contract.changes if code(name) not in told]
    if contract.symbol.kind == "constructor":
        listed = []
    changes = [f"会修改 {series(listed)}。"] if listed and len(listed) <= _LISTED else []
    more = [*changes, *docfacts.conduct(contract, "zh")]
    return ["".join(more)] if more else []


def parameter(one: Parameter, contract: Contract) -> str:
    """The name in Chinese when all of it is known, then what surely holds for the parameter."""
    parts = []
    if named := chinese(words(one.name)):
        parts.append(f"{named}。")
    if one.stored:
        parts.append(f"保存到 {code(one.stored)}。")
    elif one.passed and one.name.startswith("*"):
        parts.append(f"{'关键字' if one.name.startswith('**') else '位置'}参数，原样传给 {code(one.passed)}。")
    elif one.passed:
        parts.append(f"传给 {code(one.passed)}。")
    elif one.guards:
        kind, test = one.guards[0]
        parts.append(f"若 {code(test)} 则抛出 {code(kind)}。")
    uses = docfacts.used(one, contract, "zh", 1 if parts[bool(named) :] else 2)
    if not parts[bool(named) :] or any(kind in {"mutates", "sets"} for kind, _ in one.uses):
        parts += [text for text in uses if text not in parts]
    if told := docfacts.unit(one, "zh"):
        parts.append(told)
    if one.default:
        parts.append(f"默认值为 {code(one.default)}。")
    return "".join(parts)


def type_parameter(one: TypeParameter, contract: Contract) -> str:
    """What a type parameter stands for."""
    parts = [f"以 {code(one.bound)} 为上界。"] if one.bound else []
    if one.used_by and one.used_type:
        same = one.used_type == one.name
        parts.append(f"由 {code(one.used_by)} 推断。" if same else f"用于 {code(f'{one.used_type} {one.used_by}')}。")
    elif one.used_type:
        parts.append("结果的类型。" if one.used_type == one.name else f"用于结果类型 {code(one.used_type)}。")
    return "".join(parts) or f"{code(contract.name)} 的类型参数。"


def returns(contract: Contract) -> str:
    """What is returned."""
    if contract.name and (told := _predicate(contract, words(contract.name))):
        yes, no = ("true", "false") if contract.language != "python" else ("True", "False")
        if _is_truth(contract):
            return f"{told.replace('是否', '').replace('能否', '能')}时为 {code(yes)}，否则为 {code(no)}。"
    told = _values(contract.returned)
    if not told and len(contract.returned) > 1:
        told = _typed(contract)
    return docfacts.outcome(contract, "zh") if not told or says_nothing(told, *_named(contract)) else told


def yields(contract: Contract) -> str:
    """What is yielded."""
    if "contextmanager" in contract.flags and docfacts.yields_nothing(contract):
        return "将控制权交给 `with` 语句块。"
    if contract.yielded and docfacts.yields_nothing(contract):
        return "只交出控制权，不带值。"
    told = _values(contract.yielded)
    known = [contract.name, contract.element or ""]
    return told if told and not says_nothing(told, known) else docfacts.outcome(contract, "zh")


def raises(one: Raised, _contract: Contract) -> str:
    """When an exception leaves the function."""
    if one.always and not any(conditions for conditions, _ in one.reasons):
        texts = [f"总是抛出{_quoted(message)}" for _, message in one.reasons] or ["总是抛出"]
        return f"{texts[0]}。"
    texts = []
    for conditions, message in one.reasons:
        told = " 且 ".join(_condition(c) for c in conditions)
        texts.append(f"若 {told}{_quoted(message)}" if told else f"消息为 {_literal(message)}")
    if texts:
        return f"{'；或'.join(texts)}。".replace("若 捕", "若捕")
    return docfacts.raised(one, "zh")


def field_text(one: Field, contract: Contract) -> str:
    """What is known of a field."""
    named = chinese(shouting(one.name) if one.name.isupper() else words(one.name))
    parts = [f"{named}。"] if named else []
    told = docfacts.field(one, contract, "zh")
    if one.default and (not told or not says_nothing(code(one.default), [one.name])):
        is_value = "enum" in contract.flags or one.annotation is None
        parts.append(f"{'取值' if is_value else '默认值'}为 {code(one.default)}。")
    else:
        parts.append(told)
    return "".join(parts)


def _condition(one: Condition) -> str:
    if one.kind == "caught":
        return f"捕获到 {code(one.code)}"
    return f"{code(one.code)} 不成立" if one.negated else code(one.code)


def _quoted(message: str) -> str:
    return f"，消息为 {_literal(message)}" if message else ""


def _literal(message: str) -> str:
    mark = "'" if '"' in message else '"'
    return code(f"{mark}{message}{mark}")


def _values(values: Sequence[Value]) -> str:
    texts = list(dict.fromkeys(_value(value) for value in values))
    if not texts or not all(texts) or len(texts) > _LISTED:
        return ""
    if any(value.condition for value in values):
        guarded = [f"若 {code(v.condition)} 则为 {_value(v)}" for v in values if v.condition]
        return f"{'；'.join(guarded)}；否则为 {_value(values[-1])}。"
    if len(texts) > 1 and any(value.kind == "other" for value in values):
        return f"{'；或'.join(texts)}。"  # the values have lists of their own
    return f"{series(texts, '或')}。"


def _value(value: Value) -> str:
    if value.kind == "code":
        return code(value.code)
    if value.kind == "items":
        return f"{code(value.code)} 的各项，逐一给出" if value.code else ""
    if value.kind == "sent":
        return "发送给生成器的值"
    if value.kind == "picked":
        return f"{code(value.code)} 中通过判断的各项"
    if value.kind == "call":
        return f"{code(value.code)} 的结果" if value.code else ""
    if value.kind == "new":
        return f"新建的 {code(value.code)}" if value.code else ""
    if value.kind in {"dict", "object"} and value.uses:
        return f"含键 {_some([code(name) for name in value.uses])} 的{_SHAPES[value.kind].removeprefix('一个')}"
    if value.kind in _SHAPES:
        made = f"由 {_some([code(name) for name in value.uses])} 得到的" if value.uses else ""
        return made + _SHAPES[value.kind].removeprefix("一个" if made else "")
    return f"由 {_some([code(name) for name in value.uses])} 计算所得的值" if value.uses else ""


def _typed(contract: Contract) -> str:
    known = list(dict.fromkeys(text for value in contract.returned if (text := _value(value))))
    return f"视执行路径而定：{'；'.join(known[:_LISTED])}；等等。" if known else ""


def _protocol(contract: Contract) -> str:
    owner = contract.owner.name if contract.owner is not None else ""
    if contract.symbol is not None and contract.symbol.kind == "constructor" and owner:
        known = chinese(words(owner)) or code(owner)
        verb = "创建" if contract.language != "python" else "初始化"
        return f"{verb}{known}对象。" if not known.startswith("`") else f"{verb} {known} 对象。"
    listed = [code(p.name) for p in contract.parameters]
    template = glossary()["special"]["zh"].get(contract.name, "") if owner else ""
    if template and template.count("{") <= len(listed):
        return template.format(*listed)
    return f"创建 {code(owner)} 对象。" if contract.name == "__new__" and owner else ""


def _is_truth(contract: Contract) -> bool:
    if contract.result is not None:
        return contract.result in {"bool", "boolean", "Boolean"}
    known = {"True", "False", "None"}
    return contract.gives and all(v.kind == "bool" or v.code in known for v in contract.returned)


def _predicate(contract: Contract, found: list[str]) -> str:
    """`is_valid(iban)` → 「`iban` 是否有效」."""
    if len(found) < 2 or found[0] not in _PREDICATES or not _is_truth(contract):
        return ""
    rest = found[1:]
    if found[0] in {"can", "should", "must"}:
        told = (
            chinese_verb(rest[0]) + chinese(rest[1:])
            if chinese_verb(rest[0]) and (len(rest) == 1 or chinese(rest[1:]))
            else ""
        )
    else:
        told = glossary()["states"].get(" ".join(rest), "") if found[0] in {"is", "are", "was"} else chinese(rest)
    if not told:
        return ""
    if len(contract.parameters) == 1 and not contract.parameters[0].name.startswith("*"):
        subject = f"{code(contract.parameters[0].name)} "
    else:
        subject = chinese(words(contract.owner.name)) if contract.owner is not None else ""
    return subject + _PREDICATES[found[0]].format(told)


def _by_name(contract: Contract) -> str:
    found = words(contract.name)
    if not found or (contract.name.startswith("__") and contract.name.endswith("__")):
        return ""
    if told := _predicate(contract, found):
        return f"{_behind('返回', told)}。"
    gives = contract.gives or "generator" in contract.flags
    result = contract.result or ""
    if "property" in contract.flags:
        return f"{chinese(found)}。" if chinese(found) else ""
    if is_verb(found[0]) and not (reads_as_noun(found) and gives and result not in {"bool", "boolean"}):
        return _order(contract, found[0], found[1:])
    if gives and chinese(found):
        return f"{'逐个产生' if 'generator' in contract.flags else '返回'}{chinese(found)}。"
    return ""


def _order(contract: Contract, verb: str, rest: list[str]) -> str:
    gives = contract.gives or "generator" in contract.flags
    told = "返回" if verb == "get" and gives else chinese_verb(verb)
    if rest:
        return f"{told}{chinese(rest)}。" if told and chinese(rest) else ""
    if gives and is_ambiguous(verb):
        return ""
    if contract.changes and len(contract.changes) <= 3:
        return f"{told}，并修改 {series([code(name) for name in contract.changes])}。"
    owner = chinese(words(contract.owner.name)) if contract.owner is not None else ""
    if contract.parameters and len(contract.parameters) <= 4:
        listed = series([code(p.name) for p in contract.parameters])
        return f"{told} {listed}。" if len(contract.parameters) == 1 and not owner else f"根据 {listed} {told}。"
    return f"{told}该{owner}。" if owner and "staticmethod" not in contract.flags else ""


def _by_facts(contract: Contract) -> str:
    told = _values(contract.returned) if contract.gives or "property" in contract.flags else ""
    if told and "`" in told:
        return (
            f"{told[:-1].replace('则为', '则返回').replace('否则为', '否则返回')}。"
            if told.startswith("若")
            else _behind("返回", told)
        )
    if any(one.always for one in contract.raised):
        return f"抛出 {code(next(one.type for one in contract.raised if one.always))}。"
    if contract.changes and len(contract.changes) <= _LISTED:
        return f"修改 {series([code(name) for name in contract.changes])}。"
    if contract.calls and len(contract.calls) <= _LISTED:
        return f"{'依次' if len(contract.calls) > 1 else ''}调用 {series([code(name) for name in contract.calls])}。"
    if "generator" in contract.flags and contract.yielded and docfacts.yields_nothing(contract):
        return "只交出控制权，不带值。"
    if "generator" in contract.flags and (told := _values(contract.yielded)) and "`" in told:
        return _behind("逐个产生", told)
    more = next(iter(docfacts.clauses(contract, "zh")), "").lstrip("，；并")
    if more.startswith(("调用", "修改", "此处")):
        return f"{more}。"
    known = docfacts.outcome(contract, "zh") if contract.gives else ""
    if known.startswith("由 `"):
        return f"返回值{known}"
    if more.startswith("由具体"):
        return f"{more}。"
    return f"{'使用' if contract.reads else '处理'} {listed}。" if (listed := _listed(contract)) else ""


def _behind(verb: str, told: str) -> str:
    """A blank stands between Chinese and code, not between Chinese and Chinese."""
    return f"{verb} {told}" if told.startswith("`") else verb + told


def _listed(contract: Contract) -> str:
    names = contract.reads or tuple(one.name for one in contract.parameters)
    return docfacts.series([code(name) for name in names], "zh") if names else ""


def _type(contract: Contract) -> str:
    assert contract.symbol is not None
    found = words(contract.name)
    if "exception" in contract.flags:
        subject = chinese([word for word in found if word not in {"error", "exception"}])
        told = _kind_of(contract, "")[:-1].removeprefix("类，")
        return f"表示{subject}的异常，{told}。" if subject and told else _kind_of(contract, "异常")
    known = chinese(found)
    if "enum" in contract.flags or contract.symbol.kind == "enum":
        members = [code(one.name) for one in contract.fields]
        return (
            f"{known or '枚举'}，取值为 {_some(members)}。"
            if members
            else ""
            if contract.language in SCRIPTS
            else f"{known or '枚举'}，没有公开成员。"
        )
    held = [code(p.name) for p in contract.parameters] or [code(one.name) for one in contract.fields]
    offered = [code(text) for text in contract.offers]
    if held and ("dataclass" in contract.flags or contract.symbol.kind == "record"):
        return f"{known or '数据类'}，包含字段 {_some(held)}。"
    if contract.symbol.kind == "interface" or "abstract" in contract.flags:
        return f"{known}接口，提供 {_some(offered)}。" if offered else _kind_of(contract, known)
    if offered:
        return f"{known or '类'}，提供 {_some(offered)}。"
    return f"{known or '类'}，包含 {_some(held)}。" if held else _kind_of(contract, known)


def _kind_of(contract: Contract, known: str) -> str:
    bases = (
        [text for text in contract.symbol.bases if text.isidentifier() and text != "object"] if contract.symbol else []
    )
    if bases and len(bases) <= 2:
        return f"{known or '类'}，继承自 {series([code(text) for text in bases])}。"
    return "" if contract.language in SCRIPTS else f"{known or '类'}，没有公开成员。"


def _some(items: list[str]) -> str:
    return series(items) if len(items) <= _LISTED else f"{'、'.join(items[:_LISTED])} 等"


def _module(contract: Contract, module: str) -> str:
    offered = [code(text) for text in contract.offers]
    title = chinese(shouting(module.strip("_")))
    if not offered:
        return ""
    return f"{title}：{_some(offered)}。" if title else f"定义 {_some(offered)}。"
