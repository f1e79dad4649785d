"""Who is out of adherence now, since when; and who is for so long that the lead is told.

Now is judged by the same rules as a shift that is over. Of what was before, only what lasts is looked at: an
allowance used up by earlier pauses shows when the shift is judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.adherence.actual import ABSENT, Known
from ccd.adherence.judging import Interval, adherence
from ccd.adherence.rules import Rules
from ccd.adherence.world import World, planned_of
from ccd.config_section import Mode
from ccd.effects import Page
from ccd.events import Blind, Doing, RecordRead, Stay
from ccd.events.adherence import SevereDeviation, SevereDeviationEnded
from ccd.shifts.emergencies import live_incident_of
from ccd.shifts.people import leads_to_tell, team_of
from ccd.shifts.plan import Duty

__all__ = ["Standing", "severe", "standings"]

NOT_WORKING = ("paused", "unavailable", "logged_off", "unknown")
Places = dict[str, list[tuple[str, str, datetime]]]


class Standing(NamedTuple):
    """How somebody on duty stands now; ``since``: as long as it has been out (or what else it is)."""

    duty: Duty
    state: str
    impact: str
    actual: str
    reason: str
    since: datetime

    @property
    def person(self) -> str:
        return self.duty.assignment.person


def standings(world: World, at: datetime) -> Iterator[Standing]:
    """Of everybody on duty, but those of whom it is plain that they work."""
    rules = Rules(world.settings.policies)
    places = _places(world)
    for duty in world.plan.on_duty(at):
        mine = places.get(duty.assignment.person, [])
        if not any(_plainly_works(world, pbx, seat) for pbx, seat, _ in mine):
            yield _standing(world, at, duty, mine, rules)


def _places(world: World) -> Places:
    found: Places = defaultdict(list)
    for (pbx, seat), people in world.presence.items():
        for person, since in people.items():
            found[person].append((pbx, seat, since))
    return found


def _plainly_works(world: World, pbx_name: str, seat: str) -> bool:
    pbx = world.pbxs.get(pbx_name)
    agent = pbx.agents.get(world.roster.interface_of(pbx_name, seat) or "") if pbx else None
    return (
        pbx is not None
        and pbx.blind_since is None
        and agent is not None
        and agent.state not in (None, *NOT_WORKING)
    )


def _standing(
    world: World, at: datetime, duty: Duty, mine: list[tuple[str, str, datetime]], rules: Rules
) -> Standing:
    one = duty.assignment
    record = Known(_record(world, at, duty, mine), world.roster.interface_of)
    excepted = world.adherence.excepted(one.person, duty.starts, duty.ends)
    ongoing = duty._replace(ends=max(at, duty.starts + timedelta(seconds=1)))
    result = adherence(ongoing, record, planned_of(world, duty, ()), excepted, rules)
    now, *before = reversed([each for each in result.timeline if each.since < ongoing.ends])
    return Standing(duty, now.state, now.impact, now.actual, now.reason, _lasting(now, before))


def _lasting(now: Interval, before: list[Interval]) -> datetime:
    since = now.since
    for each in before:
        if each.state != now.state or each.until != since:
            break
        since = each.since
    return since


def _record(world: World, at: datetime, duty: Duty, mine: list[tuple[str, str, datetime]]) -> RecordRead:
    """What lasts now, as the store would have it. Who is nowhere was there until they were missed."""
    person = duty.assignment.person
    stays = [Stay(person, *place) for place in mine]
    if not stays:
        gone = world.adherence.gone_since.get(person, at)
        stays = [Stay(person, duty.assignment.pbx, "", duty.starts, max(gone, duty.starts))]
    others = [
        Stay(other, pbx, seat, since)
        for pbx, seat, _ in mine
        for other, since in world.presence.get((pbx, seat), {}).items()
        if other != person
    ]
    doings = []
    for pbx_name, seat, _ in mine:
        pbx, interface = world.pbxs.get(pbx_name), world.roster.interface_of(pbx_name, seat) or ""
        agent = pbx.agents.get(interface) if pbx else None
        if agent is not None and agent.state in NOT_WORKING:
            doings.append(Doing(pbx_name, interface, agent.state, agent.since or at, None, agent.reason))
    return RecordRead(
        at=at + timedelta(seconds=1),
        key="",
        people=(person,),
        since=duty.starts,
        until=at + timedelta(seconds=1),
        stays=tuple(stays),
        others=tuple(others),
        doings=tuple(doings),
        blind=tuple(
            Blind(name, pbx.blind_since) for name, pbx in world.pbxs.items() if pbx.blind_since is not None
        ),
    )


# --- the look once a minute -------------------------------------------------------------------------------


def severe(world: World, at: datetime) -> Iterator[SevereDeviation | SevereDeviationEnded | Page]:
    """Episodes that have become severe, and those that are over."""
    state, settings = world.adherence, world.settings.policies.adherence
    _see_who_is_gone(world, at)
    found = {one.person: one for one in standings(world, at)}
    on_duty = {duty.assignment.person: duty for duty in world.plan.on_duty(at)}
    for person, episode in list(state.severe.items()):
        duty, now = on_duty.get(person), found.get(person)
        if duty is None or (duty.assignment.day, duty.assignment.shift) != (episode.day, episode.shift):
            yield _ended(episode, at, "over")
        elif now is None or (now.state == "in" and (now.actual, now.reason) != _what(episode)):
            yield _ended(episode, at, "back")
        elif now.state == "ignored":
            yield _ended(episode, at, "excused")
    if not settings.severe_minutes:
        return
    long = timedelta(minutes=settings.severe_minutes)
    for now in found.values():
        lasts = now.state == "out" and at - now.since >= long
        if lasts and now.person not in state.severe and not _in_emergency(world, now.person):
            yield from _told(world, now, at)


def _what(episode: SevereDeviation) -> tuple[str, str]:
    return episode.actual, episode.reason


def _see_who_is_gone(world: World, at: datetime) -> None:
    """The picture has only who is signed in: since when somebody is not is remembered from look to look."""
    state = world.adherence
    just = timedelta(seconds=2 * world.settings.shifts.sweep_s)
    here = {person for people in world.presence.values() for person in people}
    gone = {}
    for duty in world.plan.on_duty(at):
        person = duty.assignment.person
        if person not in here:
            first = duty.starts if at - duty.starts <= just else at
            if (episode := state.severe.get(person)) is not None and episode.actual == ABSENT:
                first = episode.began
            gone[person] = max(state.gone_since.get(person, first), duty.starts)
    state.gone_since = gone


def _in_emergency(world: World, person: str) -> bool:
    seats = {place for place, people in world.presence.items() if person in people}
    return live_incident_of(world.incidents.values(), person, seats) is not None


def _told(world: World, now: Standing, at: datetime) -> Iterator[SevereDeviation | Page]:
    one, settings = now.duty.assignment, world.settings.policies.adherence
    minutes = int((at - now.since).total_seconds() // 60)
    because = (
        f"adherence: {now.actual} {now.reason}".rstrip()
        + f" for {minutes} min, severe from {settings.severe_minutes}"
    )
    key = f"adherence|severe|{one.person}|{now.since.isoformat()}"
    yield SevereDeviation(
        at=at,
        key=key,
        person=one.person,
        day=one.day,
        pbx=one.pbx,
        seat=one.seat,
        because=because,
        shift=one.shift,
        began=now.since,
        actual=now.actual,
        reason=now.reason,
    )
    people = tuple(code for code in leads_to_tell(world, team_of(world, one.person)) if code != one.person)
    if settings.mode is Mode.OBSERVE or not people:
        return
    known = world.roster.by_code(one.person)
    zone = ZoneInfo(world.settings.daemon.timezone)
    yield Page(
        key=key,
        because=because,
        people=people,
        rule=f"adherence_severe_{now.actual if now.actual == ABSENT else _spoken(now)}",
        values={
            "person": one.person,
            "name": known.name if known else "",
            "seat": one.seat,
            "since": f"{now.since.astimezone(zone):%H:%M}",
            "minutes": str(minutes),
            "reason": now.reason,
        },
        pbx=one.pbx,
        seat=one.seat,
    )


def _spoken(now: Standing) -> str:
    return "paused" if now.actual == "paused" else "phone"


def _ended(episode: SevereDeviation, at: datetime, why: str) -> SevereDeviationEnded:
    return SevereDeviationEnded(
        at=at,
        key=f"{episode.key}|ended",
        person=episode.person,
        day=episode.day,
        pbx=episode.pbx,
        seat=episode.seat,
        because=f"adherence: {why}",
        shift=episode.shift,
        began=episode.began,
        seconds=(at - episode.began).total_seconds(),
        why=why,
    )
