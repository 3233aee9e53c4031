"""English sentences from a contract. Code stands between backticks; `docstyles.py` gives it the style's own quotes.

A sentence is built from facts or from the words of a name whose grammar is clear; otherwise there is none. A name is
never explained by itself ("amount: the amount").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from copilot.engines.embedded import docfacts
from copilot.engines.embedded.docwords import (
    glossary,
    is_ambiguous,
    is_noun,
    is_verb,
    is_word,
    reads_as_noun,
    shouting,
    words,
)
from copilot.engines.embedded.grammar_en import (
    AGENTS,
    LISTED,
    PREDICATES,
    PREPOSITIONS,
    code,
    is_truth,
    noun,
    owner_words,
    phrase,
    sentence,
    series,
    some,
    subject,
)
from copilot.verify.contract import SCRIPTS, Contract, Field, Parameter, Raised, TypeParameter, Value
from copilot.verify.restating import says_nothing

QUOTED: Final = re.compile(r"`([^`]*)`")
_SHAPES: Final = {
    "array": "an array", "object": "an object",
    "list": "a list", "dict": "a dictionary", "set": "a set", "tuple": "a tuple", "str": "a string",
    "bool": "a truth value", "function": "a function", "generator": "a generator",
}  # fmt: skip


def summary(contract: Contract, module: str = "") -> str:
    """The first sentence; empty when nothing true can be said. `module` is the file's stem."""
    if contract.symbol is None:
        return _module(contract, module)
    if not contract.callable:
        told = _type(contract)
        return f"{told[:-1]}, the only public member." if told and says_nothing(told, [contract.name]) else told
    for told in (_protocol(contract) or _by_name(contract), _by_facts(contract)):
        if told and (more := told if not says_nothing(told, _named(contract)) else _further(told, contract)):
            return more
    return ""


def _named(contract: Contract) -> list[str]:
    """The names and types that a sentence about the definition may not merely repeat."""
    owner = contract.owner.name if contract.owner is not None else ""
    kinds = [contract.result or "", contract.element or ""]
    return [contract.name, owner, *kinds, *words(contract.name), *words(owner)]


def _further(told: str, contract: Contract) -> str:
    """A sentence that repeats the name, with what makes it say more; empty when there is nothing."""
    values = _values(contract.returned) if contract.gives or "property" in contract.flags else ""
    if "`" in values and len(values) <= 100 and not says_nothing(values, _named(contract)):
        return f"{told[:-1]}: {values[0].lower() if not values.startswith('`') else values[0]}{values[1:]}"
    for more in (docfacts.stored(contract, "en"), *docfacts.clauses(contract, "en")):
        if (
            more
            and not set(QUOTED.findall(more)) & set(QUOTED.findall(told))
            and not says_nothing(more, _named(contract))
        ):
            return f"{told[:-1]}{more}."
    return ""


def details(contract: Contract) -> list[str]:
    """Further sentences: what it changes and does beside its result."""
    if not contract.callable or contract.symbol is None:
        return []
    told = summary(contract)
    listed = [code(name) for name in contract.changes if code(name) not in told]
    if contract.symbol.kind == "constructor":
        listed = []
    changes = [f"Changes {series(listed)}."] if listed and len(listed) <= LISTED else []
    more = [*changes, *docfacts.conduct(contract, "en")]
    return [" ".join(more)] if more else []


def parameter(one: Parameter, contract: Contract) -> str:
    """What surely holds for a parameter."""
    parts = []
    if one.stored:
        parts.append(f"Stored as {code(one.stored)}.")
    elif one.passed and one.name.startswith("*"):
        kind = "Keyword" if one.name.startswith("**") else "Positional"
        parts.append(f"{kind} arguments passed on to {code(one.passed)}.")
    elif one.passed:
        parts.append(f"Passed to {code(one.passed)}.")
    elif one.guards:
        kind, test = one.guards[0]
        parts.append(f"Rejected with {code(kind)} if {code(test)}.")
    uses = docfacts.used(one, contract, "en", 1 if parts else 2)
    if not parts or any(kind in {"mutates", "sets"} for kind, _ in one.uses):
        parts += [text for text in uses if text not in parts]
    if told := docfacts.unit(one, "en"):
        parts.insert(0, told)
    if one.default:
        parts.append(f"Default {code(one.default)}.")
    return " ".join(parts)


