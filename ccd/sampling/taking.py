"""Conversations that are over join the population of their day; what is under the threshold is picked then.

The store is asked for what ended since the latest answer, and somewhat before it: rows may come to be seen
later than what they tell of. What is given twice is taken once.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ccd.config_sampling import SamplingSettings
from ccd.effects import ReadConversations
from ccd.events.quality import Conversation, ConversationSeen, ConversationsRead, Member
from ccd.quality.people import is_scored
from ccd.sampling import draw, eligible, extras
from ccd.sampling.days import before, begins
from ccd.sampling.picking import pick, rate_in
from ccd.sampling.state import Asked
from ccd.sampling.world import Items, World, local_day, seed_of
from ccd.shifts.people import team_of

__all__ = ["LOOK", "ask", "fresh", "took"]

LOOK = "sampling|look"
OVERLAP = timedelta(minutes=10)
"""So late at most a row is seen; what comes later is found when the day is closed."""
PATIENCE = timedelta(minutes=1)
"""After so long without an answer it is asked again."""


def ask(world: World, settings: SamplingSettings, key: str, since: datetime, until: datetime) -> Items:
    """Unless an answer is still to come. ``since``: what ended before it is not asked for."""
    waited = _waited(world, settings, until)
    if not fresh(world, key, Asked(until, waited)):
        return
    yield ReadConversations(
        key=key,
        because=f"sampling looks every {settings.look_s} s for what is over",
        since=since,
        until=until,
        waited=waited,
        called_back_s=settings.called_back_hours * 3600.0,
    )


def fresh(world: World, key: str, asked: Asked) -> bool:
    """Whether it is to be asked now: not while an answer may still come. It is noted as asked then."""
    known = world.sampling.underway.asked.get(key)
    if known is not None and asked.at < known.at + PATIENCE:
        return False
    world.sampling.underway.asked[key] = asked
    return True


def _waited(world: World, settings: SamplingSettings, at: datetime) -> datetime:
    """The end of the latest day for which nothing is waited any more."""
    zone = world.settings.daemon.timezone
    today = local_day(world, at)
    began = begins(today, zone)
    if at >= began + timedelta(minutes=settings.close_latest_minutes):
        return began
    return begins(before(today), zone)


def took(world: World, settings: SamplingSettings, event: ConversationsRead) -> Items:
    """An answer of the store: the facts of what is new in it."""
    now = world.sampling.underway
    for one in sorted(event.found, key=lambda found: (found.ended, found.unit)):
        day = local_day(world, one.ended)
        if one.unit not in now.seen.get(day, ()) and _may_be_taken(world, day):
            now.seen.setdefault(day, set()).add(one.unit)
            yield from _joined(world, settings, one, day, event.at)
    now.unsettled = event.unsettled


def _may_be_taken(world: World, day: date) -> bool:
    state = world.sampling
    return bool(seed_of(state, day)) and (day in state.plans or day in state.closed)


def _joined(world: World, settings: SamplingSettings, one: Conversation, day: date, at: datetime) -> Items:
    state = world.sampling
    taken = eligible.chosen(one, settings.cover_s)
    person = one.people[0] if len(one.people) == 1 else ""
    why = eligible.why_not(
        one,
        taken,
        settings,
        person=person,
        scored=is_scored(world, person),
        excluded=_excluded(world, person, day),
        held=taken is not None and world.retention.held(one.pbx, taken.recording),
        too_late=day in state.closed,
    )
    member = Member(
        unit=one.unit,
        person=person,
        queue=one.queue,
        team=team_of(world, person),
        eligible=why,
        rank=draw.rank(seed_of(state, day), one.unit),
        pbx=one.pbx,
        call=one.call,
        recording=taken.recording if taken else "",
        connected=one.connected,
        ended=one.ended,
        talk_s=one.talk_s,
        offset_s=eligible.offset_of(taken, one.connected),
    )
    at_once = not why and draw.below(member.rank, rate_in(state.plans[day], member))
    reason = "threshold" if at_once else ""
    reason = reason or extras.kind_of(world, settings, one, person=person, day=day, eligible=why)
    yield _seen(one, member, day, reason, at)
    if reason:
        yield from pick(world, member, day, reason, at)


def _excluded(world: World, person: str, day: date) -> bool:
    fact = world.sampling.excluded.get(person)
    return fact is not None and fact.since <= day and (fact.until is None or day <= fact.until)


def _seen(one: Conversation, member: Member, day: date, reason: str, at: datetime) -> ConversationSeen:
    return ConversationSeen(
        at=at,
        pbx=one.pbx,
        unit=one.unit,
        day=day,
        call=one.call,
        uniqueid=one.uniqueid,
        kind=one.kind,
        person=member.person,
        team=member.team,
        queue=one.queue,
        interface=one.interface,
        connected=one.connected,
        ended=one.ended,
        talk_s=one.talk_s,
        recording=member.recording,
        offset_s=member.offset_s,
        eligible=member.eligible,
        rank=member.rank,
        picked=reason,
    )
