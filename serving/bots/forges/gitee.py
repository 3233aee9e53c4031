"""Gitee: everything stands in one comment of the pull request, which is rewritten.

Its interface places a comment by a "relative row of the diff" that its documentation does not define: a remark at a wrong line
would be worse than one that names its line. So nothing is put at lines here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from serving.bots.forge import Acts, Call, Standing, Steps, Target, is_account, is_summary, pages
from serving.bots.forges.github import is_over, pull_request

INLINE: Final = False
REOPENS: Final = False
_ACTIONS: Final = frozenset({"open", "reopen", "update", "close", "merge"})


def event(headers: Mapping[str, str], body: Mapping[str, Any]) -> Target | None:
    """Of merge request hooks; an update counts where it brought commits or another target branch."""
    if headers.get("x-gitee-event") != "Merge Request Hook" or body["action"] not in _ACTIONS:
        return None
    if body["action"] == "update" and body.get("action_desc") not in {
        None,
        "source_branch_changed",
        "target_branch_changed",
    }:
        return None
    return pull_request(body)


def api(address: str) -> str:
    """Version 5."""
    return f"{address.rstrip('/')}/api/v5"


def authorization(token: str) -> tuple[str, str]:
    """A private token."""
    return "Authorization", f"token {token}"


def ref(number: int) -> str:
    """Kept by the server for every pull request."""
    return f"refs/pull/{number}/head"


def standing(target: Target, account: str) -> Steps[Standing]:
    """Our summary."""
    root = f"/repos/{target.project}/pulls/{target.number}"
    answer = yield Call("GET", root)
    summary = ""
    for one in (yield from pages(f"{root}/comments")):
        if is_account((one.get("user") or {}).get("login"), account) and is_summary(one["body"]):
            summary = str(one["id"])
    return Standing(str(answer.data["head"]["sha"]), (), summary, over=is_over(answer.data))


def act(target: Target, standing: Standing, base: str, acts: Acts) -> Steps[frozenset[str]]:
    """The summary."""
    del base
    refused = frozenset(told.fingerprint for told, _ in acts.post)
    text = acts.summary(refused)
    root = f"/repos/{target.project}/pulls"
    if text and standing.summary:
        yield Call("PATCH", f"{root}/comments/{standing.summary}", {"body": text})
    elif text:
        yield Call("POST", f"{root}/{target.number}/comments", {"body": text})
    return refused