def type_parameter(one: TypeParameter, contract: Contract) -> str:
    """What a type parameter stands for."""
    parts = [f"Bounded by {code(one.bound)}."] if one.bound else []
    if one.used_by and one.used_type:
        parts.append(
            f"Inferred from {code(one.used_by)}."
            if one.used_type == one.name
            else f"Used in {code(f'{one.used_type} {one.used_by}')}."
        )
    elif one.used_type:
        parts.append(
            "Type of the result." if one.used_type == one.name else f"Used in the result {code(one.used_type)}."
        )
    return " ".join(parts) or f"Type parameter of {code(contract.name)}."


def returns(contract: Contract) -> str:
    """What is returned."""
    found = words(contract.name)
    if len(found) > 1 and found[0] in PREDICATES and is_truth(contract) and contract.callable:
        yes, no = ("true", "false") if contract.language != "python" else ("True", "False")
        return f"{code(yes)} if {subject(contract)} {PREDICATES[found[0]]} {' '.join(found[1:])}, otherwise {code(no)}."
    told = _values(contract.returned)
    if not told and len(contract.returned) > 1:
        told = _typed(contract)
    return docfacts.outcome(contract, "en") if not told or says_nothing(told, _named(contract)) else told


def yields(contract: Contract) -> str:
    """What is yielded."""
    if "contextmanager" in contract.flags and docfacts.yields_nothing(contract):
        return "Control to the `with` block."
    if contract.yielded and docfacts.yields_nothing(contract):
        return "Control, without a value."
    told = _values(contract.yielded)
    known = [contract.name, contract.element or ""]
    return told if told and not says_nothing(told, known) else docfacts.outcome(contract, "en")


def raises(one: Raised, _contract: Contract) -> str:
    """When an exception leaves the function."""
    if one.always and not any(conditions for conditions, _ in one.reasons):
        texts = [f"Always{_quoted(message)}" for _, message in one.reasons] or ["Always"]
        return f"{texts[0]}."
    texts = []
    for conditions, message in one.reasons:
        told = " and ".join(
            f"{code(c.code)} is caught" if c.kind == "caught" else f"not {code(c.code)}" if c.negated else code(c.code)
            for c in conditions
        )
        texts.append(f"if {told}{_quoted(message)}" if told else f"with the message {_literal(message)}")
    if texts:
        text = ", or ".join(texts)
        return f"{text[0].upper()}{text[1:]}."
    return docfacts.raised(one, "en")


def field_text(one: Field, contract: Contract) -> str:
    """What is known of a field."""
    told = docfacts.field(one, contract, "en")
    if not one.default or (told and says_nothing(code(one.default), [one.name])):
        return told
    return (
        f"Value {code(one.default)}."
        if "enum" in contract.flags or one.annotation is None
        else f"Default {code(one.default)}."
    )


def _quoted(message: str) -> str:
    return f", with the message {_literal(message)}" if message else ""


def _literal(message: str) -> str:
    mark = "'" if '"' in message else '"'
    return code(f"{mark}{message}{mark}")


def _values(values: Sequence[Value]) -> str:
    texts = list(dict.fromkeys(_value(value) for value in values))
    if not texts or not all(texts) or len(texts) > LISTED:
        return ""
    if any(value.condition for value in values):
        guarded = [f"{_value(v)} if {code(v.condition)}" for v in values if v.condition]
        text = f"{', '.join(guarded)}, otherwise {_value(values[-1])}"
    elif len(texts) > 1 and any(" and " in text or ", " in text for text in texts):
        text = f"{'; '.join(texts[:-1])}; or {texts[-1]}"
    else:
        text = series(texts, "or")
    return f"{text[0].upper()}{text[1:]}." if not text.startswith("`") else f"{text}."


