"""A floor on which shifts are played: every policy at once, time passes as the test says.

The real engine takes the inputs; phones pause by AMI messages as a PBX sends them; what a policy reads from
the store comes from a record that is kept of the facts, as the store would have it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from ccd import events as e
from ccd.config import Settings
from ccd.effects import AnswerAsked, AnswerSignIn, CancelDeadline, ChangePlan, Effect, ReadRecord, SetDeadline
from ccd.engine import Engine, Outcome
from ccd.events.shift_facts import ShiftFacts
from ccd.message import Message
from ccd.rules import RULES, say
from ccd.shifts.plan import encode_day
from ccd.world import World

__all__ = ["PEOPLE", "QUALITY", "ShiftScene", "local"]

T = TypeVar("T")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOT_WORKING = ("paused", "unavailable", "logged_off", "unknown")


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """``2026-03-02 08:00`` by the clock on the wall there, as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def person(code: str, seat: str, role: str = "agent", team: str = "A", **more: str) -> e.Person:
    number = "".join(filter(str.isdigit, seat)) or "0"
    interface = f"PJSIP/{number}" if seat else ""
    return e.Person(code, f"name {code}", role, team, seat, interface, **more)


PEOPLE = (
    *(person(str(2000 + n), f"A{n % 5 + 1}") for n in range(10)),
    person("3001", "L9", "team_lead"),
    person("3002", "D8", "duty_lead", "B"),
    person("3501", "S7", "senior_agent"),
    person("4001", "", "operations_manager", ""),
    person("4002", "", "department_head", ""),
)
"""2000 to 2004 and 2005 to 2009 share the seats A1 to A5; who leads, stands in and manages."""

KINDS: dict[str, Any] = {
    "early": {"start": "08:00", "minutes": 480},
    "late": {"start": "16:00", "minutes": 480},
    "night": {"start": "00:00", "minutes": 480},
}
SIX = ("handover", "meals", "breaks", "attendance", "leave", "adherence")
QUALITY = ("sampling", "scoring", "calibration", "assessment", "listening", "retention")


