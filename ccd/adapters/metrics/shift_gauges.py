"""How shifts stand at the moment Prometheus asks: who is held, at a meal, missing, out of adherence.

What is per team has the label ``team`` alone, for a team may sit at several PBXs. The largest of the teams at
work are named, as many as ``Labels`` has room for beside queues and agents; the rest count as ``other``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric

from ccd.adapters.metrics.labels import OTHER, Labels
from ccd.adapters.metrics.shifts import ShiftFacts
from ccd.adherence.live import standings
from ccd.attendance.watching import expected, missing
from ccd.handover.view import board as handover_board
from ccd.meals.cap import cap_of, is_counted
from ccd.staffing.forecast import required
from ccd.world import World

__all__ = ["TEAM_SERIES", "shift_families"]

TEAM_SERIES = 8
"""Of one team, below."""
JUDGED = timedelta(hours=24)
Figures = Mapping[str, float]


def shift_families(world: World, now: datetime, labels: Labels, facts: ShiftFacts) -> Iterator[Metric]:
    """Each family in one go, as in ``gauges``."""
    yield from _held(world, now)
    yield from _waiting(world, facts)
    yield from _limits(world)
    there = Counter(_team(world, duty.assignment.person) for duty in expected(world, now))
    judged = _judged(world, now)
    teams = _Teams(world, labels, there, judged)
    yield teams.family("ccd_attendance_on_duty", "People planned to be at work.", there)
    gone = Counter(_team(world, duty.assignment.person) for duty in missing(world, now))
    yield teams.family("ccd_attendance_missing", "Of these, those signed in nowhere.", gone)
    out = Counter(_team(world, one.person) for one in standings(world, now) if one.state == "out")
    yield teams.family("ccd_adherence_out", "People on duty who are out of adherence.", out)
    yield teams.shares("ccd_adherence_ratio", "Adherence of the shifts of the last 24 hours.", judged)
    yield from _meals(world, now, teams)
    needed = _needed(world, now, teams.named)
    yield teams.family("ccd_staffing_required", "Agents the forecast needs.", needed, every=False)


def _team(world: World, person: str) -> str:
    known = world.roster.by_code(person)
    return known.team if known else ""


class _Teams:
    """Which teams are named now, and what the rest are called."""

    def __init__(self, world: World, labels: Labels, *shown: Mapping[str, object]) -> None:
        there = {_team(world, person) for people in world.presence.values() for person in people}
        teams = there.union(*shown)
        people = Counter(person.team for person in world.roster.people)
        largest = sorted(teams, key=lambda team: (-people[team], team))
        self._labels = labels.teams_named(largest, TEAM_SERIES)
        self.named = tuple(self._labels)

    def family(self, name: str, text: str, values: Figures, *, every: bool = True) -> Metric:
        """``every``: each team that is named has one, also with 0."""
        shown = dict.fromkeys(self._labels.values() if every else (), 0.0)
        for team, value in values.items():
            label = self._labels.get(team, OTHER)
            shown[label] = shown.get(label, 0.0) + value
        return _family(name, text, shown)

    def shares(self, name: str, text: str, values: Mapping[str, tuple[float, float]]) -> Metric:
        """Each value is a part and its whole; a team of whom nothing is known has no series."""
        sums: dict[str, tuple[float, float]] = {}
        for team, (part, whole) in values.items():
            label = self._labels.get(team, OTHER)
            before = sums.get(label, (0.0, 0.0))
            sums[label] = before[0] + part, before[1] + whole
        return _family(name, text, {team: part / whole for team, (part, whole) in sums.items() if whole})


def _family(name: str, text: str, values: Figures) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["team"])
    for team, value in values.items():
        family.add_metric([team], value)
    return family


def _held(world: World, now: datetime) -> Iterator[Metric]:
    held = [one["held_s"] for seat in handover_board(world, now)["seats"] for one in seat["held"]]
    late = [seconds for seconds in held if seconds > 0]
    yield GaugeMetricFamily(
        "ccd_handover_held_people", "People held at a seat past the end of their shift.", len(late)
    )
    yield GaugeMetricFamily(
        "ccd_handover_longest_hold_seconds", "Of these, who is held the longest.", max(late, default=0.0)
    )


def _waiting(world: World, facts: ShiftFacts) -> Iterator[Metric]:
    open_ = sum(one.stands and one.open for one in world.leave.requests.values())
    yield GaugeMetricFamily("ccd_leave_requests_waiting", "Leave and swaps to be decided.", open_)
    yield GaugeMetricFamily(
        "ccd_attendance_proposals_waiting", "Proposed consequences to be decided.", facts.proposals(world)
    )


def _limits(world: World) -> Iterator[Metric]:
    own = world.settings.policies.adherence
    family = GaugeMetricFamily(
        "ccd_adherence_limit_ratio", "Adherence as the settings want it.", labels=["limit"]
    )
    family.add_metric(["target"], own.target)
    family.add_metric(["floor"], own.floor)
    yield family


def _judged(world: World, now: datetime) -> dict[str, tuple[float, float]]:
    """Of each team the adherent seconds, and those that could have been."""
    sums: dict[str, tuple[float, float]] = {}
    for (person, _, _), last in world.adherence.judged.items():
        if last.ends > now - JUDGED:
            _, adherent, out, *_ = last.seconds
            team = _team(world, person)
            before = sums.get(team, (0.0, 0.0))
            sums[team] = before[0] + adherent, before[1] + adherent + out
    return sums


def _meals(world: World, now: datetime, teams: _Teams) -> Iterator[Metric]:
    settings, state = world.settings.policies.meals, world.meals
    counted = [person for person in state.meals if is_counted(world, settings, person)]
    eating = Counter(_team(world, person) for person in counted)
    yield teams.family("ccd_meals_in_progress", "People who take calls, at a meal.", eating)
    waiting = Counter(_team(world, person) for person in state.waiting)
    yield teams.family("ccd_meals_waiting", "People who wait for their turn at a meal.", waiting)
    caps = {team: cap_of(world, settings, team, now).limit for team in teams.named}
    yield teams.family("ccd_meals_cap", "How many may be at a meal at once.", caps)


def _needed(world: World, now: datetime, teams: Iterable[str]) -> dict[str, float]:
    found = {team: required(world, team, now) for team in teams}
    return {team: float(one.agents) for team, one in found.items() if one is not None}
