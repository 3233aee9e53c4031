r"""Rule packs: what a bank looks for beside our own rules. A TOML file with a version, signed, and read again when it changes.

Two formats. gitleaks' (`gitleaks.py`), and ours:

    [pack]
    name = "bank-rules"
    version = "2026-11-30"

    [[words]]                      # plain words, letter case aside
    id = "project-names"
    words = ["Project Heron", "苍鹭项目"]
    kind = "bank-term"             # a row of `kinds.TABLE`
    grade = "C2"                   # class of JR/T 0171, for people
    stands = ["comment", "string"] # where they count: code, comment, string; absent: anywhere
    except = ["Heron Island"]      # longer words that hold one and are none
    action = "deny"                # allow, report, redact, deny; absent: what the policy says of the kind

    [[patterns]]                   # regular expressions in re2's syntax
    id = "employee-number"
    regex = '\bE(\d{8})\b'         # a group is the part that is masked
    keywords = ["employee"]        # one must stand in the text (faster), absent: no condition
    kind = "bank-term"

Beside `pack.toml` lies `pack.toml.sig`: the Ed25519 signature of the file's bytes in base64, made by `bank-copilot rules
sign` or `openssl pkeyutl -sign -rawin`. A pack without the signature of a configured key is refused unless the settings
say otherwise. What is compiled is compiled beside the running one, and takes its place in one step.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import re
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

from copilot import __version__
from copilot.errors import ConfigError
from copilot.guard.classes import Action
from copilot.guard.found import Found
from copilot.guard.kinds import BY_NAME, Grade
from copilot.guard.pack_rules import BadRule, Compiled, Matcher, Rule, ready
from copilot.guard.words import PLACES
from copilot.messages import say

log: Final = logging.getLogger("bank-copilot.guard")
SIGNATURE: Final = ".sig"
OURS: Final = f"built-in@{__version__}"
_LARGEST: Final = 16 << 20
_SHORT: Final = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which packs, from where: paths of files, PEM files of public keys, whether a pack without a signature is taken, and
    whether a rule that cannot be used is left out (else the pack is refused).
    """

    files: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    unsigned: bool = False
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """One file. `signer`: the key's file, empty for none. `left_out`: rules that could not be used, and why."""

    path: str
    name: str
    version: str
    sha256: str
    signer: str
    rules: tuple[Compiled, ...] = field(repr=False)
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """`name@version#digest`, as records hold it."""
        return f"{self.name}@{self.version}#{self.sha256[:_SHORT]}"


@dataclass(frozen=True)
class Packs:
    """Packs as they are looked for together; immutable, so that one review sees one version."""

    packs: tuple[Pack, ...] = ()
    matcher: Matcher = field(default_factory=lambda: Matcher(()), repr=False)
    actions: Mapping[str, Action] = field(default_factory=dict)
    """Rule to action, where a pack says so."""

    @property
    def label(self) -> str:
        """The version of our own rules and every pack's label, a blank between: what a review was made by."""
        return " ".join((OURS, *(pack.label for pack in self.packs)))

    def found(self, text: str, path: str = "") -> list[Found]:
        """What the packs' rules find."""
        return self.matcher.found(text, path) if self.packs else []


NONE: Final = Packs()


def load(wanted: Wanted) -> Packs:
    """Read, verify and compile every pack. Raises ConfigError naming file, rule and reason."""
    keys = [(name, _public(Path(name))) for name in wanted.keys]
    packs = tuple(_pack(Path(name), keys, wanted) for name in wanted.files)
    if not packs:
        return NONE
    return together(packs)


def together(packs: tuple[Pack, ...]) -> Packs:
    """Packs as one. Raises ConfigError where two have a rule of one name."""
    seen: dict[str, str] = {}
    for pack in packs:
        for one in pack.rules:
            if seen.setdefault(one.rule.name, pack.path) != pack.path:
                raise ConfigError(
                    say(
                        "{name}: the rule {rule} stands in {other}, too.",
                        name=pack.path,
                        rule=one.rule.name,
                        other=seen[one.rule.name],
                    )
                )
    matcher = Matcher([one for pack in packs for one in pack.rules])
    matcher.warm()
    actions = {one.rule.name: one.rule.action for one in matcher.rules if one.rule.action is not None}
    return Packs(packs, matcher, actions)