class ShiftScene:
    """``policies`` are sections of the settings, laid over ``mode`` for all six policies. Those about quality
    are off, unless they are given.
    """

    def __init__(
        self,
        at: datetime,
        *,
        mode: str = "enforce",
        kinds: Mapping[str, Any] = KINDS,
        people: Iterable[e.Person] = PEOPLE,
        shifts: Mapping[str, Any] | None = None,
        zone: str = "Asia/Shanghai",
        **policies: Mapping[str, Any],
    ) -> None:
        chosen = {name: {"mode": mode} for name in SIX} | {name: {"mode": "off"} for name in QUALITY}
        chosen |= {name: {"mode": mode, **section} for name, section in policies.items()}
        self.settings = Settings.model_validate(
            {
                "daemon": {"timezone": zone},
                "pbx": {"main": {"secret": "x"}},
                "shifts": {"kinds": dict(kinds), **(shifts or {})},
                "policies": chosen,
            }
        )
        self.at = at
        self.facts: list[e.Event] = []
        self.effects: list[Effect] = []
        self.inputs: list[e.Event] = []
        """Everything the engine was given, in order."""
        self.people = tuple(people)
        self.deadlines: dict[str, datetime] = {}
        self.durable: set[str] = set()
        self._numbers = itertools.count(1)
        self._plan: list[e.PlanDay] = []
        self._begin()
        self.take(e.PbxLinked(at=self.at, pbx="main", version="22.10.1", boot="1"))
        for each in {one.interface for one in self.people if one.interface}:
            self.ami("QueueMemberAdded", Queue="support", Interface=each, MemberName=each, Paused="0")
        self.take(e.PbxSynced(at=self.at, pbx="main"))

    def _begin(
        self, shift_facts: tuple[str, ...] = (), presence: Any = (), alive: datetime | None = None
    ) -> None:
        self.world = World(self.settings, self.at)
        self.engine = Engine(self.world)
        self.inputs.append(e.JournalBegan(at=self.at))
        self.take(e.ConfigReplaced(at=self.at, settings=self.settings.model_dump_json()))
        self.take(e.RosterReplaced(at=self.at, version="1", people=self.people, by="test"))
        self.take(e.PlanRestored(at=self.at, version="1", days=tuple(self._plan)))
        self.take(e.PictureRestored(at=self.at, last_alive=alive, presence=presence, open_calls=()))
        self.take(e.IncidentsRestored(at=self.at, facts=()))
        self.take(e.ShiftsRestored(at=self.at, facts=shift_facts))

    # --- what happens -------------------------------------------------------------------------------------

    def take(self, event: e.Event) -> Outcome:
        if event.at < self.at:
            event = msgspec.structs.replace(event, at=self.at)
        self.inputs.append(event)
        return self._took(self.engine.step(event))

    def ami(self, event: str, **headers: str) -> Outcome:
        self.at += timedelta(microseconds=1)
        message = Message.of(Event=event, **headers)
        self.inputs.append(e.AmiReceived(at=self.at, pbx="main", name=message.name, text=message.text))
        return self._took(self.engine.message("main", self.at, message))

    def run(self, seconds: float = 0.0, *, to: datetime | None = None) -> None:
        """Let time pass, with everything that comes due in it."""
        until = to if to is not None else self.at + timedelta(seconds=seconds)
        while due := [(at, key) for key, at in self.deadlines.items() if at <= until]:
            at, key = min(due)
            del self.deadlines[key]
            self.at = max(self.at, at)
            self.take(e.DeadlineDue(at=self.at, key=key, late_s=0.0))
        self.at = max(self.at, until)

    def plan(self, *rows: tuple[str, str, str, str], group: str = "") -> None:
        """(person, day, shift, seat), added to what they have that day."""
        days: dict[date, dict[str, list[tuple[str, str, str, str]]]] = {}
        for code, day, shift, seat in rows:
            on = date.fromisoformat(day)
            had = [tuple(one[2:]) for one in self.world.plan.day(on).people.get(code, ())]
            cells = days.setdefault(on, {}).setdefault(code, [(s, t, p, g) for s, t, p, g in had])
            cells.append((shift, seat, "", group))
        changes = tuple(e.PlanDay(on, encode_day(people)) for on, people in days.items())
        self.change_plan(*changes)

    def change_plan(self, *days: e.PlanDay, by: str = "test") -> None:
        self._plan += days
        self.take(e.PlanChanged(at=self.at, version=f"{next(self._numbers)}", by=by, days=days))

    def sign(
        self,
        kind: str,
        code: str,
        seat: str,
        *,
        how: str = "console",
        reason: str = "",
        at: datetime | None = None,
    ) -> AnswerSignIn:
        """``kind``: arrive or leave."""
        request = f"sign-{next(self._numbers)}"
        asked = e.SignInAsked(
            at=at or self.at,
            request=request,
            pbx="main",
            seat=seat,
            code=code,
            kind=kind,
            pin_ok=True,
            how=how,
            reason=reason,
        )
        self.inputs.append(asked)
        outcome = self._took(self.engine.step(asked))
        return next(one for one in outcome.effects if isinstance(one, AnswerSignIn) and one.key == request)

    def ask_pause(self, seat: str, reason: str, code: str = "", how: str = "phone") -> AnswerAsked:
        """Ask only; a phone that is let then pauses by ``pause``."""
        request = f"pause-{next(self._numbers)}"
        interface = self.world.roster.interface_of("main", seat) or ""
        outcome = self.take(e.PauseAsked(self.at, request, "main", interface, seat, code, reason, how))
        return self._answer(outcome, request)

    def act(self, policy: str, act: str, person: str = "", actor: str = "", **values: str) -> AnswerAsked:
        request = f"act-{next(self._numbers)}"
        outcome = self.take(
            e.ShiftAct(self.at, request, policy, act, person=person, actor=actor, by="root", values=values)
        )
        return self._answer(outcome, request)

    def pause(self, seat: str, reason: str = "", *, paused: bool = True) -> None:
        """As AMI tells it."""
        interface = self.world.roster.interface_of("main", seat) or ""
        self.ami(
            "QueueMemberPause",
            Queue="support",
            Interface=interface,
            MemberName=interface,
            Paused="1" if paused else "0",
            PausedReason=reason,
        )

    def unpause(self, seat: str) -> None:
        self.pause(seat, paused=False)

    def lose(self) -> None:
        self.take(e.PbxLost(at=self.at, pbx="main", last_heard=self.at, why="cut"))

    def back(self, *paused: tuple[str, str]) -> None:
        """In sight again; ``paused``: (seat, reason) of those the snapshot shows so."""
        reasons = {self.world.roster.interface_of("main", seat): reason for seat, reason in paused}
        self.take(e.PbxLinked(at=self.at, pbx="main", version="22.10.1", boot="1"))
        self.ami("QueueParams", Queue="support")
        for each in sorted({one.interface for one in self.people if one.interface}):
            self.ami(
                "QueueMember",
                Queue="support",
                Location=each,
                Name=each,
                Paused="1" if each in reasons else "0",
                PausedReason=reasons.get(each, ""),
            )
        self.take(e.PbxSynced(at=self.at, pbx="main"))

    def restart(self, away_s: float = 0.0) -> None:
        """Another daemon that knows only what was stored; deadlines that were rows come due again."""
        texts = tuple(msgspec.json.encode(one).decode() for one in self.facts if isinstance(one, e.ShiftFact))
        presence = tuple(
            (pbx, seat, code, since)
            for (pbx, seat), people in self.world.presence.items()
            for code, since in people.items()
        )
        self.deadlines = {key: at for key, at in self.deadlines.items() if key in self.durable}
        paused = [
            (seat, agent.pause.reason)
            for agent in self.world.pbxs["main"].agents.values()
            if agent.pause is not None and (seat := self.world.roster.seat_of("main", agent.device))
        ]
        since = self.at
        self.at += timedelta(seconds=away_s)
        self.facts.append(e.BlindBegan(since, "main", "ccd was not running"))
        self._begin(texts, presence, since)
        self.back(*paused)

    # --- what is asked of it ------------------------------------------------------------------------------

    def of(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def of_effects(self, kind: type[T]) -> list[T]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def latest(self, kind: type[T], **fields: Any) -> T:
        """The latest fact of this kind with these values."""
        return next(
            one
            for one in reversed(self.of(kind))
            if all(getattr(one, name) == value for name, value in fields.items())
        )

    # --- the world around ---------------------------------------------------------------------------------

    def _took(self, outcome: Outcome) -> Outcome:
        self.facts += outcome.facts
        for fact in outcome.facts:
            if isinstance(fact, e.ShiftFact):  # what the store would give back
                assert msgspec.json.decode(msgspec.json.encode(fact), type=ShiftFacts) == fact
        for effect in outcome.effects:
            self.effects.append(effect)
            self._perform(effect)
        return outcome

    def _answer(self, outcome: Outcome, request: str) -> AnswerAsked:
        (answer,) = (one for one in outcome.effects if isinstance(one, AnswerAsked) and one.key == request)
        if not answer.accepted:
            assert answer.rule in RULES, f"refused without words: {answer}"
            for language in ("en", "zh_CN"):
                assert "(" not in say(answer.rule, answer.values, language)[:1]
        return answer

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, SetDeadline):
            self.deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
            self.durable.discard(effect.key)
            if effect.durable:
                self.durable.add(effect.key)
        elif isinstance(effect, CancelDeadline):
            self.deadlines.pop(effect.key, None)
        elif isinstance(effect, ReadRecord):
            self.take(self.record(effect))
        elif isinstance(effect, ChangePlan):
            self.change_plan(*effect.days, by=effect.by)
            self.take(e.EffectDone(at=self.at, key=effect.key))

    def record(self, asked: ReadRecord) -> e.RecordRead:
        stays = [stay for stay in self._stays(asked.until) if stay.left is None or stay.left > asked.since]
        mine = tuple(stay for stay in stays if stay.person in asked.people)
        seats = {(stay.pbx, stay.seat) for stay in mine} | set(asked.places)
        phones = {(pbx, self.world.roster.interface_of(pbx, seat)) for pbx, seat in seats}
        return e.RecordRead(
            at=self.at,
            key=asked.key,
            people=asked.people,
            since=asked.since,
            until=asked.until,
            stays=mine,
            others=tuple(
                one for one in stays if one.person not in asked.people and (one.pbx, one.seat) in seats
            ),
            doings=tuple(one for one in self._doings(asked) if (one.pbx, one.interface) in phones),
            blind=tuple(self._blind(asked)),
        )

    def _stays(self, until: datetime) -> list[e.Stay]:
        here: dict[tuple[str, str, str], datetime] = {}
        found = []
        signs = [
            one for one in self.facts if isinstance(one, (e.PersonArrived, e.PersonLeft)) and one.at < until
        ]
        for fact in sorted(signs, key=lambda one: one.at):
            place = (fact.person, fact.pbx, fact.seat)
            if isinstance(fact, e.PersonArrived):
                here.setdefault(place, fact.at)
            elif (since := here.pop(place, None)) is not None:
                found.append(e.Stay(*place, since, fact.at))
        return sorted([*found, *(e.Stay(*place, at) for place, at in here.items())], key=lambda s: s.arrived)

    def _doings(self, asked: ReadRecord) -> list[e.Doing]:
        found: dict[tuple[str, datetime], e.Doing] = {}
        for fact in self.facts:
            if not isinstance(fact, e.AgentChanged) or fact.queue:
                continue
            if fact.was in NOT_WORKING and fact.since != fact.at:
                found[fact.interface, fact.since] = e.Doing(
                    fact.pbx, fact.interface, fact.was, fact.since, fact.at, fact.was_reason
                )
            if fact.state in NOT_WORKING:
                found[fact.interface, fact.at] = e.Doing(
                    fact.pbx, fact.interface, fact.state, fact.at, None, fact.reason
                )
        return [
            one
            for one in found.values()
            if one.began < asked.until and (one.ended is None or one.ended > asked.since)
        ]

    def _blind(self, asked: ReadRecord) -> list[e.Blind]:
        began: dict[datetime, e.Blind] = {}
        for fact in self.facts:
            if isinstance(fact, e.BlindBegan):
                began[fact.at] = e.Blind(fact.pbx, fact.at)
            elif isinstance(fact, e.BlindEnded):
                began[fact.began] = e.Blind(fact.pbx, fact.began, fact.at)
        return [
            one
            for one in sorted(began.values(), key=lambda b: b.began)
            if one.began < asked.until and (one.ended is None or one.ended > asked.since)
        ]
