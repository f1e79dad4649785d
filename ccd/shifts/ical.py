"""The plan as iCalendar (RFC 5545), for the calendars of people's phones.

Times are in UTC: a calendar shows them in its own zone, and needs no description of ours. An event keeps its
UID through every export, so that a calendar that reads the file again changes what it has.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from icalendar import Calendar, Event

from ccd.roster import Roster
from ccd.shifts.plan import Duty
from ccd.shifts.shift import Shifts

__all__ = ["export"]


def export(duties: Iterable[Duty], *, shifts: Shifts, roster: Roster, stamp: datetime, named: bool) -> bytes:
    """``stamp``: when the plan was made, aware. ``named``: whether the summary says whose shift it is."""
    calendar = Calendar()
    calendar.add("prodid", "-//ccd//shifts//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for starts, ends, one in duties:
        shift = shifts.by_name[one.shift]
        person = roster.by_code(one.person)
        event = Event()
        event.add("uid", f"{one.person}-{one.day:%Y%m%d}-{one.shift}@ccd")
        event.add("dtstamp", stamp)
        event.add("dtstart", starts)
        event.add("dtend", ends)
        name = (person.name if person else one.person) if named else ""
        event.add("summary", " ".join(part for part in (shift.label or shift.name, name, one.seat) if part))
        if one.seat:
            event.add("location", one.seat)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
