"""What a report cannot know, or what is not decided yet: told at its top, never hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from ccd.events.shifts import Blind
from ccd.reports.periods import Period, span
from ccd.reports.report import Cell, Gap
from ccd.reports.tally import tenths

__all__ = ["Gaps"]


class Gaps:
    def __init__(self, period: Period, blind: Iterable[Blind], zone: str, now: datetime) -> None:
        self._now = now
        self._since, until = span(period, zone)
        self._until = min(until, now)
        self._running = now < until
        self._blind = tuple(blind)
        self._open = 0
        self._not_over = 0
        self._days: set[date] = set()
        self._unknown = 0
        self._shifts: Counter[str] = Counter()
        self._others: list[Gap] = []

    def not_judged(self, day: date, ends: datetime) -> None:
        if ends > self._now:
            self._not_over += 1
        else:
            self._open += 1
            self._days.add(day)

    def unknown(self, seconds: float) -> None:
        self._unknown += tenths(seconds)

    def without_times(self, shift: str) -> None:
        """Planned, but the settings do not have this kind of shift any more."""
        self._shifts[shift] += 1

    def off(self, policy: str) -> None:
        self._others.append(Gap("policy_off", {"policy": policy}))

    def no_holidays(self, year: int) -> None:
        self._others.append(Gap("no_holidays", {"year": year}))

    def told(self) -> tuple[Gap, ...]:
        found: list[tuple[str, dict[str, Cell]]] = []
        if self._running:
            found.append(("running", {}))
        if self._not_over:
            found.append(("not_over", {"shifts": self._not_over}))
        if self._open:
            days = {"first": str(min(self._days)), "last": str(max(self._days))}
            found.append(("not_judged", {"shifts": self._open, **days}))
        found += (("blind", told) for told in self._out_of_sight())
        if self._unknown:
            found.append(("unknown", {"minutes": self._unknown / 10}))
        found += (
            ("no_times", {"shift": shift, "shifts": count}) for shift, count in sorted(self._shifts.items())
        )
        return (*(Gap(kind, values) for kind, values in found), *self._others)

    def _out_of_sight(self) -> Iterable[dict[str, Cell]]:
        times: dict[str, list[float]] = {}
        for each in self._blind:
            began, ended = max(each.began, self._since), min(each.ended or self._now, self._until)
            if began < ended:
                times.setdefault(each.pbx, []).append((ended - began).total_seconds())
        for pbx, seconds in sorted(times.items()):
            yield {"pbx": pbx, "times": len(seconds), "minutes": round(sum(seconds) / 60, 1)}
