"""What stands where a secret would stand and is none: references, templates, masks, ciphertext, our own surrogates.

`${DB_PASSWORD}`, `<password>`, `{0}`, `%s`, `$PASS`, `%PASS%`, `@db.password@`, `****`, `xxxx`, `...`, `changeme`,
`your_password`, the key's own name (`password`), `null`, `ENC(…)` and `{cipher}…` (encrypted at rest) are placeholders.
A weak password (`tiger`, `root`, `123456`, `secret`) is a password, and so is a published example key: replacing it
costs nothing, overlooking it might.
"""

from __future__ import annotations

import re
from typing import Final

SURROGATE: Final = re.compile(rb"REDACTED_[A-Z]+(?:_[A-Z]+){0,3}_[0-9]{4,}")
"""Our own surrogates of strings, of this review or of one before it."""

_PLACEHOLDER: Final = re.compile(
    rb"""
      \s*
    | [$#%@]?\{\{?[^{}]*\}?\}? | <[^<>]*>? | \[[^\[\]]*\] | %?\([A-Za-z_.]*\)[sd]?
    | &lt;.*
    | (?P<frame>[#@%_])(?P=frame){1,3}[A-Za-z]\w{0,60}(?P=frame){2,4}
    | [$]\(?[A-Za-z_][\w.]*\)? | %[A-Za-z_]\w*% | %[sdrvq@] | @[\w.-]+@ | :[A-Za-z_]\w* | [?]
    | \W*(?P<mask>[^0-9\s])(?P=mask){2,}\W* | [\s.*?_-]+
    | (?i: (?:your|my|the|some|db|user)?[_. -]?(?:password|passwd|pwd|pass[_ -]?phrase|pw)(?:[_. -]?here)?[\])]? | pass
         | change[_. -]?(?:me|it|this)\w* | replace[_. -]?me\w* | your[_. -]?\w* | example\w* | placeholder | redacted
         | masked | hidden | todo | tbd | none | null | nil | undefined | true | false | empty )
    | (?i: ENC\(.* | \{cipher\}.* | \{vault.* | vault:.* | env:.* | keyring:.* )
    """,
    re.VERBOSE,
)


def placeholder(value: bytes) -> bool:
    """True when a password's value reveals nothing."""
    return _PLACEHOLDER.fullmatch(value) is not None or SURROGATE.fullmatch(value) is not None


def uniform(token: bytes) -> bool:
    """True when a provider key's random part is a mask (`AKIAXXXXXXXXXXXXXXXX`): fewer than three different characters."""
    return len(set(token)) < 3
