"""When a shift begins and ends, in a time zone whose clocks may be put forward and back.

Both are times by the clock on the wall. So the shift of the night ends when that of the day begins also where
the clock is changed between them: it is then an hour shorter or longer (30 minutes on Lord Howe Island). A
time that the clock leaps over counts as the moment of the leap, one that it shows twice as the first of the
two. The order of two times is kept by this: what follows each other on the wall never overlaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.config_shifts import ShiftsSettings
from ccd.shifts.calendar import Calendar

__all__ = ["Occurrence", "Shift", "Shifts"]

REMEMBERED = 10_000
"""Of a hundred kinds of shift a hundred days."""
NIGHT_UNTIL, DAY = 5 * 60, 24 * 60
"""Minutes."""


class Occurrence(NamedTuple):
    """Aware UTC; ``ends`` is the first moment that is no longer of it."""

    starts: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        """Real ones."""
        return round((self.ends - self.starts).total_seconds() / 60)


@dataclass(frozen=True)
class Shift:
    """``weekdays``: those on which it begins, 1 is Monday. ``nightly``: ``night`` as it is set, if it is."""

    name: str
    start: time
    minutes: int
    zone: str
    label: str = ""
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    workdays_only: bool = False
    nightly: bool | None = None

    @property
    def night(self) -> bool:
        """Of the night (晚班): as it is set, else where it has a minute from 00:00 to 05:00 on the wall."""
        if self.nightly is not None:
            return self.nightly
        begins = self.start.hour * 60 + self.start.minute
        return begins < NIGHT_UNTIL or begins + self.minutes > DAY

    def occurrence(self, day: date) -> Occurrence | None:
        """The one that begins on this day; None where the clock leaps over all of it.

        Whether the shift runs that day is asked of ``runs``.
        """
        zone = ZoneInfo(self.zone)
        begin = datetime.combine(day, self.start)  # what the wall shows
        starts = _moment(begin, zone)
        ends = _moment(begin + timedelta(minutes=self.minutes), zone)
        return Occurrence(starts, ends) if starts < ends else None

    def leapt(self, day: date) -> bool:
        """Whether the clock leaps over its start on this day."""
        wall = datetime.combine(day, self.start, ZoneInfo(self.zone))
        back = wall.astimezone(UTC).astimezone(wall.tzinfo)
        return back.replace(tzinfo=None) != wall.replace(tzinfo=None)

    def runs(self, day: date, calendar: Calendar) -> bool:
        """By weekday and calendar. One for workdays only also runs on a weekend day that is worked."""
        if self.workdays_only:
            kind = calendar.day(day)
            return kind.kind == "make_up" or (kind.workday and day.isoweekday() in self.weekdays)
        return day.isoweekday() in self.weekdays


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    # The clock leaps over it. Before the leap the offset is that of fold 0, behind it that of fold 1.
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


class Shifts:
    """Those of the settings, by name."""

    def __init__(self, shifts: Iterable[Shift] = ()) -> None:
        self.by_name: Mapping[str, Shift] = {shift.name: shift for shift in shifts}
        self._called = {
            name.strip().casefold(): shift
            for shift in self.by_name.values()
            for name in (shift.label, shift.name)
            if name
        }
        self._times: dict[tuple[str, date], Occurrence | None] = {}

    @classmethod
    def of(cls, settings: ShiftsSettings, zone: str) -> Shifts:
        """``zone``: of the shifts that name none."""
        return cls(
            Shift(
                name=name,
                start=time.fromisoformat(kind.start),
                minutes=kind.minutes,
                zone=kind.zone or zone,
                label=kind.label,
                weekdays=kind.weekdays,
                workdays_only=kind.workdays_only,
                nightly=kind.night,
            )
            for name, kind in settings.kinds.items()
        )

    def called(self, name: str) -> Shift | None:
        """By its name or label, as it may be typed."""
        return self._called.get(name.strip().casefold())

    def occurrence(self, name: str, day: date) -> Occurrence | None:
        """As ``Shift.occurrence``; None also for a shift that the settings do not have (any more)."""
        key = (name, day)
        if key not in self._times:
            if len(self._times) >= REMEMBERED:
                self._times.clear()
            shift = self.by_name.get(name)
            self._times[key] = shift.occurrence(day) if shift else None
        return self._times[key]
