"""The plan as iCalendar, read back by the library."""

from __future__ import annotations

from datetime import UTC, date, datetime

from icalendar import Calendar

from ccd.shifts.ical import export
from ccd.shifts.plan import Assignment
from tests.shifts.made import ROSTER, SHIFTS, plan_of

STAMP = datetime(2026, 3, 1, tzinfo=UTC)
DAY = date(2026, 2, 28)


def events(*, named: bool) -> list[dict[str, object]]:
    plan = plan_of(Assignment("2001", DAY, "night", "A1"), Assignment("6001", DAY, "day"))
    duties = [*plan.of("6001", DAY), *plan.of("2001", DAY)]
    data = export(duties, shifts=SHIFTS, roster=ROSTER, stamp=STAMP, named=named)
    assert data.count(b"\r\n") == data.count(b"\n")
    found = Calendar.from_ical(data)
    return [
        {name: event[name].dt for name in ("dtstart", "dtend", "dtstamp")}
        | {name: str(event[name]) for name in ("uid", "summary")}
        for event in found.walk("VEVENT")
    ]


def test_an_event_has_the_times_of_the_shift_across_the_months_end() -> None:
    _, night = events(named=True)
    assert (night["dtstart"], night["dtend"], night["dtstamp"]) == (
        datetime(2026, 2, 28, 14, tzinfo=UTC),
        datetime(2026, 3, 1, 0, tzinfo=UTC),
        STAMP,
    )


def test_an_event_says_whose_it_is_where_there_are_several_people() -> None:
    assert [event["summary"] for event in events(named=True)] == ["早班 吴九", "night 张三 A1"]
    assert [event["summary"] for event in events(named=False)] == ["早班", "night A1"]


def test_an_event_is_the_same_one_in_every_export() -> None:
    assert [event["uid"] for event in events(named=True)] == [event["uid"] for event in events(named=False)]
    assert len({str(event["uid"]) for event in events(named=True)}) == 2
