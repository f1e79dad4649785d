"""How facts, answers, deadlines and pages of this room are made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from ccd.config_section import Mode
from ccd.effects import AnswerAsked, CancelDeadline, Effect, Page, SetDeadline
from ccd.events import Event, ShiftAct
from ccd.events import scoring as facts
from ccd.scoring.evaluation import Evaluation
from ccd.scoring.looking import World
from ccd.shifts.acts import Refused

__all__ = [
    "Items",
    "accepted",
    "cancel",
    "deadline",
    "evaluation_of",
    "fact",
    "page",
    "refuse",
    "refused",
]

F = TypeVar("F", bound=facts.EvaluationFact)
Items = Iterator[Event | Effect]


def refuse(rule: str, **values: object) -> NoReturn:
    raise Refused(rule, **values)


def fact(kind: type[F], one: Evaluation, at: datetime, what: str, /, **fields: Any) -> F:
    """Its number among the facts of the evaluation makes its key: yield it before another is made."""
    n = one.n + 1
    return kind(
        at=at,
        key=f"scoring|{what}|{one.id}|{n}",
        n=n,
        evaluation=one.id,
        person=one.person,
        day=one.day,
        pbx=one.pbx,
        **fields,
    )


def accepted(
    event: ShiftAct, rule: str, *, result: dict[str, str] | None = None, **values: object
) -> AnswerAsked:
    told = {name: str(value) for name, value in values.items()}
    return AnswerAsked(
        event.request, f"scoring: {rule}", accepted=True, rule=rule, values=told, result=result or {}
    )


def refused(event: ShiftAct, why: Refused) -> AnswerAsked:
    told = ", ".join(f"{name}={value}" for name, value in why.values.items())
    because = f"scoring: {why.rule} ({told})"
    return AnswerAsked(event.request, because, accepted=False, rule=why.rule, values=why.values)


def page(world: World, at: datetime, people: tuple[str, ...], rule: str, about: str, **values: str) -> Items:
    """Nobody is told in ``observe``."""
    if people and world.settings.policies.scoring.mode in (Mode.NOTIFY, Mode.ENFORCE):
        key = f"scoring|page|{rule}|{about}|{at.isoformat()}"
        told = {"evaluation": about, **values}
        yield Page(key, f"scoring: {rule} {about}", people=people, rule=rule, values=told)


def deadline(what: str, one: Evaluation, at: datetime, until: datetime, because: str) -> SetDeadline:
    after = max(0.0, (until - at).total_seconds())
    return SetDeadline(f"scoring|{what}|{one.id}", f"scoring: {because}", after_s=after)


def cancel(what: str, one: Evaluation) -> CancelDeadline:
    return CancelDeadline(f"scoring|{what}|{one.id}", f"scoring: {one.id} is {one.phase}")


def evaluation_of(event: ShiftAct, world: World) -> Evaluation:
    """The one that an act is about. Raises Refused."""
    name = event.values.get("evaluation", "")
    one = world.scoring.evaluations.get(name)
    if one is None:
        refuse("scoring_unknown", evaluation=name[:40])
    return one
