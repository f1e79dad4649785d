"""An incident as plain data: for `ccd status`, the control socket, the command line and the console.

Everything here is made of dicts, lists, strings, numbers, booleans and None. Times are ISO 8601 in UTC, what
is called ``*_s`` is seconds. Texts are as they came: whoever shows them takes control characters out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ccd.events import IncidentFact
from ccd.incidents import checklist
from ccd.incidents.state import Incident, Phase, Told

__all__ = ["brief", "clock_left_s", "timeline", "view"]

Row = dict[str, Any]
NameOf = Callable[[str], str]


def clock_left_s(incident: Incident, now: datetime, armed_s: float | None = None) -> float | None:
    """Until the police decision; below zero it is overdue. None where no clock runs: this ladder has none,
    or somebody has arrived, or the decision has come.

    ``armed_s`` is what the deadline itself has left, where it is armed: unlike the time of the report it is
    not moved by the wall clock.
    """
    if not incident.arrive_within_s or incident.phase is not Phase.LIVE:
        return None
    if armed_s is not None:
        return armed_s
    return incident.arrive_within_s - (now - incident.opened).total_seconds()


def brief(incident: Incident, now: datetime, name_of: NameOf, armed_s: float | None = None) -> Row:
    """One line's worth. ``name_of`` gives the name of a code of the roster, or ""."""
    facts = incident.facts
    return {
        "id": incident.id,
        "ladder": incident.ladder,
        "severity": incident.severity,
        "drill": incident.drill,
        "fast": incident.fast,
        "phase": incident.phase.value,
        "open": incident.open,
        "opened": _iso(incident.opened),
        "age_s": max((now - incident.opened).total_seconds(), 0.0),
        "clock_left_s": clock_left_s(incident, now, armed_s),
        "pbx": facts.pbx,
        "seat": facts.seat,
        "agent": facts.agent,
        "agent_name": facts.agent_name or name_of(facts.agent),
        "caller_number": facts.caller_number,
        "acknowledged": [
            _person(code, name_of) for _, rung in sorted(incident.rungs.items()) for code in rung.acknowledged
        ],
        "police_state": incident.police_state,
        "saved": incident.saved,
        "outcome": incident.outcome,
        "verdict": _verdict(incident),
    }


def view(incident: Incident, now: datetime, name_of: NameOf, armed_s: float | None = None) -> Row:
    """All that is known: what ``brief`` says, and the call, rungs, tellings, checklist, evidence, police."""
    return brief(incident, now, name_of, armed_s) | {
        "how": incident.how,
        "by": incident.by,
        "note": incident.note,
        "call": msgspec.to_builtins(incident.facts),
        "call_over": incident.call_over,
        "source": incident.source,
        "clock": _clock(incident, now, armed_s),
        "rungs": [
            {
                "rung": number,
                "role": rung.role,
                "began": _iso(rung.began),
                "after_s": _after(incident, rung.began),
                "people": [_person(code, name_of) for code in rung.people],
                "turn": _person(rung.people[rung.turn], name_of) if rung.people else None,
                "round": rung.round,
                "acknowledged": rung.acknowledged,
                "cannot": rung.cannot,
                "exhausted": rung.exhausted,
            }
            for number, rung in sorted(incident.rungs.items())
        ],
        "told": [_told(incident, told, name_of) for told in incident.told.values()],
        "details": _details(incident),
        "evidence": [
            {
                "name": kept.name,
                "source": kept.source,
                "path": kept.path,
                "size": kept.size,
                "sha256": kept.sha256,
                "final": kept.final,
                "at": _iso(kept.at),
                "by": kept.by,
            }
            for kept in incident.evidence.values()
        ],
        "police": _police(incident),
        "arrived": _arrived(incident, name_of),
        "stood_down": _stood_down(incident, name_of),
    }


def timeline(facts: Iterable[IncidentFact]) -> list[Row]:
    """What happened, in order: each fact as it is kept, its ``type`` its name, and ``after_s`` the report."""
    kept = list(facts)
    if not kept:
        return []
    opened = kept[0].at
    return [
        msgspec.to_builtins(fact) | {"after_s": max((fact.at - opened).total_seconds(), 0.0)} for fact in kept
    ]


def _clock(incident: Incident, now: datetime, armed_s: float | None) -> Row | None:
    if not incident.arrive_within_s:
        return None
    return {
        "within_s": incident.arrive_within_s,
        "due": _iso(incident.opened + timedelta(seconds=incident.arrive_within_s)),
        "left_s": clock_left_s(incident, now, armed_s),
    }


def _told(incident: Incident, told: Told, name_of: NameOf) -> Row:
    return {
        "rung": told.rung,
        "person": told.person,
        "name": name_of(told.person),
        "means": told.means,
        "kind": told.kind,
        "where": told.where,
        "key": told.key,
        "at": _iso(told.at),
        "after_s": _after(incident, told.at),
        "result": told.result,
    }


def _details(incident: Incident) -> Row:
    complete = checklist.completeness(incident.details, incident.ladder)
    return {
        "answers": dict(incident.details),
        "complete": complete.total,
        "sections": dict(complete.sections),
        "open": [name for name, answered in complete.questions if not answered],
    }


def _police(incident: Incident) -> Row:
    due = incident.police
    return {
        "state": incident.police_state,
        "mode": due.mode if due else "",
        "why": due.why if due else "",
        "decided": _iso(due.at) if due else None,
        "late_s": due.late_s if due else 0.0,
        "attempt": incident.attempt,
        "voice": incident.voice,
    }


def _arrived(incident: Incident, name_of: NameOf) -> Row | None:
    fact = incident.arrived
    if fact is None:
        return None
    who = _person(fact.person, name_of)
    return {**who, "seat": fact.seat, "how": fact.how, "by": fact.by, "after_s": fact.after_s}


def _stood_down(incident: Incident, name_of: NameOf) -> Row | None:
    fact = incident.stood_down
    if fact is None:
        return None
    who = _person(fact.person, name_of)
    after_s = _after(incident, fact.at)
    return {
        **who,
        "role": fact.role,
        "reason": fact.reason,
        "how": fact.how,
        "by": fact.by,
        "after_s": after_s,
    }


def _verdict(incident: Incident) -> Row | None:
    if incident.verdict is None:
        return None
    return {"passed": incident.verdict.passed, "failures": list(incident.verdict.failures)}


def _person(code: str, name_of: NameOf) -> Row:
    return {"code": code, "name": name_of(code)}


def _after(incident: Incident, at: datetime) -> float:
    return max((at - incident.opened).total_seconds(), 0.0)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")