def _value(value: Value) -> str:
    if value.kind == "code":
        return code(value.code)
    if value.kind == "items":
        return f"the items of {code(value.code)}, one at a time" if value.code else ""
    if value.kind == "sent":
        return "what is sent to the generator"
    if value.kind == "picked":
        return f"those items of {code(value.code)} that pass a test"
    if value.kind == "call":
        return f"the result of {code(value.code)}" if value.code else ""
    if value.kind == "new":
        return f"a new {code(value.code)}" if value.code else ""
    shape = _SHAPES.get(value.kind, "")
    if value.kind in {"dict", "object"} and value.uses:
        key = "key" if len(value.uses) == 1 else "keys"
        return f"{shape} with the {key} {some([code(name) for name in value.uses])}"
    if shape:
        return f"{shape} made from {some([code(name) for name in value.uses])}" if value.uses else shape
    return f"a value computed from {some([code(name) for name in value.uses])}" if value.uses else ""


def _typed(contract: Contract) -> str:
    """Some of many results."""
    known = list(dict.fromkeys(text for value in contract.returned if (text := _value(value))))
    return f"Depending on the path taken: {'; '.join(known[:LISTED])}; and others." if known else ""


def _protocol(contract: Contract) -> str:
    """Special methods, whose meaning Python itself defines, and constructors."""
    owner = owner_words(contract)
    if contract.symbol is not None and contract.symbol.kind == "constructor" and owner:
        assert contract.owner is not None
        return (
            f"Create a new {code(contract.owner.name)}."
            if contract.language != "python"
            else f"Initialize the {owner}."
        )
    names = [code(p.name) for p in contract.parameters]
    template = glossary()["special"]["en"].get(contract.name, "") if contract.owner is not None else ""
    if template and template.count("{") <= len(names):
        return template.format(*names)
    if contract.name == "__new__" and owner:
        return f"Create the {owner}."
    return ""


def _by_name(contract: Contract) -> str:
    found = words(contract.name)
    if not found or (contract.name.startswith("__") and contract.name.endswith("__")):
        return ""
    first, rest = found[0], found[1:]
    result = contract.result or ""
    if first in PREDICATES and rest and is_truth(contract):
        return f"Return whether {subject(contract)} {PREDICATES[first]} {' '.join(rest)}."
    if "property" in contract.flags:
        return sentence(noun(found)) if is_noun(found) else ""
    gives = contract.gives or "generator" in contract.flags
    if is_verb(first) and not (reads_as_noun(found) and gives and result not in {"bool", "boolean"}):
        return _order(contract, first, rest)
    if first in {"to", "as"} and rest and gives:
        return f"Convert to {' '.join(rest)}."
    if first == "from" and rest and gives:
        return (
            f"Create {f'the {owner_words(contract)}' if owner_words(contract) else 'the result'} from {' '.join(rest)}."
        )
    if first == "on" and rest:
        return f"React to {' '.join(rest)}."
    if gives and is_noun(found) and not set(found[:1]) & PREPOSITIONS:
        verb = "Yield" if "generator" in contract.flags else "Return"
        return f"{verb} {noun(found)}." if "contextmanager" not in contract.flags else ""
    return ""


def _order(contract: Contract, verb: str, rest: list[str]) -> str:
    """A sentence in the imperative."""
    gives = contract.gives or "generator" in contract.flags
    spoken = {"get": "return", "initialize": "initialize"}.get(verb, verb) if gives else verb
    if verb == "get" and "generator" in contract.flags:
        spoken = "yield"
    if rest:
        return sentence(phrase([spoken, *rest]))
    if gives and is_ambiguous(verb):
        return _by_facts(contract)
    owner = owner_words(contract)
    if contract.changes and len(contract.changes) <= 3 and contract.callable:
        return f"{sentence(spoken)[:-1]}, changing {series([code(name) for name in contract.changes])}."
    if len(contract.parameters) == 1 and not owner and not contract.parameters[0].name.startswith("*"):
        return f"{sentence(spoken)[:-1]} {code(contract.parameters[0].name)}."
    if contract.parameters and len(contract.parameters) <= 4:
        return f"{sentence(spoken)[:-1]}, given {series([code(p.name) for p in contract.parameters])}."
    if owner and "staticmethod" not in contract.flags:
        link = " with" if owner.endswith(AGENTS) else ""
        return f"{sentence(spoken)[:-1]}{link} this {owner}."
    return _by_facts(contract)


