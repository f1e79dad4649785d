"""How things stand now, for whoever looks: plain values, times aware UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.attendance.floor import World, day_here
from ccd.attendance.ledger import Ledger
from ccd.attendance.watching import expected, missing, was_there
from ccd.shifts.plan import Duty

__all__ = ["board"]

Row = dict[str, Any]


def board(world: World, at: datetime) -> Row:
    """``missing``: who is expected and was not there yet, with minutes since the start; ``left``: who signed
    out in the midst; ``proposals`` wait for a decision, ``objections`` for an answer.
    """
    rows = [(duty, was_there(world, duty)) for duty in missing(world, at)]
    ledgers = [
        world.attendance.ledger(person, month)
        for person, months in world.attendance.everybody()
        for month in sorted(months)
    ]
    return {
        "at": at,
        "day": day_here(world, at),
        "expected": len(expected(world, at)),
        "missing": [_row(world, duty, at) for duty, was in rows if not was],
        "left": [_row(world, duty, at) for duty, was in rows if was],
        "proposals": [row for ledger in ledgers for row in _proposals(ledger)],
        "objections": [row for ledger in ledgers for row in _objections(ledger)],
        "outages": [
            {
                "outage": one.outage,
                "pbx": one.pbx,
                "since": one.since,
                "until": one.until,
                "reason": one.reason,
            }
            for one in world.attendance.outages.values()
        ],
    }


def _row(world: World, duty: Duty, at: datetime) -> Row:
    one = duty.assignment
    person = world.roster.by_code(one.person)
    return {
        "person": one.person,
        "name": person.name if person else "",
        "team": person.team if person else "",
        "seat": one.seat,
        "pbx": one.pbx,
        "shift": one.shift,
        "starts": duty.starts,
        "minutes": int((at - duty.starts).total_seconds() // 60),
    }


def _proposals(ledger: Ledger) -> list[Row]:
    return [
        {
            "proposal": one.made.proposal,
            "kind": type(one.made).__name__,
            "cause": one.made.cause,
            "person": ledger.person,
            "day": one.made.day,
            "because": one.made.because,
        }
        for one in ledger.proposals
        if one.state == "open"
    ]


def _objections(ledger: Ledger) -> list[Row]:
    return [
        {"objection": one.objection, "person": ledger.person, "day": one.day, "text": one.text, "at": one.at}
        for one, answer in ledger.objections
        if answer is None
    ]
