"""GitHub and GitHub Enterprise Server: REST for what is written, GraphQL for threads (REST neither lists nor closes them).

REST, "Create a review for a pull request" (all comments of a push in one review: one notification) and "Create a review
comment"; GraphQL, `reviewThreads`, `resolveReviewThread`, `unresolveReviewThread`. What one review does not take is offered
comment by comment, and what is refused then stands in the summary. GitHub lets only a token that may write code close a
thread; with one that may not, a comment says itself that it is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from copilot.messages import say
from copilot.review import positions
from serving.bots.forge import (
    PAGES,
    Acts,
    Answer,
    Call,
    Endless,
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
)
from serving.bots.handed import Told

INLINE: Final = True
REOPENS: Final = True
_ACTIONS: Final = frozenset({"opened", "reopened", "synchronize", "ready_for_review", "edited", "closed"})
_COMMENTS: Final = 50
"""Comments of one review."""

THREADS: Final = """\
query Standing($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    headRefOid state
    reviewThreads(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id isResolved resolvedBy { login }
        comments(first: 1) { nodes { databaseId body author { __typename login } } }
        last: comments(last: 1) { nodes { body author { __typename login } } } }
    }
  } }
}"""
SUMMARIES: Final = """\
query Summaries($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    comments(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { databaseId body author { __typename login } }
    }
  } }
}"""
CLOSE: Final = "mutation Close($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { id } } }"
REOPEN: Final = "mutation Reopen($id: ID!) { unresolveReviewThread(input: {threadId: $id}) { thread { id } } }"


def event(headers: Mapping[str, str], body: Mapping[str, Any]) -> Target | None:
    """Of `pull_request` events; an edit counts where the target branch changed."""
    if headers.get("x-github-event") != "pull_request" or body["action"] not in _ACTIONS:
        return None
    if body["action"] == "edited" and "base" not in body.get("changes", {}):
        return None
    return pull_request(body)


def pull_request(body: Mapping[str, Any]) -> Target:
    """The pull request in a body of GitHub's shape, which Gitea's share."""
    pull = body["pull_request"]
    return Target(
        str(body["repository"]["full_name"]),
        int(pull["number"]),
        str(pull["head"]["sha"]),
        str(pull["base"]["ref"]),
        moment(pull.get("updated_at")),
        over=is_over(pull) or body["action"] in {"closed", "close", "merge"},
        back=body["action"] in {"reopened", "reopen"},
    )


def is_over(pull: Mapping[str, Any]) -> bool:
    """Whether a pull request as REST tells it was merged or closed; one of which that is not told is open."""
    return pull.get("state") not in {None, "open"}


def moment(told: object) -> float:
    """Seconds of the epoch of a time as forges write it; 0 for none."""
    try:
        return datetime.fromisoformat(str(told).replace(" UTC", "+00:00")).timestamp() if told else 0.0
    except (ValueError, OverflowError):
        return 0.0


def api(address: str) -> str:
    """GitHub's own host has another one for it; a server's lies beside its pages."""
    return "https://api.github.com" if address.rstrip("/") == "https://github.com" else f"{address.rstrip('/')}/api/v3"


def authorization(token: str) -> tuple[str, str]:
    """A bearer token."""
    return "Authorization", f"Bearer {token}"


def ref(number: int) -> str:
    """Kept by the server for every pull request."""
    return f"refs/pull/{number}/head"


def standing(target: Target, account: str) -> Steps[Standing]:
    """Our threads and our summary."""
    pull, threads = yield from _nodes(THREADS, "reviewThreads", target)
    own = [found for node in threads if (found := _own(node, account)) is not None]
    _, notes = yield from _nodes(SUMMARIES, "comments", target)
    summaries = [str(node["databaseId"]) for node in notes if _is(node, account) and is_summary(node["body"])]
    return Standing(
        str(pull["headRefOid"]), tuple(own), summaries[0] if summaries else "", over=pull["state"] != "OPEN"
    )


def _nodes(query: str, name: str, target: Target) -> Steps[tuple[Mapping[str, Any], list[Any]]]:
    """The pull request as it was told with the last page, and every entry of a list of its. Raises Endless."""
    nodes: list[Any] = []
    after: str | None = None
    for _ in range(PAGES):
        pull = yield from _asked(query, target, after)
        nodes += pull[name]["nodes"]
        page = pull[name]["pageInfo"]
        if not page["hasNextPage"]:
            return pull, nodes
        after = page["endCursor"]
    raise Endless(name)


def _asked(query: str, target: Target, after: str | None) -> Steps[Any]:
    owner, _, name = target.project.partition("/")
    values = {"owner": owner, "name": name, "number": target.number, "after": after}
    answer = yield _graphql(query, values)
    return answer.data["data"]["repository"]["pullRequest"]


def _graphql(query: str, values: Mapping[str, Any], *, soft: bool = False) -> Call:
    return Call("POST", "/graphql", {"query": query, "variables": values}, soft=soft)


def _own(node: Mapping[str, Any], account: str) -> Own | None:
    first, last = (node[name]["nodes"][0] if node[name]["nodes"] else None for name in ("comments", "last"))
    if first is None or not _is(first, account) or not marked(first["body"]):
        return None
    by = str((node.get("resolvedBy") or {}).get("login", "")).removesuffix("[bot]")
    said = is_closed(str(first["body"]))
    return Own(
        marked(first["body"]),
        str(first["databaseId"]),
        str(node["id"]),
        closed=bool(node["isResolved"]) or said,
        closed_by=by,
        ours=is_account(by, account.removesuffix("[bot]")) or (said and not by),
        reply="" if last is None or _is(last, account) else str(last["body"]),
        body=str(first["body"]),
    )


def _is(node: Mapping[str, Any], account: str) -> bool:
    """An App's login has its suffix in one interface and not in the other; a user may have the same name without."""
    author = node.get("author") or {}
    if account.endswith("[bot]") and author.get("__typename", "Bot") != "Bot":
        return False
    return is_account(str(author.get("login", "")).removesuffix("[bot]"), account.removesuffix("[bot]"))


