"""How things stand now, for whoever looks: plain values, times aware UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ccd.leave.approvers import Approvers
from ccd.leave.looking import World
from ccd.leave.making import deadline, zone
from ccd.leave.request import Phase, Request, month_of
from ccd.leave.times import local_day

__all__ = ["board"]

Row = dict[str, Any]


def board(world: World, at: datetime) -> Row:
    """``waiting`` with whom for, ``away`` today and tomorrow, ``certificates`` and ``returns`` that are due,
    ``swaps`` whose return or whose change of the plan is outstanding, ``used`` in this month.
    """
    known = [one for one in world.leave.requests.values() if one.stands]
    return {
        "waiting": _waiting(world, [one for one in known if one.open], at),
        "away": _away(world, known, at),
        "certificates": [
            _row(one) | {"state": one.certificate, "due": one.certificate_by}
            for one in known
            if one.certificate in ("due", "overdue")
        ],
        "returns": [
            _row(one) | {"overdue": one.phase is Phase.OVERDUE}
            for one in known
            if one.phase is Phase.OVERDUE or (one.phase is Phase.TAKEN and one.until <= at)
        ],
        "swaps": _swaps(world, known),
        "used": _used(world, at),
    }


def _row(one: Request) -> Row:
    return {
        "request": one.id,
        "kind": one.kind,
        "person": one.person,
        "partner": one.partner,
        "since": one.since,
        "until": one.until,
        "phase": one.phase.value,
    }


def _waiting(world: World, open_: list[Request], at: datetime) -> list[Row]:
    approvers = Approvers(world, at)
    rows = [
        _row(one) | {"waits_for": list(approvers.all_of(one)), "decide_by": deadline(world, one)}
        for one in open_
    ]
    return sorted(rows, key=lambda row: (row["decide_by"], row["request"]))


def _away(world: World, known: list[Request], at: datetime) -> list[Row]:
    today = local_day(at, zone(world))
    days = (today, today + timedelta(days=1))
    rows = []
    for one in known:
        if one.swap or not one.granted:
            continue
        first, last = (local_day(each, zone(world)) for each in (one.since, one.until - timedelta(seconds=1)))
        on = [str(day) for day in days if first <= day <= last]
        if on:
            rows.append(_row(one) | {"days": on})
    return rows


def _swaps(world: World, known: list[Request]) -> list[Row]:
    rows = []
    for one in known:
        if not one.swap or one.open:
            continue
        back = world.leave.returned_by(one) if one.kind == "cover" else None
        owed = one.kind == "cover" and (back is None or back.open)
        if owed or one.phase is Phase.APPROVED:
            state = "not_planned" if one.phase is Phase.APPROVED else "return_owed"
            rows.append(_row(one) | {"state": state, "returned_by": back.id if back else ""})
    return rows


def _used(world: World, at: datetime) -> list[Row]:
    """Whoever has asked for anything in this month."""
    settings, month = world.settings.policies.leave, month_of(local_day(at, zone(world)))
    people = sorted({person for one in world.leave.requests.values() for person in one.people})
    rows = [
        {
            "person": person,
            "days": float(world.leave.used(person, month, settings.month_kinds)),
            "swaps": world.leave.swaps(person, month),
        }
        for person in people
    ]
    return [row for row in rows if row["days"] or row["swaps"]]
