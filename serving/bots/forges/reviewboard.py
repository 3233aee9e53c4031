"""Review Board: one review a push, whose comments are issues; a status update says how it stands.

A comment's `first_line` is a row of the server's own side-by-side view: it is asked for that view (`diff-data`) and told its row
(`positions.review_board`); a row that the view does not have goes into the review's text. What is ours is known by
`extra_data`, since its Markdown shows HTML comments. There is no git repository to fetch from: the diff and both texts of a
file come from its interface (`reading`). A head is called `diff-N`, after the revision of the diff.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from copilot.messages import say
from copilot.review import positions
from serving.bots.forge import (
    PAGES,
    SUMMARY,
    Acts,
    Answer,
    Call,
    Endless,
    Own,
    Standing,
    Steps,
    Target,
    is_account,
    mark,
)
from serving.bots.forges.github import moment
from serving.bots.handed import Told, Where

INLINE: Final = True
REOPENS: Final = True
KEY: Final = "bank_copilot"
_EVENTS: Final = frozenset({"review_request_published", "review_request_closed", "review_request_reopened"})
_DATA: Final = "application/vnd.reviewboard.org.diff.data+json"
_FINGERPRINT: Final = re.compile(r"remark ([0-9a-f]{32})")
"""In words: the server takes what looks like a number (`12e4…`, digits alone) for one."""
_SHORT: Final = 255
_QUOTED: Final = {ord(one): f"\\{name}" for one, name in zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True)}
"""As git writes them in a name in quotes."""


def event(headers: Mapping[str, str], body: Mapping[str, Any]) -> Target | None:
    """Of a review request with a diff that was published, closed or opened again; one that was discarded is opened as a draft."""
    name = headers.get("x-reviewboard-event")
    if name not in _EVENTS or not _revision(body["review_request"]):
        return None
    found = _target(body["review_request"])
    if name == "review_request_closed":
        return replace(found, over=True)
    back = name == "review_request_reopened"
    if back and not body["review_request"].get("public", True):
        return None
    return replace(found, back=back or bool(body.get("is_new")))


def _revision(told: Mapping[str, Any]) -> str:
    """The newest diff of a review request, as a head; empty without one."""
    found = re.search(r"/diffs/(\d{1,9})/", str((told["links"].get("latest_diff") or {}).get("href", "")))
    return f"diff-{found[1]}" if found else ""


def api(address: str) -> str:
    """Below the site's root."""
    return f"{address.rstrip('/')}/api"


def authorization(token: str) -> tuple[str, str]:
    """An API token."""
    return "Authorization", f"token {token}"


def ref(number: int) -> str:
    """There is none."""
    del number
    return ""


def _root(target: Target) -> str:
    return f"/review-requests/{target.number}"


def _listed(path: str, key: str) -> Steps[list[Any]]:
    rows: list[Any] = []
    for _ in range(PAGES):
        answer = yield Call("GET", f"{path}?start={len(rows)}&max-results=200")
        found = answer.data[key]
        rows += found
        if not found or len(rows) >= int(answer.data["total_results"]):
            return rows
    raise Endless(path)


def request(target: Target) -> Steps[Target]:
    """The merge request as it is now: its repository's name, its newest diff, and whether it is over."""
    answer = yield Call("GET", f"{_root(target)}/")
    return _target(answer.data["review_request"])


def _target(told: Mapping[str, Any]) -> Target:
    return Target(
        str(told["links"]["repository"]["title"]),
        int(told["id"]),
        _revision(told),
        made=moment(told.get("last_updated")),
        over=told.get("status", "pending") != "pending",
    )


def patch(target: Target) -> Steps[bytes]:
    """The diff of a head, as it was uploaded."""
    answer = yield Call("GET", f"{_root(target)}/diffs/{target.head[5:]}/", accept="text/x-patch")
    return bytes(answer.data)


def files(target: Target) -> Steps[list[Any]]:
    """The files of a head's diff."""
    return (yield from _listed(f"{_root(target)}/diffs/{target.head[5:]}/files/", "files"))


def part(target: Target, file: int) -> Steps[bytes]:
    """One file of the diff; empty where the server has none."""
    path = f"{_root(target)}/diffs/{target.head[5:]}/files/{file}/"
    answer = yield Call("GET", path, accept="text/x-patch", may=(404, 500))
    return bytes(answer.data) if answer.status == 200 else b""


def text(target: Target, file: int, side: str) -> Steps[bytes | None]:
    """The whole text of a file, `original` or `patched`; None where the server has none."""
    path = f"{_root(target)}/diffs/{target.head[5:]}/files/{file}/{side}-file/"
    answer = yield Call("GET", path, accept="text/plain", may=(400, 404, 500))
    return bytes(answer.data) if answer.status == 200 else None


def named(rows: list[Any], old: str, new: str) -> int | None:
    """The id of a file in the server's list."""
    after, before = _names(new or old), _names(old or new)
    for one in rows:
        if one.get("dest_file") in after and one.get("source_file") in before | after:
            return int(one["id"])
    return None


def _names(path: str) -> frozenset[str]:
    """How the server may call a file: where git quoted its name in the patch, the quotes stay, and backslashes become `/`."""
    data = path.encode("utf-8", "surrogateescape")
    written = "".join(_QUOTED.get(one) or (chr(one) if 32 <= one < 127 else f"\\{one:03o}") for one in data)
    if written == path:
        return frozenset({path})
    quoted = written.replace("\\", "/")
    return frozenset({path, *(f'"{prefix}{quoted}"' for prefix in ("", "a/", "b/"))})


