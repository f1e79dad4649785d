"""What is needed against who is planned, part by part of a day. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from ccd.config_staffing import StaffingSettings
from ccd.roster import Role, Roster
from ccd.shifts.plan import Duty, Plan
from ccd.staffing.forecast import Forecast, Required, need_of

__all__ = ["coverage"]

AGENTS = (Role.AGENT, Role.SENIOR_AGENT, Role.TELESALES)
"""Who takes calls."""


def coverage(
    day: date,
    *,
    forecast: Forecast,
    plan: Plan,
    roster: Roster,
    settings: StaffingSettings,
    zone: ZoneInfo,
    teams: Iterable[str],
) -> list[dict[str, Any]]:
    """Of each team the parts of this local day, in order of time. ``required``: agents at their phones;
    ``to_plan``: with shrinkage; ``planned``: agents of the team whose shift has the whole of it; ``gap``:
    planned less to plan, negative where some are missing.
    """
    found = []
    for team in teams:
        for row in forecast.of(team, day):
            need = need_of(row, day, settings, zone)
            planned = {
                duty.assignment.person
                for duty in plan.duties(need.since, need.until)
                if duty.starts <= need.since and need.until <= duty.ends and _counts(duty, team, roster)
            }
            found.append(_part(need, len(planned)))
    return found


def _part(need: Required, planned: int) -> dict[str, Any]:
    return {
        "team": need.team,
        "since": need.since,
        "until": need.until,
        "calls": need.calls,
        "aht_s": need.aht_s,
        "load": need.load,
        "required": need.agents,
        "to_plan": need.planned,
        "planned": planned,
        "gap": planned - need.planned,
        "level": need.level,
        "occupancy": need.occupancy,
        "abandoned": need.abandoned,
    }


def _counts(duty: Duty, team: str, roster: Roster) -> bool:
    known = roster.by_code(duty.assignment.person)
    return known is not None and known.team == team and known.role in AGENTS