def read(path: Path, data: bytes, *, skip: bool = False) -> Pack:
    """The pack in the bytes of a file, its signature not looked at. Raises ConfigError."""
    from copilot.guard import gitleaks  # only where there is a pack

    left_out: list[tuple[str, str]] = []

    def bad(error: BadRule) -> None:
        if not skip:
            raise error
        left_out.append((error.name, error.reason))

    try:
        table = tomllib.loads(data.decode("utf-8"))
        rules = _own(table, bad) if "pack" in table else gitleaks.rules(table, bad)
        compiled = list(_ready(rules, bad))
    except BadRule as error:
        raise ConfigError(
            say("{name}: rule {rule} cannot be used: {reason}.", name=str(path), rule=error.name, reason=error.reason)
        ) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(say("{name} is no rule pack: {reason}.", name=str(path), reason=str(error))) from None
    if not compiled and not left_out:
        raise ConfigError(say("{name} is no rule pack: {reason}.", name=str(path), reason=say("it holds no rule")))
    head = table.get("pack", table)
    digest = hashlib.sha256(data).hexdigest()
    name = str(head.get("name") or path.stem)
    version = str(head.get("version") or digest[:_SHORT])
    for value in (name, version):
        if not re.fullmatch(r"[\w.:+-]{1,64}", value, re.ASCII):
            reason = say("name and version are of letters, digits and . : + - _")
            raise ConfigError(say("{name} is no rule pack: {reason}.", name=str(path), reason=reason))
    return Pack(str(path), name, version, digest, "", tuple(compiled), tuple(left_out))


def _pack(path: Path, keys: Sequence[tuple[str, Any]], wanted: Wanted) -> Pack:
    data = content(path)
    signer = _signer(path, data, keys)
    if not signer and not wanted.unsigned:
        raise ConfigError(
            say(
                "{name}: no configured key has signed this rule pack; sign it with `bank-copilot rules sign`, or set guard.unsigned_packs.",
                name=str(path),
            )
        )
    pack = read(path, data, skip=wanted.skip)
    return Pack(pack.path, pack.name, pack.version, pack.sha256, signer, pack.rules, pack.left_out)


