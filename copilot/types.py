"""The values that travel between the faces, the pipeline, the engines and the checks.

All are frozen. Offsets are bytes into the UTF-8 text; no editor, HTTP or tree-sitter name occurs here. No behaviour, either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from copilot.reviewfacts import ReviewOptions
from copilot.testfacts import PLAIN, Gap, TestStyle, Wrong


class Task(StrEnum):
    """The capabilities; the value is the name of the module in `copilot/tasks/`."""

    COMPLETE = "complete"
    GENERATE = "generate"
    FIX = "fix"
    COMMENT = "comment"
    TESTS = "tests"
    EXPLAIN = "explain"
    REVIEW = "review"


class Severity(StrEnum):
    """How serious a finding is, most serious first."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open byte range `[start, end)` in a document's UTF-8 text."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def touches(self, other: Span) -> bool:
        """True when the two ranges share a byte or meet at an edge (an empty span is a caret)."""
        return self.start <= other.end and other.start <= self.end

    def contains(self, other: Span) -> bool:
        """True when `other` lies inside this range, edges included."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one file, in `parts`, so that an editor's store hands out a snapshot without copying the file at each
    keystroke; `text` joins them once, on first use. Line ends stay as they stand in the file. `encoding` is the file's own
    (restored on write by `copilot.files`); `newline` is the line end that new text takes.
    """

    path: Path
    language: str | None
    parts: tuple[bytes, ...]
    version: int | None = None
    encoding: str = "utf-8"
    newline: Literal["\n", "\r\n", "\r"] = "\n"
    _joined: list[bytes] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def text(self) -> bytes:
        """The whole text as UTF-8 bytes."""
        if not self._joined:
            self._joined.append(self.parts[0] if len(self.parts) == 1 else b"".join(self.parts))
        return self._joined[0]

    def __len__(self) -> int:
        return sum(map(len, self.parts))


def document(path: Path, language: str | None, text: bytes | str, *, version: int | None = None) -> Document:
    """A document from its whole text; the newline is the first line end found (LF when there is none)."""
    data = text.encode() if isinstance(text, str) else text
    return Document(path, language, (data,), version=version, newline=dominant_newline(data))


