"""Sentences for facts that a name does not tell, in both languages from one table: uses, effects, units, exceptions.

`lang` is "en" or "zh". Code stands between backticks. Absent on purpose: what a name says (`prose_en.py`, `prose_zh.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from copilot.verify.contract import Condition, Contract, Field, Parameter, Raised, names

_USES: Final[dict[str, tuple[str, str]]] = {
    "passed": ("Passed to {}.", "传给 {}。"),
    "method": ("{} is invoked.", "调用 {}。"),
    "mutates": ("Changed in place by {}.", "被 {} 就地修改。"),
    "sets": ("Changed: {} is assigned.", "被修改：为 {} 赋值。"),
    "read": ("Read as {}.", "读取 {}。"),
    "index": ("Looked up in {}.", "在 {} 中查找。"),
    "called": ("Invoked as {}.", "以 {} 的形式被调用。"),
    "compared": ("Tested by {}.", "通过 {} 判断。"),
    "truth": ("Decides a branch.", "决定执行哪个分支。"),
    "computed": ("Goes into {}.", "参与 {} 的计算。"),
    "iterated": ("Iterated over.", "被逐项遍历。"),
    "returned": ("Handed back.", "交还调用方。"),
    "yielded": ("Yielded.", "逐个产生。"),
    "kept": ("Kept as {}.", "保存为 {}。"),
    "parts": ("Taken apart into {}.", "拆分为 {}。"),
    "text": ("Put into a text.", "写入文本。"),
    "entered": ("Entered as a context manager.", "作为上下文管理器进入。"),
    "used": ("Part of {}.", "是 {} 的一部分。"),
    "feeds": ("Goes into the call of {}.", "经计算后传给 {}。"),
    "rest": ("Enters a longer expression.", "参与较长的表达式。"),
    "replaced": ("Updated at first: {}.", "先被更新：{}。"),
    "rebound": ("Overwritten before it is read.", "读取之前即被覆盖。"),
    "sometimes": ("Overwritten on some of the paths.", "在部分执行路径上被覆盖。"),
    "unused": ("Ignored by this implementation.", "此实现不使用它。"),
}
_EFFECTS: Final[dict[str, tuple[str, str]]] = {
    "sql write": ("Changes the table {} by SQL.", "通过 SQL 修改数据表 {}。"),
    "sql read": ("Reads the table {} by SQL.", "通过 SQL 读取数据表 {}。"),
    "http": ("Sends requests over HTTP with {}.", "通过 {} 发送网络请求。"),
    "log": ("Writes to the log with {}.", "通过 {} 写日志。"),
    "file write": ("Changes files with {}.", "通过 {} 修改文件。"),
    "file read": ("Reads files with {}.", "通过 {} 读取文件。"),
    "transaction": ("Ends a transaction with {}.", "通过 {} 结束事务。"),
    "process": ("Starts processes with {}.", "通过 {} 启动进程。"),
    "print": ("Prints with {}.", "通过 {} 打印输出。"),
    "environment": ("Depends on the environment, read by {}.", "依赖由 {} 读取的环境变量。"),
    "environment write": ("Changes the environment ({}).", "修改环境变量（{}）。"),
    "clock": ("Depends on the time of the call ({}).", "依赖调用时刻（{}）。"),
    "chance": ("Depends on chance ({}).", "依赖随机数（{}）。"),
    "sleep": ("Waits in {}.", "在 {} 中等待。"),
}
_UNITS: Final[dict[str, tuple[str, str]]] = {
    "ms": ("In milliseconds.", "单位为毫秒。"),
    "millis": ("In milliseconds.", "单位为毫秒。"),
    "us": ("In microseconds.", "单位为微秒。"),
    "ns": ("In nanoseconds.", "单位为纳秒。"),
    "nanos": ("In nanoseconds.", "单位为纳秒。"),
    "sec": ("In seconds.", "单位为秒。"),
    "secs": ("In seconds.", "单位为秒。"),
    "pct": ("In percent.", "单位为百分比。"),
    "percent": ("As a percentage, in hundredths.", "百分比，以百分之一计。"),
    "bps": ("In basis points.", "单位为基点。"),
    "cents": ("In hundredths of the currency unit.", "以货币单位的百分之一计。"),
    "fen": ("In hundredths of a yuan.", "单位为分。"),
    "kb": ("In kilobytes.", "单位为千字节。"),
    "mb": ("In megabytes.", "单位为兆字节。"),
    "deg": ("In degrees.", "单位为度。"),
    "rad": ("In radians.", "单位为弧度。"),
}
_AMBIGUOUS: Final = frozenset({"us", "ns", "deg", "rad", "sec"})
"""Units only of numbers: `join_us`, `xml_ns`, `node_deg` are something else as often."""
_NUMERIC: Final = frozenset(
    {"int", "float", "Decimal", "long", "double", "short", "Integer", "Long", "Double", "Float", "BigDecimal", "number"}
)
_OPEN: Final = frozenset({"Optional", "Union", "None", "typing"})
_FORMS: Final[dict[str, tuple[str, str]]] = {
    "list": ("A list.", "列表。"),
    "dict": ("A dictionary.", "字典。"),
    "set": ("A set.", "集合。"),
    "tuple": ("A tuple.", "元组。"),
    "str": ("A longer text.", "较长的文本。"),
    "bool": ("A truth value.", "布尔值。"),
    "function": ("A function.", "函数。"),
    "generator": ("A generator.", "生成器。"),
    "other": ("Computed when the class is made.", "在创建类时计算得出。"),
}
_LISTED: Final = 3
_PLAIN: Final = frozenset(
    {"len", "str", "int", "float", "bool", "list", "dict", "set", "tuple", "isinstance", "getattr", "hasattr", "range",
     "enumerate", "zip", "super", "sorted", "repr", "print", "iter", "next", "any", "all", "min", "max", "type"}
)  # fmt: skip


def code(text: str) -> str:
    """`text` marked as code."""
    return f"`{text}`"


def series(items: Sequence[str], lang: str) -> str:
    """The first few as a list: `a, b and c`, `a、b 和 c`."""
    cut = items[:_LISTED]
    if len(items) > _LISTED:
        return "、".join(cut) + " 等" if lang == "zh" else ", ".join(cut) + " and others"
    comma, last = ("、", " 和 ") if lang == "zh" else (", ", " and ")
    return cut[0] if len(cut) == 1 else comma.join(cut[:-1]) + last + cut[-1]


def _say(table: dict[str, tuple[str, str]], key: str, lang: str, text: str = "") -> str:
    return table[key][lang == "zh"].replace("{}", text)


def unit(one: Parameter, lang: str) -> str:
    """The unit that the last part of a name stands for (`timeout_ms`); empty for none."""
    name = one.name
    parts = name.lower().split("_")
    if len(parts) > 1 and parts[-1] in _UNITS:
        return _say(_UNITS, parts[-1], lang) if parts[-1] not in _AMBIGUOUS or _is_number(one) else ""
    camel = next((key for key in ("Millis", "Nanos", "Cents", "Ms", "Pct", "Bps", "Secs") if name.endswith(key)), "")
    return _say(_UNITS, camel.lower(), lang) if camel and name != camel else ""


def _is_number(one: Parameter) -> bool:
    """True when the annotation or the default says that it is a number."""
    kinds = names(one.annotation or "") - _OPEN
    return (bool(kinds) and kinds <= _NUMERIC) or re.fullmatch(r"-?[\d_]+(?:\.\d*)?", one.default or "") is not None


def used(one: Parameter, contract: Contract, lang: str, most: int = 2) -> list[str]:
    """What is done with a parameter, first uses first; that nothing is, or that this is left to others."""
    if not one.uses:
        if contract.symbol is not None and contract.symbol.kind == "record":
            read = code(f"{one.name}()") if contract.language == "java" else code(one.name)
            return [f"由 {read} 读取。" if lang == "zh" else f"Read back with {read}."]
        if "stub" in contract.flags or "abstract" in contract.flags:
            return ["含义由具体实现决定。" if lang == "zh" else "Interpreted by each implementation."]
        return []
    kinds: dict[str, list[str]] = {}
    for kind, shown in one.uses:
        if kind not in kinds and len(kinds) >= most:
            continue
        kinds.setdefault(kind, [])
        if shown and code(shown) not in kinds[kind]:
            kinds[kind].append(code(shown))
    for kind in ("mutates", "sets"):  # a caller must know
        if changed := [code(text) for other, text in one.uses if other == kind and text]:
            kinds.setdefault(kind, list(dict.fromkeys(changed)))
    told = []
    for kind, listed in kinds.items():
        if "{}" in _USES[kind][0] and not listed:
            continue
        plural = kind == "method" and len(listed) > 1 and lang == "en"
        text = _say(_USES, kind, lang, series(listed, lang) if listed else "")
        told.append(text.replace(" is invoked.", " are invoked.") if plural else text)
    return told or [_say(_USES, "rest", lang)]


def effects(contract: Contract, lang: str) -> list[str]:
    """A sentence for each kind of effect."""
    kinds: dict[str, list[str]] = {}
    for kind, shown in contract.effects:
        kinds.setdefault(kind, []).append(code(shown))
    return [_say(_EFFECTS, kind, lang, series(shown, lang)) for kind, shown in kinds.items()]


def conduct(contract: Contract, lang: str) -> list[str]:
    """Effects, early ways out, what must be awaited, and that nothing is changed where that is sure."""
    told = effects(contract, lang)
    if contract.early and not any(value.condition for value in contract.returned):
        listed = series([code(text) for text in contract.early], lang).replace(" and ", " or ").replace(" 和 ", " 或 ")
        told.append(f"若 {listed} 则提前返回。" if lang == "zh" else f"Left early if {listed}.")
    passed: dict[str, list[str]] = {}
    for callee, kind in contract.passes:
        if kind not in {one.type for one in contract.raised}:
            passed.setdefault(callee, []).append(code(kind))
    for callee, kinds in passed.items():
        kind = series(kinds, lang)
        told.append(
            f"可能传出 {code(callee)} 抛出的 {kind}。" if lang == "zh" else f"May pass on {kind} from {code(callee)}."
        )
    if contract.deprecated is not None:
        said = code(contract.deprecated) if contract.deprecated else ""
        if lang == "zh":
            told.append(f"已标记为弃用（{said}）。" if said else "已标记为弃用。")
        else:
            told.append(f"Marked as deprecated ({said})." if said else "Marked as deprecated.")
    if contract.base:
        told.append(
            f"覆盖 {code(contract.base)} 的同名方法。"
            if lang == "zh"
            else f"Overrides the one of {code(contract.base)}."
        )
    if "async" in contract.flags and "generator" not in contract.flags and contract.language == "python":
        told.append("须以 `await` 调用。" if lang == "zh" else "To be awaited.")
    if contract.pure and contract.gives and contract.parameters and not contract.raised:
        told.append("不修改任何外部状态。" if lang == "zh" else "Changes nothing outside.")
    return told


def clauses(contract: Contract, lang: str) -> list[str]:
    """How a sentence that only repeats the name may go on, best first: what it changes, raises, calls, or is given."""
    found: list[str] = []

    def add(names: Sequence[str], english: str, chinese_: str) -> None:
        if names:
            listed = series([code(name) for name in names], lang)
            found.append(chinese_.replace("{}", listed) if lang == "zh" else english.replace("{}", listed))

    add(contract.changes, ", changing {}", "，并修改 {}")
    add([one.type for one in contract.raised if one.always], "; always raises {}", "；总是抛出 {}")
    if "abstract" in contract.flags and not contract.inner:
        found.append("，由具体实现完成" if lang == "zh" else ", as each implementation defines it")
    elif "stub" in contract.flags:
        found.append("，此处不做任何事" if lang == "zh" else "; does nothing here")
    add(contract.calls, ", calling {}", "，调用 {}")
    thrown = {one.type for one in contract.raised}
    add([name for name in contract.inner if name not in _PLAIN | thrown], ", calling {}", "，调用 {}")
    add([one.name for one in contract.parameters], ", given {}", "，根据 {}")
    add(contract.reads, ", from {}", "，使用 {}")
    add(contract.inner, ", calling {}", "，调用 {}")
    return found


def stored(contract: Contract, lang: str) -> str:
    """That a result is an attribute as it stands; empty where it is computed."""
    if len(contract.returned) != 1 or contract.returned[0].code not in contract.reads or contract.returned[0].condition:
        return ""
    shown = code(contract.returned[0].code)
    return f"，即 {shown} 中保存的值" if lang == "zh" else f", as stored in {shown}"


def raised(one: Raised, lang: str) -> str:
    """When an exception leaves, where its conditions cannot all be told."""
    zh = lang == "zh"
    if one.again:
        return "捕获后再次抛出。" if zh else "Caught and passed on."
    if one.some:
        listed = [_conditions(conditions, lang) for conditions, _ in one.some]
        text = ("；或 " if zh else ", or if ").join(listed)
        return f"情形之一：{text}。" if zh else f"Among other cases, if {text}."
    if one.about:
        listed_names = series([code(name) for name in one.about], lang)
        return f"取决于 {listed_names}。" if zh else f"Depends on {listed_names}."
    if one.declared and not one.thrown:
        return "由被调用的方法抛出。" if zh else "Declared; comes from what is called."
    if one.last:
        return "此前没有返回时抛出。" if zh else "Reached unless something before returns."
    return "在部分执行路径上抛出。" if zh else "On some of the paths."


def _conditions(conditions: Sequence[Condition], lang: str) -> str:
    texts = []
    for one in conditions:
        shown = code(one.code)
        if one.kind == "caught":
            texts.append(f"捕获到 {shown}" if lang == "zh" else f"{shown} is caught")
        else:
            texts.append((f"{shown} 不成立" if lang == "zh" else f"not {shown}") if one.negated else shown)
    return (" 且 " if lang == "zh" else " and ").join(texts)


def field(one: Field, contract: Contract, lang: str) -> str:
    """What a field without a short value holds."""
    if one.form and one.default is None:
        if one.form in _FORMS:
            return _say(_FORMS, one.form, lang)
        return f"由 {code(one.form)} 生成。" if lang == "zh" else f"Made by {code(one.form)}."
    if one.default is not None:
        shown = code(one.default)
        if one.default.replace(".", "").isidentifier():
            return f"与 {shown} 相同。" if lang == "zh" else f"The same as {shown}."
        return ""
    if "dataclass" in contract.flags:
        return "必须给出。" if lang == "zh" else "Required."
    return "仅声明，未赋值。" if lang == "zh" else "Declared without a default."


def yields_nothing(contract: Contract) -> bool:
    """True when no `yield` of the body gives a value."""
    return all(value.code == "None" for value in contract.yielded)


def outcome(contract: Contract, lang: str) -> str:
    """Where a result comes from when its expression cannot be shown: the names it is computed from, or the last call."""
    names = list(
        dict.fromkeys(
            name for value in contract.returned if value.kind not in {"dict", "object"} for name in value.uses
        )
    )
    zh = lang == "zh"
    if names:
        listed = series([code(name) for name in names], lang)
        return f"由 {listed} 计算得出。" if zh else f"Computed from {listed}."
    if "abstract" in contract.flags or "stub" in contract.flags:
        return "由具体实现决定。" if zh else "Determined by each implementation."
    if contract.inner:
        listed = series([code(name) for name in contract.inner], lang)
        return f"由函数体得出，其中调用 {listed}。" if zh else f"Worked out by the body, which calls {listed}."
    return "由函数体得出。" if zh else "Worked out by the body."
