"""Picks by need, besides the sample. They help people; they never count in a score (docs/sampling.md).

==============  ============================================================================================
kind            what is picked
==============  ============================================================================================
threat          the call of a threat that is no drill; always
complaint       calls of a caller who was marked
asked           what a lead, an analyst or the QA manager asked for, with a reason
retraining      of agents in retraining
new_agent       of agents hired less than ``new_agent_days`` ago
called_back     the caller had given up waiting before
transferred     handed on
long, short     ``long_s`` or longer, ``short_s`` or shorter
==============  ============================================================================================

The first that fits is told. The first three are picked even where the sample would not have them (too short
or too long, held, too late), as far as there is something to hear and somebody to score.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from ccd.config_sampling import SamplingSettings
from ccd.events.quality import Conversation
from ccd.quality.people import may_follow
from ccd.sampling.world import Incident, World

__all__ = ["ALWAYS", "HEARABLE", "KINDS", "digits_of", "is_threat", "kind_of"]

ALWAYS = ("threat", "complaint", "asked")
KINDS = (*ALWAYS, "retraining", "new_agent", "called_back", "transferred", "long", "short")
HEARABLE = ("", "too_short", "too_long", "held", "too_late")
_MORE = {
    "threat": (*HEARABLE, "excluded", "not_scored"),
    "complaint": HEARABLE,
    "asked": HEARABLE,
    "long": ("", "too_long"),
    "short": ("", "too_short"),
}
"""Kind -> reasons of not being eligible that do not keep it from being picked."""
_THREAT = "threat"


def kind_of(
    world: World,
    settings: SamplingSettings,
    conversation: Conversation,
    *,
    person: str,
    day: date,
    eligible: str,
) -> str:
    """By which need it is picked; "" where by none, or where there were enough that day."""
    for kind in KINDS:
        fit = eligible in _MORE.get(kind, ("",)) and settings.extra.of(kind).enabled
        fit = fit and _fits(world, settings, conversation, kind, person, day)
        if fit and not _enough(world, settings, kind, person, day):
            return kind
    return ""


def _enough(world: World, settings: SamplingSettings, kind: str, person: str, day: date) -> bool:
    picked, of_people = world.sampling.extras_of(day)
    limit = settings.extra.of(kind).per_day
    if limit and picked[kind] >= limit:
        return True
    return kind not in ALWAYS and of_people[person] >= settings.extra_per_agent_day


def _fits(
    world: World, settings: SamplingSettings, one: Conversation, kind: str, person: str, day: date
) -> bool:
    match kind:
        case "threat":
            return is_threat(world.incidents.values(), one.pbx, one.call, one.uniqueid)
        case "complaint":
            until = world.sampling.marked.get(digits_of(one.caller_number))
            return until is not None and one.ended < until
        case "asked":
            known = [world.sampling.wanted.get(name) for name in (one.unit, one.call)]
            return any(fact is not None and may_follow(world, fact.actor, person) for fact in known)
        case "retraining":
            return world.assessment.retraining(person)
        case "new_agent":
            hired = world.assessment.hired(person)
            return hired is not None and hired <= day < hired + timedelta(days=settings.new_agent_days)
        case "called_back":
            return one.called_back
        case "transferred":
            return one.transferred
        case "long":
            return one.talk_s >= settings.long_s
    return one.talk_s <= settings.short_s


def is_threat(incidents: Iterable[Incident], pbx: str, call: str, uniqueid: str = "") -> bool:
    """By the call, or by the caller's channel: calls are joined, and go on under another name."""
    return any(
        incident.facts.pbx == pbx
        and (
            (call and incident.facts.call == call)
            or (uniqueid and incident.facts.caller_uniqueid == uniqueid)
        )
        for incident in incidents
        if incident.ladder == _THREAT and not incident.drill
    )


def digits_of(number: str) -> str:
    """A caller's number without signs, spaces and the like."""
    return "".join(each for each in number if each.isascii() and each.isdigit())
