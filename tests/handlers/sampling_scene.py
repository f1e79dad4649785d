"""Days of conversations on which sampling is played: time passes as the test says; the store is in memory.

The real engine takes the inputs. What it asks of the store is answered from what the test says there was and
from the facts told so far, as the store would: at once, or when the test lets it.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from ccd import events as e
from ccd.config import Settings
from ccd.effects import (
    AnswerAsked,
    CancelDeadline,
    Effect,
    ReadConversations,
    ReadPopulation,
    ReadSeed,
    SetDeadline,
)
from ccd.engine import Engine, Outcome
from ccd.events.quality import (
    Conversation,
    ConversationSeen,
    ConversationsRead,
    Member,
    PopulationRead,
    SeedRead,
    Taken,
)
from ccd.events.sampling import CallPicked
from ccd.handlers import sampling
from ccd.quality.units import unit_of
from ccd.rules import RULES, say
from ccd.world import World

__all__ = ["PEOPLE", "SamplingScene", "local", "seed_of", "talk"]

T = TypeVar("T")
OTHERS = (
    *("handover", "meals", "breaks", "attendance", "leave", "adherence"),
    *("scoring", "calibration", "assessment", "retention"),
)
PEOPLE = (
    *(e.Person(str(2000 + n), f"agent {n}", "agent", "AB"[n % 2], f"S{n}", f"PJSIP/{n}") for n in range(6)),
    e.Person("3001", "lead A", "team_lead", "A", "L1", "PJSIP/90"),
    e.Person("3002", "lead B", "team_lead", "B", "L2", "PJSIP/91"),
    e.Person("4001", "manager", "operations_manager", "", "", ""),
    e.Person("5001", "analyst", "qa_analyst", "Q", "", ""),
    e.Person("5002", "analyst of A", "qa_analyst", "A", "", ""),
    e.Person("5009", "QA manager", "qa_manager", "Q", "", ""),
)
"""2000, 2002 and 2004 are of team A, 2001, 2003 and 2005 of team B."""


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """``2026-03-02 08:00`` by the clock on the wall there, as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def seed_of(day: date, secret: str = "secret") -> str:
    return hashlib.sha256(f"{secret} {day}".encode()).hexdigest()


def talk(
    ended: datetime,
    person: str = "2000",
    *,
    talk_s: float = 180.0,
    n: int = 0,
    pbx: str = "main",
    **more: Any,
) -> Conversation:
    """A conversation that was recorded whole. ``n`` tells apart those that ended at one time."""
    connected = ended - timedelta(seconds=talk_s)
    uniqueid = f"{ended.timestamp():.3f}.{n}"
    queue, interface = more.pop("queue", "support"), f"PJSIP/{person[-1:]}"
    taken = Taken(f"{uniqueid}@{person}", "x.wav", connected, ended, "final", 9999, "ab" * 32)
    told = {
        "unit": unit_of(pbx, uniqueid + person, queue, interface, connected),
        "pbx": pbx,
        "call": uniqueid,
        "uniqueid": uniqueid,
        "queue": queue,
        "interface": interface,
        "people": (person,) if person else (),
        "kind": "queue",
        "caller_number": "02012345678",
        "connected": connected,
        "ended": ended,
        "talk_s": talk_s,
        "taken": (taken,),
    }
    return Conversation(**(told | more))