def content(path: Path) -> bytes:
    """The bytes of a file. Raises ConfigError."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            say("{name} cannot be read: {reason}.", name=str(path), reason=error.strerror or "")
        ) from None
    if len(data) > _LARGEST:
        raise ConfigError(say("{name} is no rule pack: {reason}.", name=str(path), reason=say("it is too large")))
    return data


def _signer(path: Path, data: bytes, keys: Sequence[tuple[str, Any]]) -> str:
    """The file of the key that signed the pack; empty when none did, or there is no signature."""
    from cryptography.exceptions import InvalidSignature

    try:
        signature = base64.b64decode(path.with_name(path.name + SIGNATURE).read_bytes(), validate=False)
    except (OSError, binascii.Error):
        return ""
    for name, key in keys:
        try:
            key.verify(signature, data)
        except InvalidSignature:
            continue
        return name
    return ""


def _public(path: Path) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(content(path))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(say("{name} holds no Ed25519 key in PEM.", name=str(path)))
    return key


def signed(path: Path, key: Path) -> Path:
    """Write the signature of a pack beside it, by a private key in PEM without a password. Raises ConfigError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(content(key), None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise ConfigError(say("{name} holds no Ed25519 key in PEM.", name=str(key)))
    target = path.with_name(path.name + SIGNATURE)
    try:
        target.write_bytes(base64.b64encode(private.sign(content(path))) + b"\n")
    except OSError as error:
        raise ConfigError(
            say("{name} cannot be written: {reason}.", name=str(target), reason=error.strerror or "")
        ) from None
    return target


# Our own format


def _own(table: Mapping[str, Any], bad: Callable[[BadRule], None]) -> list[Rule]:
    if unknown := sorted(set(table) - {"pack", "words", "patterns"}):
        raise BadRule(unknown[0], "a pack has [pack], [[words]] and [[patterns]]")
    rules: list[Rule] = []
    for section, keys in (("words", {"words", "stands", "except"}), ("patterns", {"regex", "keywords"})):
        for number, row in enumerate(table.get(section, ()), 1):
            name = row.get("id") if isinstance(row, dict) else None
            try:
                if not isinstance(name, str) or not name or name in {rule.name for rule in rules}:
                    raise BadRule(str(name or f"{section} {number}"), "it has no id of its own")  # noqa: TRY301
                if unknown := sorted(set(row) - keys - {"id", "description", "kind", "grade", "action"}):
                    raise BadRule(name, f"the key {unknown[0]} is not known")  # noqa: TRY301
                rules.append(_own_rule(name, row))
            except BadRule as error:
                bad(error)
    return rules


def _own_rule(name: str, row: Mapping[str, Any]) -> Rule:
    kind, grade, action = row.get("kind", "bank-term"), row.get("grade", ""), row.get("action")
    if kind not in BY_NAME:
        raise BadRule(name, f"{kind} is no kind; there are {', '.join(BY_NAME)}")
    if grade and grade not in get_args(Grade):
        raise BadRule(name, f"{grade} is no grade; there are {', '.join(get_args(Grade))}")
    if action is not None and action not in get_args(Action):
        raise BadRule(name, f"{action} is no action; there are {', '.join(get_args(Action))}")
    words, regex, keywords = row.get("words"), row.get("regex"), row.get("keywords", [])
    for value in (words or [], keywords):
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise BadRule(name, "words and keywords are lists of texts")
    if words:
        regex = "(?i:" + "|".join(_word(one) for one in sorted(words, key=len, reverse=True)) + ")"
        keywords = words if all(one.isascii() or one.lower() == one.upper() for one in words) else []
    if not isinstance(regex, str) or not regex:
        raise BadRule(name, "it has neither words nor a regex")
    stands, longer = row.get("stands", []), row.get("except", [])
    if not isinstance(stands, list) or not set(stands) <= set(PLACES):
        raise BadRule(name, f"stands is a list of {', '.join(PLACES)}")
    if not isinstance(longer, list) or not all(isinstance(one, str) and one for one in longer):
        raise BadRule(name, "except is a list of texts")
    return Rule(
        name, regex, kind, tuple(keywords), grade=grade, action=action, stands=tuple(stands), longer=tuple(longer)
    )


def _word(word: str) -> str:
    """A pattern for a word: a letter or digit of ASCII at its edge ends there."""
    before, after = (r"\b" if re.match(r"\w", char, re.ASCII) else "" for char in (word[0], word[-1]))
    return before + re.sub(r"([^\w\s])", r"\\\1", word, flags=re.UNICODE).replace(" ", r"\s") + after


def _ready(rules: Sequence[Rule], bad: Callable[[BadRule], None]) -> Sequence[Compiled]:
    compiled = []
    for rule in rules:
        try:
            compiled.append(ready(rule))
        except BadRule as error:
            bad(error)
    return compiled


# The packs in force


class Kept:
    """The packs of some settings, read again when a file changes. A pack that became unusable leaves the ones before in
    force; `fault` says so.
    """

    def __init__(self, wanted: Wanted) -> None:
        """Raises ConfigError: there are none before the first ones."""
        self.wanted = wanted
        self.fault = ""
        self.failures = 0
        self._seen = self._stat()
        self.packs = load(wanted)

    def refresh(self) -> bool:
        """Look at the files once; True when other packs came into force, or a fault came or went. Takes as long as compiling."""
        now = self._stat()
        if now == self._seen:
            return False
        self._seen = now
        try:
            self.packs, self.fault = load(self.wanted), ""
        except ConfigError as error:
            self.fault = str(error)
            self.failures += 1
        return True

    def changed(self) -> bool:
        """Whether a file looks otherwise than when it was read. Cheap."""
        return self._stat() != self._seen

    def _stat(self) -> tuple[object, ...]:
        names = [name for file in self.wanted.files for name in (file, file + SIGNATURE)]
        return tuple(_looks(Path(name)) for name in (*names, *self.wanted.keys))


def _looks(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


_KEPT: dict[Wanted, Kept] = {}
_LOADING = threading.Lock()


def kept(wanted: Wanted) -> Kept:
    """The packs of these settings in this process: read at the first call, and again when files changed. The first call
    raises ConfigError. Not for an event loop where packs are configured: it compiles.
    """
    with _LOADING:
        found = _KEPT.get(wanted)
        if found is None:
            found = _KEPT[wanted] = Kept(wanted)
        elif found.refresh() and found.fault:
            log.warning("rule packs: %s The ones before stay in force.", found.fault)
        return found
