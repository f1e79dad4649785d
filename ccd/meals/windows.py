"""When meals may be taken: the windows of the settings as times, and the part of each meal group in one.

Times are those of the clock on the wall in the zone of the person's shift, as those of shifts are
(``ccd.shifts.shift``): a window ends by that clock, too, also where summer time begins or ends in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.config_meals import MealsSettings
from ccd.shifts.shift import Shift

__all__ = ["Window", "next_window", "open_windows", "slot_of"]

AHEAD = timedelta(days=7)
"""A window of one weekday comes again within a week."""


class Window(NamedTuple):
    """Aware UTC; at ``closes`` it is over. ``day``: the local date on which it opens."""

    opens: datetime
    closes: datetime
    name: str
    day: date


def open_windows(settings: MealsSettings, team: str, zone: str, at: datetime) -> tuple[Window, ...]:
    """Those that a team may eat in at that moment, the earliest first."""
    found = _windows(settings, team, zone, at, days=1)
    return tuple(sorted(window for window in found if window.opens <= at < window.closes))


def next_window(settings: MealsSettings, team: str, zone: str, at: datetime) -> Window | None:
    """The next that opens after that moment."""
    found = _windows(settings, team, zone, at, days=AHEAD.days)
    return min((window for window in found if window.opens > at), default=None)


def _windows(settings: MealsSettings, team: str, zone: str, at: datetime, *, days: int) -> Iterator[Window]:
    """Of the local day before, and of so many after it."""
    today = at.astimezone(ZoneInfo(zone)).date()
    for name, window in settings.windows.items():
        if not window.enabled or (window.teams and team not in window.teams):
            continue
        shift = Shift(name, time.fromisoformat(window.start), window.minutes, zone, weekdays=window.weekdays)
        for number in range(-1, days + 1):
            day = today + timedelta(days=number)
            if day.isoweekday() in window.weekdays and (times := shift.occurrence(day)) is not None:
                yield Window(times.starts, times.ends, name, day)


def slot_of(window: Window, group: str, groups: Sequence[str]) -> tuple[datetime, datetime]:
    """The part of a window that is a meal group's: the window is shared out evenly among ``groups``, whose
    order moves on by one each day. All of it for somebody of no group.
    """
    if group not in groups:
        return window.opens, window.closes
    number = (groups.index(group) + window.day.toordinal()) % len(groups)
    part = (window.closes - window.opens) / len(groups)
    opens = window.opens + part * number
    closes = window.closes if number == len(groups) - 1 else window.opens + part * (number + 1)
    return opens, closes
