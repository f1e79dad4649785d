"""What must be in place before a threat call, judged every time somebody asks ``/readyz`` or for the status.

A fault that ``blocks`` makes the daemon not ready: something is about to be lost. The others are said, and
leave it ready: a site without a proved way to the police still follows its calls and still tells its people.
Nobody is named here: the answer needs no password.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ccd.config import Mode
from ccd.config_incidents import PoliceSettings
from ccd.events import CallFacts, DrillJudged
from ccd.incidents.people import World, candidates
from ccd.incidents.state import Incident

__all__ = [
    "PASSED_OR_FAILED",
    "Fault",
    "calling_ladders",
    "checks",
    "drilled_ladders",
    "last_drills",
    "police_faults",
]

PASSED_OR_FAILED = ("passed", "failed")
DRILLS = ("threat",)
"""What `ccd drill` can run."""


class Fault(NamedTuple):
    """``why`` is empty where all is well; otherwise it says what is amiss, then what to do."""

    check: str
    why: str
    blocks: bool = False


def checks(world: World, now: datetime, health: Mapping[str, Any]) -> list[Fault]:
    """``now`` aware UTC; ``health`` is what ``Metrics.health`` gives. Nothing where the policy is off."""
    if world.settings.policies.incidents.mode is Mode.OFF:
        return []
    return [
        Fault("incidents_saved", _unsaved(world, health), blocks=True),
        Fault("police", _police(world, now)),
        Fault("drill", _drill(world, now)),
        Fault("duty_lead", _duty_lead(world)),
        Fault("reach", _reach(world)),
    ]


def calling_ladders(world: World) -> list[str]:
    """The ladders by which ccd brings a call to the police about."""
    incidents = world.settings.policies.incidents
    if incidents.mode is not Mode.ENFORCE:
        return []
    return [
        name for name, ladder in incidents.ladders.items() if ladder.enabled and ladder.police != "advise"
    ]


def drilled_ladders(world: World) -> list[str]:
    """The ladders that are to be drilled: those with a clock, of which ``ccd drill`` runs."""
    ladders = world.settings.policies.incidents.ladders
    return [
        name for name in DRILLS if name in ladders and ladders[name].enabled and ladders[name].arrive_within_s
    ]


def police_faults(police: PoliceSettings, today: date) -> dict[str, str]:
    """What is configured and proved of the way to the police, each with what is amiss, "" where nothing is.

    ``today`` is the site's. A proof lasts ``proof_days``.
    """
    number = "" if police.number else "no number: set police.number, as a person would dial it here"
    second = "" if police.second_trunk else "no second trunk: set police.second_trunk"
    return {
        "number": number,
        "second_trunk": second,
        "proof": _proof("the first trunk", "proved_on", police.proved_on, police, today),
        "second_proof": _proof(
            "the second trunk", "proved_second_on", police.proved_second_on, police, today
        ),
    }


def last_drills(incidents: Iterable[Incident]) -> dict[tuple[str, str], DrillJudged]:
    """(ladder, ``passed`` or ``failed``) -> the latest verdict of that kind."""
    found: dict[tuple[str, str], DrillJudged] = {}
    for incident in incidents:
        verdict = incident.verdict
        if incident.drill and verdict is not None:
            key = incident.ladder, PASSED_OR_FAILED[not verdict.passed]
            if key not in found or found[key].at < verdict.at:
                found[key] = verdict
    return found


def _proof(trunk: str, setting: str, proved: date | None, police: PoliceSettings, today: date) -> str:
    mend = f"try it, in agreement with the police, and set police.{setting}"
    if proved is None:
        return f"{trunk} was never tried: {mend}"
    age = (today - proved).days
    if age < 0:
        return f"the proof of {trunk} lies in the future: {mend}"
    return (
        f"the proof of {trunk} is {age} days old (at most {police.proof_days}): {mend}"
        if age > police.proof_days
        else ""
    )


def _police(world: World, now: datetime) -> str:
    ladders = calling_ladders(world)
    if not ladders:
        return ""
    today = now.astimezone(ZoneInfo(world.settings.daemon.timezone)).date()
    faults = police_faults(world.settings.policies.incidents.police, today).values()
    found = "; ".join(fault for fault in faults if fault)
    return f"{', '.join(ladders)}: {found}" if found else ""


def _unsaved(world: World, health: Mapping[str, Any]) -> str:
    wheres = Counter(incident.saved for incident in world.incidents.values() if incident.open)
    said = []
    if wheres["memory"]:
        said.append(f"NOT SAVED: {wheres['memory']} open incidents are only in memory; do not restart ccd")
    if wheres["spool"]:
        said.append(f"{wheres['spool']} open incidents are in the emergency spool: mend the database")
    kept = health.get("safekeeping") or {}
    if not said and kept.get("unsaved"):
        said.append(f"NOT SAVED: {kept['unsaved']} facts are only in memory; do not restart ccd")
    if not said and kept.get("spool_bytes_used"):
        said.append("the emergency spool holds facts that the database has not taken: mend the database")
    return "; ".join(said)


def _drill(world: World, now: datetime) -> str:
    every_days = world.settings.policies.incidents.drill.every_days
    drills = last_drills(world.incidents.values())
    said = []
    for ladder in drilled_ladders(world) if every_days else ():
        passed, failed = (drills.get((ladder, verdict)) for verdict in PASSED_OR_FAILED)
        if failed is not None and (passed is None or passed.at < failed.at):
            said.append(f"the latest drill of {ladder} failed: mend what it names, then ccd drill {ladder}")
        elif passed is None:
            said.append(f"{ladder} was never drilled: ccd drill {ladder}")
        elif (days := (now - passed.at).days) >= every_days:
            said.append(
                f"the latest drill of {ladder} was {days} days ago (every {every_days}): ccd drill {ladder}"
            )
    return "; ".join(said)


def _duty_lead(world: World) -> str:
    ladders: dict[str, list[str]] = {}
    for name, ladder in world.settings.policies.incidents.ladders.items():
        role = ladder.rungs[0].role
        if ladder.enabled and not candidates(world, role, CallFacts()).on_duty:
            ladders.setdefault(role, []).append(name)
    return "; ".join(
        f"nobody is signed in who would be told first ({role}) of {', '.join(names)}: sign one in"
        for role, names in ladders.items()
    )


def _reach(world: World) -> str:
    ladders = world.settings.policies.incidents.ladders.values()
    roles = dict.fromkeys(rung.role for ladder in ladders if ladder.enabled for rung in ladder.rungs)
    people = world.roster.people
    unreachable = Counter(person.role for person in people if not (person.phone or person.email))
    missing = [role for role in roles if not any(person.role == role for person in people)]
    mute = [f"{unreachable[role]} {role}" for role in roles if unreachable[role]]
    said = []
    if missing:
        said.append(f"the roster has no {', '.join(missing)}: add them")
    if mute:
        said.append(f"people with neither phone nor email in the roster: {', '.join(mute)}: add one")
    return "; ".join(said)
