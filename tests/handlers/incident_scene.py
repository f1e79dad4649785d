"""A floor on which an incident is played: time passes at once, phones answer as the scene says."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ccd import events as e
from ccd.config import Settings
from ccd.effects import (
    AnswerAct,
    CancelDeadline,
    Effect,
    Ring,
    RingForPolice,
    RingForPoliceDrill,
    RingToTell,
    SetDeadline,
    Tell,
)
from ccd.engine import Engine
from ccd.incidents.state import Incident
from ccd.world import World

__all__ = ["AT", "PEOPLE", "Scene", "silent"]

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

PEOPLE = (
    e.Person("1001", "李雷", "agent", "A", "A-1", "PJSIP/1001"),
    e.Person("1002", "韩梅梅", "agent", "A", "A-2", "PJSIP/1002"),
    e.Person("1501", "督导", "senior_agent", "A", "A-3", "PJSIP/1003"),
    e.Person("2001", "班长", "team_lead", "A", "A-4", "PJSIP/1004"),
    e.Person("3001", "值班甲", "duty_lead", "A", "D-1", "PJSIP/1010", email="d1@example.com"),
    e.Person("3002", "值班乙", "duty_lead", "B", "D-2", "PJSIP/1011", phone="02011111111"),
    e.Person("4001", "经理", "operations_manager", "", "", "", phone="02022222222"),
    e.Person("5001", "公司领导", "management", "", "", "", email="boss@example.com"),
)
SEATS = {"1001": "A-1", "1002": "A-2", "3001": "D-1", "3002": "D-2"}

Plan = Callable[[Ring], list[tuple[float, str]]]


def silent(ring: Ring) -> list[tuple[float, str]]:
    return [(ring.ring_s, "no_answer")]


class Scene:
    """``at`` moves by ``run``. ``phones``: a person's code -> what their phone does, as (seconds, result)."""

    def __init__(
        self,
        *,
        signed_in: Mapping[str, str] = SEATS,
        people: tuple[e.Person, ...] = PEOPLE,
        **incidents: Any,
    ) -> None:
        self.settings = Settings.model_validate(
            {
                "pbx": {"main": {"secret": "x"}},
                "notify": {"email": {"host": "mail.example", "sender": "ccd@example.com"}},
                "policies": {"incidents": incidents},
            }
        )
        self.at = AT
        self.world = World(self.settings, AT)
        self.engine = Engine(self.world)
        self.facts: list[e.Event] = []
        self.effects: list[Effect] = []
        self.times: list[tuple[float, Effect]] = []
        self.phones: dict[str, Plan] = {}
        self.dialled: list[str] = []
        self.waits: list[tuple[datetime, int, e.Event]] = []
        self.deadlines: dict[str, datetime] = {}
        self._number = 0
        self.world.pbx("main").synced = True
        self.take(e.RosterReplaced(at=AT, version="1", people=people, by="test"))
        for person, seat in signed_in.items():
            self.world.apply(e.PersonArrived(at=AT, person=person, pbx="main", seat=seat, how="phone"))
        self.facts.clear()
        self.effects.clear()

    # --- what happens ---

    def report(self, **fields: Any) -> Incident:
        fields = {
            "request": "r1",
            "ladder": "threat",
            "how": "console",
            "pbx": "main",
            "seat": "A-1",
        } | fields
        self.take(e.ReportAsked(at=self.at, **fields))
        return next(reversed(self.world.incidents.values()))

    def act(self, what: str, person: str = "", value: str = "", *, question: str = "") -> AnswerAct:
        incident = next(reversed(self.world.incidents))
        self._number += 1
        request = f"act-{self._number}"
        self.take(
            e.IncidentAct(
                at=self.at,
                request=request,
                incident=incident,
                act=what,
                how="console",
                person=person,
                by="root",
                question=question,
                value=value,
            )
        )
        answers: list[AnswerAct] = self.of_effects(AnswerAct)
        return next(answer for answer in answers if answer.key == request)

    def attends(self, person: str, *, proven: bool = True) -> None:
        self.take(
            e.PersonAttended(at=self.at, person=person, pbx="main", seat="A-2", how="phone", proven=proven)
        )

    def run(self, seconds: float) -> None:
        """Let time pass, with everything that comes due in it."""
        until = self.at + timedelta(seconds=seconds)
        while (event := self._next(until)) is not None:
            self.at = max(self.at, event.at)
            self.take(event)
        self.at = until

    def take(self, event: e.Event) -> None:
        outcome = self.engine.step(event)
        self.facts += [fact for fact in outcome.facts if isinstance(fact, (e.IncidentFact, e.ReportRefused))]
        for effect in outcome.effects:
            self.effects.append(effect)
            self.times.append(((self.at - AT).total_seconds(), effect))
            self._perform(effect)

    # --- what is asked of it ---

    def of(self, kind: type[Any]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def of_effects(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def told(self) -> list[tuple[float, str]]:
        """(seconds, person) of every phone rung to tell."""
        return [(at, effect.person) for at, effect in self.times if isinstance(effect, RingToTell)]

    def sought(self) -> list[tuple[float, str]]:
        kinds = (RingForPolice, RingForPoliceDrill)
        return [(at, effect.person) for at, effect in self.times if isinstance(effect, kinds)]

    def letters(self, kind: str) -> list[Tell]:
        return [tell for tell in self.of_effects(Tell) if ("kind", kind) in tell.fields]

    def restarted(self) -> Scene:
        """Another daemon that knows only what was stored."""
        other = Scene.__new__(Scene)
        other.__dict__.update(self.__dict__)
        other.world = World(self.settings, self.at)
        other.engine = Engine(other.world)
        other.world.pbx("main")
        other.world.apply(e.RosterReplaced(at=self.at, version="1", people=self.world.roster.people, by=""))
        other.world.presence.update(self.world.presence)
        other.facts, other.effects, other.times = [], [], []
        texts = tuple(
            msgspec.json.encode(fact).decode() for fact in self.facts if isinstance(fact, e.IncidentFact)
        )
        other.take(e.IncidentsRestored(at=self.at, facts=texts))
        return other

    # --- the world around ---

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, SetDeadline):
            self.deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
        elif isinstance(effect, CancelDeadline):
            self.deadlines.pop(effect.key, None)
        elif isinstance(effect, Ring):
            for after, result in self.phones.get(effect.person, silent)(effect):
                self._later(after, self._of_phone(effect, result))

    def _of_phone(self, ring: Ring, result: str) -> e.Event:
        if not result.startswith("police-"):
            result, _, reason = result.partition(":")
            return e.RingResult(at=self.at, pbx=ring.pbx, key=ring.key, result=result, reason=reason)
        state = result.removeprefix("police-")
        return e.PoliceMark(at=self.at, pbx=ring.pbx, incident=ring.incident, state=state, by=ring.key)

    def _later(self, after: float, event: e.Event) -> None:
        at = self.at + timedelta(seconds=after)
        self._number += 1
        heapq.heappush(self.waits, (at, self._number, msgspec.structs.replace(event, at=at)))

    def _next(self, until: datetime) -> e.Event | None:
        due, key = min(((at, key) for key, at in self.deadlines.items()), default=(until, ""))
        if self.waits and self.waits[0][0] <= min(due, until):
            return heapq.heappop(self.waits)[2]
        if key and due <= until:
            del self.deadlines[key]
            return e.DeadlineDue(at=max(due, self.at), key=key, late_s=0.0)
        return None
