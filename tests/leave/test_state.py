"""What is held of leave: told by facts alone, fast for many people, and forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ccd.events import leave as facts
from ccd.leave.state import LeaveState
from ccd.shifts.away import Away

AT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def approved(
    person: str, n: int, since: datetime, until: datetime, kind: str = "personal"
) -> facts.LeaveApproved:
    name = f"L-20260302-{n}"
    return facts.LeaveApproved(
        at=AT, key=f"leave|approved|{name}", request=name, person=person, kind=kind, since=since, until=until
    )


def test_an_approval_by_itself_says_who_is_away_up_to_the_last_moment() -> None:
    """What was asked may be older than what is kept."""
    state = LeaveState()
    state.fold(approved("2000", 1, AT, AT + DAY))
    state.fold(approved("2001", 2, AT, AT + DAY, "study"))
    ref = "leave|approved|L-20260302-1"
    assert state.away("2000", AT - DAY, AT) == ()
    assert state.away("2000", AT - DAY, AT + timedelta(seconds=1)) == (Away(AT, AT + DAY, "leave", ref),)
    assert state.away("2000", AT + DAY, AT + 2 * DAY) == ()
    assert state.away("2001", AT, AT + DAY)[0].kind == "trip"
    assert state.away("2002", AT, AT + DAY) == ()


def test_a_look_at_one_person_touches_no_other_of_five_thousand() -> None:
    state = LeaveState()
    for n in range(5_000):
        state.fold(approved(str(n), n, AT, AT + DAY))
    assert [one.person for one in state.of("4321")] == ["4321"]
    assert len(state.away("4321", AT, AT + DAY)) == 1


def test_what_is_long_over_is_forgotten() -> None:
    state = LeaveState()
    state.fold(approved("2000", 1, AT, AT + DAY))
    state.forget(AT + 71 * DAY)
    assert len(state.requests) == 1
    state.forget(AT + 71 * DAY + timedelta(seconds=1))
    assert vars(state) == vars(LeaveState())


def test_numbers_go_on_within_a_day_and_begin_anew_with_the_next() -> None:
    state = LeaveState()
    state.fold(approved("2000", 9, AT, AT + DAY))
    assert state.next_id("L", AT.date()) == "L-20260302-10"
    assert state.next_id("S", AT.date()) == "S-20260302-1"
    assert state.next_id("L", (AT + DAY).date()) == "L-20260303-1"
