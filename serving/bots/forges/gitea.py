"""Gitea and Forgejo: one review a push ("Create a review to an pull request"), the summary is a comment of the pull request.

Their interface closes no conversation: what is fixed is written into the comment itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from copilot.messages import say
from copilot.review import positions
from serving.bots.forge import (
    Acts,
    Call,
    Own,
    Standing,
    Steps,
    Target,
    closed,
    is_account,
    is_closed,
    is_summary,
    marked,
    opened,
    pages,
)
from serving.bots.forges.github import is_over, pull_request
from serving.bots.handed import Told

INLINE: Final = True
REOPENS: Final = False
_ACTIONS: Final = frozenset({"opened", "reopened", "synchronized", "edited", "closed"})
_EVENTS: Final = frozenset({"pull_request", "pull_request_sync"})


def event(headers: Mapping[str, str], body: Mapping[str, Any]) -> Target | None:
    """Of `pull_request` events; an edit counts where the target branch changed."""
    name = headers.get("x-gitea-event") or headers.get("x-forgejo-event")
    if name not in _EVENTS or body["action"] not in _ACTIONS:
        return None
    if body["action"] == "edited" and "ref" not in (body.get("changes") or {}):
        return None
    return pull_request(body)


def api(address: str) -> str:
    """Version 1."""
    return f"{address.rstrip('/')}/api/v1"


def authorization(token: str) -> tuple[str, str]:
    """An access token."""
    return "Authorization", f"token {token}"


def ref(number: int) -> str:
    """Kept by the server for every pull request."""
    return f"refs/pull/{number}/head"


def standing(target: Target, account: str) -> Steps[Standing]:
    """Comments of our reviews, and our summary."""
    root = f"/repos/{target.project}"
    answer = yield Call("GET", f"{root}/pulls/{target.number}")
    pull = answer.data
    own = []
    for review in (yield from pages(f"{root}/pulls/{target.number}/reviews", size=50, name="limit")):
        if not is_account(_login(review), account) or not review.get("comments_count", 1):
            continue
        comments = yield Call("GET", f"{root}/pulls/{target.number}/reviews/{review['id']}/comments")
        own += [_own(one) for one in comments.data or () if is_account(_login(one), account) and marked(one["body"])]
    summary = ""
    for one in (yield from pages(f"{root}/issues/{target.number}/comments", size=50, name="limit")):
        if is_account(_login(one), account) and is_summary(one["body"]):
            summary = str(one["id"])
    return Standing(str(pull["head"]["sha"]), tuple(own), summary, over=is_over(pull))


def _login(one: Mapping[str, Any]) -> str:
    return str((one.get("user") or {}).get("login", ""))


def _own(one: Mapping[str, Any]) -> Own:
    by = str((one.get("resolver") or {}).get("login", ""))
    body, ours = str(one["body"]), is_closed(str(one["body"]))
    name = str(one["id"])
    return Own(marked(body), name, name, closed=bool(by) or ours, closed_by=by, ours=ours and not by, body=body)


def act(target: Target, standing: Standing, base: str, acts: Acts) -> Steps[frozenset[str]]:
    """One review with every new comment; what was fixed; the summary."""
    del base
    root = f"/repos/{target.project}"
    refused: set[str] = set()
    if acts.post:
        answer = yield review(target, list(acts.post))
        if answer.status == 422:  # which of them it was it does not say
            for told, text in acts.post:
                single = yield review(target, [(told, text)])
                refused |= {told.fingerprint} if single.status == 422 else set()
    for own, word in acts.close:
        if not is_closed(own.body):
            yield Call("PATCH", f"{root}/issues/comments/{own.note}", {"body": closed(own.body, word)})
    for own in acts.reopen:
        if is_closed(own.body):
            yield Call("PATCH", f"{root}/issues/comments/{own.note}", {"body": opened(own.body)})
    body = acts.summary(frozenset(refused))
    if body and standing.summary:
        yield Call("PATCH", f"{root}/issues/comments/{standing.summary}", {"body": body})
    elif body:
        yield Call("POST", f"{root}/issues/{target.number}/comments", {"body": body})
    return frozenset(refused)


def review(target: Target, told: list[tuple[Told, str]]) -> Call:
    """The review of one push."""
    body = {
        "commit_id": target.head,
        "event": "COMMENT",
        "body": say("New remarks: {count}. The summary says what was looked at.", count=len(told)),
        "comments": [_comment(one, text) for one, text in told],
    }
    return Call("POST", f"/repos/{target.project}/pulls/{target.number}/reviews", body, may=(422,))


def _comment(told: Told, text: str) -> dict[str, Any]:
    assert told.where is not None
    return {**positions.gitea(told.where.diff(), told.where.last.row()), "body": text}