class SamplingScene:
    """``settings`` are of ``policies.sampling``. Looks are taken every five minutes."""

    def __init__(
        self,
        at: datetime,
        *,
        people: Iterable[e.Person] = PEOPLE,
        zone: str = "Asia/Shanghai",
        **settings: Any,
    ) -> None:
        self.at = at
        self.people = tuple(people)
        self.facts: list[e.Event] = []
        self.effects: list[Effect] = []
        self.deadlines: dict[str, datetime] = {}
        self.secret = "secret"
        self.there: dict[str, Conversation] = {}
        """What the store has of conversations, by unit; see ``hear``."""
        self.held: list[Effect] | None = None
        """Questions to the store that are not answered yet; None: each is answered at once."""
        self.page = 1000
        self._zone = zone
        self._numbers = itertools.count(1)
        self.configured(**settings)
        self._begin()

    def configured(self, **settings: Any) -> None:
        """In force with the next start, or with ``replace``."""
        self.settings = Settings.model_validate(
            {
                "daemon": {"timezone": self._zone},
                "pbx": {"main": {"secret": "x"}, "second": {"secret": "x", "port": 5039}},
                "shifts": {"sweep_s": 300},
                "policies": {
                    **{name: {"mode": "off"} for name in OTHERS},
                    "sampling": {"look_s": 300, **settings},
                },
            }
        )

    def replace(self, *, zone: str = "", **settings: Any) -> None:
        self._zone = zone or self._zone
        self.configured(**settings)
        self.take(e.ConfigReplaced(at=self.at, settings=self.settings.model_dump_json()))

    def _begin(self, shift_facts: tuple[str, ...] = ()) -> None:
        self.world = World(self.settings, self.at)
        self.engine = Engine(self.world)
        self.deadlines.clear()
        self.take(e.ConfigReplaced(at=self.at, settings=self.settings.model_dump_json()))
        self.take(e.RosterReplaced(at=self.at, version="1", people=self.people, by="test"))
        self.take(e.PlanRestored(at=self.at, version="1", days=()))
        self.take(e.PictureRestored(at=self.at, last_alive=None, presence=(), open_calls=()))
        self.take(e.IncidentsRestored(at=self.at, facts=()))
        self.take(e.ShiftsRestored(at=self.at, facts=shift_facts))

    # --- what happens -------------------------------------------------------------------------------------

    def take(self, event: e.Event) -> Outcome:
        outcome = self.engine.step(event)
        self._took([*outcome.facts], outcome.effects)
        return outcome

    def tell(self, *facts: e.Event) -> None:
        """Facts of another policy: each changes the world, and sampling hears of it if it listens."""
        for fact in facts:
            self.facts.append(fact)
            self.world.apply(fact)
            if type(fact) not in sampling.CONSUMES:
                continue
            told: list[e.Event] = []
            effects: list[Effect] = []
            for item in sampling.decide(fact, self.world, self.settings.policies.sampling):
                if isinstance(item, Effect):
                    effects.append(item)
                else:
                    self.world.apply(item)
                    told.append(item)
            self._took(told, effects)

    def hear(self, *conversations: Conversation) -> None:
        """They are over, and the store has them."""
        self.there |= {one.unit: one for one in conversations}

    def run(self, seconds: float = 0.0, *, to: datetime | None = None) -> None:
        """Let time pass, with everything that comes due in it."""
        until = to if to is not None else self.at + timedelta(seconds=seconds)
        while due := [(at, key) for key, at in self.deadlines.items() if at <= until]:
            at, key = min(due)
            del self.deadlines[key]
            self.at = max(self.at, at)
            self.take(e.DeadlineDue(at=self.at, key=key, late_s=0.0))
        self.at = max(self.at, until)

    def act(self, act: str, actor: str, person: str = "", **values: str) -> AnswerAsked:
        request = f"act-{next(self._numbers)}"
        asked = e.ShiftAct(
            self.at, request, "sampling", act, person=person, actor=actor, by="root", values=values
        )
        before = len(self.effects)
        self.take(asked)
        found = [one for one in self.effects[before:] if isinstance(one, AnswerAsked)]
        (answer,) = [one for one in found if one.key == request]
        assert answer.rule in RULES, f"answered without words: {answer}"
        for language in ("en", "zh_CN"):
            assert "{" not in say(answer.rule, answer.values, language)
            assert not say(answer.rule, answer.values, language).startswith(answer.rule)
        return answer

    def answer(self) -> None:
        """Whatever was asked of the store and is held back, in the order in which it was asked."""
        held, self.held = self.held or [], None
        for effect in held:
            self._perform(effect)

    def restart(self, away_s: float = 0.0) -> None:
        """Another daemon that knows only what was stored; questions that were not answered are lost."""
        texts = tuple(msgspec.json.encode(one).decode() for one in self.facts if isinstance(one, e.ShiftFact))
        self.held = None if self.held is None else []
        self.at += timedelta(seconds=away_s)
        self._begin(texts)

    # --- what is asked of it ------------------------------------------------------------------------------

    def of(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def of_effects(self, kind: type[T]) -> list[T]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def only(self, kind: type[T], **fields: Any) -> T:
        """The one fact of this kind with these values."""
        (found,) = [
            one for one in self.of(kind) if all(getattr(one, name) == value for name, value in fields.items())
        ]
        return found

    def picks(self, sample: str = "probability") -> dict[str, str]:
        """Unit -> reason; nothing is picked twice for one sample."""
        found = [one for one in self.of(CallPicked) if one.sample == sample]
        assert len({one.unit for one in found}) == len(found)
        return {one.unit: one.reason for one in found}

    def population(self, day: date) -> tuple[Member, ...]:
        """As the store would give it."""
        rows: dict[str, ConversationSeen] = {}
        picked: dict[str, str] = {}
        for fact in self.facts:
            if isinstance(fact, ConversationSeen) and fact.day == day:
                rows[fact.unit] = fact
                picked[fact.unit] = fact.picked
            elif isinstance(fact, CallPicked):
                picked[fact.unit] = fact.reason
        return tuple(_member(rows[unit], picked[unit]) for unit in sorted(rows))

    # --- the world around ---------------------------------------------------------------------------------

    def _took(self, facts: list[e.Event], effects: list[Effect]) -> None:
        keys = {one.key for one in self.facts if isinstance(one, e.ShiftFact)}
        for fact in facts:
            if isinstance(fact, e.ShiftFact):
                assert fact.key not in keys, f"told twice: {fact.key}"
                keys.add(fact.key)
        self.facts += facts
        for effect in effects:
            self.effects.append(effect)
            if isinstance(effect, (ReadSeed, ReadConversations, ReadPopulation)) and self.held is not None:
                self.held.append(effect)
            else:
                self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, SetDeadline):
            self.deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
        elif isinstance(effect, CancelDeadline):
            self.deadlines.pop(effect.key, None)
        elif isinstance(effect, ReadSeed):
            self.take(SeedRead(at=self.at, day=effect.day, seed=seed_of(effect.day, self.secret)))
        elif isinstance(effect, ReadConversations):
            self.take(self.conversations(effect))
        elif isinstance(effect, ReadPopulation):
            members = self.population(effect.day)
            self.take(PopulationRead(at=self.at, key=effect.key, day=effect.day, members=members))

    def conversations(self, asked: ReadConversations) -> ConversationsRead:
        known = {one.unit for one in self.facts if isinstance(one, ConversationSeen)}
        found = sorted(
            (
                one
                for one in self.there.values()
                if asked.since <= one.ended < asked.until and one.unit not in known
            ),
            key=lambda one: one.ended,
        )
        until = asked.until if len(found) <= self.page else found[self.page].ended
        ready = [one for one in found if one.ended < until and (one.settled or one.ended < asked.waited)]
        left = [one.ended for one in found if one.ended < until and one not in ready]
        return ConversationsRead(self.at, asked.key, until, tuple(ready), len(left), min(left, default=None))


def _member(row: ConversationSeen, picked: str) -> Member:
    columns: Mapping[str, Any] = msgspec.structs.asdict(row)
    names = Member.__struct_fields__
    return Member(**{name: columns[name] for name in names} | {"picked": picked})
