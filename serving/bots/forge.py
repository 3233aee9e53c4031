"""What the bot says to a forge and hears from it, as values; how a forge is talked to, as generators without I/O.

A generator yields a `Call` and is sent its `Answer`; `drive` puts the two together. So what goes out can be tested, and held
against the forge's own description, without a network. Only comments of the bot's own account are ever looked at as its
own: anybody can write a marker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from copilot.errors import CopilotError
from serving.bots.handed import Told

T = TypeVar("T")

MARK: Final = re.compile(r"<!-- bank-copilot remark ([0-9a-f]{32}) -->")
SUMMARY: Final = "<!-- bank-copilot summary -->"
CLOSE: Final = "<!-- bank-copilot closed -->"
_CLOSED: Final = re.compile(f"{CLOSE}\\r?\\n[^\\n]*\\n\\r?\\n")
PAGES: Final = 200
"""Pages of a list that are read at most."""


class Endless(CopilotError):
    """A list with more pages than are read: taken as whole, what it lacks would be posted again, or count as deleted."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path.partition('?')[0]} has more than {PAGES} pages")


@dataclass(frozen=True, slots=True)
class Target:
    """A merge request. `head` and `target` (the branch it goes to) as the webhook told; `made`: when, in seconds of the
    epoch; 0 where it does not say. `over`: merged or closed (submitted or discarded), nobody reviews it any more; `back`: it was
    that, and was opened again.
    """

    project: str
    number: int
    head: str
    target: str = ""
    made: float = 0.0
    over: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a forge. `path` begins behind the address of its interface. `may`: statuses that are an answer too."""

    method: str
    path: str
    body: Mapping[str, Any] | None = field(default=None)
    form: bool = False
    accept: str = "application/json"
    may: tuple[int, ...] = ()
    soft: bool = False
    """Whether a refusal for good is an answer: status 0."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `data` is read as JSON, or as bytes where something else was asked for."""

    status: int
    data: Any = None


Steps = Generator[Call, Answer, T]


@dataclass(frozen=True, slots=True)
class Own:
    """A remark of ours as it stands on the forge. `thread`: what is closed; `note`: what is edited. `closed_by`: the account
    that closed it, `ours`: whether that is the bot's; `reply`: the last word that somebody else wrote under it.
    """

    fingerprint: str
    note: str
    thread: str = ""
    closed: bool = False
    closed_by: str = ""
    ours: bool = False
    reply: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on a merge request. `head` as it is now; `summary`: the id of our summary, empty without one; `extra`: what
    the forge's module needs again when it posts; `over` as of a target.
    """

    head: str
    own: tuple[Own, ...] = ()
    summary: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    over: bool = False


@dataclass(frozen=True, slots=True)
class Acts:
    """What is to be done, in this order. `summary` is given the fingerprints of `post` that the forge did not take."""

    post: Sequence[tuple[Told, str]] = ()
    close: Sequence[tuple[Own, str]] = ()
    """With the word that is written where a thread cannot be closed."""
    reopen: Sequence[Own] = ()
    open: bool = False
    """Whether any remark stands."""
    failed: bool = False
    """Whether nobody looked."""
    summary: Callable[[frozenset[str]], str] = field(default=lambda _: "")


class Forge(Protocol):
    """What a module of `forges` offers."""

    INLINE: bool
    """Whether remarks can be put at lines; else all stand in the summary."""

    REOPENS: bool
    """Whether a thread that somebody closed can be opened again."""

    def event(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> Target | None:
        """The merge request that a webhook is about: there is something to review, or it is `over`; None for everything else.
        Raises KeyError, TypeError and ValueError for a body of another shape.
        """

    def api(self, address: str) -> str:
        """The base address of its interface."""

    def authorization(self, token: str) -> tuple[str, str]:
        """The header that a token goes in."""

    def ref(self, number: int) -> str:
        """The ref in its repository that a merge request's head has; empty where there is none."""

    def standing(self, target: Target, account: str) -> Steps[Standing]:
        """What stands there."""

    def act(self, target: Target, standing: Standing, base: str, acts: Acts) -> Steps[frozenset[str]]:
        """Do it; the fingerprints that the forge did not take at their lines. `base`: as the review saw it."""


def drive(steps: Steps[T], send: Callable[[Call], Answer]) -> T:
    """Run a generator against whoever answers. Raises what `send` raises."""
    try:
        call = next(steps)
        while True:
            call = steps.send(send(call))
    except StopIteration as ended:
        result: T = ended.value
        return result


def mark(fingerprint: str) -> str:
    """The line by which a comment of ours is known again."""
    return f"<!-- bank-copilot remark {fingerprint} -->"


def marked(text: object) -> str:
    """The fingerprint of a comment; empty without one. It is the last line alone: above it, a fix shows lines of the code."""
    found = MARK.fullmatch(text.rstrip().rpartition("\n")[2]) if isinstance(text, str) else None
    return found[1] if found else ""


def is_summary(text: object) -> bool:
    """Whether a comment is a summary: it begins with the mark, which a fix could show further below."""
    return isinstance(text, str) and text.startswith(SUMMARY)


def is_account(login: object, account: str) -> bool:
    """Whether a login is an account's: no forge has two that differ in capitals alone."""
    return isinstance(login, str) and login.casefold() == account.casefold()


def closed(body: str, word: str) -> str:
    """A comment that says in itself what became of it."""
    return body if is_closed(body) else f"{CLOSE}\n**{word}**\n\n{body}"


def is_closed(body: str) -> bool:
    """Whether a comment says in itself what became of it."""
    return _CLOSED.match(body) is not None


def opened(body: str) -> str:
    """A comment without that."""
    return _CLOSED.sub("", body, count=1)


def pages(path: str, *, size: int = 100, name: str = "per_page") -> Steps[list[Any]]:
    """Every entry of a list that comes in pages, to the page that brings no new one: a server may give fewer at once than it is
    asked for, and some give the whole list whatever page is asked for. Raises Endless.
    """
    joint = "&" if "?" in path else "?"
    rows: dict[str, Any] = {}
    for page in range(1, PAGES + 1):
        answer = yield Call("GET", f"{path}{joint}{name}={size}&page={page}")
        fresh = {str(one["id"]): one for one in answer.data or () if str(one["id"]) not in rows}
        if not fresh:
            return list(rows.values())
        rows |= fresh
    raise Endless(path)
