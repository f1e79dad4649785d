"""A month of a person: what counts, what was corrected, and what it gives grounds to propose."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.attendance.ledger import month, wanted
from ccd.attendance.state import AttendanceState
from ccd.config_attendance import AttendanceSettings
from ccd.events import attendance as facts
from ccd.events.shift_facts import ShiftFacts

RULES = AttendanceSettings()
PERSON = "2001"


def at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def finding(day: date, kind: str = "late", weight: str = "occurrence") -> facts.Finding:
    return facts.Finding(kind, weight, 600.0, at(day), at(day) + timedelta(minutes=10), ("evidence",))


def judged(day: date, *found: facts.Finding, count: int = 1, shift: str = "early") -> facts.AttendanceJudged:
    return facts.AttendanceJudged(
        at=at(day, 17) + timedelta(hours=count),
        key=f"attendance|judged|{PERSON}|{day}|{shift}|{count}",
        person=PERSON,
        day=day,
        shift=shift,
        starts=at(day),
        ends=at(day, 16),
        state="present",
        scheduled_s=28_800.0,
        present_s=28_200.0,
        missed_s=600.0,
        away_s=0.0,
        unknown_s=0.0,
        late_s=600.0,
        early_s=0.0,
        off_post_s=0.0,
        findings=found,
        count=count,
    )


def corrected(of: facts.AttendanceJudged, weight: str, *, n: int = 1, kind: str = "late") -> facts.Corrected:
    one = next(each for each in of.findings if each.kind == kind)
    return facts.Corrected(
        at=of.at + timedelta(days=n),
        key=f"attendance|corrected|{of.key}|{kind}|{n}",
        person=PERSON,
        day=of.day,
        actor="3001",
        shift=of.shift,
        refers=of.key,
        kind=kind,
        began=one.began,
        ended=one.ended,
        was=one.weight,
        weight=weight,
        reason="the bus",
    )


def days(count: int, of: str = "2026-03", weight: str = "occurrence") -> list[facts.AttendanceJudged]:
    first = date.fromisoformat(f"{of}-02")
    return [judged(day, finding(day, weight=weight)) for n in range(count) for day in [first + timedelta(n)]]


def names(known: Any, of: str = "2026-03", **chosen: Any) -> list[tuple[str, str]]:
    found = wanted(month(known, PERSON, of), AttendanceSettings(**chosen))
    return [(one.kind, one.cause) for one in found]


THREE = [("absence", "occurrences"), ("review", "occurrences")]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, []), (2, []), (3, THREE), (5, THREE), (6, [THREE[0], *THREE])],
)
def test_three_occurrences_in_a_month_are_an_absence_and_grounds_for_a_review(
    count: int, expected: list[tuple[str, str]]
) -> None:
    assert names(days(count)) == expected


@pytest.mark.parametrize(("limit", "some"), [(2, True), (4, False)])
def test_how_many_is_a_setting(limit: int, some: bool) -> None:
    assert bool(names(days(3), occurrences=limit)) is some


@pytest.mark.parametrize(
    ("weight", "count"), [("occurrence", 3), ("look", 3), ("note", 0), ("violation", 0), ("absence", 0)]
)
def test_what_the_lead_looks_at_is_an_occurrence_too(weight: str, count: int) -> None:
    assert len(month(days(3, weight=weight), PERSON, "2026-03").occurrences) == count


@pytest.mark.parametrize(
    ("first", "last", "of", "count"),
    [
        (date(2026, 3, 30), date(2026, 3, 31), "2026-03", 2),
        (date(2026, 3, 31), date(2026, 4, 1), "2026-03", 1),
        (date(2028, 2, 28), date(2028, 2, 29), "2028-02", 2),
        (date(2028, 2, 29), date(2028, 3, 1), "2028-03", 1),
        (date(2026, 12, 31), date(2027, 1, 1), "2026-12", 1),
    ],
)
def test_an_occurrence_belongs_to_the_month_of_its_shifts_day(
    first: date, last: date, of: str, count: int
) -> None:
    known = [judged(first, finding(first)), judged(last, finding(last))]
    assert len(month(known, PERSON, of).occurrences) == count


def test_facts_of_others_and_told_twice_do_not_count() -> None:
    mine = days(2)
    theirs = [msgspec.structs.replace(one, person="2002", key=f"x{one.key}") for one in days(3)]
    assert len(month([*mine, *mine, *theirs], PERSON, "2026-03").occurrences) == 2


def test_a_later_verdict_replaces_the_one_before() -> None:
    first, *_ = days(1)
    assert first.day is not None
    assert month([judged(first.day, count=2), first], PERSON, "2026-03").entries == ()


def test_a_void_verdict_is_none() -> None:
    first, *_ = days(1)
    void = msgspec.structs.replace(first, key="v", count=2, state="void", findings=())
    assert month([first, void], PERSON, "2026-03").verdicts == ()


# --- corrections ------------------------------------------------------------------------------------------


def test_a_correction_is_laid_over_the_verdict_which_stays() -> None:
    first, *more = days(3)
    (entry, *_) = month([first, *more, corrected(first, "removed")], PERSON, "2026-03").entries
    assert (entry.weight, entry.finding.weight, entry.finding) == ("removed", "occurrence", first.findings[0])
    assert entry.correction is not None
    assert entry.correction.refers == first.key
    assert names([first, *more, corrected(first, "removed")]) == []


def test_the_latest_correction_holds() -> None:
    first, *_ = days(1)
    known = [corrected(first, "note", n=2), first, corrected(first, "violation", n=1)]
    assert [one.weight for one in month(known, PERSON, "2026-03").entries] == ["note"]


def test_a_correction_outlives_a_verdict_anew_of_the_same_finding() -> None:
    first, *_ = days(1)
    assert first.day is not None
    moved = msgspec.structs.replace(first.findings[0], seconds=540.0)
    again = judged(first.day, moved, count=2)
    (entry,) = month([first, corrected(first, "removed"), again], PERSON, "2026-03").entries
    assert (entry.weight, entry.verdict) == ("removed", again.key)


def test_a_correction_of_one_time_off_post_is_none_of_another() -> None:
    day = date(2026, 3, 2)
    one = finding(day, "off_post", "violation")
    other = msgspec.structs.replace(one, began=at(day, 12), ended=at(day, 13))
    both = judged(day, one, other)
    found = month([both, corrected(both, "note", kind="off_post")], PERSON, "2026-03").entries
    assert [each.weight for each in found] == ["note", "violation"]


# --- proposals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["absent", "left_post"])
def test_an_absence_is_proposed_and_a_review_until_it_is_waived(kind: str) -> None:
    day = date(2026, 3, 2)
    known: list[Any] = [judged(day, finding(day, kind, "absence"))]
    assert names(known) == [("absence", kind), ("review", "absence")]
    (absence, _) = wanted(month(known, PERSON, "2026-03"), RULES)
    common = {"at": at(day, 20), "person": PERSON, "day": day, "month": "2026-03", "proposal": absence.name}
    known.append(facts.AbsenceProposed(**common, key="p", cause=kind, occurrences=absence.grounds))
    for decision, expected in (("confirm", 2), ("waive", 1)):
        decided = facts.ProposalDecided(**common, key="d", actor="3001", decision=decision, reason="ill")
        assert len(names([*known, decided])) == expected


def test_grave_cases_and_proven_complaints_are_grounds_for_a_review() -> None:
    day = date(2026, 3, 5)
    known = [
        facts.GraveCaseNoted(at=at(day), key="g", person=PERSON, day=day, actor="3001", reason="shouted"),
        facts.ComplaintProven(at=at(day), key="c", person=PERSON, day=day, actor="4001", reason="rude"),
    ]
    assert names(known) == [("review", "grave"), ("review", "complaint")]


# --- orders -----------------------------------------------------------------------------------------------


@st.composite
def histories(draw: Any) -> list[Any]:
    known: list[Any] = []
    for n in draw(st.lists(st.integers(1, 28), min_size=1, max_size=6, unique=True)):
        day = date(2026, 3, n)
        for count in range(1, draw(st.integers(1, 3)) + 1):
            kinds = draw(st.lists(st.sampled_from(("late", "early", "absent")), unique=True, max_size=2))
            weight = draw(st.sampled_from(("note", "occurrence", "look", "violation", "absence")))
            one = judged(day, *(finding(day, kind, weight) for kind in kinds), count=count)
            known.append(one)
            if kinds and draw(st.booleans()):
                known.append(
                    corrected(one, draw(st.sampled_from(("removed", "note", "look"))), kind=kinds[0])
                )
    return known


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_facts_makes_no_difference(known: list[Any], chance: random.Random) -> None:
    first = month(known, PERSON, "2026-03")
    shuffled = [*known, *known]
    chance.shuffle(shuffled)
    assert month(shuffled, PERSON, "2026-03") == first
    state, later = AttendanceState(), AttendanceState()
    for fact in known:
        state.fold(fact)
    for fact in shuffled:
        later.fold(msgspec.json.decode(msgspec.json.encode(fact), type=ShiftFacts))
    assert state.ledger(PERSON, "2026-03").entries == first.entries
    assert later.ledger(PERSON, "2026-03").entries == first.entries
    assert state.verdicts == later.verdicts


@given(histories())
@settings(max_examples=100, deadline=None)
def test_a_correction_always_keeps_the_original(known: list[Any]) -> None:
    by_key = {one.key: one for one in known}
    for entry in month(known, PERSON, "2026-03").entries:
        assert entry.finding in by_key[entry.verdict].findings
        if entry.correction is not None:
            assert entry.correction.was in {one.weight for one in by_key[entry.correction.refers].findings}
        else:
            assert entry.weight == entry.finding.weight


# --- memory -----------------------------------------------------------------------------------------------


def test_what_is_older_than_last_month_is_forgotten() -> None:
    state = AttendanceState()
    old, new = date(2026, 1, 2), date(2026, 3, 20)
    for day in (old, new):
        state.fold(judged(day, finding(day)))
    state.forget(at(new))
    assert list(state.verdicts) == [new]
    assert state.ledger(PERSON, "2026-01").entries == ()
    assert len(state.ledger(PERSON, "2026-03").entries) == 1


@pytest.mark.parametrize(
    ("pbx", "begin", "end", "touched"),
    [
        ("main", 8, 9, True),
        ("main", 10, 11, False),
        ("main", 7, 8, False),
        ("north", 8, 9, False),
        ("", 8, 9, True),
    ],
)
def test_an_outage_excuses_its_pbx_and_its_time(pbx: str, begin: int, end: int, touched: bool) -> None:
    day = date(2026, 3, 2)
    state = AttendanceState()
    one = facts.OutageExcused(
        at=at(day),
        key="x",
        day=day,
        pbx="main",
        outage="X-1",
        since=at(day),
        until=at(day, 10),
        reason="fire",
    )
    state.fold(one)
    assert bool(state.excused(PERSON, pbx, at(day, begin), at(day, end))) is touched
    state.fold(facts.OutageUnexcused(at=at(day), key="u", day=day, pbx="main", outage="X-1", reason="no"))
    state.fold(one)
    assert state.excused(PERSON, pbx, at(day, begin), at(day, end)) == ()
