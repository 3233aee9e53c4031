"""What the completion engine learns: from histories (places, calibration), from the line being typed, and by fitting."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from copilot import git
from copilot.config import Settings
from copilot.context.building import Builder
from copilot.context.corpus import Spelling
from copilot.context.reader import StoredIndex
from copilot.engines.base import Resources
from copilot.engines.embedded import calibrate, correction, history, mixing, outcomes, rank, session
from copilot.engines.embedded.caret import caret
from copilot.engines.embedded.complete import Proposal, _answer, cautious, lowered, proposals
from copilot.engines.embedded.evidence import Source, evidence
from copilot.engines.embedded.ngram import Model, past
from copilot.engines.embedded.sources import Vocabulary, buffer, repository
from copilot.types import CompleteOptions, Context, Declined, Project, Request, Span, Task, document

sys.path.append(str(Path(__file__).parents[1] / "bench"))  # behind all: it has a module `lsp`
from boosting import Shape, boosted
from descent import least

BASE = """class Account:
    def __init__(self, owner, balance):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount
        return self.balance
"""


def command(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True)


def module(n: int) -> str:
    methods = "".join(
        f"""
    def {verb}_{n}(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance -= amount * {n}
        self.history.append(amount)
        return self.balance
"""
        for verb in ("withdraw", "transfer", "charge", "refund")
    )
    return f"{BASE}\n\nclass Special{n}(Account):{methods}"


@pytest.fixture
def repository_with_history(tmp_path: Path) -> Path:
    """Forty modules; the last commit adds a class to each."""
    root = tmp_path / "repo"
    root.mkdir()
    command(root, "init", "-q", "-b", "main")
    for n in range(40):
        (root / f"m{n:02}.py").write_text(BASE if n else module(0))
    command(root, "add", ".")
    command(root, "commit", "-q", "-m", "base")
    for n in range(1, 40):
        (root / f"m{n:02}.py").write_text(module(n))
    command(root, "commit", "-qam", "classes")
    return root


def indexed(root: Path, folder: Path) -> StoredIndex:
    builder = Builder(root, folder, (), 400)
    builder.begin()
    for found in builder.stale()[0]:
        builder.put(found)
    builder.commit()
    builder.arrays()
    builder.database.close()
    return StoredIndex(root, folder)


def test_added_lines_leave_out_moves_indents_and_long_hunks() -> None:
    patch = (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n"
        "@@ -3 +3,2 @@\n-x = 1\n+    x = 1\n+y = 2\n"
        "@@ -9,0 +20,61 @@\n" + "+z\n" * 61 + "diff --git a/old.py b/new.py\nrename from old.py\nrename to new.py\n"
        "--- a/old.py\n+++ b/new.py\n@@ -1 +1 @@\n-a\n+b\n"
        "diff --git a/migrations/0001.py b/app/migrations/0001.py\n--- /dev/null\n+++ b/app/migrations/0001.py\n"
        "@@ -0,0 +1 @@\n+a = 1\n"
    )
    assert history.added_lines(patch) == {"a.py": [3]}


def test_places_hold_the_whole_line_between_before_and_gold() -> None:
    text = module(3)
    lines = list(range(len(text.split("\n"))))
    places = history.on_lines("m.py", "python", text, lines, random.Random(3), most=30)
    assert {place.kind for place in places} == set(history.KINDS)
    for place in places:
        assert place.gold
        assert f"{place.before}{place.gold}{place.after}" == text


def test_git_tells_commits_patches_and_texts(repository_with_history: Path) -> None:
    newest, oldest = git.commits(repository_with_history, 10)
    patch = git.difference(repository_with_history, oldest, newest)
    assert patch is not None
    assert len(history.added_lines(patch)) == 39
    texts = git.texts(repository_with_history, oldest, ["m01.py", "missing.py", "m00.py"])
    assert texts == {"m01.py": BASE, "m00.py": module(0)}
    assert git.texts(repository_with_history, oldest, ["m01.py"], limit=10) == {}


def test_a_workspace_is_calibrated_by_its_own_history_and_only_once(
    repository_with_history: Path, tmp_path: Path
) -> None:
    index = indexed(repository_with_history, tmp_path / "index")
    steps = sum(1 for _ in calibrate.steps(repository_with_history, index))
    made = calibrate.of(index.folder)
    assert 100 < made.places <= calibrate.PLACES
    assert steps > made.places, "what is asked is prepared in steps too, so that a save never waits long"
    assert made.correction != rank.Correction()
    stored = (index.folder / "calibration.json").read_bytes()
    assert sum(1 for _ in calibrate.steps(repository_with_history, index)) == 0, "the head has not moved"
    calibrate.forget(index.folder)
    for _ in calibrate.steps(repository_with_history, index):
        pass
    assert (index.folder / "calibration.json").read_bytes() == stored, "the same history gives the same file"
    assert b"balance" not in stored
    (index.folder / "calibration.json").write_bytes(stored.replace(rank.digest().encode(), b"0123456789abcdef"))
    assert calibrate.of(index.folder) == calibrate.NONE, "what corrected other weights says nothing about these"
    index.close()


def test_a_damaged_calibration_and_a_folder_inside_a_repository_change_nothing(
    repository_with_history: Path, tmp_path: Path
) -> None:
    index = indexed(repository_with_history, tmp_path / "index")
    (index.folder / "calibration.json").write_text("{")
    assert calibrate.of(index.folder) == calibrate.NONE
    inner = repository_with_history / "inner"
    inner.mkdir()
    assert sum(1 for _ in calibrate.steps(inner, index)) == 0
    index.close()


def test_the_index_of_then_knows_the_old_texts_only(repository_with_history: Path, tmp_path: Path) -> None:
    index = indexed(repository_with_history, tmp_path / "index")
    head = git.commits(repository_with_history, 2)
    replayed = calibrate._replayed(repository_with_history, index, head[0])
    place, then = next(work for work in replayed if work is not None)
    corpus = then.corpus(place.language)
    assert corpus is not None
    live = set(corpus.live.values())
    assert live == {f"m{n:02}.py" for n in range(40)}
    segment = corpus.segments[-1]
    words = {corpus.words[n] for n in segment.words[segment.words >= 0].tolist()}
    assert "deposit" in words
    assert "Special7" not in words
    index.close()


def test_new_moved_and_excluded_files_are_not_there_then(repository_with_history: Path, tmp_path: Path) -> None:
    root = repository_with_history
    (root / "secret").mkdir()
    (root / "secret" / "k.py").write_text("def hidden(amount):\n    return amount\n")
    (root / ".copilotignore").write_text("secret/\n")
    command(root, "add", "-A")
    command(root, "commit", "-qm", "a secret")
    (root / "big.py").write_text("".join(f"def brandnew{n}(amount):\n    return amount + {n}\n" for n in range(100)))
    command(root, "mv", "m00.py", "moved.py")
    for n in range(5, 30):
        path = root / f"m{n:02}.py"
        path.write_text(path.read_text() + f"\n\ndef later{n}(amount):\n    return amount * {n}\n")
    (root / "secret" / "k.py").write_text("def hidden(amount):\n    return amount * 2\n")
    command(root, "add", "-A")
    command(root, "commit", "-qm", "more")
    index = indexed(root, tmp_path / "index")
    work = [each for each in calibrate._replayed(root, index, git.commits(root, 1)[0]) if each is not None]
    corpus = work[0][1].corpus("python")
    assert corpus is not None
    live = set(corpus.live.values())
    assert "big.py" not in live
    assert {"moved.py", "m00.py"} & live == {"m00.py"}
    assert not any(place.name.startswith("secret/") for place, _ in work)
    assert "secret/k.py" not in live
    index.close()


def test_a_correction_follows_the_truth_and_is_held_where_there_is_little() -> None:
    chance = random.Random(4)
    values = [[chance.gauss(0, 1) for _ in rank.FEATURES] for _ in range(600)]
    always = correction.corrected([(row, True) for row in values])
    never = correction.corrected([(row, False) for row in values])
    row = values[0]
    plain = rank.confidence(row, rank.Correction())
    assert rank.confidence(row, never) < plain < rank.confidence(row, always)
    assert correction.corrected([(row, True)] * 20) == rank.Correction()


def test_the_stored_ranker_knows_every_feature() -> None:
    fitted = rank.weights()
    assert fitted["names"] == list(rank.FEATURES)
    assert set(fitted["features"]) == set(rank.FEATURES)
    assert set(fitted["instant"]["features"]) == set(rank.FEATURES) - rank.LATE
    assert all(
        len(node) == 1 or (0 <= node[0] < len(rank.FEATURES) and len(node) == 4) for t in fitted["trees"] for node in t
    )


def test_what_was_typed_past_on_a_line_lowers_the_next_proposals_there(tmp_path: Path) -> None:
    session.clear()
    path = tmp_path / "a.py"
    session.note(path, "x = 1\nreturn ", "self.balance")
    assert session.refused(path, "x = 1\nreturn sel") == 0, "typed as proposed"
    assert session.refused(path, "x = 1\nreturn self.") == 1, "typed on and on, and not taken"
    assert session.refused(path, "x = 1\nreturn amount") == 1
    session.note(path, "x = 1\nreturn amount", " + fee")
    assert session.refused(path, "x = 1\nreturn amount * 2") == 2
    assert session.refused(path, "x = 1\nreturn amount\nnext") == 0, "another line"
    assert session.refused(tmp_path / "b.py", "x = 1\nreturn amount") == 0
    session.note(path, "x = 1\ny = ", "2")
    assert session.refused(path, "x = 1\ny = 2 + 3") == 0, "it came true"
    session.clear()


def test_what_became_of_a_proposal_is_told_once(tmp_path: Path) -> None:
    session.clear()
    path = tmp_path / "a.py"
    session.note(path, "return ", "self.balance", 0.7)
    assert session.settled(path, "return self.ba") == [], "not known yet"
    assert session.settled(path, "return self.balance") == [(0.7, True)]
    assert session.settled(path, "return self.balance") == []
    session.note(path, "return self.balance\nx = ", "amount", 0.6)
    assert session.settled(path, "return self.balance\nx = amounts") == [(0.6, False)]
    session.note(path, "return self.balance\nx = 1\ny = am", "ount", 0.9)
    assert session.settled(path, "return self.balance\nx = 1\ny = amount\n") == [(0.9, True)], (
        "taken, and on to the next line"
    )
    session.note(path, "z = ", "1", 0.5)
    assert session.settled(path, "z") == [], "taken back"
    session.clear()


def test_where_proposals_fail_the_workspace_gets_quieter_and_recovers(tmp_path: Path) -> None:
    for _ in range(40):
        outcomes.learn(tmp_path, 0.7, right=False)
    quiet = outcomes.of(tmp_path).shift()
    assert quiet < -1
    assert lowered(0.7, -quiet) < 0.5
    for _ in range(400):
        outcomes.learn(tmp_path, 0.7, right=True)
    assert outcomes.of(tmp_path).shift() > 0
    stored = (tmp_path / "outcomes.json").read_text()
    assert set(json.loads(stored)) == {"right", "expected", "variance", "count"}
    before = outcomes.of(tmp_path)
    outcomes._held.clear()
    assert outcomes.of(tmp_path) == before, "kept for the next session"
    (tmp_path / "outcomes.json").write_text("[]")
    outcomes._held.clear()
    assert outcomes.of(tmp_path) == outcomes.Sums()
    assert abs(outcomes.Sums().after(0.5, right=True).shift()) < 0.1, "one outcome says little"


def asked(root: Path, before: str, after: str = "\n", **values: object) -> Request:
    at = len(before.encode())
    return Request(
        Task.COMPLETE, document(root / "new.py", "python", before + after), Span(at, at), CompleteOptions(), **values
    )  # type: ignore[arg-type]


def test_the_next_words_are_proposed_while_typing_where_no_line_is_sure(
    repository_with_history: Path, tmp_path: Path
) -> None:
    session.clear()
    index = indexed(repository_with_history, tmp_path / "index")
    before = "class A:\n    def a(self, amount):\n        raise Val"
    request = asked(repository_with_history, before)
    here = caret(request.document.path, "python", before, "\n")
    assert not isinstance(here, str)
    whole = proposals(request, here, index)
    assert all(each.whole for each in whole)
    found = proposals(request, here, index, least=0.5)
    assert [each for each in found if not each.whole], "the name is certain"
    part = found[-1]
    assert part.text.startswith("ueError")
    assert part.text.count("(") == part.text.count(")")
    session.clear()
    index.close()


def made(text: str, confidence: float, *, whole: bool = True) -> Proposal:
    return Proposal(text, confidence, None, (), whole=whole)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "words", "first"),
    [(0.6, 0.9, "words"), (0.7, 0.9, "line"), (0.6, 0.82, "line"), (0.3, 0.82, "line"), (0.6, 0.5, "line")],
)
def test_the_next_words_come_first_only_where_they_are_surer(
    tmp_path: Path, line: float, words: float, first: str
) -> None:
    session.clear()
    request = asked(tmp_path, "x = ", trigger="automatic")
    found = cautious(request, "x = ", [made("line", line), made("words", words, whole=False)])
    assert found[0].text == first
    assert ("words" in [each.text for each in found]) == (words >= 0.8)
    session.clear()


def test_what_became_of_proposals_lowers_the_next_ones_and_is_no_trap(tmp_path: Path) -> None:
    session.clear()
    plain = cautious(asked(tmp_path, "x = ", trigger="automatic"), "x = ", [made("y", 0.92)])
    assert plain[0].confidence == pytest.approx(0.92)
    for _ in range(60):
        outcomes.learn(tmp_path, 0.92, right=False)
    text = ""

    def typed(right: bool) -> float:
        nonlocal text
        request = asked(tmp_path, text + "x = ", trigger="automatic")
        (found,) = cautious(request, text + "x = ", [made("yes", 0.92)], tmp_path)
        text += "x = yes\n" if right else "x = 17\n"
        return found.confidence

    assert typed(right=False) < 0.8, "below what the quiet profile shows"
    for _ in range(400):
        typed(right=True)
    assert typed(right=True) > 0.9, "what is not shown teaches too"
    session.clear()


def test_an_answer_that_nobody_hears_is_not_noted_as_shown(repository_with_history: Path, tmp_path: Path) -> None:
    session.clear()
    index = indexed(repository_with_history, tmp_path / "index")
    before = "class A:\n    def a(self, amount):\n        if amount <= 0:\n            raise "
    request = asked(repository_with_history, before, trigger="automatic")
    resources = Resources(Project(repository_with_history), Settings(), index, None)  # type: ignore[arg-type]
    stop = threading.Event()
    stop.set()
    answer = _answer(request, Context(before, "\n"), resources, float("inf"), stop)
    assert isinstance(answer, Declined)
    assert session.refused(request.document.path, before + "x") == 0
    heard = _answer(request, Context(before, "\n"), resources, float("inf"), threading.Event())
    assert isinstance(heard, list)
    assert session.refused(request.document.path, before + "x") == 1
    session.clear()
    index.close()


def test_lines_that_changed_above_make_an_open_proposal_unknown(tmp_path: Path) -> None:
    session.clear()
    path = tmp_path / "a.py"
    session.note(path, "a = 1\nreturn ", "self.balance", 0.7)
    assert session.settled(path, "import os\na = 1\nreturn self.balance\n") == []
    assert session.settled(path, "a = 1\nreturn self.balance\n") == [], "it is forgotten"
    session.clear()


def test_an_answer_that_is_cut_short_still_has_the_copies(repository_with_history: Path, tmp_path: Path) -> None:
    index = indexed(repository_with_history, tmp_path / "index")
    before = "class A:\n    def a(self, amount):\n        if amount <= 0:\n            raise "
    request = asked(repository_with_history, before)
    here = caret(request.document.path, "python", before, "\n")
    assert not isinstance(here, str)
    found = proposals(request, here, index, deadline=0.0)
    assert found[0].text == 'ValueError("amount must be positive")'
    assert not found[0].found.scored
    assert found[0].source.startswith("m")
    assert found[0].confidence > 0.2
    index.close()


def test_the_table_that_is_fitted_says_what_the_mixer_computes(repository_with_history: Path, tmp_path: Path) -> None:
    index = indexed(repository_with_history, tmp_path / "index")
    corpus = index.corpus("python")
    assert corpus is not None
    stored = json.loads((Path(mixing.__file__).parent / "mix.json").read_text("utf-8"))["weights"]
    weight = np.concatenate([np.atleast_1d(stored[name]) for name in mixing.named([0.0] * 200)])
    assert mixing.named(weight) == stored
    for before in ("class A:\n    def a(self, amount):\n        self.", "def ", "x = 1\nif amount <="):
        here = caret(tmp_path / "new.py", "python", before, "\n")
        assert not isinstance(here, str)
        words = Vocabulary(corpus)
        sources = [buffer(here.before, here.after, here.extra, words), *repository(corpus, None)]
        model = Model(sources, past(here.before, here.extra, here.recent, words, "python"), words, corpus, "python")
        seen = model.asked()
        assert seen is not None, before
        score = mixing.table(seen.words, seen.p, seen.unigram, seen.moment, seen.local) @ weight
        expected = np.exp(score - score.max())
        mixed = mixing.mix(seen.words, seen.p, seen.unigram, seen.moment, seen.local)
        np.testing.assert_allclose(mixed, expected / expected.sum(), rtol=1e-9)
    index.close()


def test_evidence_is_a_distribution_for_each_group(repository_with_history: Path, tmp_path: Path) -> None:
    index = indexed(repository_with_history, tmp_path / "index")
    corpus = index.corpus("python")
    assert corpus is not None
    words = Vocabulary(corpus)
    here = caret(tmp_path / "new.py", "python", module(3) + "\n    def x(self, amount):\n        self.", "\n")
    assert not isinstance(here, str)
    sources: list[Source] = [buffer(here.before, here.after, here.extra, words), *repository(corpus, None)]
    model = Model(sources, past(here.before, here.extra, here.recent, words, "python"), words, corpus, "python")
    told = evidence(sources, model.trails(), lambda ids: np.full(len(ids), 1e-7))
    assert told.p.shape == (3, len(told.ids))
    assert (told.p >= 0).all()
    assert (told.p.sum(axis=1) <= 1 + 1e-6).all()
    assert words.word(int(told.ids[told.p[2].argmax()])) in {"owner", "balance", "history"}
    index.close()


def test_spelling_finds_old_and_new_words() -> None:
    words = ["beta", "alpha", "alphabet", "gamma"]
    spelling = Spelling(words)
    assert sorted(words[n] for n in spelling.starting("alp")) == ["alpha", "alphabet"]
    words.append("alpine")
    assert sorted(words[n] for n in spelling.starting("alp")) == ["alpha", "alphabet", "alpine"]
    assert spelling.starting("zeta") == []


def test_trees_learn_what_matters_only_together() -> None:
    chance = np.random.default_rng(1)
    x = chance.normal(size=(2000, 3))
    y = ((x[:, 0] > 0) != (x[:, 1] > 0)).astype(float)
    bias, trees = boosted(x, y, np.ones(len(y)), Shape(columns=1.0))
    fitted = {"bias": 0.0, "features": {}, "tree_bias": bias, "trees": trees}
    told = np.array(rank.logits(fitted, x)) > 0
    assert (told == (y > 0)).mean() > 0.95


def test_the_least_value_of_a_convex_function_is_found() -> None:
    bent = np.diag([1.0, 20.0, 300.0])
    goal = np.array([3.0, -2.0, 0.5])
    found = least(lambda at: (float((at - goal) @ bent @ (at - goal)), 2 * bent @ (at - goal)), np.zeros(3))
    np.testing.assert_allclose(found, goal, atol=1e-3)
