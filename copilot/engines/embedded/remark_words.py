"""Comments inside functions in words, English and Chinese: one short sentence a fact of `copilot/verify/remarks.py`."""

from __future__ import annotations

from typing import Final

from copilot.engines.embedded.grammar_en import code, series
from copilot.verify.remarks import UNITS, Remark

_UNITS: Final = {
    "s": "秒", "ms": "毫秒", "us": "微秒", "ns": "纳秒", "min": "分钟", "h": "小时", "d": "天", "kb": "千字节",
    "mb": "兆字节", "b": "字节", "pct": "百分数", "share": "小数", "bp": "基点", "cent": "分", "unit": "元",
}  # fmt: skip
_PARTS: Final = {
    "digit": ("digit", "位数字"), "upper": ("capital letter", "个大写字母"), "lower": ("small letter", "个小写字母"),
    "letter": ("letter", "个字母"), "upper-digit": ("capital letter or digit", "个大写字母或数字"),
    "lower-digit": ("small letter or digit", "个小写字母或数字"), "alnum": ("letter or digit", "个字母或数字"),
    "hex": ("hexadecimal digit", "位十六进制数字"), "word": ("word character", "个单词字符"), "space": ("blank", "个空白"),
    "not-space": ("character that is no blank", "个非空白字符"), "not-digit": ("character that is no digit", "个非数字字符"),
    "not-word": ("character outside words", "个非单词字符"), "any": ("character", "个任意字符"),
}  # fmt: skip


def english(one: Remark) -> str:
    """The sentence in English."""
    values = one.values
    match one.kind:
        case "retry":
            return f"Tries again on {series([code(v) for v in values[1:]])}, {code(values[0])} times at most in all."
        case "guard":
            said = [f"{code(v[:-2])} is not set" if v.endswith(" =") else f"{code(v)} is not called" for v in values]
            return f"Then {series(said)}."
        case "number":
            return f"The same number as {code(values[1])}."
        case "unit":
            return f"From {UNITS[values[0]]} to {UNITS[values[1]]}."
        case _:
            return f"Pattern: {', '.join(map(_part_en, values))}."


def chinese(one: Remark) -> str:
    """The sentence in Chinese."""
    values = one.values
    match one.kind:
        case "retry":
            return f"遇到 {'、'.join(code(v) for v in values[1:])} 时重试，总共最多 {code(values[0])} 次。"
        case "guard":
            said = [f"不设置 {code(v[:-2])}" if v.endswith(" =") else f"不调用 {code(v)}" for v in values]
            return f"此时{'，也'.join(said)}。"
        case "number":
            return f"与 {code(values[1])} 的值相同。"
        case "unit":
            return f"由{_UNITS[values[0]]}换算为{_UNITS[values[1]]}。"
        case _:
            return f"模式：{'，'.join(map(_part_zh, values))}。"


def _split(part: str) -> tuple[str, str, str]:
    kind, least, most = part.rsplit(":", 2)
    return kind, least, most


def _part_en(part: str) -> str:
    if part.startswith("text:"):
        return code(part[5:])
    kind, least, most = _split(part)
    noun = code(kind[4:]) if kind.startswith("one ") else _PARTS[kind][0]
    if (least, most) == ("1", "1"):
        return f"a {noun}" if not kind.startswith("one ") else noun
    many = (
        noun
        if kind.startswith("one ")
        else ("characters" + noun[9:] if noun.startswith("character") else _plural(noun))
    )
    if (least, most) == ("0", "1"):
        return f"perhaps {noun}" if kind.startswith("one ") else f"perhaps a {noun}"
    times = {("0", "*"): "any number of", ("1", "*"): "one or more"}.get((least, most))
    if times is None:
        times = least if least == most else f"at least {least}" if most == "*" else f"{least} to {most}"
    return (
        f"{times} {many}"
        if not kind.startswith("one ")
        else f"{times} times {noun}".replace("any number of times", "any number of")
    )


def _plural(noun: str) -> str:
    return f"{noun.replace(' letter or', ' letters or').replace('letter or', 'letters or').replace('letterss', 'letters')}s"


def _part_zh(part: str) -> str:
    if part.startswith("text:"):
        return code(part[5:])
    kind, least, most = _split(part)
    noun = f"个 {code(kind[4:])}" if kind.startswith("one ") else _PARTS[kind][1]
    if (least, most) == ("0", "1"):
        return f"至多 1 {noun}"
    if most == "*":
        return f"任意多{noun}" if least == "0" else f"至少 {least} {noun}"
    return f"{least} {noun}" if least == most else f"{least} 至 {most} {noun}"
