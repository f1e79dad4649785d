"""Scores come in, each blind to the others; when all are there, or it is due, they are compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

from ccd.calibration.comparing import Agreement, agreement, deviations, disputed
from ccd.calibration.making import World, accepted, clock, managers, page
from ccd.calibration.state import Calibration
from ccd.config_calibration import CalibrationSettings
from ccd.config_section import Mode
from ccd.effects import Effect
from ccd.events import Event, ShiftAct
from ccd.events.calibration import CalibrationClosed, CalibrationScored, DriftFound
from ccd.quality import people
from ccd.quality.answers import AnswersError, decode, encode
from ccd.quality.form_parse import from_json
from ccd.quality.form_score import score
from ccd.shifts.acts import Refused

__all__ = ["close", "look", "take_score"]

Items = Iterator[Event | Effect]


def take_score(act: ShiftAct, world: World, settings: CalibrationSettings) -> Items:
    """One analyst's answers. Sent twice they stand; other answers are refused, for blindness has its end."""
    one = _session(act, world)
    if act.actor not in one.everybody:
        raise Refused("calibration_not_asked", actor=act.actor, session=one.id)
    try:
        answers = decode(act.values["answers"])
        scored = score(from_json(one.opened.text), answers)
    except AnswersError as error:
        fault = error.faults[0]
        raise Refused(fault.rule, **fault.named()) from None
    before = one.scored.get(act.actor)
    if before is not None and before.answers == encode(answers):
        yield accepted(act, "calibration_scored", session=one.id)
        return
    if before is not None:
        raise Refused("calibration_scored_already", actor=act.actor, session=one.id)
    if one.closed is not None:
        raise Refused("calibration_closed_already", session=one.id)
    yield CalibrationScored(
        **_common(world, one, act.at, f"scored|{one.id}|{act.actor}"),
        person=act.actor,
        actor=act.actor,
        by=act.by,
        because=f"calibration: {act.actor} scored {scored.score:g} by {one.opened.form}",
        answers=encode(answers),
        score=scored.score,
        passed=scored.passed,
    )
    yield accepted(act, "calibration_scored", session=one.id)
    if not one.missing:
        yield from _end(world, settings, one, act.at, "all")


def close(act: ShiftAct, world: World, settings: CalibrationSettings) -> Items:
    """By the QA manager; in ``enforce`` not while somebody is missing who still has time."""
    one = _session(act, world)
    if not people.is_qa_manager(world, act.actor):
        raise Refused("calibration_not_yours", actor=act.actor)
    if one.closed is not None:
        raise Refused("calibration_closed_already", session=one.id)
    if settings.mode is Mode.ENFORCE and one.missing and act.at < one.opened.due:
        missing, due = ", ".join(one.missing), clock(world, one.opened.due)
        raise Refused("calibration_waits", session=one.id, missing=missing, due=due)
    yield from _end(world, settings, one, act.at, "asked", act)
    assert one.closed is not None
    yield accepted(
        act,
        "calibration_closed",
        session=one.id,
        alpha=_told(one.closed.alpha),
        deviations=", ".join(f"{code} {value:+g}" for code, value in one.closed.deviations.items()) or "-",
    )


def look(world: World, settings: CalibrationSettings, at: datetime) -> Items:
    """What is due, or complete since a start, is closed."""
    world.calibration.forget(at)
    for one in world.calibration.open:
        if not one.missing:
            yield from _end(world, settings, one, at, "all")
        elif one.opened.due <= at:
            yield from _end(world, settings, one, at, "due")


def _session(act: ShiftAct, world: World) -> Calibration:
    one = world.calibration.sessions.get(act.values["session"])
    if one is None:
        raise Refused("calibration_unknown", session=act.values["session"][:40])
    return one


def _end(
    world: World,
    settings: CalibrationSettings,
    one: Calibration,
    at: datetime,
    why: str,
    act: ShiftAct | None = None,
) -> Items:
    form = from_json(one.opened.text)
    answers = [decode(fact.answers) for fact in one.scored.values()]
    agreed = agreement(form, answers)
    scores = {person: one.scored[person].score for person in one.everybody if person in one.scored}
    missing = one.missing
    yield CalibrationClosed(
        **_common(world, one, at, f"closed|{one.id}"),
        actor=act.actor if act is not None else "",
        by=act.by if act is not None else "",
        because=f"calibration: {len(scores)} of {len(one.everybody)} have scored; {why}",
        alpha=agreed.weaker,
        alpha_words=agreed.words,
        alpha_points=agreed.points,
        deviations=deviations(scores, one.opened.expert),
        disputed=disputed(form, answers),
        missing=missing,
        why=why,
        reason=act.values.get("reason", "") if act is not None else "",
    )
    yield from _tell(world, settings, one, agreed)
    yield from _drift(world, settings, one, at)


def _tell(world: World, settings: CalibrationSettings, one: Calibration, agreed: Agreement) -> Items:
    closed, opened = one.closed, one.opened
    assert closed is not None
    alpha = _told(agreed.weaker)
    for person, value in closed.deviations.items():
        values = {"session": one.id, "deviation": f"{value:+g}", "alpha": alpha}
        yield from page(world, opened, "result", (person,), "calibration_result", **values)
    if closed.missing:
        missing = ", ".join(closed.missing)
        yield from page(
            world, opened, "missing", managers(world), "calibration_missing", session=one.id, missing=missing
        )
    if agreed.weaker is not None and agreed.weaker < settings.agreement_least:
        values = {"session": one.id, "alpha": alpha, "least": f"{settings.agreement_least:g}"}
        values["questions"] = ", ".join(closed.disputed)
        yield from page(world, opened, "low", managers(world), "calibration_low", **values)


def _drift(world: World, settings: CalibrationSettings, one: Calibration, at: datetime) -> Items:
    """Whoever is too far off, over enough sessions, is told with the QA manager, at each further session."""
    assert one.closed is not None
    sessions, limit = settings.drift_sessions, settings.drift_limit
    for person in one.closed.deviations:
        known = world.calibration.deviations(person, sessions)
        mean = round(fmean(known), 2)
        if len(known) < sessions or abs(mean) <= limit:
            continue
        yield DriftFound(
            **_common(world, one, at, f"drift|{one.id}|{person}"),
            person=person,
            because=f"calibration: {mean:+g} points over {sessions} sessions, limit {limit:g}",
            mean=mean,
            sessions=sessions,
            limit=limit,
        )
        values = {"person": person, "mean": f"{mean:+g}", "sessions": str(sessions), "limit": f"{limit:g}"}
        told = tuple(dict.fromkeys((*managers(world), person)))
        yield from page(world, one.opened, f"drift|{person}", told, "calibration_drift", **values)


def _common(world: World, one: Calibration, at: datetime, what: str) -> dict[str, Any]:
    zone = ZoneInfo(world.settings.daemon.timezone)
    return {
        "at": at,
        "key": f"calibration|{what}",
        "session": one.id,
        "day": at.astimezone(zone).date(),
        "pbx": one.opened.pbx,
    }


def _told(alpha: float | None) -> str:
    return "-" if alpha is None else f"{alpha:.3f}"
