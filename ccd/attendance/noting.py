"""What people note: outages that excuse, permissions, grave cases, proven complaints."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.attendance import judging
from ccd.attendance.asking import common, day_of, done, moment_of, require_decider, require_manager
from ccd.attendance.floor import Items, World, day_here, pbxs_of, rules_of, zone_of
from ccd.attendance.ledger import month_of
from ccd.attendance.proposing import proposals
from ccd.config_section import Mode
from ccd.events import ShiftAct
from ccd.events import attendance as facts
from ccd.shifts.acts import Refused
from ccd.shifts.people import may_decide, team_of

__all__ = ["complaint_proven", "excuse_outage", "grave", "judge_again", "permit", "unexcuse"]

ALL = "all"


def _require_anybody_who_leads(world: World, event: ShiftAct) -> None:
    """It is for all at once, so it is no decision about oneself."""
    if not may_decide(world, event.actor, team_of(world, event.actor)):
        raise Refused("attendance_not_allowed", actor=event.actor, who="a lead or a manager (班长、经理)")


def excuse_outage(world: World, event: ShiftAct) -> Items:
    _require_anybody_who_leads(world, event)
    since, until = moment_of(world, event, "since"), moment_of(world, event, "until")
    if until <= since or until - since > timedelta(days=7):
        raise Refused(
            "attendance_no_value",
            name="until",
            value=event.values["until"],
            like="a time after since, within 7 days",
        )
    pbx = event.values["pbx"]
    if pbx != ALL and pbx not in world.settings.pbx:
        raise Refused(
            "attendance_no_value", name="pbx", value=pbx, like=" | ".join((*world.settings.pbx, ALL))
        )
    name = f"X-{event.at:%Y%m%d%H%M%S}-{event.at.microsecond:06d}"
    reason = event.values["reason"]
    yield facts.OutageExcused(
        **common(event, f"excused|{name}", reason),
        pbx=pbx,
        day=day_here(world, since),
        outage=name,
        since=since,
        until=until,
        reason=reason,
    )
    yield from _again(world, event.at, pbx, since, until, f"{name} is excused")
    clock = {"since": _clock(world, since), "until": _clock(world, until)}
    yield done(event, "attendance_excused", f"{name}: {reason}", outage=name, pbx=pbx, **clock)


def unexcuse(world: World, event: ShiftAct) -> Items:
    _require_anybody_who_leads(world, event)
    name = event.values["outage"]
    known = world.attendance.outages.get(name)
    if known is None:
        raise Refused("attendance_no_outage", outage=name)
    yield facts.OutageUnexcused(
        **common(event, f"unexcused|{name}", event.values["reason"]),
        pbx=known.pbx,
        day=known.day,
        outage=name,
        reason=event.values["reason"],
    )
    yield from _again(world, event.at, known.pbx, known.since, known.until, f"{name} is taken back")
    yield done(event, "attendance_unexcused", f"{name}: {event.values['reason']}", outage=name)


def _again(world: World, at: datetime, pbx: str, since: datetime, until: datetime, why: str) -> Items:
    duties = judging.over_between(world, since, until, at)
    theirs = [each for each in duties if pbx == ALL or pbx in pbxs_of(world, each.assignment)]
    yield from judging.ask(world, at, theirs, why)


def permit(world: World, event: ShiftAct) -> Items:
    """Leaving between ``since`` and ``until`` is with the lead's knowledge. By itself: from as long ago as it
    may be noted, until that long from now.
    """
    require_decider(world, event, event.person)
    rules = rules_of(world)
    may = timedelta(hours=rules.permission_hours)
    since = moment_of(world, event, "since") if event.values.get("since") else event.at - may
    until = moment_of(world, event, "until") if event.values.get("until") else event.at + may
    minutes = _minutes(event)
    late = since < event.at - may
    if until < since:
        raise Refused(
            "attendance_no_value", name="until", value=event.values["until"], like="a time after since"
        )
    if late and rules.mode is Mode.ENFORCE:
        raise Refused("attendance_permission_late", hours=f"{rules.permission_hours:g}", person=event.person)
    reason = event.values["reason"]
    yield facts.Permitted(
        **common(event, f"permitted|{event.person}|{event.at.isoformat()}", reason),
        person=event.person,
        day=day_here(world, since if event.values.get("since") else event.at),
        since=since,
        until=until,
        reason=reason,
        minutes=minutes,
        enforced=not late,
    )
    yield from judging.again(world, event.at, event.person, since, until, "permission is noted")
    clock = {"since": _clock(world, since), "until": _clock(world, until)}
    yield done(event, "attendance_permitted", reason, person=event.person, **clock)


def _minutes(event: ShiftAct) -> float:
    text = event.values.get("minutes") or "0"
    if not text.isascii() or not text.isdigit() or int(text) > 24 * 60:
        raise Refused("attendance_no_value", name="minutes", value=text, like="30")
    return float(text)


def grave(world: World, event: ShiftAct) -> Items:
    require_decider(world, event, event.person)
    yield from _noted(world, event, facts.GraveCaseNoted, "grave")


def complaint_proven(world: World, event: ShiftAct) -> Items:
    require_manager(world, event, event.person)
    yield from _noted(world, event, facts.ComplaintProven, "complaint")


def _noted(
    world: World,
    event: ShiftAct,
    kind: type[facts.GraveCaseNoted] | type[facts.ComplaintProven],
    what: str,
) -> Items:
    day = day_of(event) if event.values.get("day") else day_here(world, event.at)
    reason = event.values["reason"]
    key = f"{what}|{event.person}|{event.at.isoformat()}"
    yield kind(**common(event, key, reason), person=event.person, day=day, reason=reason)
    yield from proposals(world, event.at, event.person, month_of(day))
    yield done(event, "attendance_noted", reason, person=event.person, day=day)


def judge_again(world: World, event: ShiftAct) -> Items:
    """All shifts of a day that are over, or one person's."""
    if rules_of(world).mode is Mode.OFF:
        raise Refused("attendance_off")
    day = day_of(event)
    latest = event.at - timedelta(minutes=rules_of(world).settle_minutes)
    people = [event.person] if event.person else list(world.plan.day(day).people)
    duties = [each for code in people for each in world.plan.of(code, day) if each.ends <= latest]
    if not duties:
        raise Refused("attendance_nothing_over", day=day)
    yield from judging.ask(world, event.at, duties, "asked for")
    yield done(event, "attendance_judging", f"{len(duties)} shifts of {day}", shifts=len(duties), day=day)


def _clock(world: World, at: datetime) -> str:
    return f"{at.astimezone(zone_of(world)):%Y-%m-%d %H:%M}"
