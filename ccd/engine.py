"""One step: take an input, change the world, give facts and effects. Pure: same inputs, same outputs.

Messages of the PBX go to ``following``; what that finds out, and every other input, goes to the policies that
asked for it; facts that a policy adds are applied and offered to the policies in turn, each before the policy
goes on (one that is a generator finds the world as its own facts have made it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

import msgspec

from ccd.config import Settings
from ccd.effects import Effect, SendAction
from ccd.events import (
    AmiReceived,
    ConfigReplaced,
    DeadlineDue,
    EnforcementWithheld,
    Event,
    IncidentsRestored,
    PbxLinked,
    PbxLost,
    PbxSynced,
    PictureRestored,
    PlanChanged,
    PlanRestored,
    RecordingMeasured,
    RosterReplaced,
    ShiftsRestored,
)
from ccd.events.incidents import IncidentFacts
from ccd.events.shift_facts import shift_fact
from ccd.following import agents, queuecalls, snapshot
from ccd.following.follow import follow
from ccd.following.picture import Pbx
from ccd.handlers import (
    adherence,
    assessment,
    attendance,
    breaks,
    calibration,
    handover,
    incidents,
    leave,
    listening,
    meals,
    presence,
    recordings,
    retention,
    sampling,
    scoring,
    unknown_interfaces,
)
from ccd.incidents.arbitration import protecting
from ccd.incidents.making import fact
from ccd.message import Message
from ccd.shifts.plan import Plan
from ccd.world import APPLIED, World

__all__ = ["POLICIES", "Engine", "Outcome"]

POLICIES = (
    presence,
    recordings,
    unknown_interfaces,
    incidents,
    handover,
    meals,
    breaks,
    leave,
    attendance,
    adherence,
    retention,
    sampling,
    scoring,
    calibration,
    assessment,
    listening,
)
_incident_fact = msgspec.json.Decoder(IncidentFacts).decode
FACTS_OF_ONE_STEP = 1_000_000  # policies that feed each other without end are a defect; stop loudly


class Policy(Protocol):
    NAME: str
    CONSUMES: tuple[type[Event], ...]
    decide: Callable[..., Iterable[Event | Effect]]


class Outcome:
    """What a step gave: ``facts`` in order, ``effects`` in order."""

    __slots__ = ("effects", "facts")

    def __init__(self) -> None:
        self.facts: list[Event] = []
        self.effects: list[Effect] = []


class Engine:
    def __init__(self, world: World) -> None:
        self.world = world
        self._subscribers: dict[type[Event], list[Policy]] = {}
        for policy in POLICIES:
            for consumed in policy.CONSUMES:
                self._subscribers.setdefault(consumed, []).append(policy)

    def step(self, event: Event, outcome: Outcome | None = None) -> Outcome:
        """Any input. Raises nothing for hostile content; a programming error passes through.

        What was found out before such an error has changed the world and is true all the same: whoever goes
        on after one gives the ``outcome`` to be filled.
        """
        outcome = Outcome() if outcome is None else outcome
        if type(event) is AmiReceived:
            return self.message(event.pbx, event.at, Message(event.name, event.text), outcome)
        self.world.now = event.at
        handler = _INPUTS.get(type(event))
        if handler is not None:
            handler(self.world, event)
        if isinstance(event, (PlanChanged, RecordingMeasured, RosterReplaced)):  # facts as they come in
            outcome.facts.append(event)
        self._offer(event, outcome)
        for pbx in self.world.pbxs.values():
            self._drain(pbx, outcome)
        return outcome

    def message(
        self, pbx_name: str, at: datetime, message: Message, outcome: Outcome | None = None
    ) -> Outcome:
        """The hot path: one AMI message. ``outcome`` as for ``step``."""
        world = self.world
        world.now = at
        pbx = world.pbxs.get(pbx_name) or world.pbx(pbx_name)
        outcome = Outcome() if outcome is None else outcome
        try:
            follow(pbx, at, message)
        finally:
            if pbx.out:
                self._drain(pbx, outcome)
        return outcome

    def _drain(self, pbx: Pbx, outcome: Outcome) -> None:
        out = pbx.out
        index = 0
        try:
            while index < len(out):
                item = out[index]
                index += 1
                if isinstance(item, Effect):
                    outcome.effects.append(item)
                elif type(item) in self._subscribers or type(item) in APPLIED:
                    self._take(item, outcome)
                else:  # most change no world and concern no policy
                    outcome.facts.append(item)
                if index > FACTS_OF_ONE_STEP:
                    raise RuntimeError("policies feed each other without end")
        finally:
            del out[:index]  # what was in hand when a policy failed must not fail again at every message

    def _take(self, item: Event | Effect, outcome: Outcome) -> None:
        if isinstance(item, Effect):
            outcome.effects.append(item)
            return
        outcome.facts.append(item)
        self.world.apply(item)
        self._offer(item, outcome)

    def _offer(self, event: Event, outcome: Outcome) -> None:
        for policy in self._subscribers.get(type(event), ()):
            settings = getattr(self.world.settings.policies, policy.NAME)
            for item in policy.decide(event, self.world, settings):
                if isinstance(item, SendAction) and policy.NAME != incidents.NAME:
                    self._arbitrate(policy, item, outcome)
                else:
                    self._take(item, outcome)

    def _arbitrate(self, policy: Policy, effect: SendAction, outcome: Outcome) -> None:
        """What touches a live incident is withheld, and that is on its record."""
        incident = protecting(self.world.incidents.values(), effect)
        if incident is None:
            outcome.effects.append(effect)
            return
        because = f"{effect.key}: {effect.because}"
        kind = EnforcementWithheld
        self._take(fact(incident, self.world.now, kind, policy=policy.NAME, because=because), outcome)


def _on_linked(world: World, event: Any) -> None:
    snapshot.on_linked(world.pbx(event.pbx), event)


def _on_synced(world: World, event: Any) -> None:
    snapshot.on_synced(world.pbx(event.pbx), event)


def _on_lost(world: World, event: Any) -> None:
    snapshot.on_lost(world.pbx(event.pbx), event)


def _on_restored(world: World, event: Any) -> None:
    for pbx, seat, person, since in event.presence:
        world.presence.setdefault((pbx, seat), {})[person] = since
    for name in world.settings.pbx:
        snapshot.on_restored(world.pbx(name), event)
    for pbx in world.pbxs.values():
        for device, agent in pbx.agents.items():
            agent.people = world.people_at(pbx.name, device)


def _on_deadline(world: World, event: DeadlineDue) -> None:
    what, _, rest = event.key.partition("|")
    name, _, subject = rest.partition("|")
    pbx = world.pbxs.get(name)
    if pbx is None:
        return
    if what == "wrapup":
        agents.wrapup_over(pbx, event.at, subject)
    elif what == "complete":
        queuecalls.complete_overdue(pbx, subject)


def _on_incidents(world: World, event: IncidentsRestored) -> None:
    for text in event.facts:
        try:
            world.apply(_incident_fact(text))
        except (msgspec.MsgspecError, KeyError):  # damaged, or of a newer ccd: the rest is told all the same
            world.unreadable_facts += 1


def _on_shifts(world: World, event: ShiftsRestored) -> None:
    for text in event.facts:
        try:
            world.apply(shift_fact(text))
        except (msgspec.MsgspecError, KeyError):
            world.unreadable_facts += 1


def _on_fact(world: World, event: Any) -> None:
    world.apply(event)


def _on_plan_restored(world: World, event: PlanRestored) -> None:
    world.plan = Plan(world.plan.shifts, event.days)
    world.plan.version = event.version


def _on_config(world: World, event: Any) -> None:
    settings = Settings.model_validate_json(event.settings)
    world.configure(settings, event.special_days, event.forecast, event.forms)
    for name, section in world.settings.pbx.items():
        if name in world.pbxs:
            world.pbxs[name].trunks = section.trunks
            world.pbxs[name].wrapup_s = section.wrapup_s


_INPUTS: dict[type[Event], Callable[[World, Any], None]] = {
    ConfigReplaced: _on_config,
    DeadlineDue: _on_deadline,
    IncidentsRestored: _on_incidents,
    PbxLinked: _on_linked,
    PbxLost: _on_lost,
    PbxSynced: _on_synced,
    PictureRestored: _on_restored,
    PlanChanged: _on_fact,
    PlanRestored: _on_plan_restored,
    RosterReplaced: _on_fact,
    ShiftsRestored: _on_shifts,
}
