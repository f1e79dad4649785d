"""What comes from outside: figures and grades of a month, the personnel file, complaints.

An import is taken whole or not at all; a row that says what is known already gives no fact, so the same file
twice is the same as once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ccd.assessment import closing
from ccd.assessment.floor import Items, World, common, day_here, done, managers, rules_of, told, zone_of
from ccd.assessment.months import due, final, is_month, month_here, span_of
from ccd.assessment.promotion import PANEL
from ccd.assessment.tables import FigureRow, GradeRow, StaffRow
from ccd.config_assessment import OWN_PARTS
from ccd.events import ShiftAct
from ccd.events import assessment as facts
from ccd.quality.people import is_manager, is_qa_manager
from ccd.shifts.acts import Refused

__all__ = ["PANEL_PARTS", "complaint", "import_"]

PANEL_PARTS = ("peer", "competency", "review_360", "panel")
"""Figures that promotion asks for, and the month's 100 do not."""
FAULTS_TOLD = 50
_ROWS: Mapping[str, Any] = {
    "figures": msgspec.json.Decoder(list[FigureRow]),
    "grades": msgspec.json.Decoder(list[GradeRow]),
    "staff": msgspec.json.Decoder(list[StaffRow]),
}


def import_(world: World, event: ShiftAct) -> Items:
    """``kind``: figures | grades | staff; ``rows`` as JSON; ``month`` but for staff."""
    if not (is_manager(world, event.actor) or is_qa_manager(world, event.actor)):
        raise Refused("assessment_not_allowed", actor=event.actor, who="a manager or the QA manager (经理)")
    kind, month = event.values.get("kind", ""), event.values.get("month", "")
    if kind not in _ROWS:
        raise Refused("assessment_no_value", name="kind", value=kind, like=" | ".join(_ROWS))
    try:
        rows = _ROWS[kind].decode(event.values.get("rows", ""))
    except msgspec.MsgspecError as error:
        raise Refused("assessment_no_rows", error=error) from None
    if kind != "staff":
        _check_month(world, event, month)
    faults = [f"line {row.line}: {wrong}" for row in rows if (wrong := _wrong(world, event, row))]
    if faults:
        more = f" (+{len(faults) - FAULTS_TOLD})" if len(faults) > FAULTS_TOLD else ""
        raise Refused("assessment_import_faults", faults="; ".join(faults[:FAULTS_TOLD]) + more)
    made = list(_facts(world, event, kind, month, rows))
    yield from made
    if made and kind == "figures" and due(month, rules_of(world), zone_of(world)) <= event.at:
        yield from closing.read(world, event.at, month)
    because = f"{len(made)} of {len(rows)} rows of {kind} are new"
    yield done(event, "assessment_imported", because, rows=len(rows), new=len(made))


def _check_month(world: World, event: ShiftAct, month: str) -> None:
    zone = zone_of(world)
    if not is_month(month) or month > month_here(event.at, zone):
        raise Refused("assessment_no_value", name="month", value=month, like=month_here(event.at, zone))
    if event.values["kind"] == "figures" and final(month, rules_of(world), zone) <= event.at:
        raise Refused("assessment_is_final", month=month, day=rules_of(world).final_day)


def _wrong(world: World, event: ShiftAct, row: FigureRow | GradeRow | StaffRow) -> str:
    if world.roster.by_code(row.person) is None:
        return f"nobody in the roster has {row.person}"
    if row.person == event.actor:
        return f"{row.person} is whoever imports; somebody else must enter what is about them"
    if isinstance(row, FigureRow):
        parts = (*rules_of(world).parts, "examinations", *PANEL_PARTS)
        known = [part for part in parts if part not in OWN_PARTS or part == "examinations"]
        if row.part not in known:
            return f"there is no part {row.part}; there are {', '.join(dict.fromkeys(known))}"
        if row.part == "panel" and row.name not in PANEL:
            return f"there is no name {row.name} of panel; there are {', '.join(PANEL)}"
    return ""


def _facts(world: World, event: ShiftAct, kind: str, month: str, rows: Iterable[Any]) -> Iterable[Any]:
    state = world.assessment
    moment = event.at.isoformat()
    no_more: dict[str, Any] = {}
    cls: type[facts.AssessmentFact]
    for row in rows:
        values = {name: value for name, value in msgspec.structs.asdict(row).items() if name != "line"}
        person = row.person
        if kind == "staff":
            before: Any = state.staff.get(person)
            key, cls, more = f"staff|{person}|{moment}", facts.StaffNoted, no_more
        elif kind == "grades":
            before = state.grades.get(person, {}).get(month)
            key, cls = f"grade|{person}|{month}|imported|{moment}", facts.GradeGiven
            more = {"month": month, "origin": "imported", "day": span_of(month)[1]}
        else:
            before = state.figures.get(month, {}).get(person, {}).get((row.part, row.name))
            key, cls = f"figure|{person}|{month}|{row.part}|{row.name}|{moment}", facts.PartRecorded
            more = {"month": month, "day": span_of(month)[1]}
        said = values | more
        if before is not None and all(getattr(before, name) == value for name, value in said.items()):
            continue
        yield cls(**common(event, key, f"imported by {event.actor}"), **said)


FAULTS = ("own", "other", "none")
ABOUT = ("service", "lateness", "other")


def complaint(world: World, event: ShiftAct) -> Items:
    """A manager or the QA manager notes what came of a complaint; never about themselves."""
    if event.actor == event.person:
        raise Refused("assessment_not_about_oneself", actor=event.actor)
    if not (is_manager(world, event.actor) or is_qa_manager(world, event.actor)):
        raise Refused("assessment_not_allowed", actor=event.actor, who="a manager or the QA manager (经理)")
    fault, about = event.values["fault"], event.values["about"]
    for name, value, known in (("fault", fault, FAULTS), ("about", about, ABOUT)):
        if value not in known:
            raise Refused("assessment_no_value", name=name, value=value, like=" | ".join(known))
    month = event.values.get("month") or month_here(event.at, zone_of(world))
    if not is_month(month):
        raise Refused("assessment_no_value", name="month", value=month, like="2026-01")
    key = f"complaint|{event.person}|{event.at.isoformat()}"
    yield facts.ComplaintNoted(
        **common(event, key, f"{about}, at fault: {fault}"),
        person=event.person,
        day=day_here(world, event.at),
        fault=fault,
        about=about,
        told=event.values["told"],
        month=month,
    )
    values = {"person": event.person, "fault": fault, "about": about, "actor": event.actor}
    people = [code for code in managers(world) if code not in (event.person, event.actor)]
    if fault == "own":
        yield from told(world, f"assessment|{key}", people, "assessment_complaint", values)
    yield done(event, "assessment_noted", event.values["told"], person=event.person, month=month)