def standing(target: Target, account: str) -> Steps[Standing]:
    """Comments of our public reviews, and our status update."""
    now = yield from request(target)
    own = []
    for review in (yield from _listed(f"{_root(target)}/reviews/", "reviews")):
        if not review.get("public") or not is_account(_user(review), account):
            continue
        path = f"{_root(target)}/reviews/{review['id']}/diff-comments/"
        for one in (yield from _listed(path, "diff_comments")):
            name = fingerprint(one)
            if name:
                closed = bool(one.get("issue_opened")) and one.get("issue_status") != "open"
                dropped = one.get("issue_status") == "dropped"
                note = f"{path}{one['id']}/"
                own.append(Own(name, note, note, closed=closed, ours=closed and not dropped))
    status = ""
    for one in (yield from _listed(f"{_root(target)}/status-updates/", "status_updates")):
        if one.get("service_id") == "bank-copilot" and (one.get("extra_data") or {}).get(KEY) == account:
            status = str(one["id"])  # the server does not say whose it is; where it is not ours, it cannot be changed
    return Standing(now.head, tuple(own), status, {"account": account}, over=now.over)


def fingerprint(comment: Mapping[str, Any]) -> str:
    """Whose remark a comment is; empty where it is none of ours."""
    found = _FINGERPRINT.fullmatch(str((comment.get("extra_data") or {}).get(KEY, "")))
    return found[1] if found else ""


def _user(one: Mapping[str, Any]) -> str:
    return str(((one.get("links") or {}).get("user") or {}).get("title", ""))


def act(target: Target, standing: Standing, base: str, acts: Acts) -> Steps[frozenset[str]]:
    """A draft review with its comments, published with the summary as its text; issues; the status update."""
    del base
    root = _root(target)
    refused: set[str] = set()
    if acts.post or acts.close or not standing.summary:
        draft = yield from _drafted(root)
        views: dict[int, Any] = {}
        listed = (yield from files(target)) if acts.post else []
        for told, body in acts.post:
            if not (yield from _commented(target, draft, told, body, listed, views)):
                refused.add(told.fingerprint)
        summary = acts.summary(frozenset(refused)).replace(SUMMARY, "").strip()
        yield Call(
            "PUT",
            f"{draft}",
            {"body_top": summary, "body_top_text_type": "markdown", "public": "true", f"extra_data.{KEY}": "summary"},
            form=True,
        )
    for own, _ in acts.close:
        if not own.closed:
            yield Call("PUT", own.note, {"issue_status": "resolved"}, form=True)
    for own in acts.reopen:
        if own.closed:
            yield Call("PUT", own.note, {"issue_status": "open"}, form=True)
    values = _status(standing, acts, acts.summary(frozenset(refused)))
    path = f"{root}/status-updates/"
    if standing.summary:
        answer = yield Call("PUT", f"{path}{standing.summary}/", values, form=True, soft=True)
        if answer.status:
            return frozenset(refused)
    yield Call("POST", path, values, form=True)
    return frozenset(refused)


def _drafted(root: str) -> Steps[str]:
    """A fresh draft; one that an earlier attempt left behind is thrown away."""
    for _ in range(3):
        answer: Answer = yield Call("POST", f"{root}/reviews/", {"public": "false"}, form=True, may=(303,))
        path = f"{root}/reviews/{answer.data['review']['id']}/"
        if answer.status != 303:
            return path
        yield Call("DELETE", path, may=(404,))
    raise ValueError("a draft that cannot be thrown away")


def _commented(
    target: Target, draft: str, told: Told, body: str, listed: list[Any], views: dict[int, Any]
) -> Steps[bool]:
    """Whether the remark could be put at its rows."""
    assert told.where is not None
    file = named(listed, told.where.old, told.where.new)
    if file is None:
        return False
    if file not in views:
        answer = yield Call(
            "GET", f"{_root(target)}/diffs/{target.head[5:]}/files/{file}/", accept=_DATA, may=(404, 500)
        )
        views[file] = answer.data["diff_data"]["chunks"] if answer.status == 200 else []
    call = comment(draft, file, views[file], told.where, told.fingerprint, body)
    if call is None:
        return False
    answer = yield call
    return answer.status < 400


def comment(draft: str, file: int, chunks: list[Any], where: Where, name: str, body: str) -> Call | None:
    """A comment at the rows that the server's view has; None where it has none such."""
    ends = [positions.review_board(chunks, row.row()) for row in (where.first, where.last)]
    if ends[0] is None or ends[1] is None:
        return None
    values = {
        "filediff_id": file,
        "first_line": ends[0],
        "num_lines": max(1, ends[1] - ends[0] + 1),
        "text": body.replace(mark(name), "").strip(),
        "text_type": "markdown",
        "issue_opened": "true",
        f"extra_data.{KEY}": f"remark {name}",
    }
    return Call("POST", f"{draft}diff-comments/", values, form=True, may=(400,))


def _status(standing: Standing, acts: Acts, summary: str) -> dict[str, str]:
    plain = " ".join(html.unescape(re.sub(r"<[^>]*>|[*#]", " ", summary)).split())[:_SHORT]
    return {
        "service_id": "bank-copilot",
        "summary": "bank-copilot",
        "description": plain or say("reviewed"),
        "state": "error" if acts.failed else "done-failure" if acts.open else "done-success",
        f"extra_data.{KEY}": standing.extra["account"],
    }
