"""What is expected of each part of a day, and how many people it needs. Pure; times aware UTC.

A forecast goes by the clock on the wall of ``daemon.timezone``. A day of its own wins over its weekday, as a
whole: where a team has any row of that day, those of the weekday do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from ccd.config import Settings
from ccd.config_staffing import StaffingSettings
from ccd.events import ForecastRow
from ccd.staffing.erlang import queue, required_agents, with_shrinkage

__all__ = ["Forecast", "Required", "World", "need_of", "required"]


class Forecast:
    """The rows of ``staffing.forecast_file``, by team and day."""

    def __init__(self, rows: Iterable[ForecastRow] = ()) -> None:
        self.rows = tuple(rows)
        self._by_day: dict[tuple[str, date], list[ForecastRow]] = {}
        self._by_weekday: dict[tuple[str, int], list[ForecastRow]] = {}
        for row in sorted(self.rows, key=lambda row: row.start_min):
            if row.day is not None:
                self._by_day.setdefault((row.team, row.day), []).append(row)
            else:
                self._by_weekday.setdefault((row.team, row.weekday), []).append(row)

    @property
    def teams(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(dict.fromkeys(row.team for row in self.rows))

    def of(self, team: str, day: date) -> tuple[ForecastRow, ...]:
        """What is expected of a team on a local day, in order of time."""
        own = self._by_day.get((team, day))
        return tuple(own if own is not None else self._by_weekday.get((team, day.isoweekday()), ()))

    def at(self, team: str, local: datetime) -> ForecastRow | None:
        """``local``: as the clock on the wall shows it."""
        minute = local.hour * 60 + local.minute
        return next(
            (
                row
                for row in self.of(team, local.date())
                if row.start_min <= minute < row.start_min + row.minutes
            ),
            None,
        )


class Required(NamedTuple):
    """How many agents a team needs at its phones (``agents``), and how many planned (``planned``), so that
    after shrinkage these are there; with the figures it rests on.

    ``since`` and ``until``: the part of the day it holds for. ``load`` in erlangs; ``level``, ``occupancy``
    and ``abandoned`` are what so many agents come to, shares of 1.
    """

    team: str
    since: datetime
    until: datetime
    calls: float
    aht_s: float
    load: float
    agents: int
    planned: int
    level: float
    occupancy: float
    abandoned: float
    target_level: float
    answer_within_s: float

    @property
    def because(self) -> str:
        minutes = (self.until - self.since).total_seconds() / 60
        return (
            f"{self.team} needs {self.agents}: {self.calls:g} calls in {minutes:g} min of {self.aht_s:g} s, "
            f"{self.load:.1f} erlangs, {self.target_level:.0%} within {self.answer_within_s:g} s; "
            f"with them {self.level:.1%}, occupancy {self.occupancy:.0%}"
        )


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def forecast(self) -> Forecast: ...


def required(world: World, team: str, at: datetime) -> Required | None:
    """Whom the team needs at that moment; None where nothing is forecast of it."""
    zone = ZoneInfo(world.settings.daemon.timezone)
    local = at.astimezone(zone)
    row = world.forecast.at(team, local)
    return None if row is None else need_of(row, local.date(), world.settings.staffing, zone)


def need_of(row: ForecastRow, day: date, settings: StaffingSettings, zone: ZoneInfo) -> Required:
    """By the settings in force."""
    interval_s = row.minutes * 60.0
    target = settings.answer_within_s
    agents = required_agents(
        row.calls,
        row.aht_s,
        interval_s,
        level=settings.service_level,
        target_s=target,
        patience_s=settings.patience_s,
        max_occupancy=settings.max_occupancy,
    )
    found = queue(agents, row.calls, row.aht_s, interval_s, target, settings.patience_s)
    since, until = (_moment(day, minute, zone) for minute in (row.start_min, row.start_min + row.minutes))
    return Required(
        team=row.team,
        since=since,
        until=until,
        calls=row.calls,
        aht_s=row.aht_s,
        load=row.calls * row.aht_s / interval_s,
        agents=agents,
        planned=with_shrinkage(agents, settings.shrinkage),
        level=found.service_level,
        occupancy=found.occupancy,
        abandoned=found.abandoned,
        target_level=settings.service_level,
        answer_within_s=target,
    )


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC)
