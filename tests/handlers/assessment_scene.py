"""A centre whose months are assessed: what the store would answer is laid down by month and person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ccd import events as e
from ccd.effects import AnswerAsked, Effect, Page, ReadQuality
from ccd.events.assessment import AssessmentMade, CaseFact, TrainingFact
from ccd.events.quality import MonthRead, QualityRead
from tests.handlers.shift_scene import PEOPLE, ShiftScene, local, person

__all__ = ["MORE", "AssessmentScene", "calls", "local"]

MORE = (
    *PEOPLE,
    person("5001", "", "trainer", ""),
    person("6001", "", "qa_manager", ""),
)

LIVED = timedelta(minutes=15)


def calls(score: float, n: int = 10, **faults: int) -> dict[str, Any]:
    """``n`` calls of this score, all as likely to be drawn."""
    return {
        "scores": tuple((score, 0.5, f"e{k:02d}") for k in range(n)),
        "faults": {f"service/{name}": count for name, count in faults.items()},
    }


class AssessmentScene(ShiftScene):
    """Only the QA score counts, unless ``parts`` say otherwise: so that a test's figure is the month's."""

    def __init__(self, at: str = "2026-03-01 12:00", *, zone: str = "Asia/Shanghai", **more: Any) -> None:
        self.months: dict[str, dict[str, MonthRead]] = {}
        self.reads = 0
        self.answering = True
        rules = {"parts": {"qa": {"weight": 100, "required": True}}, **more.pop("assessment", {})}
        super().__init__(
            local(at, zone), zone=zone, people=more.pop("people", MORE), assessment=rules, **more
        )

    def month(self, month: str, **people: dict[str, Any]) -> None:
        """``p2001=calls(75)``: what the store has of that month from now on."""
        known = self.months.setdefault(month, {})
        for name, values in people.items():
            known[name.removeprefix("p")] = MonthRead(name.removeprefix("p"), **values)

    def score(self, month: str, points: float | None, code: str = "2001") -> None:
        """None: too few calls."""
        self.month(month, **{f"p{code}": calls(80, 3) if points is None else calls(points)})

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, ReadQuality):
            self.reads += 1
            if self.answering:
                known = self.months.get(effect.month, {})
                found = tuple(known.get(code, MonthRead(code)) for code in effect.people)
                self.take(QualityRead(self.at, effect.key, effect.month, found))
            return
        super()._perform(effect)

    def run(self, seconds: float = 0.0, *, to: datetime | None = None) -> None:
        """Of a long time only the last quarter is lived through: months of minutes take minutes. What came
        due before comes late, as after a time in which the machine slept.
        """
        until = to if to is not None else self.at + timedelta(seconds=seconds)
        self.at = max(self.at, until - LIVED)
        super().run(to=until)

    # --- acts ---------------------------------------------------------------------------------------------

    def do(self, what: str, person: str = "", actor: str = "4001", **values: str) -> AnswerAsked:
        return self.act("assessment", what, person, actor, **values)

    def decide(self, case: str, outcome: str, actor: str = "4001", reason: str = "seen") -> AnswerAsked:
        return self.do("decide", actor=actor, case=case, outcome=outcome, reason=reason)

    def plan_course(
        self, begins: str, ends: str, people: str = "2001", actor: str = "5001", **values: str
    ) -> AnswerAsked:
        given = {"title": "manners", "place": "room 1", "trainer": "5001", "exam": "manners", **values}
        return self.do("plan", actor=actor, begins=begins, ends=ends, people=people, **given)

    def exam(self, training: str, points: str, actor: str = "5001", **values: str) -> AnswerAsked:
        return self.do("exam", actor=actor, training=training, points=points, **values)

    def import_(self, kind: str, rows: str, month: str = "", actor: str = "4001") -> AnswerAsked:
        return self.do("import", actor=actor, kind=kind, rows=rows, month=month)

    # --- what is asked of it ------------------------------------------------------------------------------

    def made(self, code: str = "2001") -> list[tuple[str, str, float | None, int]]:
        return [
            (one.month, one.verdict, one.points, one.edition)
            for one in self.of(AssessmentMade)
            if one.person == code
        ]

    def cases(self) -> list[tuple[str, str]]:
        """(case, state), as they were proposed."""
        state = self.world.assessment
        return [(one.name, one.state) for code in sorted(state.made) for one in state.cases_of(code)]

    def case_facts(self) -> list[tuple[str, str]]:
        return [(type(one).__name__, one.case) for one in self.of(CaseFact)]

    def training_facts(self) -> list[tuple[str, str]]:
        return [(type(one).__name__, one.training) for one in self.of(TrainingFact)]

    def pages(self, rule: str) -> list[Page]:
        return [one for one in self.of_effects(Page) if one.rule == rule]

    def people_of(self, role: str) -> tuple[e.Person, ...]:
        return tuple(one for one in self.people if one.role == role)
