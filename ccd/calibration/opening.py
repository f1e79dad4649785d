"""A calibration is opened: which call, by which form, who scores it, until when."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from ccd.calibration.making import World, accepted, clock, page, refused
from ccd.config_calibration import CalibrationSettings
from ccd.effects import Effect, LookUpUnit
from ccd.events import Event, ShiftAct
from ccd.events.calibration import CalibrationOpened
from ccd.events.quality import UnitLooked
from ccd.quality import people
from ccd.quality.form import Form, to_json
from ccd.quality.form_choice import form_of
from ccd.shifts.acts import Refused

__all__ = ["Opening", "ask", "asked", "is_asked", "looked", "session_of"]

ASKED = "calibration|open|"
MOST = 30
"""Analysts of one session."""
AHEAD = timedelta(days=60)
_act = msgspec.json.Decoder(ShiftAct).decode


class Opening(World, Protocol):
    @property
    def forms(self) -> Mapping[str, Form]: ...


def ask(event: ShiftAct, world: Opening, settings: CalibrationSettings) -> Iterator[Event | Effect]:
    """Everything but the call is checked at once; the call is read from the store. What was asked travels
    in the key, so that nothing has to be kept meanwhile.
    """
    session = session_of(event.request)
    if (known := world.calibration.sessions.get(session)) is not None:  # sent again: it stands
        yield _opened(event, world, known.opened)
        return
    if not people.is_qa_manager(world, event.actor):
        raise Refused("calibration_not_yours", actor=event.actor)
    _analysts(event, world)
    _due(event, world, settings)
    unit, evaluation = event.values.get("unit", ""), event.values.get("evaluation", "")
    if bool(unit) == bool(evaluation):
        raise Refused("calibration_no_call")
    if name := event.values.get("form", ""):
        _form(world, name)
    day = event.values.get("day", "")
    yield LookUpUnit(
        key=ASKED + msgspec.json.encode(event).decode(),
        because=f"calibration: {event.actor} names the call to be scored",
        unit=unit,
        evaluation=evaluation,
        day=_day(day) if day else None,
    )


def is_asked(key: str) -> bool:
    return key.startswith(ASKED)


def asked(key: str) -> ShiftAct:
    return _act(key.removeprefix(ASKED))


def looked(event: UnitLooked, world: Opening, settings: CalibrationSettings) -> Iterator[Event | Effect]:
    """The store has said which call it is."""
    act = asked(event.key)
    try:
        yield from _open(act, event, world, settings)
    except Refused as error:
        yield refused(act, error)


def _open(
    act: ShiftAct, call: UnitLooked, world: Opening, settings: CalibrationSettings
) -> Iterator[Event | Effect]:
    session = session_of(act.request)
    if session in world.calibration.sessions:
        yield _opened(act, world, world.calibration.sessions[session].opened)
        return
    named = act.values.get("evaluation") or act.values.get("unit", "")
    if not call.unit:
        raise Refused("calibration_unknown_call", call=named)
    if not call.recording:
        raise Refused("calibration_no_recording", call=named)
    analysts, expert = _analysts(act, world)
    for person in (*analysts, expert):
        if not people.may_follow(world, person, call.person):
            raise Refused("calibration_own_team", person=person)
    form = _form(world, act.values.get("form") or form_of(world.settings, call.queue, call.team))
    fact = CalibrationOpened(
        at=call.at,
        key=f"calibration|opened|{session}",
        session=session,
        person=call.person,
        day=call.at.astimezone(_zone(world)).date(),
        pbx=call.pbx,
        actor=act.actor,
        by=act.by,
        because=f"calibration: {act.actor} has {len(analysts)} analysts score one call",
        unit=call.unit,
        call=call.call,
        recording=call.recording,
        form=form.name,
        version=form.version,
        text=to_json(form),
        analysts=analysts,
        expert=expert,
        due=_due(act, world, settings),
        talk_s=call.talk_s,
        offset_s=call.offset_s,
    )
    yield fact
    yield _opened(act, world, fact)
    due = clock(world, fact.due)
    values = {"call": fact.call, "session": session, "due": due, "form": fact.form}
    yield from page(world, fact, "asked", (*analysts, expert), "calibration_asked", **values)


def _opened(act: ShiftAct, world: World, fact: CalibrationOpened) -> Effect:
    return accepted(
        act,
        "calibration_opened",
        session=fact.session,
        due=clock(world, fact.due),
        analysts=", ".join(fact.analysts),
        expert=fact.expert,
    )


def session_of(request: str) -> str:
    """12 characters a-z2-7. Of the id of what was asked: sent twice it is one session."""
    digest = hashlib.sha256(f"calibration|{request}".encode()).digest()
    return b32encode(digest).decode().lower()[:12]


def _analysts(act: ShiftAct, world: World) -> tuple[tuple[str, ...], str]:
    """(analysts, expert). The expert is whoever opens it, where nobody else is named."""
    codes = [code.strip() for code in act.values["analysts"].split(",") if code.strip()]
    expert = act.values.get("expert") or act.actor
    if not 2 <= len(codes) <= MOST or len({*codes, expert}) != len(codes) + 1:
        raise Refused("calibration_few", most=MOST)
    for code in (*codes, expert):
        if not (people.is_analyst(world, code) or people.is_qa_manager(world, code)):
            raise Refused("calibration_no_analyst", person=code[:40])
    return tuple(codes), expert


def _form(world: Opening, name: str) -> Form:
    form = world.forms.get(name)
    if form is None:
        raise Refused("calibration_unknown_form", form=name[:40], forms=", ".join(world.forms))
    return form


def _due(act: ShiftAct, world: World, settings: CalibrationSettings) -> datetime:
    """The end of the day that is named, or of the one so many days ahead."""
    today = act.at.astimezone(_zone(world)).date()
    text = act.values.get("due", "")
    day = _day(text) if text else today + timedelta(days=settings.due_days)
    if not today <= day <= today + AHEAD:
        raise Refused("calibration_no_day", text=text[:40])
    return datetime.combine(day + timedelta(days=1), time(), _zone(world)).astimezone(UTC)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("calibration_no_day", text=text[:40]) from None
    if not 1971 <= day.year <= 9000:
        raise Refused("calibration_no_day", text=text[:40])
    return day


def _zone(world: World) -> ZoneInfo:
    return ZoneInfo(world.settings.daemon.timezone)
