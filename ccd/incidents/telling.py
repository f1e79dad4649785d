"""Telling people of an incident: one person by one means, or everybody concerned at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from ccd import events as e
from ccd.config import Mode, Settings
from ccd.effects import Effect, Ring, RingToTell, Tell
from ccd.incidents.making import fact
from ccd.incidents.people import World, ladder_of, leads_on_duty, pbx_for_police, places
from ccd.incidents.state import Incident, Told
from ccd.incidents.wording import telling

__all__ = ["EVERYBODY", "Items", "again", "ended", "language_of", "ring", "tell", "tell_everybody"]

Items = Iterator[e.Event | Effect]
R = TypeVar("R", bound=Ring)

EVERYBODY = -1
"""The rung of a telling that is not one of the ladder's."""
LISTENS_S = 90.0
"""No phone is busy with one telling for longer."""


def language_of(world: World, person: str) -> str:
    """``zh`` or ``en``: the person's, else the site's."""
    known = world.roster.by_code(person)
    return (known.language if known and known.language else world.settings.daemon.language)[:2]


def tell(
    world: World, incident: Incident, at: datetime, *, rung: int, person: str, means: str, because: str
) -> Items:
    """Tell one person whose turn it is. Nothing where this means does not lead to them."""
    state = incident.rungs[rung]
    key = f"{incident.id}-r{rung}-{state.round}-{state.turn}"
    if means == "phone":
        found = places(world, person, pbx_for_police(world, incident))
        if found:
            place = found[(state.round - 1) % len(found)]
            where = f"{place.pbx}/{place.where}"
            if _at_the_phone(incident, at, where):
                return
            yield _begin(incident, at, rung, person, means, key, where, "report")
            yield _ring(world, incident, incident.told[key], because)
        return
    yield from _write(world, incident, at, rung, person, means, f"{key}-{means}", "report", because)


def tell_everybody(world: World, incident: Incident, at: datetime, kind: str, because: str) -> Items:
    """Everybody who has been told so far and every lead on duty, by every means but the phone."""
    settings = world.settings.policies.incidents
    if settings.mode in (Mode.OBSERVE, Mode.OFF):
        return
    people = [code for rung in incident.rungs.values() for code in rung.people]
    people += [person.code for person in leads_on_duty(world)]
    used = {means for rung in ladder_of(world, incident).rungs for means in rung.means}
    for means in ("console", "mqtt", "webhook"):  # these reach all who look or listen, with one telling
        if means in used:
            key = f"{incident.id}-{kind.replace('_', '-')}-{incident.n}-{means}"
            yield from _write(world, incident, at, EVERYBODY, "", means, key, kind, because)
    if "email" in used:
        for person in dict.fromkeys(people):
            key = f"{incident.id}-{kind.replace('_', '-')}-{incident.n}-email"
            yield from _write(world, incident, at, EVERYBODY, person, "email", key, kind, because)


def _at_the_phone(incident: Incident, at: datetime, where: str) -> bool:
    """Is this phone still ringing for the incident, or somebody listening there?"""
    return any(
        told.where == where and told.result in ("", "answered") and (at - told.at).total_seconds() < LISTENS_S
        for told in incident.told.values()
        if told.means == "phone"
    )


def again(world: World, incident: Incident, told: Told) -> Items:
    """A telling of before a restart, or before its PBX was away, of which no end is known: under its key."""
    because = "incidents: it is not known to have come to its end"
    if told.means == "phone":
        yield _ring(world, incident, told, because)
    else:
        yield _letter(world, incident, told, because)


def _begin(
    incident: Incident, at: datetime, rung: int, person: str, means: str, key: str, where: str, kind: str
) -> e.PersonTold:
    return fact(
        incident,
        at,
        e.PersonTold,
        rung=rung,
        person=person,
        means=means,
        key=key,
        where=where,
        kind=kind,
    )


def _write(
    world: World,
    incident: Incident,
    at: datetime,
    rung: int,
    person: str,
    means: str,
    key: str,
    kind: str,
    because: str,
) -> Items:
    known = world.roster.by_code(person)
    address = known.email if known and means == "email" else ""
    if not _configured(world.settings, means) or (means == "email" and not address):
        return
    yield _begin(incident, at, rung, person, means, key, address, kind)
    yield _letter(world, incident, incident.told[key], because)


def _ring(world: World, incident: Incident, told: Told, because: str) -> RingToTell:
    rungs = ladder_of(world, incident).rungs
    ring_s = rungs[min(told.rung, len(rungs) - 1)].ring_s
    return ring(RingToTell, world, incident, told.key, told.person, told.where, ring_s, because)


def ring(
    kind: type[R],
    world: World,
    incident: Incident,
    key: str,
    person: str,
    where: str,
    ring_s: float,
    because: str,
    **more: bool,
) -> R:
    """A ring of that kind; ``where`` is the PBX and the phone, as in ``PersonTold``."""
    pbx, _, phone = where.partition("/")
    return kind(
        key=key,
        because=because,
        pbx=pbx,
        incident=incident.id,
        person=person,
        where=phone,
        ring_s=ring_s,
        language=language_of(world, person),
        ladder=incident.ladder,
        seat=incident.facts.seat,
        caller_number=incident.facts.caller_number,
        drill=incident.drill,
        **more,
    )


def ended(incident: Incident, at: datetime, key: str, result: str, error: str = "") -> e.TellingEnded:
    """What came of a telling, or of a voice sought, with whose it was and how."""
    told = incident.told.get(key)
    person, means = (told.person, told.means) if told else (incident.voices[key].person, "phone")
    said = {"key": key, "result": result, "error": error[:300], "person": person, "means": means}
    return fact(incident, at, e.TellingEnded, **said)


def _letter(world: World, incident: Incident, told: Told, because: str) -> Tell:
    settings = world.settings
    number = "" if incident.drill else settings.policies.incidents.police.number
    subject, text = telling(
        ladder=incident.ladder,
        drill=incident.drill,
        facts=incident.facts,
        opened_at=incident.opened,
        timezone=settings.daemon.timezone,
        language=language_of(world, told.person),
        note=incident.note,
        saved=incident.saved,
        police_number=number,
        kind=told.kind,
    )
    return Tell(
        key=told.key,
        because=because,
        means=told.means,
        incident=incident.id,
        person=told.person,
        address=told.where,
        subject=subject,
        text=text,
        drill=incident.drill,
        fields=_fields(incident, told.kind, number),
    )


def _configured(settings: Settings, means: str) -> bool:
    if means == "mqtt":
        return bool(settings.mqtt.host)
    if means == "email":
        return bool(settings.notify.email.host)
    return means != "webhook" or bool(settings.notify.webhooks)


def _fields(incident: Incident, kind: str, police_number: str) -> tuple[tuple[str, str], ...]:
    facts = incident.facts
    return (
        ("kind", kind),
        ("ladder", incident.ladder),
        ("severity", incident.severity),
        ("phase", incident.phase.value),
        ("opened_at", incident.opened.isoformat()),
        ("pbx", facts.pbx),
        ("call", facts.call),
        ("seat", facts.seat),
        ("agent", facts.agent),
        ("caller_number", facts.caller_number),
        ("caller_name", facts.caller_name),
        ("called_number", facts.called_number),
        ("queue", facts.queue),
        ("police_number", police_number),
        ("saved", incident.saved),
    )