def dominant_newline(data: bytes) -> Literal["\n", "\r\n", "\r"]:
    """The first line end of `data`, LF when it has none."""
    feed, carriage = data.find(b"\n"), data.find(b"\r")
    if carriage == -1 or -1 < feed < carriage:
        return "\n"
    return "\r\n" if data[carriage + 1 : carriage + 2] == b"\n" else "\r"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `span` of the file at `path` by `new` (lines end in LF here; the file's own line end is written).

    A file that does not exist yet is created by an edit of `Span(0, 0)`.
    """

    path: Path
    span: Span
    new: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place. `fix` is a verified set of edits, or empty. `source`: the tool that says so, empty: we."""

    rule: str
    severity: Severity
    path: Path
    span: Span
    message: str
    fix: tuple[Edit, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class CompleteOptions:
    """`profile` picks the confidence threshold; `pause_s` are seconds of quiet before a model is asked."""

    profile: Literal["quiet", "normal", "eager"] = "normal"
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """`kind` names one derivation (`tasks.generate.KINDS`) or is `edit` (the selection, as told); `auto`: by the instruction."""

    kind: str = "auto"


@dataclass(frozen=True, slots=True)
class FixOptions:
    """`by_tests`: tests fail; `test` runs them (empty: those found), in `folder` of the root; `budget_s` of CPU (0: the usual)."""

    by_tests: bool = False
    test: str = ""
    folder: str = ""
    budget_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CommentOptions:
    """`style` `auto` is the file's, else Google for Python; Javadoc for Java and JSDoc for scripts, always. `lang` `auto` is what
    settings say, else the file's, else the locale's. `kind` is what is written: documentation, the file's header, or comments
    inside the code. `reach`: the definition at the place, or all that lie in it (`copilot/documenting.py`).
    """

    style: Literal["auto", "google", "numpy", "rest", "javadoc", "jsdoc"] = "auto"
    lang: Literal["auto", "en", "zh"] = "auto"
    kind: Literal["docstring", "header", "inline"] = "docstring"
    reach: Literal["one", "all"] = "one"


@dataclass(frozen=True, slots=True)
class TestsOptions:
    """`out`: folder for the test file (None: the setting's, else beside the project's tests); `budget_s`: wall seconds
    for one call (None: the setting's).

    `path`, `module`, `style` are filled in on the way (`tasks.prepared`): the file to create, the name by which it imports the
    document (None and empty when there is no such place or name), how the project writes tests. `early`: tell about a first
    verified test while others are looked for. `ground`: the proven file that is to be extended, and the `gaps` that it leaves.
    """

    __test__ = False  # pytest would collect the name

    out: Path | None = None
    budget_s: float | None = None
    path: Path | None = None
    module: str = ""
    style: TestStyle = PLAIN
    plain: bool = False  # for tests that nobody keeps: pytest functions, whatever the project's are
    early: bool = False
    ground: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """`lang` `auto` is what settings say, else the locale's."""

    lang: Literal["auto", "en", "zh"] = "auto"


Options = (
    CompleteOptions | GenerateOptions | FixOptions | CommentOptions | TestsOptions | ExplainOptions | ReviewOptions
)

DEFAULT_OPTIONS: Final[dict[Task, Options]] = {
    Task.COMPLETE: CompleteOptions(),
    Task.GENERATE: GenerateOptions(),
    Task.FIX: FixOptions(),
    Task.COMMENT: CommentOptions(),
    Task.TESTS: TestsOptions(),
    Task.EXPLAIN: ExplainOptions(),
    Task.REVIEW: ReviewOptions(),
}


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text from elsewhere that helps; `why` is shown to the developer, `tokens` is an estimate.

    `settled`: its place among those that stay as they are while a line is typed; None for one that came with the line.
    """

    path: Path
    span: Span
    text: str
    why: str
    tokens: int
    settled: int | None = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What an engine sees beside the document. `truncated`: the budget cut something."""

    before: str
    after: str
    snippets: tuple[Snippet, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A gap to fill. The gateway, and nobody else, renders it in the markers of the model's family."""

    before: str
    after: str
    snippets: tuple[Snippet, ...] = ()
    """Nearest first: the farthest is the first to go when the prompt is too long."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked of a model: chat `messages`, or a `hole` to fill, never both.

    `template` is `id@version#digest` (12 hex digits of the template's SHA-256), which governance headers carry.
    `schema`: the answer must be JSON of this schema. `samples`: how many independent answers.
    """

    template: str
    max_tokens: int
    messages: tuple[Message, ...] = ()
    hole: Hole | None = None
    stop: tuple[str, ...] = ()
    temperature: float = 0.0
    schema: Mapping[str, object] | None = None
    samples: int = 1


@dataclass(frozen=True, slots=True)
class Detection:
    """Sensitive text that content review found: code points `[start, end)` of the text number `text`. Never its value."""

    rule: str
    kind: str
    start: int
    end: int
    text: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What content review decided. `redact`: the text goes on with surrogates in the place of the detections. `packs` says
    by which rules: `built-in@version`, and each pack of the bank as `name@version#digest`.
    """

    action: Literal["allow", "redact", "deny"]
    detections: tuple[Detection, ...] = ()
    packs: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One proof step: `name` is stable (`applies`, `syntax`, `runs` …), `detail` is for a person.

    `parts`: which parts of the candidate failed, and why (`(test, reason)`), where a check can tell; `wrong`: of which of
    them the very value is known; `gaps`: what a candidate that passes leaves open.
    """

    name: str
    passed: bool
    detail: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    wrong: tuple[Wrong, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an engine proposes, unproven. `confidence` is a probability in 0..1; `title` names it in one phrase.

    `prose` is what is told and not written: an explanation (Markdown), then without edits. `left_out` counts what was
    looked at and is not offered, by reason (words of the code, no message; `evidence.left_out` tells it to a person).
    `template`: what a model was asked with, as in `Prompt`; `agreed`: two engines say the same; `gaps`: what the engine knows
    that it leaves open; `proof`: what it proved on the way.
    """

    edits: tuple[Edit, ...]
    origin: str
    confidence: float
    title: str = ""
    findings: tuple[Finding, ...] = ()
    prose: str = ""
    gaps: tuple[Gap, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    template: str = ""
    agreed: bool = False
    proof: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate that was tried, with the checks it went through (the last one failed)."""

    candidate: Candidate
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the pipeline. `span` is the caret or selection; `facts` are foreign diagnostics."""

    task: Task
    document: Document
    span: Span
    options: Options
    trigger: Literal["invoked", "automatic"] = "invoked"
    instruction: str = ""
    facts: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    trace_id: str = ""
    """W3C trace id (32 hex digits) of the suggestion that comes of it; the pipeline gives one."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate that passed every check, with its evidence."""

    edits: tuple[Edit, ...]
    checks: tuple[Check, ...]
    origin: str
    confidence: float
    trace_id: str
    title: str = ""
    findings: tuple[Finding, ...] = ()
    prose: str = ""
    left_out: tuple[tuple[str, int], ...] = ()
    template: str = ""
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """Silence with a reason: `reason` is one phrase, `detail` more for who asks, `attempts` what was rejected."""

    reason: str
    detail: str = ""
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a task could do here, judged by the tree alone; resolving it runs the pipeline."""

    task: Task
    title: str
    span: Span
    options: Options
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """The project under the cursor. `python` is its own interpreter; `why_python` says how it was found.

    `base`: what its files are for code that has to run (POSIX paths relative to `root`); None: what lies on the disk.
    """

    root: Path
    python: Path | None = None
    why_python: str = ""
    java_home: Path | None = None
    base: Mapping[str, bytes] | None = field(default=None, repr=False, compare=False)