def act(target: Target, standing: Standing, base: str, acts: Acts) -> Steps[frozenset[str]]:
    """One review with every new comment; threads; the summary."""
    del base
    refused: set[str] = set()
    root = f"/repos/{target.project}"
    for start in range(0, len(acts.post), _COMMENTS):
        group = acts.post[start : start + _COMMENTS]
        answer = yield review(target, [(told, text) for told, text in group])
        if answer.status == 422:
            for told, text in group:
                single: Answer = yield Call(
                    "POST",
                    f"{root}/pulls/{target.number}/comments",
                    {"commit_id": target.head, **_comment(told, text)},
                    may=(422,),
                )
                if single.status == 422:
                    refused.add(told.fingerprint)
    for own, word in acts.close:
        if not own.closed:
            answer = yield _graphql(CLOSE, {"id": own.thread}, soft=True)
            if answer.status != 200:
                yield Call("PATCH", f"{root}/pulls/comments/{own.note}", {"body": closed(own.body, word)})
    for own in acts.reopen:
        if is_closed(own.body):
            yield Call("PATCH", f"{root}/pulls/comments/{own.note}", {"body": opened(own.body)})
        elif own.closed:
            yield _graphql(REOPEN, {"id": own.thread}, soft=True)
    text = acts.summary(frozenset(refused))
    if text and standing.summary:
        yield Call("PATCH", f"{root}/issues/comments/{standing.summary}", {"body": text})
    elif text:
        yield Call("POST", f"{root}/issues/{target.number}/comments", {"body": text})
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
    place = positions.github(told.where.diff(), told.where.first.row(), told.where.last.row())
    return {**place, "body": text}
