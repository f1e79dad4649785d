"""Somebody asks to pause: let or refused, always with a rule, before the phone is paused."""

from __future__ import annotations

from datetime import timedelta

from ccd.breaks.rules import Refusal, Verdict, judged
from ccd.breaks.turns import Turn, turn_of
from ccd.breaks.world import Items, World, clock, freed, minutes_of, page, to_leads
from ccd.config import Mode
from ccd.config_breaks import BreaksSettings, ReasonSettings
from ccd.effects import AnswerAsked, Page, SendAction
from ccd.events import PauseAsked
from ccd.events import breaks as facts
from ccd.shifts.people import name_of

__all__ = ["asked"]


def asked(event: PauseAsked, world: World, settings: BreaksSettings) -> Items:
    """The answer is the last item."""
    here = tuple(world.presence.get((event.pbx, event.seat), ()))
    person = event.person or (here[0] if len(here) == 1 else "")
    if event.how == "console" and (refusal := _cannot(event, world, person)) is not None:
        yield _refused(event, refusal)
        return
    if settings.mode is Mode.OFF:
        yield from _let(event, world, "breaks are off")
    elif len(here) > 1 and not person and settings.mode is Mode.ENFORCE and _limited(settings, event.reason):
        values = {"seat": event.seat, "names": ", ".join(name_of(world, code) for code in here)}
        yield _refused(
            event, Refusal("breaks_whose", values, "which-person", "several people are at the seat")
        )
    elif not person:
        why = "several people are at the seat" if here else "nobody is signed in at the seat"
        yield from _let(event, world, f"{why}: the pause counts for nobody")
    elif freed(world, person, event.pbx, event.seat):
        values = {"name": name_of(world, person), "reason": event.reason or "-"}
        yield from _let(event, world, "an emergency is on: nothing is refused", "breaks_freed", values)
    else:
        yield from _judged(event, world, settings, person)


def _limited(settings: BreaksSettings, reason: str) -> bool:
    """Whether it matters whose break it is."""
    rule = settings.reason(reason)
    if rule is None or rule.never_refused:
        return rule is None
    return rule.model_copy(update={"productive": False}) != ReasonSettings()


def _judged(event: PauseAsked, world: World, settings: BreaksSettings, person: str) -> Items:
    turn = turn_of(world, person, event.at)
    on = world.breaks.of_person(person)
    if on is not None and (on.reason, on.interface) == (event.reason, event.interface):
        values = {"name": name_of(world, person), "reason": event.reason or "-"}
        yield from _let(event, world, "paused for that already", "breaks_already", values)
        return
    verdict = judged(world, settings, turn, event.reason, event.at)
    refusal = verdict.refusal
    if refusal is not None and refusal.binding:
        yield from _refusal_noted(event, world, settings, turn, refusal)
        if settings.mode is Mode.ENFORCE:
            yield _refused(event, refusal)
            return
    elif refusal is not None:
        yield from _told(event, world, settings, turn, refusal)
    yield _accepted(event, turn, verdict)
    values = {
        "name": name_of(world, person),
        "reason": event.reason or "-",
        "limit": _limit(event, world, verdict),
    }
    because = "the rules let them" if refusal is None else f"would be refused: {refusal.because}"
    yield from _let(event, world, because, "breaks_accepted", values)


def _accepted(event: PauseAsked, turn: Turn, verdict: Verdict) -> facts.BreakAccepted:
    refusal = verdict.refusal
    return facts.BreakAccepted(
        at=event.at,
        key=f"breaks|accepted|{event.request}",
        person=turn.person,
        day=turn.day,
        shift=turn.shift,
        pbx=event.pbx,
        seat=event.seat,
        by=event.by,
        because=refusal.because if refusal else "the rules let them",
        reason=event.reason,
        allowed_s=verdict.allowed_s,
        grant=verdict.grant,
        rule=refusal.rule if refusal else "",
    )


def _refusal_noted(
    event: PauseAsked, world: World, settings: BreaksSettings, turn: Turn, refusal: Refusal
) -> Items:
    enforced = settings.mode is Mode.ENFORCE
    yield facts.BreakRefused(
        at=event.at,
        key=f"breaks|refused|{event.request}",
        person=turn.person,
        day=turn.day,
        shift=turn.shift,
        pbx=event.pbx,
        seat=event.seat,
        by=event.by,
        because=refusal.because,
        reason=event.reason,
        rule=refusal.rule,
        enforced=enforced,
    )
    if not enforced:
        yield from _told(event, world, settings, turn, refusal)


def _told(event: PauseAsked, world: World, settings: BreaksSettings, turn: Turn, refusal: Refusal) -> Items:
    people, because = to_leads(world, turn.person), f"breaks: {refusal.because}"
    told = Page(f"breaks|refused|{event.request}", because, people, refusal.rule, refusal.values)
    yield from page(settings, told)


def _limit(event: PauseAsked, world: World, verdict: Verdict) -> str:
    """Until when, by the clock; a dash for as long as it takes."""
    if verdict.allowed_s is None:
        return "-"
    until = event.at + timedelta(seconds=verdict.allowed_s)
    return f"{minutes_of(verdict.allowed_s)} min → {clock(world, until)}"


def _cannot(event: PauseAsked, world: World, person: str) -> Refusal | None:
    """What no mode can change: ccd itself pauses for the console, and that would come to nothing."""
    values = {"name": name_of(world, person), "seat": event.seat, "pbx": event.pbx}
    pbx = world.pbxs.get(event.pbx)
    if pbx is None or not pbx.linked:
        because = f"{event.pbx} cannot be reached"
        return Refusal("breaks_out_of_sight", values, "refused", because)
    if not _members(event, world):
        return Refusal("breaks_not_in_queue", values, "not-a-member", f"{event.seat} is in no queue")
    if any(
        one.live and (one.facts.pbx, one.facts.interface) == (event.pbx, event.interface)
        for one in world.incidents.values()
    ):
        because = f"an emergency is on at {event.seat}: its phone is not touched"
        return Refusal("breaks_protected", values, "refused", because)
    return None


def _members(event: PauseAsked, world: World) -> list[str]:
    """The names by which the phone is a member of its queues."""
    pbx = world.pbxs.get(event.pbx)
    agent = pbx.agents.get(event.interface) if pbx else None
    return list(dict.fromkeys(one.interface for one in agent.members.values())) if agent else []


def _let(
    event: PauseAsked, world: World, because: str, rule: str = "", values: dict[str, str] | None = None
) -> Items:
    """From the console the phone is paused here; at the phone the dialplan does it."""
    if event.how == "console":
        yield from _paused_by_us(event, world)
    yield AnswerAsked(event.request, f"breaks: {because}", True, rule, values or {}, "paused")


def _refused(event: PauseAsked, refusal: Refusal) -> AnswerAsked:
    because = f"breaks: {refusal.because}"
    return AnswerAsked(event.request, because, False, refusal.rule, refusal.values, refusal.prompt)


def _paused_by_us(event: PauseAsked, world: World) -> Items:
    """Each as the member it is; in every queue at once."""
    for number, interface in enumerate(_members(event, world)):
        fields = (
            ("Action", "QueuePause"),
            ("Interface", interface),
            ("Paused", "true"),
            ("Reason", event.reason),
        )
        because = f"breaks: {event.person} asked for {event.reason} at the console"
        yield SendAction(f"breaks-pause-{event.request}-{number}", because, event.pbx, fields)
