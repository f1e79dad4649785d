"""A room of QA analysts in which picks are scored; time stands unless a test lets it pass.

The real engine takes the inputs; picks and frozen days are a test's, sampling is off. A restart gives it what
the store would give back.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from ccd import events as e
from ccd.config import Settings
from ccd.effects import AnswerAsked, CancelDeadline, Effect, Page, SetDeadline
from ccd.engine import Engine, Outcome
from ccd.events import scoring as facts
from ccd.events.leave import LeaveApproved
from ccd.events.sampling import CallPicked, DayFrozen
from ccd.events.shift_facts import ShiftFacts
from ccd.quality.form import Form, to_json
from ccd.quality.form_parse import from_json
from ccd.rules import RULES, say
from ccd.scoring.evaluation import Evaluation, id_of
from ccd.shifts.plan import encode_day
from ccd.world import World
from tests.handlers.shift_scene import local

__all__ = ["DAY", "PEOPLE", "ScoringScene", "form", "given", "local", "person", "scored"]

T = TypeVar("T")
DAY = date(2026, 3, 2)


def person(code: str, role: str, team: str = "") -> e.Person:
    return e.Person(code, f"name {code}", role, team, "", "")


PEOPLE = (
    *(person(str(2001 + n), "agent", "A") for n in range(3)),
    person("2101", "agent", "B"),
    person("3001", "team_lead", "A"),
    person("3002", "team_lead", "B"),
    person("4001", "operations_manager"),
    person("6001", "qa_analyst"),
    person("6002", "qa_analyst"),
    person("6003", "qa_analyst", "A"),
    person("7001", "qa_manager"),
    person("7002", "qa_manager"),
)
"""Agents of team A and B with their leads, three analysts of whom 6003 is of team A, two QA managers."""


def form(name: str = "service", passing: int = 60, text: str = "points") -> Form:
    """``points`` is the score; a no to ``kept`` fails the whole of it."""
    words = {"en": text, "zh": text}
    points = {"name": "points", "text": words, "kind": "points", "points": 100, "options": list(range(101))}
    kept = {"name": "kept", "text": words, "kind": "yes_no", "points": 1, "na": True, "critical": "form"}
    section = {"name": "all", "title": words, "weight": 100, "question": [points, kept]}
    table = {"name": name, "title": words, "passing": passing, "section": [section]}
    return from_json(msgspec.json.encode(table).decode())


def given(points: int, kept: str = "na") -> str:
    """Answers that give so many points."""
    return msgspec.json.encode({"points": {"answer": points}, "kept": {"answer": kept}}).decode()


class ScoringScene:
    """Second looks by chance are off unless a test asks for a share."""

    def __init__(
        self,
        at: str = "2026-03-02 09:00",
        *,
        people: Iterable[e.Person] = PEOPLE,
        forms: Iterable[Form] | None = None,
        hear: bool = False,
        **scoring: Any,
    ) -> None:
        self.at = local(at)
        self.forms = tuple(forms) if forms is not None else (form(),)
        self.people = tuple(people)
        self.configured = {"second_look_share": 0.0, **scoring}
        self.hear = hear
        self.facts: list[e.Event] = []
        self.effects: list[Effect] = []
        self.deadlines: dict[str, datetime] = {}
        self.durable: set[str] = set()
        self._plan: list[e.PlanDay] = []
        self._numbers = itertools.count(1)
        self._begin()

    def _begin(self, kept: tuple[str, ...] = ()) -> None:
        self.world = World(self.settings, self.at)
        self.engine = Engine(self.world)
        self.configure()
        self.take(e.RosterReplaced(at=self.at, version="1", people=self.people, by="test"))
        self.take(e.PlanRestored(at=self.at, version="1", days=tuple(self._plan)))
        self.take(e.ShiftsRestored(at=self.at, facts=kept))

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(
            {
                "shifts": {"kinds": {"early": {"start": "08:00", "minutes": 480}}},
                "quality": {"agents_hear": self.hear},
                "policies": {"scoring": self.configured, "sampling": {"mode": "off"}},
            }
        )

    def configure(self, forms: Iterable[Form] | None = None, **scoring: Any) -> None:
        """Settings, or forms, in force from now on."""
        self.forms = tuple(forms) if forms is not None else self.forms
        self.configured |= scoring
        texts = tuple(to_json(one) for one in self.forms)
        self.take(e.ConfigReplaced(at=self.at, settings=self.settings.model_dump_json(), forms=texts))

    # --- what happens -------------------------------------------------------------------------------------

    def take(self, event: e.Event) -> Outcome:
        outcome = self.engine.step(event)
        self.facts += outcome.facts
        for fact in outcome.facts:
            if isinstance(fact, e.ShiftFact):  # what the store would give back
                assert msgspec.json.decode(msgspec.json.encode(fact), type=ShiftFacts) == fact
        self._perform(outcome)
        return outcome

    def _perform(self, outcome: Outcome) -> None:
        for effect in outcome.effects:
            self.effects.append(effect)
            if isinstance(effect, SetDeadline):
                self.deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
                (self.durable.add if effect.durable else self.durable.discard)(effect.key)
            elif isinstance(effect, CancelDeadline):
                self.deadlines.pop(effect.key, None)

    def fact(self, fact: e.ShiftFact) -> None:
        """A fact of another policy, as the engine takes it: applied, and offered to all."""
        outcome = Outcome()
        self.world.now = fact.at
        self.engine._take(fact, outcome)
        self.facts += outcome.facts
        self._perform(outcome)

    def run(self, seconds: float = 0.0, *, days: float = 0.0) -> None:
        """Let time pass, with everything that comes due in it; the look once a minute is taken at its end,
        for a week of minutes has ten thousand.
        """
        until = self.at + timedelta(seconds=seconds, days=days)
        sweep = "scoring|sweep"
        while due := [(at, key) for key, at in self.deadlines.items() if at <= until and key in self.durable]:
            at, key = min(due)
            del self.deadlines[key]
            self.at = max(self.at, at)
            self.take(e.DeadlineDue(at=self.at, key=key, late_s=0.0))
        self.at = until
        self.take(e.DeadlineDue(at=self.at, key=sweep, late_s=0.0))

    def restart(self, away_s: float = 0.0) -> None:
        """Another daemon that knows only what ``shift_queries.remembered`` gives it."""
        finished = {one.evaluation for one in self.of(facts.EvaluationClosed)}
        self.at += timedelta(seconds=away_s)
        kept = [
            one
            for one in self.facts
            if isinstance(one, e.ShiftFact)
            and (
                type(one).kept_days == 0
                or (type(one).kept_days > 0 and one.at >= self.at - timedelta(days=type(one).kept_days))
                or (isinstance(one, facts.EvaluationFact) and one.evaluation not in finished)
            )
        ]
        self.deadlines = {key: at for key, at in self.deadlines.items() if key in self.durable}
        self._begin(tuple(msgspec.json.encode(one).decode() for one in kept))

    def plan(self, *rows: tuple[str, str]) -> None:
        """(person, day): on the early shift."""
        days: dict[str, dict[str, list[tuple[str, str, str, str]]]] = {}
        for code, day in rows:
            days.setdefault(day, {})[code] = [("early", "", "", "")]
        changes = tuple(
            e.PlanDay(date.fromisoformat(day), encode_day(people)) for day, people in days.items()
        )
        self._plan += changes
        self.take(e.PlanChanged(at=self.at, version=str(next(self._numbers)), by="test", days=changes))

    def leave(self, code: str, hours: float = 8.0) -> None:
        """Approved leave from now on."""
        until, name = self.at + timedelta(hours=hours), f"L-{next(self._numbers)}"
        self.fact(
            LeaveApproved(
                at=self.at, key=name, request=name, person=code, kind="sick", since=self.at, until=until
            )
        )

    # --- picks and acts -----------------------------------------------------------------------------------

    def pick(self, agent: str = "2101", *, sample: str = "probability", unit: str = "", **more: Any) -> str:
        """The id of the evaluation that is opened for it."""
        unit = unit or f"unit{next(self._numbers)}"
        team = next((one.team for one in self.people if one.code == agent), "")
        known = {"queue": "support", "reason": "threshold", "stratum": agent, "chance": 0.1, **more}
        self.fact(
            CallPicked(
                at=self.at,
                key=f"sampling|picked|{unit}|{sample}",
                person=agent,
                day=local_day(self.at),
                pbx="main",
                unit=unit,
                call=f"call {unit}",
                recording=f"rec {unit}",
                team=team,
                sample=sample,
                rank="0" * 16,
                connected=self.at - timedelta(seconds=100),
                ended=self.at,
                talk_s=100.0,
                **known,
            )
        )
        return id_of(unit, sample)

    def act(
        self, act: str, actor: str, evaluation: str = "", *, about: str = "", **values: str
    ) -> AnswerAsked:
        request = f"act-{next(self._numbers)}"
        if evaluation:
            values["evaluation"] = evaluation
        asked = e.ShiftAct(
            self.at, request, "scoring", act, person=about, actor=actor, by="root", values=values
        )
        outcome = self.take(asked)
        (answer,) = (one for one in outcome.effects if isinstance(one, AnswerAsked) and one.key == request)
        assert answer.rule in RULES, answer
        for language in ("en", "zh_CN"):
            assert not say(answer.rule, answer.values, language).startswith(f"{answer.rule} ("), answer
        if not answer.accepted:
            assert not outcome.facts, "refused, and yet something has changed"
        return answer

    def ok(self, act: str, actor: str, evaluation: str = "", **values: str) -> AnswerAsked:
        answer = self.act(act, actor, evaluation, **values)
        assert answer.accepted, answer
        return answer

    def score(self, evaluation: str, points: int, *, by: str = "", kept: str = "na") -> str:
        """Claimed and scored by whoever has it on their list."""
        by = by or self.one(evaluation).analyst
        self.ok("claim", by, evaluation)
        self.ok("score", by, evaluation, answers=given(points, kept))
        return evaluation

    def freeze(self, chances: dict[str, float], day: date = DAY) -> None:
        strata = {name: (10, 8, 2, chance) for name, chance in chances.items()}
        self.fact(
            DayFrozen(
                at=self.at,
                key=f"sampling|frozen|{day}",
                day=day,
                digest="0" * 64,
                population=10,
                eligible=8,
                picked=2,
                strata=strata,
            )
        )

    # --- what is asked of it ------------------------------------------------------------------------------

    def one(self, evaluation: str) -> Evaluation:
        known: Evaluation = self.world.scoring.evaluations[evaluation]
        return known

    def of(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def pages(self, rule: str) -> list[Page]:
        return [one for one in self.effects if isinstance(one, Page) and one.rule == rule]

    def given_today(self) -> dict[str, int]:
        midnight = local(f"{local_day(self.at)} 00:00")
        found: dict[str, int] = self.world.scoring.given_to(midnight)
        return found


def local_day(at: datetime) -> date:
    return at.astimezone(ZoneInfo("Asia/Shanghai")).date()


def scored(points: int = 80, **settings: Any) -> tuple[ScoringScene, str]:
    """One evaluation, scored by 6001, of agent 2101 of team B."""
    scene = ScoringScene(**settings)
    name = scene.pick("2101")
    if scene.one(name).analyst != "6001":
        scene.ok("reassign", "7001", name, analyst="6001")
    return scene, scene.score(name, points, by="6001")
