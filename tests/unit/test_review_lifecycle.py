"""What becomes of remarks, as plain values: posted once, closed when fixed, quiet while dismissed; and how rules are judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.review.lifecycle import File, Known, Plan, holds, plan
from copilot.review.precision import Tally, noisy, rows
from copilot.review.remark import Remark, fingerprinted
from copilot.types import Severity

NOW = 1_000_000.0
WHOLE = {"src/A.java": File("reviewed", symbols=frozenset({"A.pay"}))}


def remark(rule: str = "MONEY01", line: int = 3, text: str = "double x;", symbol: str = "A.pay") -> Remark:
    (one,) = fingerprinted(
        [
            Remark(
                rule,
                Severity.WARNING,
                "high",
                "src/A.java",
                "new",
                line,
                line,
                "m",
                evidence=text,
                symbol=symbol,
                known="src/A.java",
            )
        ]
    )
    return one


def known(one: Remark, **more: object) -> Known:
    return replace(Known(one.fingerprint, one.rule, one.known, one.symbol, handle="1"), **more)


def test_what_is_new_is_posted_and_what_moved_is_left():
    one = remark()
    assert plan([], [one], WHOLE, now=NOW) == Plan(post=(one,))
    moved = remark(line=300)
    assert plan([known(one)], [moved], WHOLE, now=NOW) == Plan(left=(known(one),))


def test_fixed_only_where_the_file_was_looked_at_again_whole():
    old = known(remark())
    assert plan([old], [], WHOLE, now=NOW).fixed == (old,)
    for status in ("partly", "skipped"):
        found = plan([old], [], {"src/A.java": File(status)}, now=NOW)
        assert found == Plan(left=(old,)) and found.is_idle


def test_outdated_where_file_or_definition_is_gone():
    old = known(remark())
    assert plan([old], [], {}, now=NOW).outdated == (old,)
    assert plan([old], [], {"src/A.java": File("reviewed", gone=True)}, now=NOW).outdated == (old,)
    assert plan([old], [], {"src/A.java": File("reviewed", symbols=frozenset())}, now=NOW).outdated == (old,)
    assert plan([old], [], {"src/A.java": File("reviewed")}, now=NOW).fixed == (
        old,
    )  # nobody asked for its definitions
    assert plan([replace(old, symbol="")], [], {"src/A.java": File("reviewed", symbols=frozenset())}, now=NOW).fixed


@pytest.mark.parametrize(("until", "quiet"), [(None, True), (NOW + 1, True), (NOW, False), (NOW - 1, False)])
def test_dismissed_stays_so_until_it_expires(until, quiet):
    one = remark()
    old = known(one, state="dismissed", reason="test data", who="zhang", until=until)
    assert holds(old, NOW) is quiet
    found = plan([old], [one], WHOLE, now=NOW)
    assert found == (Plan(quiet=(old,)) if quiet else Plan(reopen=((old, one),)))
    # The same on another merge request of the project: quiet, or new.
    found = plan([], [one], WHOLE, now=NOW, elsewhere={one.fingerprint: old})
    assert found == (Plan(quiet=(old,)) if quiet else Plan(post=(one,)))


@pytest.mark.parametrize("state", ["fixed", "outdated"])
def test_what_comes_back_is_opened_again(state):
    one = remark()
    old = known(one, state=state)
    assert plan([old], [one], WHOLE, now=NOW) == Plan(reopen=((old, one),))
    assert plan([old], [], WHOLE, now=NOW) == Plan()


@pytest.mark.parametrize("state", ["fixed", "outdated", "dismissed"])
def test_what_comes_back_is_quiet_where_another_merge_request_has_dismissed_it(state):
    one = remark()
    old = known(one, state=state, until=NOW - 1)
    other = known(one, state="dismissed", until=NOW + 1, who="li")
    assert plan([old], [one], WHOLE, now=NOW, elsewhere={one.fingerprint: other}) == Plan(quiet=(other,))
    expired = replace(other, until=NOW)
    assert plan([old], [one], WHOLE, now=NOW, elsewhere={one.fingerprint: expired}) == Plan(reopen=((old, one),))


_REMARKS = [remark(rule, text=text) for rule in ("A", "B") for text in ("x", "y", "z")]
_STATES = st.sampled_from(["open", "fixed", "dismissed", "outdated"])


@given(
    st.dictionaries(st.integers(0, 5), st.tuples(_STATES, st.sampled_from([None, NOW - 1, NOW + 1]))),
    st.sets(st.integers(0, 5)),
    st.sampled_from(["reviewed", "partly", "skipped"]),
)
def test_every_remark_has_one_fate_and_a_second_time_nothing_is_done(before, again, status):
    olds = [known(_REMARKS[n], state=state, until=until) for n, (state, until) in before.items()]
    found = [_REMARKS[n] for n in again]
    files = {"src/A.java": File(status)}
    first = plan(olds, found, files, now=NOW)
    fates = [
        *(one.fingerprint for one in (*first.post, *first.left, *first.fixed, *first.outdated, *first.quiet)),
        *(one.fingerprint for one, _ in first.reopen),
    ]
    assert len(fates) == len(set(fates))
    open_before = {one.fingerprint for one in olds if one.state == "open"}
    assert {one.fingerprint for one in found} | open_before == set(fates)
    after = {one.fingerprint: one for one in olds}
    after |= {one.fingerprint: known(one) for one in (*first.post, *(one for _, one in first.reopen))}
    after |= {one.fingerprint: replace(one, state="fixed") for one in first.fixed}
    after |= {one.fingerprint: replace(one, state="outdated") for one in first.outdated}
    assert plan(after.values(), found, files, now=NOW).is_idle
    if status != "reviewed":
        assert not first.fixed


def test_precision_has_a_lower_bound_that_grows_with_what_is_known():
    assert Tally("R").precision is None and Tally("R").at_least == 0 and Tally("R").at_most == 1
    few, many = Tally("R", addressed=3, dismissed=1), Tally("R", addressed=300, dismissed=100)
    assert few.precision == many.precision == 0.75
    assert few.at_least < many.at_least < 0.75 < many.at_most < few.at_most
    assert many.at_least == pytest.approx(0.7053, abs=1e-4)  # Wilson, 95 %, of 300 in 400
    assert Tally("R", addressed=10).at_most == 1


def test_a_noisy_rule_is_demoted_once_enough_is_known_and_never_where_the_bank_says_so():
    bad = Tally("BAD", shown=40, addressed=5, dismissed=15)
    young = Tally("YOUNG", addressed=1, dismissed=18)
    good = Tally("GOOD", addressed=30, dismissed=5)
    assert noisy([bad, young, good], below=0.5, samples=20) == {"BAD"}
    assert noisy([bad, young, good], below=0.5, samples=20, kept=["BAD"]) == frozenset()
    assert noisy([bad], below=0.0, samples=20) == frozenset()
    told = rows([young, bad])
    assert [one["rule"] for one in told] == ["BAD", "YOUNG"] and told[0]["precision"] == 0.25
