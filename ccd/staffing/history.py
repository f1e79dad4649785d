"""A forecast of what has been: calls offered and handling time by team, weekday and half hour. Pure.

A call counts for the team of the seat that answered it. One that nobody answered counts for the teams that
answer its queue, each by its share of that queue's calls. Days that were not ordinary (holidays, the days
worked to make up for them) are left out, and so are days before the first call: they would make every day
look calm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.events import ForecastRow

__all__ = ["PART_MINUTES", "Traffic", "Visit", "WrapUp", "forecast_of"]

PART_MINUTES = 30
TeamOf = Callable[[str, str], str]
"""Of (pbx, interface); "" where nobody sits there."""


class Visit(NamedTuple):
    """A call in a queue. ``interface`` is that of the seat that answered; "" where none did."""

    pbx: str
    queue: str
    interface: str
    joined: datetime
    talk_s: float


class WrapUp(NamedTuple):
    pbx: str
    interface: str
    began: datetime
    seconds: float


class Traffic(NamedTuple):
    visits: tuple[Visit, ...]
    wrap_ups: tuple[WrapUp, ...]


class _Cell:
    """What a team had in a half hour of a weekday, over all weeks."""

    __slots__ = ("answered", "offered", "worked_s")

    def __init__(self) -> None:
        self.offered = self.answered = self.worked_s = 0.0


_Key = tuple[str, int, int]
"""Team, weekday, start in minutes."""


def forecast_of(
    traffic: Traffic, days: Iterable[date], *, team_of: TeamOf, zone: ZoneInfo
) -> tuple[ForecastRow, ...]:
    """``days``: the ordinary ones that are looked at, local. By team, weekday, time; empty without calls."""
    ordinary = set(days)
    visits = [
        (visit, local)
        for visit in traffic.visits
        if (local := visit.joined.astimezone(zone)).date() in ordinary
    ]
    if not visits:
        return ()
    first = min(local.date() for _, local in visits)
    counted = [day for day in ordinary if day >= first]
    weeks = {weekday: sum(day.isoweekday() == weekday for day in counted) for weekday in range(1, 8)}
    cells = _cells(visits, traffic.wrap_ups, ordinary, team_of, zone)
    return tuple(_rows(cells, weeks))


def _cells(
    visits: list[tuple[Visit, datetime]],
    wrap_ups: Iterable[WrapUp],
    ordinary: set[date],
    team_of: TeamOf,
    zone: ZoneInfo,
) -> dict[_Key, _Cell]:
    cells: dict[_Key, _Cell] = {}
    shares = _shares(visits, team_of)
    for visit, local in visits:
        team = team_of(visit.pbx, visit.interface) if visit.interface else ""
        if team:
            cell = cells.setdefault(_key(team, local), _Cell())
            cell.offered += 1
            cell.answered += 1
            cell.worked_s += visit.talk_s
            continue
        for team, share in shares.get((visit.pbx, visit.queue), {}).items():
            cells.setdefault(_key(team, local), _Cell()).offered += share
    for wrap_up in wrap_ups:
        local = wrap_up.began.astimezone(zone)
        team = team_of(wrap_up.pbx, wrap_up.interface)
        if local.date() in ordinary and (known := cells.get(_key(team, local))) is not None:
            known.worked_s += wrap_up.seconds
    return cells


def _shares(visits: list[tuple[Visit, datetime]], team_of: TeamOf) -> dict[tuple[str, str], dict[str, float]]:
    """Of each queue: which team answers how much of it."""
    counts: dict[tuple[str, str], dict[str, float]] = {}
    for visit, _ in visits:
        team = team_of(visit.pbx, visit.interface) if visit.interface else ""
        if team:
            teams = counts.setdefault((visit.pbx, visit.queue), {})
            teams[team] = teams.get(team, 0.0) + 1
    return {
        queue: {team: count / sum(teams.values()) for team, count in teams.items()}
        for queue, teams in counts.items()
    }


def _key(team: str, local: datetime) -> _Key:
    minute = local.hour * 60 + local.minute
    return team, local.isoweekday(), minute - minute % PART_MINUTES


def _rows(cells: Mapping[_Key, _Cell], weeks: Mapping[int, int]) -> Iterable[ForecastRow]:
    """A part in which nobody answered has the handling time that the team has on the whole."""
    worked: dict[str, list[float]] = {}
    for (team, _, _), cell in cells.items():
        total = worked.setdefault(team, [0.0, 0.0])
        total[0] += cell.worked_s
        total[1] += cell.answered
    for team, weekday, start in sorted(cells):
        cell = cells[team, weekday, start]
        seconds, answered = (cell.worked_s, cell.answered) if cell.answered else worked[team]
        yield ForecastRow(
            team=team,
            start_min=start,
            minutes=PART_MINUTES,
            calls=round(cell.offered / weeks[weekday], 2),
            aht_s=max(round(seconds / answered, 2), 1.0),
            weekday=weekday,
        )