def _by_facts(contract: Contract) -> str:
    """A sentence from the body alone."""
    told = _values(contract.returned) if contract.gives or "property" in contract.flags else ""
    if told and "`" in told:
        return f"Return {told[0].lower() if not told.startswith('`') else told[0]}{told[1:]}"
    if any(one.always for one in contract.raised):
        return f"Raise {code(next(one.type for one in contract.raised if one.always))}."
    if contract.changes and len(contract.changes) <= LISTED:
        return f"Change {series([code(name) for name in contract.changes])}."
    if contract.calls and len(contract.calls) <= LISTED:
        return f"Call {series([code(name) for name in contract.calls])}."
    if "generator" in contract.flags and contract.yielded and docfacts.yields_nothing(contract):
        return "Yield control, without a value."
    if "generator" in contract.flags and (told := _values(contract.yielded)) and "`" in told:
        return f"Yield {told[0].lower() if not told.startswith('`') else told[0]}{told[1:]}"
    more = next(iter(docfacts.clauses(contract, "en")), "").lstrip(",; ")
    if more.startswith(("calling", "changing", "using")):
        return f"{more[0].upper()}{more[1:]}.".replace("Calling", "Call").replace("Changing", "Change")
    if more.startswith("does nothing"):
        return "Do nothing here."
    if more.startswith("as each"):
        return "Defined by each implementation."
    known = docfacts.outcome(contract, "en") if contract.gives else ""
    return f"Return what is {known[0].lower()}{known[1:]}" if known.startswith("Computed") else ""


def _type(contract: Contract) -> str:
    assert contract.symbol is not None
    found = words(contract.name)
    if not found:
        return ""
    name = sentence(" ".join(found))[:-1] if all(is_word(word) for word in found) else code(contract.name)
    if "exception" in contract.flags:
        matter = [word for word in found if word not in {"error", "exception"}]
        base = next((code(text) for text in contract.symbol.bases if text.replace(".", "").isidentifier()), "")
        told = f"Exception for {' '.join(matter)}" if matter else "Exception"
        return f"{told}, a kind of {base}." if base else ""
    if "enum" in contract.flags or contract.symbol.kind == "enum":
        members = [code(one.name) for one in contract.fields]
        return f"{name}: one of {some(members)}." if members else _memberless(contract, name)
    held = [code(p.name) for p in contract.parameters] or [code(one.name) for one in contract.fields]
    if held and ("dataclass" in contract.flags or contract.symbol.kind == "record"):
        return f"{name} with {'field' if len(held) == 1 else 'fields'} {some(held)}."
    bases = [
        code(text)
        for text in contract.symbol.bases
        if text.isidentifier() and text not in {"object", "ABC", "Protocol"}
    ]
    kind = f", a kind of {series(bases)}" if bases and len(bases) <= 2 else ""
    offered = [code(text) for text in contract.offers]
    if contract.symbol.kind == "interface" or "abstract" in contract.flags:
        return (
            f"{name} interface with {some(offered)}."
            if offered
            else f"{name}{kind}."
            if kind
            else _memberless(contract, name)
        )
    if offered:
        return f"{name}{kind}, with {some(offered)}." if kind else f"{name} with {some(offered)}."
    if held:
        return f"{name}{kind}, with {some(held)}." if kind else f"{name} with {some(held)}."
    return f"{name}{kind}." if kind else _memberless(contract, name)


def _memberless(contract: Contract, name: str) -> str:
    """Of a script nothing: the properties of its types are not read."""
    return "" if contract.language in SCRIPTS else f"{name}, without public members."


def _module(contract: Contract, module: str) -> str:
    offered = [code(text) for text in contract.offers]
    title = " ".join(shouting(module.strip("_"))) if module.strip("_") not in {"init", "main"} else ""
    if not offered:
        return ""
    return f"{sentence(title)[:-1]}: {some(offered)}." if title else f"Definitions: {some(offered)}."
