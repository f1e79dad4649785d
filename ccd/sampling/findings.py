"""Recordings of picks that cannot be heard: a finding each, and the next in rank steps in.

While the day is open its closing draws down to whoever steps in: a conversation of a lower rank may still
come. Of a day that is closed the population is read, and the next in rank is picked at once, with the chance
that stands for its stratum. Of earlier days than the latest three nothing follows: their picks are scored.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from ccd.config_sampling import SamplingSettings
from ccd.config_section import Mode
from ccd.effects import Page, ReadPopulation
from ccd.events import ShiftsRestored, retention
from ccd.events import sampling as facts
from ccd.events.quality import PopulationRead
from ccd.events.retention import AmissEnded, RecordingAmiss
from ccd.events.shift_facts import shift_fact
from ccd.quality.people import is_qa_manager
from ccd.sampling import draw
from ccd.sampling.picking import picked, unheard, wrong_with
from ccd.sampling.state import PROBABILITY, Asked
from ccd.sampling.taking import fresh
from ccd.sampling.world import Items, World, local_day, seed_of

__all__ = ["UNHEARD", "amiss", "asked_again", "remembered", "stepped_in"]

UNHEARD = "sampling|unheard|"


def amiss(
    world: World, settings: SamplingSettings, pbx: str, recording: str, what: str, at: datetime
) -> Items:
    """A recording is not there, or not as it was; whose picks it has are told."""
    state = world.sampling
    state.underway.amiss[pbx, recording] = (what, at)
    found = {
        pick.unit: pick
        for picks in (state.extra, state.drawn)
        for pick in picks.values()
        if (pick.pbx, pick.recording) == (pbx, recording) and pick.unit not in state.unheard
    }
    for pick in found.values():
        if pick.sample == PROBABILITY and pick.day is not None and pick.day in state.closed:
            state.underway.pending[pick.unit] = (pick.day, what)
        else:
            yield unheard(pick, what, "", at)
            yield from _told(world, settings, pick, what, at)
    yield from asked_again(world, at)


def asked_again(world: World, at: datetime) -> Items:
    """For the populations of closed days in which somebody is to step in."""
    for day in sorted({day for day, _ in world.sampling.underway.pending.values()}):
        key = f"{UNHEARD}{day}"
        if fresh(world, key, Asked(at)):
            yield ReadPopulation(key, "a pick cannot be heard: the next in rank steps in", day)


def remembered(world: World, settings: SamplingSettings, event: ShiftsRestored) -> Items:
    """After a restart: what was amiss, and is still, and may not have been answered then."""
    standing: dict[tuple[str, str], RecordingAmiss] = {}
    for text in event.facts:
        if RecordingAmiss.__name__ not in text and AmissEnded.__name__ not in text:
            continue
        try:
            fact = shift_fact(text)
        except msgspec.MsgspecError:  # counted by whoever takes all of them
            continue
        if isinstance(fact, AmissEnded) and fact.what in ("", *retention.UNHEARD):
            standing.pop((fact.pbx, fact.recording), None)
        elif isinstance(fact, RecordingAmiss) and fact.unheard:
            standing[fact.pbx, fact.recording] = fact
    for fact in standing.values():
        yield from amiss(world, settings, fact.pbx, fact.recording, fact.what, event.at)


def stepped_in(world: World, settings: SamplingSettings, event: PopulationRead) -> Items:
    """Whoever is next in rank, for each pick of that closed day that cannot be heard."""
    state, day = world.sampling, event.day
    plan, seed, frozen = state.plans.get(day), seed_of(state, day), state.frozen.get(day)
    waiting = {unit: what for unit, (of, what) in state.underway.pending.items() if of == day}
    if plan is None or frozen is None or not seed:
        return
    members = {one.unit: one for one in event.members if one.eligible != draw.TOO_LATE}
    chances = {stratum: counts[3] for stratum, counts in frozen.strata.items()}
    design = (seed, plan.thresholds, plan.minimum, plan.strata)
    for unit, what in sorted(waiting.items()):
        del state.underway.pending[unit]
        while what and unit not in state.unheard and unit in state.drawn:
            others, was = state.findings_of(day), state.drawn[unit]
            joined = draw.joining(unit, members.values(), *design, others)
            heard = next((each for each in joined if each not in others), "")
            yield unheard(was, what, heard, event.at)
            yield from _told(world, settings, was, what, event.at)
            for each in joined:
                fact = picked(world, members[each], day, "substitute", event.at, chances)
                yield fact
                if each != heard:
                    yield unheard(fact, wrong_with(world, members[each]), "", event.at)
            unit, what = heard, wrong_with(world, members[heard]) if heard else ""


def _told(world: World, settings: SamplingSettings, pick: facts.CallPicked, what: str, at: datetime) -> Items:
    """The QA manager, of the first finding of a day: a lost disk has thousands. The board has all."""
    now, today = world.sampling.underway, local_day(world, at)
    people = tuple(one.code for one in world.roster.people if is_qa_manager(world, one.code))
    if settings.mode is Mode.OBSERVE or now.told == today or not people:
        return
    now.told = today
    yield Page(
        key=f"{UNHEARD}{today}|told",
        because=f"the recording of a pick is {what}",
        people=people,
        rule="sampling_unheard",
        values={"recording": pick.recording, "day": str(pick.day), "state": what},
    )
