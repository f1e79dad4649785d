"""A QA room: three analysts, a fourth of the agent's own team, their manager, and calls that were sampled."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from ccd import events as e
from ccd.adapters.forms import packaged_forms
from ccd.calibration.view import board
from ccd.config import Settings
from ccd.effects import AnswerAsked, Effect, LookUpUnit, Page, SetDeadline
from ccd.engine import Engine
from ccd.events.calibration import CalibrationOpened
from ccd.events.quality import UnitLooked
from ccd.events.shift_facts import ShiftFacts
from ccd.quality.answers import Answer, encode
from ccd.quality.form import to_json
from ccd.quality.form_parse import parse
from ccd.rules import RULES, say
from ccd.world import World
from tests.handlers.shift_scene import person
from tests.quality.forms import SMALL

__all__ = ["ANALYSTS", "MANAGER", "CalibrationScene", "answers"]

T = TypeVar("T")
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)  # 10:00 in Shanghai
AGENT, MANAGER, OWN_TEAM, LEAD = "2001", "5901", "5104", "3001"
ANALYSTS = ("5101", "5102", "5103")
PEOPLE = (
    person(AGENT, "A1"),
    person(LEAD, "A9", "team_lead"),
    *(person(code, "", "qa_analyst", "Q") for code in ANALYSTS),
    person(OWN_TEAM, "", "qa_analyst", "A"),
    person(MANAGER, "", "qa_manager", "Q"),
)
CALL: dict[str, Any] = {
    "unit": "u1", "pbx": "main", "call": "call-1", "recording": "rec-1", "person": AGENT, "team": "A",
    "queue": "help", "talk_s": 95.0, "offset_s": 12.0,
}  # fmt: skip


def answers(**given: str | int) -> str:
    """To the form ``small``; what is not named is answered with the best."""
    best: dict[str, str | int] = {"greeted": "yes", "tone": 3, "secret": "yes", "verified": "yes"}
    return encode({name: Answer(value) for name, value in (best | given).items()})


class CalibrationScene:
    """``calls``: what the store knows, by the name of an evaluation or of a unit."""

    def __init__(self, mode: str = "notify", **settings: Any) -> None:
        sections = {"calibration": {"mode": mode, **settings}, "scoring": {"form": "small"}}
        self.settings = Settings.model_validate({"pbx": {"main": {"secret": "x"}}, "policies": sections})
        self.at = AT
        self.calls: dict[str, Mapping[str, Any]] = {"ev1": CALL, "u1": CALL}
        self.store_fails = False
        self.facts: list[e.Event] = []
        self.effects: list[Effect] = []
        self.deadlines: dict[str, datetime] = {}
        self._numbers = itertools.count(1)
        self.begin()

    def begin(self) -> None:
        """A daemon that knows what was stored."""
        texts = tuple(msgspec.json.encode(one).decode() for one in self.facts if isinstance(one, e.ShiftFact))
        self.world = World(self.settings, self.at)
        self.engine = Engine(self.world)
        self.deadlines.clear()
        self.replace_forms(SMALL)
        self.take(e.RosterReplaced(at=self.at, version="1", people=PEOPLE, by="test"))
        self.take(e.ShiftsRestored(at=self.at, facts=texts))

    def replace_forms(self, text: str) -> None:
        forms = {"small": parse(text.encode(), "small.toml"), **packaged_forms()}
        settings = self.settings.model_dump_json()
        self.take(e.ConfigReplaced(self.at, settings, forms=tuple(map(to_json, forms.values()))))

    def take(self, event: e.Event) -> list[Effect]:
        outcome = self.engine.step(event)
        self.facts += outcome.facts
        for fact in outcome.facts:
            if isinstance(fact, e.ShiftFact):
                assert msgspec.json.decode(msgspec.json.encode(fact), type=ShiftFacts) == fact
        effects = list(outcome.effects)
        for effect in outcome.effects:
            if isinstance(effect, SetDeadline) and effect.key.startswith("calibration|"):
                self.deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
            elif isinstance(effect, LookUpUnit):
                effects += self.look_up(effect)
        self.effects += outcome.effects
        return effects

    def look_up(self, effect: LookUpUnit) -> list[Effect]:
        if self.store_fails:
            return self.take(e.EffectFailed(self.at, effect.key, "disk full"))
        found = self.calls.get(effect.evaluation or effect.unit, {})
        return self.take(UnitLooked(at=self.at, key=effect.key, **found))

    def run(self, **span: float) -> None:
        until = self.at + timedelta(**span)
        while due := [(at, key) for key, at in self.deadlines.items() if at <= until]:
            at, key = min(due)
            del self.deadlines[key]
            self.at = max(self.at, at)
            self.take(e.DeadlineDue(at=self.at, key=key, late_s=0.0))
        self.at = until

    def act(self, act: str, actor: str, request: str = "", **values: str) -> AnswerAsked:
        request = request or f"act-{next(self._numbers)}"
        effects = self.take(
            e.ShiftAct(self.at, request, "calibration", act, actor=actor, by="root", values=values)
        )
        (answer,) = (one for one in effects if isinstance(one, AnswerAsked) and one.key == request)
        assert answer.rule in RULES
        for language in ("en", "zh_CN"):
            assert not say(answer.rule, answer.values, language).startswith(answer.rule)
        return answer

    def open(self, **values: str) -> CalibrationOpened:
        """By the manager, who is the expert, unless told otherwise."""
        actor = values.pop("actor", MANAGER)
        asked = {"evaluation": "ev1", "analysts": ",".join(ANALYSTS), **values}
        answer = self.act("open", actor, **{name: value for name, value in asked.items() if value})
        assert answer.accepted, answer
        return next(
            one for one in reversed(self.of(CalibrationOpened)) if one.session == answer.result["session"]
        )

    def score(self, session: str, actor: str, **given: str | int) -> AnswerAsked:
        return self.act("score", actor, session=session, answers=answers(**given))

    def of(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def pages(self, rule: str) -> list[tuple[str, ...]]:
        pages = [one for one in self.effects if isinstance(one, Page)]
        for one in pages:
            assert not say(one.rule, one.values, "zh_CN").startswith(one.rule)
        return [one.people for one in pages if one.rule == rule]

    def board(self) -> dict[str, Any]:
        return board(self.world, self.at)
