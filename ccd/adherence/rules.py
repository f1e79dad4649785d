"""What the settings say of pauses: which are work, meals and breaks, how long, and what is forgiven."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from ccd.adherence.actual import second
from ccd.config import Policies
from ccd.config_meals import WindowSettings
from ccd.shifts.plan import Duty
from ccd.shifts.shift import Shift

__all__ = ["Rules"]

Span = tuple[int, int]


class Rules:
    """Of ``policies.adherence``, and what ``policies.meals`` and ``policies.breaks`` have decided."""

    def __init__(self, policies: Policies) -> None:
        self._own, self._meals, self._breaks = policies.adherence, policies.meals, policies.breaks
        self.meal_s = round(self._meals.allowance_minutes * 60) * self._meals.meals_per_shift
        self._windows: dict[tuple[str, str, date], Span | None] = {}

    def decides(self, reason: str) -> bool:
        """Whether these settings say themselves what such a pause counts as."""
        return reason in self._own.activities

    def kind(self, reason: str) -> str:
        """work, meal, break or out."""
        if self.decides(reason):
            return self._own.activities[reason]
        if reason == self._meals.reason:
            return "meal"
        known = self._breaks.reason(reason)
        return "work" if known is not None and known.productive else "break"

    def once_s(self, reason: str) -> int | None:
        """So long one break may last; None: no limit of its own."""
        known = self._breaks.reason(reason)
        return round(known.minutes * 60) if known is not None and known.minutes else None

    def shift_s(self, reason: str) -> int:
        """So long all breaks of this reason in a shift may last together."""
        known = self._breaks.reason(reason)
        minutes = (known.minutes_a_shift or known.minutes * known.times) if known is not None else 0
        if known is not None and known.minutes and not minutes:  # any number of them
            return 24 * 3600
        return round((minutes or self._own.break_minutes) * 60)

    def tolerance(self, what: str, reason: str) -> int:
        """A deviation shorter than this is forgiven."""
        activity = reason if what == "paused" else what
        return self._own.tolerance_s.get(activity, self._own.threshold_s)

    def windows(self, duty: Duty, team: str, zone: str) -> tuple[Span, ...]:
        """Those for meals that touch the shift, by the clock on the wall in ``zone``."""
        first = duty.starts.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        last = duty.ends.astimezone(ZoneInfo(zone)).date()
        found = [
            self._window(name, window, zone, first + timedelta(days=n))
            for name, window in self._meals.windows.items()
            if window.enabled and (not window.teams or team in window.teams)
            for n in range((last - first).days + 1)
        ]
        starts, ends = second(duty.starts), second(duty.ends)
        return tuple(sorted(span for span in found if span and span[0] < ends and starts < span[1]))

    def _window(self, name: str, window: WindowSettings, zone: str, day: date) -> Span | None:
        key = (name, zone, day)
        if key not in self._windows:
            times = Shift(name, time.fromisoformat(window.start), window.minutes, zone).occurrence(day)
            on = times is not None and day.isoweekday() in window.weekdays
            self._windows[key] = (second(times.starts), second(times.ends)) if times and on else None
        return self._windows[key]
