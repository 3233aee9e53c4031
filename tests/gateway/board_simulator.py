"""Review Board's interface as its documentation has it, over the simulator's server: diffs with its side-by-side rows, draft
reviews, issues, status updates. The real server is driven elsewhere; here the steps between requests are tested.
"""

from __future__ import annotations

import difflib
import re
import subprocess
from typing import Any

from forge_simulator import BOT, Forge, Request, Thread

ROOT = "/api/review-requests/7"
_RETURN = re.compile(r"\r(?:\r?\n)?")


class Board(Forge):
    """Review request 7 of the repository `core`; each push is a further diff against `main`."""

    def __init__(self, repository: Any) -> None:
        super().__init__("reviewboard", repository)
        self.heads: list[str] = []
        self.reviews: dict[int, dict[str, Any]] = {}
        self.status_update: dict[str, Any] | None = None

    def push(self, files: dict[str, str | bytes | None], branch: str = "") -> str:
        head = super().push(files, branch)
        if (branch or self.branch) != self.branch:
            return head
        self.heads.append(head)
        return f"diff-{len(self.heads)}"

    def names(self, number: str) -> list[tuple[str, str]]:
        """Each file of a diff: before and after."""
        rows = self.git("diff", "--name-status", "-M", "main", self.heads[int(number) - 1]).splitlines()
        found = []
        for row in rows:
            status, *paths = row.split("\t")
            found.append((paths[0], paths[-1], status) if status[0] in "MR" else (paths[0], paths[0], status))
        return [(old, new) for old, new, _ in found]

    def content(self, commit: str, name: str) -> str | None:
        done = subprocess.run(
            ["git", "show", f"{commit}:{name}"], cwd=self.repository, capture_output=True, check=False
        )
        return done.stdout.decode() if done.returncode == 0 else None

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        name, _, _ = path.partition("?")
        if method == "GET" and name.startswith(f"{ROOT}/diffs/"):
            self.seen.append(Request(method, name, None, headers.get("Authorization", "")))
            parts = name.removeprefix(f"{ROOT}/diffs/").strip("/").split("/")
            head = self.heads[int(parts[0]) - 1]
            if len(parts) == 1:
                assert headers["Accept"] == "text/x-patch"
                return 200, (self.git("diff", "--full-index", "-M", "main", head) + "\n").encode()
            files = self.names(parts[0])
            if len(parts) == 2:
                rows = [{"id": 500 + n, "source_file": old, "dest_file": new} for n, (old, new) in enumerate(files)]
                return 200, {"files": rows, "total_results": len(rows)}
            old, new = files[int(parts[2]) - 500]
            sides = self.content("main", old), self.content(head, new)
            if len(parts) == 4:
                text = sides[parts[3] == "patched-file"]
                text = None if text is None else _RETURN.sub("\n", text)  # as the server does, in patches too
                return (200, text.encode()) if text is not None else (404, {"stat": "fail"})
            if headers["Accept"] == "text/x-patch":
                return 200, (self.git("diff", "--full-index", "-M", "main", head, "--", old, new) + "\n").encode()
            assert headers["Accept"] == "application/vnd.reviewboard.org.diff.data+json"
            return 200, {"diff_data": {"chunks": chunks(*(_RETURN.sub("\n", side or "") for side in sides))}}
        return super().answer(method, path, body, headers)

    def _reviewboard(self) -> list[tuple[str, str, Any]]:
        def request(*_: Any) -> Any:
            links = {
                "latest_diff": {"href": f"http://board{ROOT}/diffs/{len(self.heads)}/"},
                "repository": {"title": "payments/core"},
            }
            status = {"open": "pending", "merged": "submitted", "closed": "discarded"}[self.state]
            return {"review_request": {"id": 7, "status": status, "links": links}}

        def reviews(*_: Any) -> Any:
            rows = [one for one in self.reviews.values() if one["public"]]
            return {"reviews": rows, "total_results": len(rows)}

        def draft(*_: Any) -> Any:
            for one in self.reviews.values():
                if not one["public"]:
                    return 303, {"review": one}
            name = self._id()
            self.reviews[name] = {"id": name, "public": False, "links": {"user": {"title": BOT}}}
            return 201, {"review": self.reviews[name]}

        def publish(body: Any, _: Any, name: str) -> Any:
            self.reviews[int(name)] |= {"public": body["public"] == "true", "body_top": body["body_top"]}
            return {"review": self.reviews[int(name)]}

        def drop(_: Any, __: Any, name: str) -> Any:
            del self.reviews[int(name)]
            self.threads = [one for one in self.threads if one.place["review"] != name]
            return 204, b""

        def comment(body: Any, _: Any, review: str) -> Any:
            self.threads.append(Thread(self._id(), body["text"], {**body, "review": review, "status": "open"}))
            return 201, {"diff_comment": {"id": self.threads[-1].id}}

        def comments(_: Any, __: Any, review: str) -> Any:
            rows = [
                {
                    "id": one.id, "issue_opened": True, "issue_status": one.place["status"],
                    "extra_data": {"bank_copilot": one.place["extra_data.bank_copilot"]},
                }
                for one in self.threads
                if one.place["review"] == review
            ]  # fmt: skip
            return {"diff_comments": rows, "total_results": len(rows)}

        def issue(body: Any, _: Any, __: str, name: str) -> Any:
            self.thread(name).place["status"] = body["issue_status"]
            return {"diff_comment": {"id": name}}

        def updates(*_: Any) -> Any:
            rows = [self.status_update] if self.status_update else []
            return {"status_updates": rows, "total_results": len(rows)}

        def update(body: Any, *_: Any) -> Any:
            self.status_update = {
                **body,
                "id": 1,
                "links": {},
                "extra_data": {"bank_copilot": body["extra_data.bank_copilot"]},
            }
            return {"status_update": self.status_update}

        return [
            ("GET", f"{ROOT}/", request),
            ("GET", f"{ROOT}/reviews/", reviews),
            ("POST", f"{ROOT}/reviews/", draft),
            ("PUT", rf"{ROOT}/reviews/(\d+)/", publish),
            ("DELETE", rf"{ROOT}/reviews/(\d+)/", drop),
            ("POST", rf"{ROOT}/reviews/(\d+)/diff-comments/", comment),
            ("GET", rf"{ROOT}/reviews/(\d+)/diff-comments/", comments),
            ("PUT", rf"{ROOT}/reviews/(\d+)/diff-comments/(\d+)/", issue),
            ("GET", f"{ROOT}/status-updates/", updates),
            ("POST", f"{ROOT}/status-updates/", update),
            ("PUT", f"{ROOT}/status-updates/1/", update),
        ]


def chunks(before: str, after: str) -> list[dict[str, Any]]:
    """A side-by-side view: rows count on over both sides, what is replaced stands beside what it became."""
    old, new = before.splitlines(), after.splitlines()
    found, row = [], 0
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        lines = []
        for n in range(max(j - i, m - k)):
            row += 1
            left, right = (i + n, old[i + n]) if i + n < j else None, (k + n, new[k + n]) if k + n < m else None
            lines.append(
                [
                    row,
                    left[0] + 1 if left else "",
                    left[1] if left else "",
                    [],
                    right[0] + 1 if right else "",
                    right[1] if right else "",
                    [],
                    False,
                ]
            )
        found.append({"change": kind, "lines": lines})
    return found
