"""GitLab: a discussion a remark ("Discussions API"), closed and opened again there; the summary is a note.

A discussion's position names the commits of the merge request's newest version; where that one has another base than the
review saw, remarks stand in the summary: their rows would be another diff's. GitLab lets only a Developer close a thread; with
a token of less, a comment says itself that it is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from copilot.review import positions
from copilot.review.positions import Commits
from serving.bots.forge import (
    Acts,
    Answer,
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
from serving.bots.forges.github import moment
from serving.bots.handed import Told

INLINE: Final = True
REOPENS: Final = True
_ACTIONS: Final = frozenset({"open", "reopen", "update", "close", "merge"})
_OVER: Final = frozenset({"closed", "merged"})
"""`locked`: it is being merged, and open again where that fails."""


def event(headers: Mapping[str, str], body: Mapping[str, Any]) -> Target | None:
    """Of merge request events; an update counts where it brought commits (`oldrev`) or another target branch."""
    if headers.get("x-gitlab-event") != "Merge Request Hook" or body["object_kind"] != "merge_request":
        return None
    told = body["object_attributes"]
    if told.get("action") not in _ACTIONS:
        return None
    over = told["action"] in {"close", "merge"} or told.get("state") in _OVER
    if (
        told["action"] == "update"
        and not over
        and not told.get("oldrev")
        and "target_branch" not in body.get("changes", {})
    ):
        return None
    return Target(
        str(body["project"]["path_with_namespace"]),
        int(told["iid"]),
        str(told["last_commit"]["id"]),
        str(told["target_branch"]),
        moment(told.get("updated_at")),
        over=over,
        back=told["action"] == "reopen",
    )


def api(address: str) -> str:
    """Version 4."""
    return f"{address.rstrip('/')}/api/v4"


def authorization(token: str) -> tuple[str, str]:
    """A project, group or personal access token."""
    return "PRIVATE-TOKEN", token


def ref(number: int) -> str:
    """Kept by the server for every merge request."""
    return f"refs/merge-requests/{number}/head"


def _root(target: Target) -> str:
    return f"/projects/{quote(target.project, safe='')}/merge_requests/{target.number}"


def standing(target: Target, account: str) -> Steps[Standing]:
    """Our discussions, our summary and the newest version."""
    now = yield Call("GET", _root(target))
    answer = yield Call("GET", f"{_root(target)}/versions?per_page=1")
    newest = answer.data[0]
    extra = {name: str(newest[f"{name}_commit_sha"]) for name in ("base", "start", "head")}
    own, summary = [], ""
    for row in (yield from pages(f"{_root(target)}/discussions")):
        first = row["notes"][0]
        if not is_account(first["author"]["username"], account):
            continue
        if is_summary(first["body"]):
            summary = str(first["id"])
        elif marked(first["body"]):
            by = str((first.get("resolved_by") or {}).get("username", ""))
            said = is_closed(str(first["body"]))
            words = [
                note["body"]
                for note in row["notes"]
                if not is_account(note["author"]["username"], account) and not note.get("system")
            ]
            own.append(
                Own(
                    marked(first["body"]),
                    str(first["id"]),
                    str(row["id"]),
                    closed=bool(first.get("resolved")) or said,
                    closed_by=by,
                    ours=is_account(by, account) or (said and not by),
                    reply=str(words[-1]) if words else "",
                    body=str(first["body"]),
                )
            )
    return Standing(extra["head"], tuple(own), summary, extra, over=now.data.get("state") in _OVER)


def act(target: Target, standing: Standing, base: str, acts: Acts) -> Steps[frozenset[str]]:
    """A discussion each; then those that are closed or opened; then the summary."""
    root = _root(target)
    commits = Commits(*(standing.extra[name] for name in ("base", "start", "head")))
    refused: set[str] = set()
    for told, text in acts.post:
        if commits.base != base:
            refused.add(told.fingerprint)
            continue
        answer: Answer = yield discussion(target, told, text, commits)
        if answer.status >= 400:
            refused.add(told.fingerprint)
    for own, word in acts.close:
        if not own.closed:
            answer = yield Call("PUT", f"{root}/discussions/{own.thread}", {"resolved": True}, soft=True)
            if answer.status != 200:
                yield Call("PUT", f"{root}/notes/{own.note}", {"body": closed(own.body, word)})
    for own in acts.reopen:
        if is_closed(own.body):
            yield Call("PUT", f"{root}/notes/{own.note}", {"body": opened(own.body)})
        elif own.closed:
            yield Call("PUT", f"{root}/discussions/{own.thread}", {"resolved": False}, soft=True)
    text = acts.summary(frozenset(refused))
    if text and standing.summary:
        yield Call("PUT", f"{root}/notes/{standing.summary}", {"body": text})
    elif text:
        yield Call("POST", f"{root}/notes", {"body": text})
    return frozenset(refused)


def discussion(target: Target, told: Told, text: str, commits: Commits) -> Call:
    """A remark at its rows."""
    assert told.where is not None
    place = positions.gitlab(told.where.diff(), told.where.first.row(), told.where.last.row(), commits)
    return Call("POST", f"{_root(target)}/discussions", {"body": text, "position": place}, may=(400, 422))
