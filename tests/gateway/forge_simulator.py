"""Forges as they behave, over loopback: each keeps comments and threads, and serves the project's git repository read-only.

Written from the forges' documentation, for what must be proven over several requests (no duplicates, resolved, dismissed);
that single bodies fit is proven by the forges' own descriptions (`make bot-test`). Every request is kept in `seen`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BOT = "bank-copilot"


class Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # whoever asked was killed
            super().handle_error(request, client_address)


@dataclass
class Thread:
    """A discussion: its first comment, where it is, and whether it is closed."""

    id: int
    body: str
    place: dict[str, Any]
    author: str = BOT
    closed: bool = False
    closed_by: str = ""
    reply: tuple[str, str] | None = None


@dataclass
class Request:
    method: str
    path: str
    body: Any
    token: str


@dataclass
class Forge:
    """One merge request (number 7) of `payments/core`, and its comments."""

    kind: str
    repository: Path
    branch: str = "change"
    threads: list[Thread] = field(default_factory=list)
    notes: dict[int, tuple[str, str]] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    refused: Callable[[dict[str, Any]], bool] = lambda _: False
    before: Callable[[str, str], None] = lambda *_: None
    """Called ahead of each answer: a test may kill somebody here."""
    after: Callable[[str, str], None] = lambda *_: None
    """The same once a request took effect, before it is answered."""
    status: int = 0
    """An answer to every request but git's; 0: as it should be."""
    state: str = "open"
    """`open`, `merged` or `closed`."""
    closes: bool = True
    """Whether the token may close threads (GitHub and GitLab)."""
    next_id: int = 100

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        forge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                data = self.rfile.read(length)
                kind = self.headers.get("Content-Type", "")
                body: Any = None
                if data:
                    body = json.loads(data) if "json" in kind else {k: v[0] for k, v in parse_qs(data.decode()).items()}
                status, told = forge.answer(self.command, self.path, body, dict(self.headers))
                text = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header(
                    "Content-Type", "application/octet-stream" if isinstance(told, bytes) else "application/json"
                )
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                with suppress(OSError):  # whoever asked was killed
                    self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- the repository -------------------------------------------------------------------------------------------

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *identity, *words], cwd=self.repository, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def push(self, files: dict[str, str | bytes | None], branch: str = "") -> str:
        """A commit on the branch of the merge request (or another); the refs that a forge keeps follow it."""
        branch = branch or self.branch
        if not (self.repository / ".git").exists():
            self.git("init", "-q", "-b", "main")
        names = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads")
        if branch not in names.split() and names:
            self.git("checkout", "-q", "-b", branch)
        elif names:
            self.git("checkout", "-q", branch)
        for name, text in files.items():
            path = self.repository / name
            if text is None:
                self.git("rm", "-q", name)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "c")
        head = self.git("rev-parse", "HEAD")
        if branch == self.branch:
            self.git("update-ref", f"refs/{self.ref}/7/head", head)
        self.git("update-server-info")
        return head

    @property
    def ref(self) -> str:
        return "merge-requests" if self.kind == "gitlab" else "pull"

    @property
    def head(self) -> str:
        return self.git("rev-parse", f"refs/heads/{self.branch}")

    # --- answers --------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        token = headers.get("PRIVATE-TOKEN") or headers.get("Authorization", "")
        split = urlsplit(path)
        if ".git/" in path:
            self.before("GIT", split.path)
            return self._static(unquote(split.path))
        self.before(method, split.path)
        with self.lock:
            self.seen.append(Request(method, split.path, body, token))
            if self.status:
                return self.status, {"message": "no"}
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            name = unquote(split.path) if self.kind == "gitlab" else split.path
            for wanted, pattern, action in self._routes():
                found = re.fullmatch(pattern, name)
                if found and wanted == method:
                    told = action(body, query, *found.groups())
                    break
            else:
                return 404, {"message": f"nothing at {method} {name}"}
        self.after(method, split.path)
        return told if isinstance(told, tuple) else (200, told)

    def _static(self, path: str) -> tuple[int, Any]:
        """Git's dumb protocol: the files of the repository."""
        inside = path.partition(".git/")[2]
        place = (self.repository / ".git" / inside).resolve()
        if not path.startswith("/payments/core.git/") or not place.is_file():
            return 404, b""
        return 200, place.read_bytes()

    def _routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return getattr(self, f"_{self.kind}")()

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id

    def thread(self, name: object) -> Thread:
        return next(one for one in self.threads if str(one.id) == str(name))

    def _note(self, body: dict[str, Any]) -> dict[str, Any]:
        name = self._id()
        self.notes[name] = (BOT, body["body"])
        return {"id": name, "body": body["body"]}

    def _edit(self, body: dict[str, Any], name: str) -> Any:
        if int(name) in self.notes:
            self.notes[int(name)] = (BOT, body["body"])
            return {"id": int(name)}
        self.thread(name).body = body["body"]
        return {"id": int(name)}

    # GitLab: "Discussions API", "Notes API", "Merge request diffs"
    def _gitlab(self) -> list[tuple[str, str, Callable[..., Any]]]:
        root = r"/api/v4/projects/payments/core/merge_requests/7"

        def discussions(_: Any, query: dict[str, str]) -> Any:
            rows = [self._gitlab_thread(one) for one in self.threads]
            rows += [
                {
                    "id": f"n{name}",
                    "individual_note": True,
                    "notes": [{"id": name, "body": text, "author": {"username": who}}],
                }
                for name, (who, text) in self.notes.items()
            ]
            size, page = int(query["per_page"]), int(query["page"])
            return rows[(page - 1) * size : page * size]

        def request(*_: Any) -> Any:
            return {"iid": 7, "state": {"open": "opened"}.get(self.state, self.state)}

        def versions(*_: Any) -> Any:
            base = self.git("merge-base", "main", self.branch)
            return [{"id": 1, "base_commit_sha": base, "start_commit_sha": base, "head_commit_sha": self.head}]

        def post(body: Any, _: Any) -> Any:
            if self.refused(body["position"]):
                return 400, {"message": '400 Bad request - Note {:line_code=>["can\'t be blank"]}'}
            one = Thread(self._id(), body["body"], body["position"])
            self.threads.append(one)
            return 201, self._gitlab_thread(one)

        def resolve(body: Any, _: Any, name: str) -> Any:
            if not self.closes:
                return 403, {"message": "403 Forbidden"}
            one = self.thread(name[1:])
            one.closed, one.closed_by = body["resolved"], BOT if body["resolved"] else ""
            return self._gitlab_thread(one)

        return [
            ("GET", root, request),
            ("GET", f"{root}/versions", versions),
            ("GET", f"{root}/discussions", discussions),
            ("POST", f"{root}/discussions", post),
            ("PUT", rf"{root}/discussions/(d\d+)", resolve),
            ("POST", f"{root}/notes", lambda body, _: (201, self._note(body))),
            ("PUT", rf"{root}/notes/(\d+)", lambda body, _, name: self._edit(body, name)),
        ]

    def _gitlab_thread(self, one: Thread) -> dict[str, Any]:
        first = {
            "id": one.id,
            "body": one.body,
            "author": {"username": one.author},
            "resolvable": True,
            "resolved": one.closed,
        }
        if one.closed:
            first["resolved_by"] = {"username": one.closed_by}
        notes = [first]
        if one.reply:
            notes.append({"id": one.id + 10_000, "body": one.reply[1], "author": {"username": one.reply[0]}})
        return {"id": f"d{one.id}", "individual_note": False, "notes": notes}

    # GitHub: REST for what is written, GraphQL for threads
    def _github(self) -> list[tuple[str, str, Callable[..., Any]]]:
        root = "/api/v3/repos/payments/core"

        def review(body: Any, _: Any) -> Any:
            if any(self.refused(one) for one in body["comments"]):
                return 422, {"message": "Unprocessable Entity"}
            self.threads += [Thread(self._id(), one["body"], one) for one in body["comments"]]
            return {"id": self._id()}

        def comment(body: Any, _: Any) -> Any:
            if self.refused(body):
                return 422, {"message": "Unprocessable Entity"}
            self.threads.append(Thread(self._id(), body["body"], body))
            return 201, {"id": self.threads[-1].id}

        def graphql(body: Any, _: Any) -> Any:
            values = body["variables"]
            if body["query"].startswith("mutation") and not self.closes:
                return {"data": None, "errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]}
            if body["query"].startswith("mutation"):
                one = self.thread(values["id"][1:])
                one.closed = "Close" in body["query"]
                one.closed_by = BOT if one.closed else ""
                return {"data": {"thread": {"id": values["id"]}}}
            page = {"pageInfo": {"hasNextPage": False, "endCursor": None}}
            if "Summaries" in body["query"]:
                nodes = [
                    {"databaseId": name, "body": text, "author": {"login": who}}
                    for name, (who, text) in self.notes.items()
                ]
                return self._pull({"comments": {**page, "nodes": nodes}})
            size, start = 50, int(values["after"] or 0)
            rows = [self._github_thread(one) for one in self.threads]
            more = start + size < len(rows)
            page = {"pageInfo": {"hasNextPage": more, "endCursor": str(start + size)}}
            told = {"headRefOid": self.head, "state": self.state.upper()}
            return self._pull({**told, "reviewThreads": {**page, "nodes": rows[start : start + size]}})

        return [
            ("POST", f"{root}/pulls/7/reviews", review),
            ("POST", f"{root}/pulls/7/comments", comment),
            ("POST", "/api/graphql", graphql),
            ("POST", f"{root}/issues/7/comments", lambda body, _: (201, self._note(body))),
            ("PATCH", rf"{root}/(?:issues|pulls)/comments/(\d+)", lambda body, _, name: self._edit(body, name)),
        ]

    def _pull(self, told: dict[str, Any]) -> Any:
        return {"data": {"repository": {"pullRequest": told}}}

    def _github_thread(self, one: Thread) -> dict[str, Any]:
        first = {"databaseId": one.id, "body": one.body, "author": {"login": one.author}}
        last = {"body": one.reply[1], "author": {"login": one.reply[0]}} if one.reply else first
        by = {"login": one.closed_by} if one.closed else None
        return {
            "id": f"T{one.id}", "isResolved": one.closed, "resolvedBy": by, "comments": {"nodes": [first]},
            "last": {"nodes": [last]},
        }  # fmt: skip

    # Gitea: one review a push; a conversation is closed on its pages alone
    def _gitea(self) -> list[tuple[str, str, Callable[..., Any]]]:
        root = "/api/v1/repos/payments/core"

        def review(body: Any, _: Any) -> Any:
            if any(self.refused(one) for one in body["comments"]):
                return 422, {"message": "no such line"}
            self.threads += [Thread(self._id(), one["body"], one) for one in body["comments"]]
            return {"id": 1}

        def comments(*_: Any) -> Any:
            return [
                {
                    "id": one.id, "body": one.body, "user": {"login": one.author},
                    "resolver": {"login": one.closed_by} if one.closed else None,
                }
                for one in self.threads
            ]  # fmt: skip

        def notes(*_: Any) -> Any:
            return [{"id": name, "body": text, "user": {"login": who}} for name, (who, text) in self.notes.items()]

        def pull(*_: Any) -> Any:
            state = "open" if self.state == "open" else "closed"
            return {"number": 7, "state": state, "merged": self.state == "merged", "head": {"sha": self.head}}

        def reviews(*_: Any) -> Any:
            return [{"id": 1, "user": {"login": BOT}, "comments_count": len(self.threads)}] if self.threads else []

        return [
            ("GET", f"{root}/pulls/7", pull),
            ("GET", f"{root}/pulls/7/reviews", reviews),
            ("GET", f"{root}/pulls/7/reviews/1/comments", comments),
            ("POST", f"{root}/pulls/7/reviews", review),
            ("GET", f"{root}/issues/7/comments", notes),
            ("POST", f"{root}/issues/7/comments", lambda body, _: (201, self._note(body))),
            ("PATCH", rf"{root}/issues/comments/(\d+)", lambda body, _, name: self._edit(body, name)),
        ]

    # Gitee: comments of the pull request alone
    def _gitee(self) -> list[tuple[str, str, Callable[..., Any]]]:
        root = "/api/v5/repos/payments/core/pulls"

        def notes(*_: Any) -> Any:
            return [{"id": name, "body": text, "user": {"login": who}} for name, (who, text) in self.notes.items()]

        return [
            ("GET", f"{root}/7", lambda *_: {"number": 7, "state": self.state, "head": {"sha": self.head}}),
            ("GET", f"{root}/7/comments", notes),
            ("POST", f"{root}/7/comments", lambda body, _: (201, self._note(body))),
            ("PATCH", rf"{root}/comments/(\d+)", lambda body, _, name: self._edit(body, name)),
        ]
